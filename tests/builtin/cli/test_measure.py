"""``codex-quota measure``: the figures, the words, and a real command with its streams, signals and exit status."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from codex_quota import Credits, Quota, SpendLimit, UsageError, Window
from codex_quota.builtin.cli.measure import Measure
from codex_quota.builtin.cli.measuring import Measured, measured
from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService
from codex_quota.testing import SAMPLE_NOW, CommandContract, make_quota, make_snapshot, make_window
from program import Program
from simulation import Simulation

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROUGH = "codex-quota: the service tells whole percents, so each difference is up to 1 point more or less"


class TestContract(CommandContract):
    words = ("--settle", "0", "--", "true")
    test_an_argument_that_it_does_not_know_is_told_in_one_line = None  # type: ignore[assignment] # it is the command's

    def make(self) -> Measure:
        return Measure()


def five(used: float | None, after: timedelta | None = 2 * HOUR, *, started: bool | None = True) -> Window:
    return make_window("five_hour", used, after, started=started)


def moved(before: Window | Quota, after: Window | Quota, lasted: timedelta = 20 * MINUTE) -> Measured:
    """What is made of two readings that lie *lasted* apart; resets count from the first one."""
    quotas = [each if isinstance(each, Quota) else make_quota(each, reached=False) for each in (before, after)]
    first, second = (make_snapshot("work", quota) for quota in quotas)
    return measured(first, replace(second, fetched_at=SAMPLE_NOW + lasted))


@pytest.mark.parametrize(
    ("before", "after", "lasted", "points", "text"),
    [
        (five(12), five(15), 20 * MINUTE, 3, "5 h 3 points (12 → 15 % used)"),
        (five(12), five(13), 20 * MINUTE, 1, "5 h 1 point (12 → 13 % used)"),
        (five(12), five(12), 20 * MINUTE, 0, "5 h below 1 point (12 % used)"),
        (five(12.5), five(12.5), 20 * MINUTE, 0, "5 h 0 points (12.5 % used)"),
        (five(12.5), five(12.75), 20 * MINUTE, 0.25, "5 h 0.2 points (12.5 → 12.8 % used)"),
        # a reset time jitters by seconds, and a figure may be corrected by a point
        (five(12), five(15, 2 * HOUR + 40 * SECOND), 20 * MINUTE, 3, "5 h 3 points (12 → 15 % used)"),
        (five(12), five(11), 20 * MINUTE, 0, "5 h below 1 point (11 % used)"),
        # the first use starts a window
        (five(0, 5 * HOUR, started=False), five(4, 5 * HOUR + MINUTE), 20 * MINUTE, 4, "5 h 4 points (0 → 4 % used)"),
        (five(0, 5 * HOUR, started=False), five(0, 5 * HOUR + 20 * MINUTE, started=False), 20 * MINUTE, 0,
         "5 h below 1 point (0 % used)"),
        # the old window ended 10 minutes after the start, and the new one is used
        (five(58, 10 * MINUTE), five(6, 5 * HOUR + 11 * MINUTE), 20 * MINUTE, 6,
         "5 h at least 6 points, reset in between (58 → 6 % used)"),
        (five(3, 10 * MINUTE), five(6, 5 * HOUR + 11 * MINUTE), 20 * MINUTE, 6,
         "5 h at least 6 points, reset in between (3 → 6 % used)"),
        (five(58, 10 * MINUTE), five(0, 5 * HOUR + 20 * MINUTE, started=False), 20 * MINUTE, 0,
         "5 h not known, reset in between (58 → 0 % used)"),
        # an early reset
        (five(58), five(1, 5 * HOUR + 10 * MINUTE), 20 * MINUTE, 1, "5 h at least 1 point, reset in between (58 → 1 % used)"),
        # a whole window fits in between
        (five(0, 5 * HOUR, started=False), five(4, 10 * HOUR), 6 * HOUR, 4,
         "5 h at least 4 points, reset in between (0 → 4 % used)"),
        (five(100), five(100), 20 * MINUTE, 0, "5 h 0 points (used up before)"),
        (five(97), five(100), 20 * MINUTE, 3, "5 h 3 points (97 → 100 % used)"),
        (five(None), five(15), 20 * MINUTE, None, "5 h not known (now 15 % used)"),
        (five(15), five(None), 20 * MINUTE, None, "5 h not known (now - % used)"),
        (make_quota(reached=False), five(15), 20 * MINUTE, None, "5 h not known (now 15 % used)"),
    ],
)  # fmt: skip
def test_one_window(before: Window, after: Window, lasted: timedelta, points: float | None, text: str) -> None:
    found = moved(before, after, lasted)
    assert ([move.points for move in found.moves], found.text) == ([points], text)


def test_every_main_window_is_told_and_of_other_limits_what_moved() -> None:
    def quota(*used: float) -> Quota:
        names = ("codex", "codex", "Spark", "Flash")
        return make_quota(
            make_window("weekly", used[0], DAY),
            make_window("five_hour", used[1], HOUR),
            *(make_window("weekly", n, DAY, limit=name) for n, name in zip(used[2:], names[2:], strict=True)),
            reached=False,
        )

    found = moved(quota(40, 10, 7, 8), quota(41, 10, 9, 8))
    assert found.text == "5 h below 1 point (10 % used), weekly 1 point (40 → 41 % used), Spark weekly 2 points (7 → 9 % used)"
    assert (found.moved, found.is_rough, len(found.moves)) == (True, True, 4)


def money(spent: str | None, credits: str | None) -> Quota:  # noqa: A002
    spend = None if spent is None else SpendLimit(limit=Decimal(50), used=Decimal(spent))
    owned = None if credits is None else Credits(has_credits=True, balance=Decimal(credits))
    return make_quota(reached=False, spend=spend, credits=owned)


@pytest.mark.parametrize(
    ("before", "after", "text", "any_moved"),
    [
        (money("36.80", None), money("37.05", None), "spend 0.25 (36.80 → 37.05)", True),
        (money("36.80", None), money("36.80", None), "spend unchanged (36.80)", False),
        (money(None, "394.75"), money(None, "390"), "credits 4.75 (394.75 → 390)", True),
        (money("1", "5"), money("2", "5"), "spend 1 (1 → 2), credits unchanged (5)", True),
        (money(None, "0"), money(None, "0"), "it has no window to measure", False),
        (money(None, None), money(None, None), "it has no window to measure", False),
    ],
)
def test_amounts(before: Quota, after: Quota, text: str, any_moved: bool) -> None:
    found = moved(before, after)
    assert (found.text, found.moved) == (text, any_moved)


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with SimulatedService(now=SAMPLE_NOW) as service:
        yield Simulation(tmp_path, service)


@contextmanager
def during(simulation: Simulation, act: Callable[[], object], status: int = 0) -> Iterator[list[str]]:
    """A command that runs until *act* was done, which is between the two readings, and then ends with that status."""
    runs, gate = simulation.directory / "runs", simulation.directory / "gate"
    os.mkfifo(runs)
    os.mkfifo(gate)

    def between() -> None:
        runs.read_text(encoding="utf-8")
        act()
        gate.write_text("go\n", encoding="utf-8")

    thread = threading.Thread(target=between, daemon=True)
    thread.start()
    yield ["--", "sh", "-c", f'echo > "$1"; read go < "$2"; exit {status}', "sh", str(runs), str(gate)]
    thread.join(10)
    assert not thread.is_alive()


def test_it_tells_what_the_command_used_and_passes_its_status_on(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=(12, HOUR), weekly=(41, DAY))

    def use() -> None:
        work.use(five_hour=3, weekly=0.5)
        simulation.service.advance(20 * MINUTE)

    with during(simulation, use, status=7) as words:
        ran = simulation.run(Measure(simulation.sleep), *words)
    assert (ran.status, ran.out, simulation.slept) == (7, "", [])
    assert ran.err.splitlines() == ["codex-quota: work: 5 h 3 points (12 → 15 % used), weekly below 1 point (41 % used)", ROUGH]


def test_when_nothing_moved_it_asks_once_more(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=(12, HOUR), weekly=(41, DAY))

    def late(seconds: float) -> None:
        simulation.sleep(seconds)
        work.use(five_hour=1)

    ran = simulation.run(Measure(late), "--settle", "30", "--", "true", terminal=True)
    assert (ran.status, simulation.slept, len(simulation.service.requests)) == (0, [30.0], 3)
    assert ran.err.splitlines() == [
        "codex-quota: nothing has moved yet; asking once more in 30 s",
        "codex-quota: work: 5 h 1 point (12 → 13 % used), weekly below 1 point (41 % used)",
        ROUGH,
    ]


def test_once_more_is_not_twice_more(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=(12, HOUR), weekly=(41, DAY))
    ran = simulation.run(Measure(simulation.sleep), "--", "true")
    assert (simulation.slept, len(simulation.service.requests)) == ([10.0], 3)
    assert ran.err == "codex-quota: work: 5 h below 1 point (12 % used), weekly below 1 point (41 % used)\n"


def test_settle_0_does_not_ask_again(simulation: Simulation) -> None:
    simulation.service.add("work")
    simulation.run(Measure(simulation.sleep), "--settle", "0", "--", "true")
    assert (simulation.slept, len(simulation.service.requests)) == ([], 2)


def test_the_cache_is_not_asked(simulation: Simulation) -> None:
    simulation.service.add("work", weekly=(100, DAY))
    simulation.run(Measure(simulation.sleep), "--settle", "0", "--max-age", "1h", "--", "true")
    assert len(simulation.service.requests) == 2


def test_of_many_accounts_those_that_did_not_move_share_a_line(simulation: Simulation) -> None:
    for name in ("c", "b"):
        simulation.service.add(name)
    work = simulation.service.add("work", five_hour=None, weekly=(41, DAY))
    with during(simulation, lambda: work.use(weekly=2)) as words:
        ran = simulation.run(Measure(simulation.sleep), *words)
    assert ran.err.splitlines() == [
        "codex-quota: work: weekly 2 points (41 → 43 % used)",
        "codex-quota: nothing moved by a whole point: b, c",
        ROUGH,
    ]


def test_only_the_named_account_is_asked(simulation: Simulation) -> None:
    for name in ("a", "b", "c"):
        simulation.service.add(name)
    simulation.run(Measure(simulation.sleep), "--settle", "0", "--account", "b", "--account", "a", "--", "true")
    assert sorted(str(request.account) for request in simulation.service.requests) == ["a", "a", "b", "b"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reading_that_fails_costs_the_measurement_and_not_the_command(simulation: Simulation, when: str) -> None:
    work = simulation.service.add("work")
    sign_out: Callable[[], object] = lambda: simulation.service.sign_out(work)  # noqa: E731
    if when == "before":
        sign_out()
    with during(simulation, sign_out, status=3) as words:
        ran = simulation.run(Measure(simulation.sleep), *words)
    assert (ran.status, ran.err.count("\n"), simulation.slept) == (3, 1, [])
    assert ran.err.startswith("codex-quota: work cannot be measured: ")
    assert "sign in again with 'codex login'" in ran.err


def test_old_figures_are_not_measured_with(simulation: Simulation) -> None:
    work = simulation.service.add("work")
    with during(simulation, lambda: simulation.service.fail(work, Fault.status(500), times=None)) as words:
        ran = simulation.run(Measure(simulation.sleep), *words)
    assert ran.err.startswith("codex-quota: work cannot be measured: figures are from 12:04")


def test_an_account_that_goes_away_costs_the_measurement_only(simulation: Simulation) -> None:
    simulation.service.add("work")
    with during(simulation, (simulation.directory / "account" / "work.auth.json").unlink, status=3) as words:
        ran = simulation.run(Measure(simulation.sleep), *words)
    assert ran.status == 3
    assert ran.err.startswith("codex-quota: nothing could be measured: there is no account 'work'")


def test_an_interruption_of_the_second_reading(simulation: Simulation) -> None:
    simulation.service.add("work")

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    ran = simulation.run(Measure(interrupted), "--", "sh", "-c", "exit 3")
    assert (ran.status, ran.err) == (3, "codex-quota: interrupted before the second reading, so nothing was measured\n")


def test_both_readings_come_into_the_history(simulation: Simulation) -> None:
    from codex_quota import Options
    from codex_quota.history import History
    from codex_quota.testing import clean_environ

    work = simulation.service.add("work", five_hour=None, weekly=(41, DAY))

    def use() -> None:
        work.use(weekly=2)
        simulation.service.advance(MINUTE)

    with during(simulation, use) as words:
        simulation.run(Measure(simulation.sleep), *words)
    history = History.of(Options(environ=clean_environ(simulation.directory)))
    assert history is not None
    assert [reading.windows[0].used_percent for reading in history.readings("work")][:1] == [41]


def test_the_log(simulation: Simulation, tmp_path: Path) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(41, DAY), email="secret@example.com", credits="12.5")

    def use() -> None:
        work.use(weekly=2)
        work.credits = "12"
        simulation.service.advance(90 * SECOND)

    log = tmp_path / "log.jsonl"
    with during(simulation, use, status=3) as words:
        simulation.run(Measure(simulation.sleep), "--log", str(log), *words)
    simulation.service.sign_out(work)
    simulation.run(Measure(simulation.sleep), "--log", str(log), "--", "true")
    first, second = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert first == {
        "schema_version": 1,
        "began_at": "2026-11-22T12:04:00Z",
        "ended_at": "2026-11-22T12:05:30Z",
        "seconds": 90.0,
        "command": words[1:],
        "exit_status": 3,
        "accounts": [
            {
                "account": "work",
                "error": None,
                "windows": [
                    {
                        "limit": "codex",
                        "name": "weekly",
                        "label": "7 d",
                        "used_before": 41.0,
                        "used_after": 43.0,
                        "points": 2.0,
                        "at_least": False,
                        "reset": False,
                    }
                ],
                "amounts": [{"name": "credits", "before": "12.5", "after": "12"}],
            }
        ],
    }
    assert second["accounts"] == [{"account": "work", "error": "unauthorized", "windows": [], "amounts": []}]
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_told_before_anything_runs(simulation: Simulation, tmp_path: Path) -> None:
    simulation.service.add("work")
    with pytest.raises(UsageError, match=r"the log .*/gone/log cannot be written: no such file or directory"):
        simulation.run(Measure(), "--log", str(tmp_path / "gone" / "log"), "--", "touch", str(tmp_path / "ran"))
    assert (simulation.service.requests, (tmp_path / "ran").exists()) == ([], False)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["no-such-command"], 127, "there is no command 'no-such-command'; check its name and PATH"),
        (["./no-such-file"], 127, "there is no command './no-such-file'; check its name and PATH"),
        (["{here}/interpreter"], 127, "'{here}/interpreter' names an interpreter that is not there; check its first line"),
        (["{here}/plain"], 126, "'{here}/plain' cannot be run: permission denied; check its file and its mode"),
        (["{here}/garbage"], 126, "'{here}/garbage' cannot be run: exec format error; check its file and its mode"),
    ],
)
def test_a_command_that_cannot_be_run(simulation: Simulation, tmp_path: Path, words: list[str], status: int, said: str) -> None:
    for name, text, mode in (("plain", "x", 0o600), ("garbage", "\0\1", 0o700), ("interpreter", "#!/no/such\n", 0o700)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(mode)
    simulation.service.add("work")
    ran = simulation.run(Measure(simulation.sleep), "--", *(word.format(here=tmp_path) for word in words))
    assert (ran.status, ran.err) == (status, f"codex-quota: {said.format(here=tmp_path)}\n")
    assert len(simulation.service.requests) == 1


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        (["--settle", "0", "--", "echo", "--settle", "1", "--", "-x"], "--settle 1 -- -x"),
        (["--settle", "0", "echo", "--account", "nobody"], "--account nobody"),
        (["--settle=0", "--", "echo", "measure", "--help"], "measure --help"),
    ],
)
def test_the_command_keeps_its_own_arguments(
    program: Program, service: SimulatedService, capfd: pytest.CaptureFixture[str], words: list[str], arguments: str
) -> None:
    service.add("work")
    program.serve()
    ran = program("measure", *words)
    assert (ran.status, capfd.readouterr().out) == (0, f"{arguments}\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["measure"], 2, "the following arguments are required: COMMAND; see codex-quota measure --help"),
        (["measure", "--", "true"], 1, "there is no sign-in in"),
        (["measure", "--account", "nobody", "--", "true"], 2, "there is no account 'nobody'"),
        (["measure", "--settle", "-1", "--", "true"], 2, "--settle: '-1' is not a length of time like 90, 5m, 1h or 2d"),
    ],
)
def test_what_cannot_be_asked(program: Program, words: list[str], status: int, said: str) -> None:
    ran = program(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    assert said in ran.err


def test_a_debug_flag_of_the_command_is_not_ours(program: Program) -> None:
    assert program("measure", "--account", "nobody", "--", "true", "--debug").status == 2


CHILD = """
import os, signal, sys
count = 0
def hear(number, frame):
    global count
    if number == signal.SIGUSR2:
        print("interrupted", count, flush=True)
        sys.exit(9)
    if number == signal.SIGINT:
        count += 1
    else:
        print("heard", signal.Signals(number).name, flush=True)
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGQUIT", "SIGUSR2"):
    signal.signal(getattr(signal, name), hear)
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    return {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url}


