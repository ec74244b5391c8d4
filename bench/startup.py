"""How long one account takes, from start to end of the process, against a bare httpx script; see README.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from measuring import alternate, check, environment, program, simulated

BARE = """
import sys, httpx
url, token, account_id = sys.argv[1:]
headers = {"Authorization": f"Bearer {token}", "ChatGPT-Account-Id": account_id, "Accept": "application/json"}
print(httpx.get(url, headers=headers).json()["plan_type"])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each program runs (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home, accounts = Path(folder), Path(folder) / "account"
        env = environment(home)
        with simulated(1, 0, accounts, env) as url:
            tokens = json.loads((accounts / "a1.auth.json").read_text(encoding="utf-8"))["tokens"]
            show = [*program(), "show", "a1", "--account-dir", str(accounts), "--chatgpt-url", url, "--format", "plain"]
            commands = {
                "a": [sys.executable, "-c", BARE, f"{url}/wham/usage", tokens["access_token"], tokens["account_id"]],
                "b": [*show, "--cache", "none"],
                "c": [*show, "--cache", "file", "--max-age", "1h"],
                "d": [sys.executable, "-c", "pass"],
                "e": [sys.executable, "-c", "import codex_quota"],
            }
            check(commands["a"], env, "plus")
            check(commands["b"], env, "\tnetwork\t")
            check(commands["c"], env, "\tnetwork\t")
            check(commands["c"], env, "\tcache\t")
            alternate(commands, env, 1)
            medians = alternate(commands, env, rounds)
    labels = {
        "a": "bare httpx script",
        "b": "codex-quota, no cache",
        "c": "codex-quota, from the cache",
        "d": "python -c pass",
        "e": 'python -c "import codex_quota"',
    }
    print(f"Medians of {rounds} alternating runs; Python {sys.version.split()[0]}")
    for name, label in labels.items():
        print(f"  {name}  {label:<31} {medians[name].seconds * 1000:7.1f} ms   peak {medians[name].peak:5.1f} MiB")
    a, b, c, d, e = (medians[name].seconds for name in "abcde")
    print(f"b / a  {b / a:.2f}   no cache against the bare script (wanted: at most 1.25)")
    print(f"c / a  {c / a:.2f}   from the cache against the bare script (wanted: at most 0.70)")
    print(f"e - d  {(e - d) * 1000:.1f} ms   import codex_quota over bare Python (wanted: under 10 ms)")


if __name__ == "__main__":
    main()
