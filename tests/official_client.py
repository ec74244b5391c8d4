"""The official Codex client's app server, asked over its pipes, and never where it could reach a network.

The protocol is JSON-RPC, one message per line, without the ``jsonrpc`` member.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

SIOCGIFFLAGS, IFF_UP, IFF_LOOPBACK = 0x8913, 0x1, 0x8
START_SECONDS, ANSWER_SECONDS = 60.0, 20.0


class NetworkInReachError(Exception):
    """The client is not started, because it could send something to somebody."""


class RefusedError(Exception):
    """The client's strict decoder does not take the service's answer."""


def interfaces() -> dict[str, bool]:
    """The network interfaces that are up, and for each whether it is a loopback.

    Asked of the kernel, because ``/sys/class/net`` may still show another network namespace's.
    Raises ``NetworkInReachError`` where there is no way to ask.
    """
    if sys.platform != "linux":
        raise NetworkInReachError("the official client runs only on Linux, where it can be cut off from every network")
    import fcntl

    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            answer = fcntl.ioctl(asked, SIOCGIFFLAGS, struct.pack("256s", name.encode()[:15]))
            flags = struct.unpack_from("H", answer, 16)[0]
            if flags & IFF_UP:
                found[name] = bool(flags & IFF_LOOPBACK)
    return found


def refuse_a_network() -> None:
    """Raises ``NetworkInReachError`` unless loopback, and nothing else, is up."""
    up = interfaces()
    outside = sorted(name for name, loopback in up.items() if not loopback)
    if up and not outside:
        return
    why = f"the network is in reach ({', '.join(outside)})" if outside else "loopback is down"
    raise NetworkInReachError(
        f"{why}: the official client runs only cut off from every network, so start as root "
        "unshare -n sh -c 'ip link set lo up && pytest tests/test_official.py --official-codex=PATH'"
    )


class OfficialClient:
    """``codex app-server`` with a Codex home of its own; a context manager that always kills what it started."""

    def __init__(self, executable: Path, home: Path) -> None:
        self._command = [str(executable), "app-server"]
        self._home = home
        self._errors = home / "stderr.txt"
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._asked = 0
        self._ended = False

    def __enter__(self) -> Self:
        refuse_a_network()
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self._home,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._home), "CODEX_HOME": str(self._home)},
                start_new_session=True,
            )
        self._pump = threading.Thread(target=self._read_lines, daemon=True)
        self._pump.start()
        try:
            me = {"name": "codex-quota-tests", "version": "0"}
            self._ask("initialize", {"clientInfo": me}, START_SECONDS)["result"]
            self._send({"method": "initialized"})
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()

    def rate_limits(self) -> dict[str, Any]:
        """What the client makes of the service's present answer; raises ``RefusedError`` when it cannot decode it."""
        answer = self._ask("account/rateLimits/read", None, ANSWER_SECONDS)
        if "error" not in answer:
            found: dict[str, Any] = answer["result"]
            return found
        message = answer["error"]["message"]
        if "Decode error" not in message:
            raise RuntimeError(message)
        raise RefusedError(message.partition("; content-type")[0].rpartition("/usage: ")[2])

    def _ask(self, method: str, params: object, seconds: float) -> dict[str, Any]:
        if self._ended:
            raise RuntimeError("the official client has ended")
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        until = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                self._kill()
                raise TimeoutError(f"the official client did not answer {method} within {seconds:g} s") from None
            if not line:
                self._kill()
                raise RuntimeError(f"the official client has ended: {self._errors.read_text(errors='replace')[-2000:]}")
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == self._asked and "method" not in message:
                return message

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _kill(self) -> None:
        """End the whole process group: the executable may be a launcher with the client as its child."""
        if self._ended:
            return
        self._ended = True
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._pump.join(timeout=5)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
