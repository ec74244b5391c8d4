"""How fast the dashboard answers a crowd, against a bare Bottle "hello" on the same server; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import environment, median, program, simulated

HELLO = """
import bottle
from codex_quota.builtin.dashboard.server import make_server
from codex_quota.builtin.dashboard.settings import Settings

app = bottle.Bottle()
app.route("/", "GET", lambda: "hello")
server = make_server(app, Settings(host="127.0.0.1", port=0, admin_token="not used"))
print(f"hello is at http://127.0.0.1:{server.effective_port}/", flush=True)
server.run()
"""
PATHS = ("/", "/api/results")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each address is asked (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=50, help="connections that ask without a pause (default: %(default)s)")
    parser.add_argument("--accounts", type=int, default=100, help="accounts on the page (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="into how many turns the time is divided (default: %(default)s)")
    parser.add_argument("--ask", nargs=2, metavar=("URL", "SECONDS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.ask:
        print(json.dumps(asyncio.run(crowd(args.ask[0], args.clients, float(args.ask[1])))))
        return
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        accounts = Path(folder) / "account"
        with simulated(args.accounts, 0, accounts, env) as url:
            web = [*program(), "web", "--host", "127.0.0.1", "--port", "0", "--account-dir", str(accounts), "--chatgpt-url", url]
            with server(web, env) as (dashboard, pid), server([sys.executable, "-c", HELLO], env) as (hello, _):
                wait_for(dashboard, args.accounts)
                report(measure(dashboard, hello, pid, args), args)


def measure(dashboard: str, hello: str, pid: int, args: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """Ask in turn, each time from a process of its own, so that a machine that slows down slows all of them down."""
    addresses = {"hello": hello, **{path: dashboard.rstrip("/") + path for path in PATHS}}
    for address in addresses.values():
        ask(address, 1, args.clients)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in addresses} | {"memory": [{"MiB": resident(pid)}]}
    for _ in range(args.rounds):
        for name, address in addresses.items():
            found[name].append(ask(address, args.seconds / args.rounds, args.clients))
    found["memory"].append({"MiB": resident(pid)})
    return found


def report(found: dict[str, list[dict[str, float]]], args: argparse.Namespace) -> None:
    """Print the figures, ratios last."""
    before, after = (each["MiB"] for each in found.pop("memory"))
    rates = {name: median([turn["rate"] for turn in turns]) for name, turns in found.items()}
    print(f"{args.accounts} accounts, {args.clients} clients, {args.seconds:g} s each; Python {sys.version.split()[0]}")
    for name, turns in found.items():
        p50, p99 = (median([turn[part] for turn in turns]) * 1000 for part in ("p50", "p99"))
        size = turns[-1]["bytes"] / 1024
        print(f"  {name:<13} {rates[name]:7.0f} requests/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   {size:6.1f} KiB each")
    for path in PATHS:
        wish = "   (wanted: at least 0.50)" if path == "/api/results" else ""
        print(f"{path} / hello{'':<{len(PATHS[1]) - len(path)}}   {rates[path] / rates['hello']:.2f}{wish}")
    print(f"memory          {before:.1f} MiB before, {after:.1f} MiB after   (wanted: flat, at most 60 MiB)")


@contextmanager
def server(command: list[str], env: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A server in a process of its own; yields the first address that it prints, and its process id."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        assert process.stdout is not None
        line = process.stdout.readline().split()
        address = next((word for word in line if word.startswith("http")), None)
        if address is None:
            sys.exit(f"{command[0]} did not start")
        try:
            yield address, process.pid
        finally:
            process.terminate()


def wait_for(dashboard: str, accounts: int) -> None:
    """Wait until every account is on the page."""
    for _ in range(300):
        with urllib.request.urlopen(f"{dashboard}api/results", timeout=10) as answer:
            if json.load(answer)["results"][accounts - 1 :]:
                return
        time.sleep(0.1)
    sys.exit("the dashboard did not read every account within 30 s")


def ask(url: str, seconds: float, clients: int) -> dict[str, float]:
    """What a crowd in another process measures."""
    command = [sys.executable, __file__, "--clients", str(clients), "--ask", url, str(seconds)]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


async def crowd(url: str, clients: int, seconds: float) -> dict[str, float]:
    """*clients* connections that each ask again as soon as they have the whole answer; latencies are in seconds."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    request = (
        f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html, application/json\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    )
    times: list[float] = []
    sizes: set[int] = set()
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection(name, int(port), limit=1 << 20)
        while (began := time.perf_counter()) < end:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                sys.exit(f"{url} answered {head[:60]!r}")
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)
            sizes.add(length)
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    times.sort()
    return {
        "rate": len(times) / seconds,
        "p50": times[len(times) // 2],
        "p99": times[int(len(times) * 0.99)],
        "bytes": max(sizes),
    }


def resident(pid: int) -> float:
    """Resident memory of a process in MiB; 0 where /proc does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0)


if __name__ == "__main__":
    main()
