"""The program as a process of its own: signals, pipes, progress, and what it imports."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codex_quota.simulated import Fault, SimulatedService

PROGRAM = [sys.executable, "-m", "codex_quota"]


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    return {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url}


@pytest.mark.parametrize("moment", ["within a request", "within a wait"])
@pytest.mark.parametrize("accounts", [1, 3])
def test_ctrl_c_ends_the_program_at_once(
    service: SimulatedService, world: dict[str, str], tmp_path: Path, moment: str, accounts: int
) -> None:
    for number in range(1, accounts):
        service.add(f"more{number}")
    service.write_accounts(tmp_path / "account")
    service.fail(None, Fault.hang() if moment == "within a request" else Fault.status(503, retry_after=50), times=None)
    process = subprocess.Popen([*PROGRAM, "--verbose"], env=world, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "wait" in line or (moment == "within a request" and "attempt" in line):
            break
    if moment == "within a request":
        service.wait_for_requests(accounts)
    process.send_signal(signal.SIGINT)
    # whatever it was waiting for would take longer than this, and a loaded machine does not
    _, rest = process.communicate(timeout=10)
    assert process.returncode == 130
    assert rest.splitlines()[-1] == "codex-quota: interrupted"
    assert "Traceback" not in rest


def test_a_reader_that_goes_away_is_no_error(world: dict[str, str]) -> None:
    done = subprocess.run(
        f"{sys.executable} -m codex_quota --help | head -1", shell=True, env=world, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("usage: codex-quota [ACCOUNT ...] [options]\n", "")


def on_a_terminal(world: dict[str, str]) -> tuple[str, str]:
    """Standard output, and what a terminal was told as standard error."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(PROGRAM, env=world, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:
        # how a terminal says that nobody writes to it any more
        pass
    os.close(ours)
    assert process.wait() == 0
    before, _, after = shown.decode().rpartition("\r\x1b[K")
    return before, after


@pytest.mark.parametrize(("others", "said"), [(["work"], "1 of 2 accounts answered…"), ([], "asking slow…")])
def test_a_progress_line_appears_on_a_terminal_after_a_second_and_goes_before_the_answer(
    service: SimulatedService, world: dict[str, str], tmp_path: Path, others: list[str], said: str
) -> None:
    service.add("slow", latency=2.5)
    service.write_accounts(tmp_path / "account")
    for path in (tmp_path / "account").iterdir():
        if path.name.removesuffix(".auth.json") not in (*others, "slow"):
            path.unlink()
    before, after = on_a_terminal(world)
    assert before.split("\r\x1b[K")[-1] == said
    assert "Account" in after.splitlines()[0]
    assert "answered" not in after


def test_the_progress_line_says_what_is_waited_for(service: SimulatedService, world: dict[str, str]) -> None:
    service.fail(None, Fault.status(503, retry_after=2))
    before, after = on_a_terminal(world)
    assert "waiting 1 s before asking work again…" in before.split("\r\x1b[K")
    assert "Account" in after.splitlines()[0]


def imported(world: dict[str, str], *words: str) -> set[str]:
    """The top-level packages that a run of the program imports."""
    code = (
        "import sys\n"
        "from codex_quota.builtin.cli.main import main\n"
        f"main({list(words)!r})\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=world, capture_output=True, text=True, check=True)
    return {name for name in done.stderr.splitlines() if name.isidentifier()}


def imported_by_httpx() -> set[str]:
    """What the HTTP library imports by itself; more when the packages of its own command line happen to be there."""
    code = "import sys, httpx; httpx.Client().close(); print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


HEAVY = {"httpx", "httpcore", "backoff", "asyncio", "bottle", "rich", "concurrent", "hashlib"}


@pytest.mark.parametrize(
    ("words", "asks"),
    [(("--help",), False), (("plugins",), False), (("accounts",), False), (("--max-age", "1h"), False), (("--refresh",), True)],
)
def test_only_what_is_used_is_imported(world: dict[str, str], words: tuple[str, ...], asks: bool) -> None:
    subprocess.run(PROGRAM, env=world, check=True, stdout=subprocess.DEVNULL)
    assert imported(world, *words) & HEAVY == (imported_by_httpx() & HEAVY if asks else set())


def test_importing_the_package_imports_almost_nothing() -> None:
    code = "import sys; before = set(sys.modules); import codex_quota; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}; {code}"], capture_output=True, text=True
    )
    assert done.stdout.strip() == "['__future__', 'codex_quota']"


def test_a_cached_answer_comes_while_the_service_is_away(service: SimulatedService, world: dict[str, str]) -> None:
    subprocess.run(PROGRAM, env=world, check=True, stdout=subprocess.DEVNULL)
    service.stop()
    done = subprocess.run([*PROGRAM, "--max-age", "1h"], env=world, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split("\t")[-3]) == (0, "cache")


def test_two_processes_make_one_request(service: SimulatedService, world: dict[str, str], tmp_path: Path) -> None:
    service.accounts["work"].latency = 2.0
    first = subprocess.Popen(PROGRAM, env=world, stdout=subprocess.PIPE, text=True)
    service.wait_for_requests(1, timeout=20)
    second = subprocess.Popen(PROGRAM, env=world, stdout=subprocess.PIPE, text=True)
    sources = [process.communicate()[0].split("\t")[-3] for process in (first, second)]
    assert sources == ["network", "cache"]
    assert len(service.requests) == 1


def started(code: str, world: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """The program as its script starts it, with some *code* before it."""
    start = f"import sys\nfrom codex_quota.builtin.cli.program import run\n{code}\nstatus = run()\n"
    return subprocess.run(
        [sys.executable, "-c", f"{start}print(seen(), file=sys.stderr)\nsys.exit(status)", *words],
        env=world,
        capture_output=True,
        text=True,
    )


def test_nobody_looks_for_garbage_while_it_starts(world: dict[str, str]) -> None:
    code = "import gc\nbegan = gc.get_stats()\nseen = lambda: gc.get_stats() == began"
    done = started(code, world, "accounts")
    assert (done.returncode, done.stderr) == (0, "True\n")


def test_ctrl_c_while_it_is_loaded_is_one_line(world: dict[str, str]) -> None:
    code = (
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'codex_quota.builtin.cli.parser':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "seen = lambda: 'ended'"
    )
    done = started(code, world)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "codex-quota: interrupted\nended\n")
