"""A real ``redis-server`` of one's own: a free port and a socket, a directory of its own, nothing kept on disk."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

SERVER = "redis-server"


def need_redis_server() -> str:
    """The executable; skips the test without it, but fails where ``CI`` is set."""
    found = shutil.which(SERVER)
    if found is None:
        said = f"{SERVER} is not installed; with apt it is the package redis-server"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return found


class RealRedis:
    """A server that can be stopped and started again on the same port; *words* are further arguments of ``redis-server``."""

    def __init__(self, *words: str) -> None:
        self._server = need_redis_server()
        self._words = words
        self._process: subprocess.Popen[str] | None = None
        # not below pytest's directory, whose path may be too long for a socket
        self.directory = Path(tempfile.mkdtemp(prefix="codex-quota-redis-"))
        self.socket = self.directory / "redis.sock"
        self.port = free_port()

    @property
    def url(self) -> str:
        """The address, without a password."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def unix_url(self) -> str:
        """The address of the socket."""
        return f"unix://{self.socket}"

    def start(self) -> RealRedis:
        """Start it and wait until it takes connections."""
        command = [
            self._server, "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket),
            "--dir", str(self.directory), "--save", "", "--appendonly", "no", *self._words,
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said += line
            if "Ready to accept connections" in line or "ready to accept connections at" in line:
                return self
        self.remove()
        raise RuntimeError(f"redis-server did not start: {said}")

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def remove(self) -> None:
        """End it and remove its directory."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def free_port() -> int:
    """A port of this machine where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