def measure(*words: str) -> list[str]:
    return [sys.executable, "-m", "codex_quota", "measure", "--settle", "0", "--", *words]


def test_standard_streams_are_the_command_s(world: dict[str, str]) -> None:
    done = subprocess.run(
        measure("sh", "-c", "cat; echo complaint >&2; exit 5"), env=world, input="given", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (5, "given")
    assert done.stderr.splitlines()[0] == "complaint"
    assert done.stderr.splitlines()[1].startswith("codex-quota: work: 5 h below 1 point (25 % used), ")


def test_signals_go_on_to_the_command(world: dict[str, str]) -> None:
    with subprocess.Popen(
        measure(sys.executable, "-c", CHILD), env=world, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGQUIT"):
            process.send_signal(signal.Signals[name])
            assert process.stdout.readline() == f"heard {name}\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGUSR2)
        # without a terminal it is this program's task to pass it on
        assert process.stdout.readline() == "interrupted 1\n"
    assert process.returncode == 9


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGINT"])
def test_a_command_that_a_signal_ends(world: dict[str, str], name: str) -> None:
    number = signal.Signals[name]
    done = subprocess.run(measure("sh", "-c", f"kill -{number.value} $$"), env=world, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 128 + number
    assert done.stderr.startswith("codex-quota: work: ")


def test_after_the_end_by_a_signal_nobody_waits(world: dict[str, str], service: SimulatedService) -> None:
    words = [word if word != "0" else "1h" for word in measure("sh", "-c", "kill -15 $$")]
    done = subprocess.run(words, env=world, stderr=subprocess.DEVNULL, timeout=60)
    assert (done.returncode, len(service.requests)) == (143, 2)


def test_ctrl_c_on_a_terminal_reaches_the_command_once(world: dict[str, str]) -> None:
    import fcntl
    import termios

    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        measure(sys.executable, "-c", CHILD), env=world, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, start_new_session=True, preexec_fn=take_terminal,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.write(ours, b"\x03")
        # the echo says that the terminal has sent its signals
        assert os.read(ours, 2) == b"^C"
        process.send_signal(signal.SIGUSR2)
        assert process.stdout.readline() == "interrupted 1\n"
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 9


def test_an_ignored_signal_stays_ignored(world: dict[str, str]) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    code = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    done = subprocess.run(measure(sys.executable, "-c", code), env=world, capture_output=True, text=True, preexec_fn=ignore)
    assert (done.returncode, done.stdout) == (0, "True\n")


def test_no_token_and_no_address_is_told(simulation: Simulation) -> None:
    work: SimulatedAccount = simulation.service.add("work", email="secret@example.com")
    told: list[Any] = [simulation.run(Measure(simulation.sleep), "--", "true", terminal=True)]
    assert [text for text in (work.access_token, "secret") if text in str(told)] == []
