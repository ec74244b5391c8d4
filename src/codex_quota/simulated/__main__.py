"""``python -m codex_quota.simulated``: the service on its own, for benchmarks and for trying things out."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from .service import SimulatedService


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until SIGINT, SIGTERM or the end of a standard input that is a pipe.

    The first line printed is the base URL.
    """
    parser = argparse.ArgumentParser(prog="python -m codex_quota.simulated", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--accounts", type=int, default=1, metavar="N", help="how many, called a1 and so on (default: 1)")
    parser.add_argument("--demo", action="store_true", help="the accounts of 'codex-quota demo' instead")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="time to each answer (default: 0)")
    parser.add_argument("--account-dir", type=Path, metavar="DIR", help="write <name>.auth.json of each account there")
    args = parser.parse_args(argv)
    make = SimulatedService.demo if args.demo else SimulatedService
    service = make(port=args.port, latency=args.latency)
    for number in range(0 if args.demo else args.accounts):
        service.add(f"a{number + 1}")
    if args.account_dir is not None:
        service.write_accounts(args.account_dir)
    done = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        Thread(target=_watch, args=(sys.stdin.fileno(), done), daemon=True).start()
    with service:
        print(service.url, flush=True)
        done.wait()
    return 0


def _watch(descriptor: int, done: Event) -> None:
    while os.read(descriptor, 4096):
        pass
    done.set()


if __name__ == "__main__":
    sys.exit(main())
