"""Starts an image that buildah built, in the ways people start it, and asks it over HTTP.

build-without-docker.sh runs this, as root.
``buildah run`` starts it without a container runtime; crun starts it as ``docker run`` and as docker-compose.yml would:
process 1 of its own, Docker's capabilities or the compose file's, a writable or a read-only root.
The network is this machine's and resource limits are not set, since both may need more than a build machine allows.
Prints a line for each start and raises ``AssertionError`` at the first that is not as it should be.
"""

# ruff: noqa: S603, S607

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).parent
OWN = 10001
TOKEN = "only-for-this-try"  # noqa: S105
DAC_OVERRIDE = 1 << 1
# What Docker gives a container that asks for nothing.
DOCKER = (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"
)
CRUN = ("crun", "--cgroup-manager=disabled")


@dataclass(frozen=True, kw_only=True)
class Start:
    """One way to start it: by what, who owns the account directory, ``--user``, and which user and capabilities are expected."""

    by: str
    owner: int
    user: int = 0
    runs_as: int
    capabilities: int = 0


STARTS = (
    Start(by="buildah run", owner=1234, runs_as=1234),
    Start(by="docker run", owner=1000, runs_as=1000),
    Start(by="docker run", owner=1000, user=1000, runs_as=1000),
    Start(by="docker run", owner=0, runs_as=OWN, capabilities=DAC_OVERRIDE),
    Start(by="docker compose", owner=1000, runs_as=1000),
    Start(by="docker compose", owner=0, runs_as=OWN, capabilities=DAC_OVERRIDE),
)


class Image:
    """A working container of buildah's; *buildah* is its command with the storage options."""

    def __init__(self, buildah: list[str], container: str, work: Path) -> None:
        self.buildah, self.container, self.work = buildah, container, work
        self.root = self._say("mount", container).strip()
        self.config: dict[str, Any] = json.loads(self._say("inspect", container))["Docker"]["config"]
        self.command = [*self.config["Entrypoint"], *self.config["Cmd"]]
        self.health = self.config["Healthcheck"]["Test"][1:]

    def run(self, words: list[str], *, mount: str, environ: dict[str, str]) -> list[str]:
        """The command that runs *words* in it without a runtime."""
        variables = [f"--env={name}={value}" for name, value in environ.items()]
        return [*self.buildah, "run", "--isolation=chroot", f"--volume={mount}", *variables, self.container, "--", *words]

    def bundle(self, start: Start, account: Path, environ: dict[str, str]) -> Path:
        """A directory that crun can run."""
        place = self.work / "bundle"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        subprocess.run(["crun", "spec"], cwd=place, check=True)
        spec = json.loads((place / "config.json").read_text())
        composed = start.by == "docker compose"
        names = _compose_list("cap_add") if composed else DOCKER.split()
        held = [f"CAP_{name}" for name in names]
        spec["process"].update(
            terminal=False,
            args=self.command,
            env=[*self.config["Env"], *(f"{name}={value}" for name, value in environ.items())],
            cwd=self.config["WorkingDir"],
            user={"uid": start.user, "gid": start.user},
            capabilities={"bounding": held} | ({} if start.user else {"effective": held, "permitted": held}),
            noNewPrivileges=composed,
        )
        spec["root"] = {"path": self.root, "readonly": composed}
        spec["mounts"] = [mount for mount in spec["mounts"] if mount["type"] != "cgroup"]
        spec["mounts"].append({"type": "bind", "source": str(account), "destination": "/app/account", "options": ["bind", "rw"]})
        if composed:
            spec["mounts"].append({"type": "tmpfs", "source": "tmpfs", "destination": "/tmp", "options": ["mode=1777"]})  # noqa: S108
        spec["linux"]["namespaces"] = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
        spec["linux"].pop("resources", None)
        (place / "config.json").write_text(json.dumps(spec))
        return place

    def _say(self, *words: str) -> str:
        return subprocess.run([*self.buildah, *words], check=True, capture_output=True, text=True).stdout


