"""``codex-quota watch`` as people meet it: the real program in a terminal, and in a pipe."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota.builtin.cli import watch_interval
from codex_quota.simulated import Fault, SimulatedService
from codex_quota.testing import install_plugin
from program import Program
from terminals import Tty

PROGRAM = [sys.executable, "-m", "codex_quota"]
RUN = "import sys\nfrom codex_quota.__main__ import main\nsys.exit(main({words!r}))\n"
# the same rules with shorter times, so that nobody has to wait for a minute
QUICK = """
from datetime import timedelta
from codex_quota.builtin.cli import watch_interval, watch_reading
watch_reading.SHORTEST = timedelta(0)
watch_interval.FLOOR = watch_reading.FLOOR = timedelta(seconds=0.2)
watch_reading.BATCH = timedelta(0)
"""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Watch = Callable[..., Tty]


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work", five_hour=(12, 3 * HOUR + timedelta(minutes=30)), weekly=(41, 4 * DAY))
    service.add("spent", five_hour=10, weekly=(100, 30 * HOUR))
    service.add("a2", five_hour=None, weekly=None, monthly=(35, 12 * DAY))
    service.write_accounts(tmp_path / "account")
    return {**environ, "CODEX_QUOTA_CHATGPT_URL": service.url, "CODEX_QUOTA_RETRIES": "0"}


@pytest.fixture
def watch(world: dict[str, str]) -> Iterator[Watch]:
    """Starts the program in a terminal and waits for its first whole picture."""
    started: list[Tty] = []

    def start(
        *words: str,
        quick: bool = False,
        before: str = "",
        size: tuple[int, int] = (80, 24),
        ready: str = "next refresh",
        **more: str,
    ) -> Tty:
        code = (QUICK if quick else "") + before + RUN.format(words=["watch", *words])
        tty = Tty.python(code, {**world, **more}, size=size)
        started.append(tty)
        if ready:
            tty.await_text(ready)
        return tty

    yield start
    for tty in started:
        tty.__exit__()


def test_the_first_picture_is_a_header_the_table_and_the_keys(watch: Watch) -> None:
    tty = watch()
    lines = tty.shown.text()
    assert tty.shown.other
    assert not tty.shown.cursor_visible
    assert re.fullmatch(r"\d\d:\d\d   next refresh in [45]m   2 of 3 usable, next back \w{3} \d\d:\d\d \(1d 5h\)", lines[0])
    with Tty([*PROGRAM, "--refresh"], tty.environ) as other:
        assert other.await_end() == 0
        table = other.shown.text()
    # the minutes of a countdown may have gone on meanwhile
    shown, expected = ([re.sub(r"\d+m\b", "m", line).rstrip() for line in text] for text in (lines[2:-1], table))
    assert [line for line in shown if line] == [line for line in expected if line]
    assert lines[-1] == "q quit  r refresh  s sort: name  t time: both  u % left  ? help"


def test_keys_change_the_picture_and_nothing_is_asked(service: SimulatedService, watch: Watch) -> None:
    tty = watch()
    asked = len(service.requests)
    assert order(tty.shown.text()) == ["a2", "spent", "work"]
    tty.send("s")
    assert order(tty.await_text("s sort: left")) == ["a2", "work", "spent"]
    tty.send("s")
    assert order(tty.await_text("s sort: reset")) == ["work", "spent", "a2"]
    tty.send("u")
    assert any(re.search(r"monthly .* 35 ", line) for line in tty.await_text("% used", "u % used"))
    tty.send("t")
    assert not any("(" in line for line in tty.await_text("t time: clock")[2:])
    tty.send("t")
    tty.await_text("t time: countdown", "in 3h 29m")
    tty.send("?")
    tty.await_text("quit, as Ctrl-C does", "? back")
    tty.send("\x1b")
    tty.await_text("Account", "? help")
    assert len(service.requests) == asked


def order(lines: list[str]) -> list[str]:
    """The accounts from top to bottom."""
    return [word for line in lines[2:] for word in line.split(" ")[:1] if word in ("a2", "spent", "work")]


def test_more_rows_than_the_screen_has_are_scrolled(watch: Watch) -> None:
    tty = watch(size=(80, 6))
    assert tty.shown.text()[-1].endswith("? help  1-3 of 7")
    tty.send("\x1b[B")
    tty.await_text("2-4 of 7", "Account")
    tty.send("\x1b[4~")
    lines = tty.await_text("5-7 of 7", "Account")
    assert lines[-2].startswith("spent: weekly limit is used up")
    tty.send("\x1b[5~\x1b[5~")
    tty.await_text("1-3 of 7")


@pytest.mark.parametrize("signalled", [True, False])
def test_another_size_makes_another_picture(watch: Watch, signalled: bool) -> None:
    tty = watch()
    wide = tty.shown.text()
    tty.resize(40, 12)
    if not signalled:
        tty.send("\x0c")
    narrow = tty.await_screen(lambda lines: lines[-1] == "q quit  r refresh  ? help  1-8 of 11")
    assert max(map(len, narrow)) <= 40
    assert narrow[0].endswith("next refresh in 4m")
    tty.resize(80, 24)
    tty.await_screen(lambda lines: lines[2:] == wide[2:])


def test_a_service_that_goes_away_leaves_the_old_figures_and_comes_back(service: SimulatedService, watch: Watch) -> None:
    often = "watch_interval.STALE = timedelta(seconds=0.4)\nwatch_interval.interval = lambda *_, **__: timedelta(seconds=0.2)\n"
    tty = watch("work", quick=True, before=often)
    service.stop()
    lines = tty.await_text("last refresh failed", "work: figures are from")
    assert any(re.match(r"work +Plus +5 h .* (cache, )?<1m old$", line) for line in lines)
    service.start()
    tty.await_screen(
        lambda lines: "failed" not in "\n".join(lines) and any(re.match(r"work +Plus +5 h .* network$", line) for line in lines)
    )


def test_a_key_asks_the_service_again(service: SimulatedService, watch: Watch) -> None:
    tty = watch("work", quick=True)
    service.accounts["work"].use(five_hour=50)
    tty.send("r")
    tty.await_screen(lambda lines: any(re.search(r"5 h .* 38 ", line) for line in lines))
    assert len(service.requests) == 2


def test_the_program_s_own_times_forbid_asking_again_within_ten_seconds(service: SimulatedService, watch: Watch) -> None:
    tty = watch("work")
    tty.send("r")
    tty.await_screen(lambda lines: bool(re.search(r"next refresh in (10|[5-9])s", lines[0])))
    assert len(service.requests) == 1
    assert timedelta(minutes=1) == watch_interval.FLOOR


@pytest.mark.parametrize(
    ("how", "status"),
    [("q", 0), ("\x03", 0), (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 0), (signal.SIGQUIT, 0)],
    ids=lambda value: repr(value),
)
def test_the_end_gives_the_terminal_back(watch: Watch, how: str | signal.Signals, status: int) -> None:
    tty = watch(before="print('before', flush=True)\n")
    assert tty.is_raw
    if isinstance(how, str):
        tty.send(how)
    else:
        tty.process.send_signal(how)
    assert tty.await_end() == status
    assert_given_back(tty)


def assert_given_back(tty: Tty) -> None:
    """The screen from before is there, with a cursor, and keys are lines again."""
    assert (tty.shown.other, tty.shown.cursor_visible, tty.is_raw) == (False, True, False)
    assert tty.current_modes == tty.modes
    assert tty.shown.text()[0] == "before"


def test_an_error_in_between_gives_the_terminal_back_and_is_told(watch: Watch) -> None:
    breaks = (
        "print('before', flush=True)\n"
        "from codex_quota.builtin.cli import watch_screen\n"
        "def formatted(*words, real=watch_screen.formatted):\n"
        "    return 1 / 0 if words[2].show == 'used' else real(*words)\n"
        "watch_screen.formatted = formatted\n"
    )
    tty = watch("work", before=breaks)
    tty.send("u")
    assert tty.await_end() == 1
    assert_given_back(tty)
    assert tty.shown.text()[1].startswith("codex-quota: the command watch failed: ZeroDivisionError")


@pytest.mark.parametrize("moment", ["within a request", "within a wait"])
def test_the_end_comes_within_a_second_whatever_the_service_does(service: SimulatedService, watch: Watch, moment: str) -> None:
    service.fail(None, Fault.hang() if moment == "within a request" else Fault.status(503, retry_after=50), times=None)
    tty = watch("--retries", "3", ready="asking")
    service.wait_for_requests(3)
    if moment == "within a wait":
        service.wait_until_idle()
    began = time.monotonic()
    tty.send("q")
    assert tty.await_end() == 0
    assert time.monotonic() - began < 1


def test_keys_react_while_the_service_is_asked(service: SimulatedService, watch: Watch) -> None:
    service.fail("work", Fault.hang(), times=None)
    tty = watch(ready="asking 1 account")
    tty.await_screen(lambda lines: order(lines) == ["a2", "spent"])
    tty.send("s")
    tty.await_text("asking 1 account", "s sort: left")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_stopped_program_gives_the_terminal_back_and_goes_on(world: dict[str, str]) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    code = "import os, fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp('bash', " + repr(shell) + ")"
    environ = {**os.environ, **world, "PS1": "$ ", "TERM": "xterm"}
    with Tty([sys.executable, "-c", code], environ, size=(80, 24)) as tty:
        tty.await_text("$")
        tty.send(f"bind 'set enable-bracketed-paste off'; {sys.executable} -m codex_quota watch work; echo status $?\n")
        tty.await_text("next refresh", "q quit")
        tty.send("\x1a")
        tty.await_text("Stopped", "status 148")
        assert (tty.shown.other, tty.shown.cursor_visible) == (False, True)
        tty.send("fg\n")
        tty.await_text("next refresh", "q quit")
        assert tty.shown.other
        tty.send("u")
        tty.await_text("u % used")
        tty.send("q")
        tty.await_screen(lambda lines: not tty.shown.other)
        tty.send("echo status $?\n")
        tty.await_text("status 0")


def test_a_program_that_was_stopped_from_outside_draws_everything_anew(watch: Watch) -> None:
    tty = watch()
    shown = tty.shown.text()
    tty.process.send_signal(signal.SIGSTOP)
    tty.shown.feed("\x1b[?1049l\x1b[?25hrubbish\r\n")
    tty.process.send_signal(signal.SIGCONT)
    tty.await_screen(lambda lines: lines[2:] == shown[2:])
    assert (tty.shown.other, tty.shown.cursor_visible) == (True, False)


def test_what_plugins_print_and_what_is_wrong_with_them_stands_in_the_header_and_is_told_afterwards(
    world: dict[str, str], watch: Watch, tmp_path: Path
) -> None:
    module = (
        "import codex_quota\n"
        "@codex_quota.hookimpl\n"
        "def snapshots_updated(current):\n"
        "    print('heard of', *sorted(current))\n"
        "    raise RuntimeError('enough')\n"
    )
    install_plugin(tmp_path / "plugins", "noisy-plugin", {"noisy": "noisy_plugin"}, noisy_plugin=module)
    tty = watch(
        "work", PYTHONPATH=str(tmp_path / "plugins"), before="print('before', flush=True)\n", ready="RuntimeError: enough"
    )
    lines = tty.shown.text()
    assert "noisy" in lines[1]
    assert "Account" in lines[3]
    tty.send("q")
    assert tty.await_end() == 0
    after = "\n".join(tty.shown.text())
    assert re.search(r"^before\nheard of work\n.*noisy.*RuntimeError: enough", after, flags=re.S)


@pytest.mark.parametrize(("key", "status", "said"), [("", 0, ""), ("\x03", 130, "codex-quota: interrupted")])
def test_plugins_that_still_hear_of_a_reading_are_waited_for_unless_that_takes_too_long(
    watch: Watch, tmp_path: Path, key: str, status: int, said: str
) -> None:
    module = (
        "import codex_quota, pathlib\n"
        "@codex_quota.hookimpl\n"
        "def snapshots_updated(current, options):\n"
        "    pathlib.Path(options.environ['HOME'], 'heard').read_text()\n"
    )
    install_plugin(tmp_path / "plugins", "slow-plugin", {"slow": "slow_plugin"}, slow_plugin=module)
    (tmp_path / "home").mkdir(exist_ok=True)
    os.mkfifo(tmp_path / "home" / "heard")
    tty = watch("work", PYTHONPATH=str(tmp_path / "plugins"), ready="weekly")
    tty.send("q")
    lines = tty.await_text("codex-quota: waiting for plugins that hear of the last reading; Ctrl-C leaves at")
    assert not tty.shown.other
    assert lines[0].startswith("codex-quota: waiting for plugins")
    if key:
        tty.send(key)
        if not tty.ends_within(2):
            # Python misses a signal that comes just before it begins to wait for a lock, until the next one
            tty.send(key)
    else:
        (tmp_path / "home" / "heard").write_text("")
    assert tty.await_end() == status
    assert said in "\n".join(tty.shown.text())
    assert not tty.is_raw


@pytest.mark.parametrize(
    ("wish", "variables", "colour"),
    [("auto", {}, True), ("auto", {"NO_COLOR": "1"}, False), ("never", {}, False), ("always", {"NO_COLOR": "1"}, True)],
)
def test_colours_are_there_when_they_are_wanted(watch: Watch, wish: str, variables: dict[str, str], colour: bool) -> None:
    tty = watch("--color", wish, **variables)
    assert (re.search(rb"\x1b\[[0-9;]*3[1-3]m", tty.written) is not None) == colour


def test_a_terminal_without_unicode_gets_what_it_has(watch: Watch, service: SimulatedService, tmp_path: Path) -> None:
    service.add("工作", five_hour=(12, HOUR), weekly=None)
    service.write_accounts(tmp_path / "account")
    tty = watch(PYTHONIOENCODING="ascii")
    assert tty.written.isascii()
    lines = tty.shown.text()
    assert any(re.match(r"\?\?\?\? +Plus +5 h +#+-+ +88 ", line) for line in lines)


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"CODEX_QUOTA_VERBOSE": "1"}])
def test_without_a_screen_the_table_is_printed_for_each_refresh(watch: Watch, variables: dict[str, str]) -> None:
    tty = watch("work", ready="Account", **variables)
    tty.await_text("weekly")
    assert b"\x1b[?1049h" not in tty.written
    tty.send("\x03")
    assert tty.await_end() == 0


def test_without_a_keyboard_it_runs_until_it_is_interrupted(watch: Watch) -> None:
    tty = watch("work", before="import os; os.dup2(os.open(os.devnull, os.O_RDONLY), 0)\n")
    assert tty.shown.text()[-1] == "Ctrl-C quit"
    tty.send("\x03")
    assert tty.await_end() == 0


def piped(world: dict[str, str], *words: str, code: str = "") -> subprocess.Popen[str]:
    """The program with standard output in a pipe, and times in which a test can wait for several refreshes."""
    run = QUICK + "watch_interval.interval = lambda *_, **__: timedelta(seconds=0.2)\n" + code
    return subprocess.Popen(
        [sys.executable, "-c", run + RUN.format(words=["watch", *words])],
        env={**os.environ, **world},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pipe_gets_the_plain_text_for_each_refresh_at_once(service: SimulatedService, world: dict[str, str]) -> None:
    with piped(world, "work", "a2") as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(4)]
        service.accounts["work"].use(five_hour=50)
        while "\t38\t" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest, problems = process.communicate(timeout=10)
    assert first[0].split("\t")[:3] == ["account", "five_hour%", "weekly%"]
    assert [line.split("\t")[:3] for line in first[1:3]] == [["a2", "-", "-"], ["work", "88", "59"]]
    assert first[3] == "\n"
    assert (process.returncode, problems) == (0, "")
    assert rest.count("account\t") <= 2


def test_a_pipe_gets_one_document_a_line_with_format_json(world: dict[str, str]) -> None:
    with piped(world, "work", "--format", "json") as process:
        assert process.stdout is not None
        documents = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""
    assert [[one["account"] for one in document["results"]] for document in documents] == [["work"], ["work"]]
    assert documents[0]["generated_at"] <= documents[1]["generated_at"]
    assert process.returncode == 0


def test_problems_are_told_once_while_they_last(service: SimulatedService, world: dict[str, str]) -> None:
    service.sign_out("work")
    with piped(world, "work") as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline().startswith("account\t")
            assert process.stdout.readline().split("\t")[-1] == "failed\n"
            assert process.stdout.readline() == "\n"
        process.send_signal(signal.SIGINT)
        problems = process.communicate(timeout=10)[1]
    assert problems.count("work: signed out") == len(problems.splitlines()) == 1


def test_a_reader_that_goes_away_ends_it_at_once_and_quietly(world: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "watch", "work"], env={**os.environ, **world}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("account\t")
    process.stdout.close()
    # the next refresh would be in five minutes
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nobody"], 2, "codex-quota: there is no account 'nobody'; there is: a2, spent, work\n"),
        (["--interval", "9"], 2, "codex-quota: --interval: must be at least 10 seconds; see codex-quota watch --help\n"),
        (["--format", "poem"], 2, None),
        (["--working-hours", "late"], 2, None),
        (["--account-dir", "nowhere", "--source", "directory"], 1, None),
    ],
)
def test_what_cannot_be_watched_is_said_before_the_first_picture(
    program: Program, words: list[str], status: int, said: str | None
) -> None:
    assert program.service is not None
    for name in ("work", "spent", "a2"):
        program.service.add(name)
    program.serve()
    ran = program("watch", *words)
    assert (ran.status, ran.out) == (status, "")
    assert ran.err == said if said else ran.err.count("\n") == 1
    assert program.service.requests == []
