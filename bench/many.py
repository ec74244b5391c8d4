"""How well many accounts share their waiting; see README.md."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from measuring import alternate, check, environment, program, simulated

LATENCY = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home, hundred, ten = Path(folder), Path(folder) / "hundred", Path(folder) / "ten"
        env = environment(home)
        with simulated(100, LATENCY, hundred, env) as url:
            ten.mkdir()
            for number in range(1, 11):
                shutil.copy(hundred / f"a{number}.auth.json", ten)
            fixed = ["--chatgpt-url", url, "--cache", "none", "--format", "plain"]
            commands = {
                "one": [*program(), "show", "a1", "--account-dir", str(ten), *fixed],
                "ten": [*program(), "show", "--account-dir", str(ten), "--concurrency", "10", *fixed],
                "hundred": [*program(), "show", "--account-dir", str(hundred), "--concurrency", "20", *fixed],
            }
            for command, count in zip(commands.values(), (1, 10, 100), strict=True):
                check(command, env, "\tnetwork\t", count)
            medians = alternate(commands, env, rounds)
    one, ten_, hundred_ = (medians[name].seconds for name in commands)
    startup = one - LATENCY
    bound = LATENCY * 100 / 20 + startup
    print(f"Medians of {rounds} alternating runs at {LATENCY * 1000:.0f} ms for each answer; Python {sys.version.split()[0]}")
    for name, each in medians.items():
        print(f"  {name:<8} {each.seconds * 1000:7.1f} ms   peak {each.peak:5.1f} MiB")
    print(f"ten - one            {(ten_ - one) * 1000:.0f} ms   at concurrency 10 (wanted: at most 250 ms)")
    print(f"ten / one            {ten_ / one:.2f}")
    print(f"hundred / its bound  {hundred_ / bound:.2f}   at concurrency 20, bound {bound:.2f} s (wanted: at most 1.25)")


if __name__ == "__main__":
    main()