def try_start(image: Image, start: Start, accounts: Path, service: str) -> str:
    """Start it, ask it, end it; the line to print."""
    account, port = image.work / "account", _free_port()
    _copy_accounts(accounts, account, start.owner)
    environ = {
        "CODEX_QUOTA_PORT": str(port),
        "CODEX_QUOTA_CHATGPT_URL": service,
        "CODEX_QUOTA_RETRIES": "0",
        "CODEX_QUOTA_ADMIN_TOKEN": TOKEN,
    }
    if start.by == "buildah run":
        begin = image.run(image.command, mount=f"{account}:/app/account", environ=environ)
        check = image.run(image.health, mount=f"{account}:/app/account", environ=environ)
    else:
        begin = [*CRUN, "run", "--bundle", str(image.bundle(start, account, environ)), "codex-quota"]
        check = [*CRUN, "exec", "codex-quota", *image.health]
    before = time.monotonic()
    with _running(begin, image.work / "container.log") as running:
        ready = _wait(lambda: _get(port, "/healthz")[0] == 200, running) - before
        names = sorted(path.name.removesuffix(".auth.json") for path in accounts.iterdir())
        _wait(lambda: [result["account"] for result in _results(port)] == names, running)
        assert [result["account"] for result in _results(port) if result["error"]] == ["signed-out"], _results(port)
        status, page = _get(port, "/")
        assert (status, b"</html>" in page) == (200, True), (status, page[:300])
        server = _below(running.pid)[-1]
        memory = _check_process(server, start)
        assert subprocess.run(check, check=False).returncode == 0, "the health check failed"
        _save_account(port, "added", next(accounts.iterdir()).read_text())
        for path in (account / "codex_quota_web_results.json", account / "added.auth.json"):
            _wait(path.exists, running)
            facts = path.stat()
            assert (facts.st_uid, facts.st_mode & 0o777) == (start.runs_as, 0o600), (path.name, facts)
        before = time.monotonic()
        os.kill(server, signal.SIGTERM)
        assert running.wait(timeout=10) == 0, f"exit status {running.returncode} after SIGTERM"
        ending = time.monotonic() - before
    asked = f"{start.by} --user {start.user}" if start.user else start.by
    return (
        f"{asked}, directory of {start.owner}: runs as {start.runs_as}, capabilities {start.capabilities:#x}; "
        f"healthy after {ready:.2f} s, {len(names)} accounts, {memory:.0f} MiB; "
        f"ended {ending:.2f} s after SIGTERM"
    )


def _check_process(pid: int, start: Start) -> float:
    """Its user, its capabilities, and its memory, which is returned in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert set(facts["Uid"].split()) == {str(start.runs_as)}, facts["Uid"]
    assert int(facts["CapEff"], 16) == start.capabilities, facts["CapEff"]
    assert facts["NoNewPrivs"] == "1"
    return int(facts["VmRSS"].split()[0]) / 1024


@contextmanager
def simulated(image: Image, accounts: Path) -> Iterator[str]:
    """The simulated service, run from the image too; yields its address."""
    words = ["python", "-m", "codex_quota.simulated", "--demo", "--account-dir", "/accounts"]
    command = image.run(words, mount=f"{accounts}:/accounts", environ={})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.stdin.close()


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as running:
        try:
            yield running
        except BaseException:
            print(log.read_text(errors="replace"), file=sys.stderr)
            raise
        finally:
            for pid in _below(running.pid) if running.poll() is None else ():
                os.kill(pid, signal.SIGKILL)


def _copy_accounts(accounts: Path, to: Path, owner: int) -> None:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(accounts, to)
    for path in (to, *to.iterdir()):
        path.chmod(0o700 if path == to else 0o600)
        os.chown(path, owner, owner)


def _compose_list(key: str) -> list[str]:
    found = re.search(rf"^ +{key}: \[(.*)\]$", (HERE.parent / "docker-compose.yml").read_text(), re.MULTILINE)
    assert found, key
    return found[1].split(", ")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except ConnectionError:
        return 0, b""
    finally:
        connection.close()


def _results(port: int) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads(_get(port, "/api/results")[1])["results"]
    return results


def _save_account(port: int, name: str, auth_json: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/auth/save", urlencode({"name": name, "auth_json": auth_json}), headers)
    answer = connection.getresponse()
    assert answer.status in (200, 303), (answer.status, answer.read()[:1000])
    connection.close()


def _wait(done: Callable[[], bool], running: subprocess.Popen[bytes]) -> float:
    deadline = time.monotonic() + 20
    while not done():
        assert running.poll() is None, f"it ended with exit status {running.returncode}"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
    return time.monotonic()


def _below(pid: int) -> list[int]:
    """The process *pid* and, from parent to child, those below it; the last one is the program itself."""
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(below for child in children for below in _below(child))]


def main() -> None:
    """Arguments: the working directory, the container, buildah with its options."""
    work, container, *buildah = sys.argv[1:]
    image = Image(buildah, container, Path(work))
    accounts = image.work / "accounts"
    accounts.mkdir(exist_ok=True)
    with simulated(image, accounts) as service:
        for start in STARTS:
            if start.by == "buildah run" or shutil.which("crun"):
                print(try_start(image, start, accounts, service), flush=True)
            else:
                print(f"{start.by}: not tried, since crun is not installed")


if __name__ == "__main__":
    main()
