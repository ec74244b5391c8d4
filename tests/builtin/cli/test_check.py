"""``codex-quota check``: what a monitoring system reads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from codex_quota import Account, Command, Context, Snapshot, SpendLimit, Style, TimedOutError, UnauthorizedError, hookimpl
from codex_quota.builtin.cli.check import Check, below
from codex_quota.builtin.cli.checking import checked
from codex_quota.builtin.cli.nagios import State, label, output, percent_left, plain, worst
from codex_quota.simulated import Fault, SimulatedService
from codex_quota.testing import SAMPLE_NOW, CommandContract, make_quota, make_snapshot, make_window, sample_snapshots
from program import Program
from simulation import Simulation

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STYLE = Style(now=SAMPLE_NOW, tz=SAMPLE_NOW.tzinfo)
# the line of the guidelines, with labels that Icinga takes too
PIECE = r"'[^'=|]+'=(?:\d+(?:\.\d+)?%|U);\d+(?:\.\d+)?:;\d+(?:\.\d+)?:;0;100"
FIRST = rf"CODEX_QUOTA (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+(?:\|{PIECE}(?: {PIECE})*)?"


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with SimulatedService(now=SAMPLE_NOW) as service:
        yield Simulation(tmp_path, service)


class TestContract(CommandContract):
    test_an_argument_that_it_does_not_know_is_told_in_one_line = None  # type: ignore[assignment]

    def make(self) -> Check:
        return Check()


def left(five_hour: float, weekly: float) -> Snapshot:
    """An account with so many percent left."""
    windows = make_window("five_hour", 100 - five_hour, HOUR), make_window("weekly", 100 - weekly, DAY)
    return make_snapshot("work", make_quota(*windows, reached=five_hour <= 0 or weekly <= 0))


@pytest.mark.parametrize(
    ("snapshot", "warn", "crit", "expected"),
    [
        (left(75, 60), 20, 5, State.OK),
        # a threshold is well as long as that much is left
        (left(20, 60), 20, 5, State.OK),
        (left(19.9, 60), 20, 5, State.WARNING),
        (left(75, 19), 20, 5, State.WARNING),
        (left(75, 5), 20, 5, State.WARNING),
        (left(75, 4.9), 20, 5, State.CRITICAL),
        (left(75, 0), 20, 5, State.CRITICAL),
        (left(75, 0), 0, 0, State.CRITICAL),
        (left(1, 1), 0, 0, State.OK),
        (make_snapshot("no limit", make_quota(reached=False)), 20, 5, State.OK),
        (make_snapshot("no verdict", make_quota()), 20, 5, State.UNKNOWN),
        (make_snapshot("unread", make_quota(make_window("weekly", None, DAY), reached=False)), 20, 5, State.UNKNOWN),
        (make_snapshot("half", make_quota(make_window("weekly", None), make_window("five_hour", 97), reached=False)), 20, 5,
         State.CRITICAL),
        (make_snapshot("spend", make_quota(reached=False, spend=SpendLimit(limit=Decimal(50), used=Decimal(46)))), 20, 5,
         State.WARNING),
        (replace(left(75, 60), status="stale", error=TimedOutError("late")), 20, 5, State.UNKNOWN),
        (replace(left(75, 10), status="stale", error=TimedOutError("late")), 20, 5, State.WARNING),
        (make_snapshot("failed", status="failed", error=UnauthorizedError("no")), 20, 5, State.UNKNOWN),
    ],
)  # fmt: skip
def test_the_state_of_one_account(snapshot: Snapshot, warn: float, crit: float, expected: State) -> None:
    state, text = checked([snapshot], warn, crit, STYLE)
    assert state == expected
    assert text.startswith(f"CODEX_QUOTA {expected.name} - {snapshot.account.name}: ")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((0, 0), 0), ((0, 1), 1), ((1, 2), 2), ((2, 3), 2), ((3, 0), 3), ((3, 1), 1), ((), 3),
    ],
)  # fmt: skip
def test_the_gravest_state(states: tuple[int, ...], expected: int) -> None:
    assert worst(map(State, states)) == expected


def test_one_account_is_one_line(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=(25, HOUR), weekly=(85, 3 * DAY))
    ran = simulation.run(Check())
    assert (ran.status, ran.err) == (1, "")
    assert ran.out == (
        "CODEX_QUOTA WARNING - work: 5 h 75 %, weekly 15 % left, weekly resets Wed 12:04 (3d)"
        "|'work five_hour'=75%;20:;5:;0;100 'work weekly'=15%;20:;5:;0;100\n"
    )


def test_several_accounts_have_a_line_each(simulation: Simulation) -> None:
    service = simulation.service
    service.add("a10", five_hour=None, weekly=(40, DAY))
    service.add("a2", five_hour=None, weekly=(88, DAY))
    service.add("out", five_hour=None, weekly=(100, 2 * DAY))
    service.sign_out(service.add("broken"))
    ran = simulation.run(Check(), "--warn", "30", "--crit", "10.5")
    first, *more = ran.out.splitlines()
    assert ran.status == 2
    assert first == (
        "CODEX_QUOTA CRITICAL - 1 critical, 1 warning, 1 unknown, 1 ok of 4 accounts; "
        "out: weekly limit is used up, back Tue 12:04 (2d)"
        "|'a2 weekly'=12%;30:;10.5:;0;100 'a10 weekly'=60%;30:;10.5:;0;100 'out weekly'=0%;30:;10.5:;0;100"
    )
    assert [line.partition(":")[0] for line in more] == ["WARNING a2", "OK a10", "UNKNOWN broken", "CRITICAL out"]


def test_all_is_well(simulation: Simulation) -> None:
    simulation.service.add("a", five_hour=None, weekly=(40, DAY))
    simulation.service.add("b", five_hour=None, weekly=(50, 2 * DAY))
    ran = simulation.run(Check())
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "CODEX_QUOTA OK - all 2 accounts have enough left, b has least: weekly 50 % left, resets Tue 12:04 (2d)"
        "|'a weekly'=60%;20:;5:;0;100 'b weekly'=50%;20:;5:;0;100",
        "OK a: weekly 60 % left, resets Mon 12:04 (1d)",
        "OK b: weekly 50 % left, resets Tue 12:04 (2d)",
    ]


def test_old_figures_are_no_data(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(40, DAY))
    simulation.run(Check())
    simulation.service.fail(work, Fault.status(500), times=None)
    ran = simulation.run(Check())
    assert ran.status == 3
    assert ran.out.startswith("CODEX_QUOTA UNKNOWN - work: weekly 60 % left, resets Mon 12:04 (1d); figures ")
    assert ran.out.endswith("|'work weekly'=U;20:;5:;0;100\n")


def test_the_cache_answers_where_its_age_allows_it(simulation: Simulation) -> None:
    simulation.service.add("work")
    assert [simulation.run(Check(), "--max-age", "10m").status for _ in range(2)] == [0, 0]
    assert len(simulation.service.requests) == 1


@pytest.mark.parametrize("snapshot", sample_snapshots(), ids=lambda snapshot: snapshot.account.name)
def test_every_shape_keeps_to_the_guidelines(snapshot: Snapshot) -> None:
    state, text = checked([snapshot], 20, 5, STYLE)
    assert re.fullmatch(FIRST + "\n", text), text
    assert f" {state.name} " in text
    if snapshot.account.email:
        assert snapshot.account.email not in text.replace(snapshot.account.name, "")


def test_all_shapes_together_keep_to_the_guidelines() -> None:
    _, text = checked(sample_snapshots(), 20, 5, STYLE)
    first, *more = text.splitlines()
    labels = re.findall(r"'([^']*)'=", first.partition("|")[2])
    assert re.fullmatch(FIRST, first), first
    assert len(more) == len(sample_snapshots())
    assert "|" not in "".join(more)
    assert len(labels) == len(set(labels))


HOSTILE = "a|b='c' \x1b[31m\n-;"


def test_hostile_names() -> None:
    windows = make_window("weekly", 40, DAY), make_window("weekly", 50, DAY)
    answer = make_quota(*windows, reached=False)
    _, text = checked([replace(make_snapshot("x", answer), account=Account(name=HOSTILE, source="s"))], 20, 5, STYLE)
    assert text == (
        "CODEX_QUOTA OK - a/b='c' [31m -;: weekly 60 %, weekly 50 % left, weekly resets Mon 12:04 (1d)"
        "|'a/b__c_ [31m -; weekly'=60%;20:;5:;0;100 'a/b__c_ [31m -; weekly-2'=50%;20:;5:;0;100\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("work five_hour", "'work five_hour'"), ("a=b", "'a_b'"), ("it's", "'it_s'"), ("a|b", "'a/b'"), ("工作", "'工作'")],
)
def test_labels(text: str, expected: str) -> None:
    assert label(text) == expected


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (75.0, "'x'=75%;20:;5:;0;100"),
        (0.4, "'x'=0.4%;20:;5:;0;100"),
        (33.333333, "'x'=33.33%;20:;5:;0;100"),
        (0.000001, "'x'=0%;20:;5:;0;100"),
        (100, "'x'=100%;20:;5:;0;100"),
        (None, "'x'=U;20:;5:;0;100"),
    ],
)
def test_performance_data(figure: float | None, expected: str) -> None:
    assert percent_left("x", figure, 20, 5) == expected


def test_texts() -> None:
    assert plain("a | b\nc") == "a / b c"
    assert output(State.OK, "fine", ["'a'=1"], ["more | text"]) == "CODEX_QUOTA OK - fine|'a'=1\nmore / text\n"
    assert output(State.UNKNOWN, "no idea") == "CODEX_QUOTA UNKNOWN - no idea\n"


@pytest.mark.parametrize(
    ("text", "expected"), [("20", 20), ("20:", 20), ("20%", 20), ("20%:", 20), ("0", 0), ("100", 100), ("2.5", 2.5)]
)
def test_thresholds(text: str, expected: float) -> None:
    assert below(text) == expected


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (["--warn", "x"], {}, "-w/--warn: 'x' is not a percentage from 0 to 100; see codex-quota check --help"),
        (["-c", "nan"], {}, "-c/--crit: 'nan' is not a percentage from 0 to 100; see codex-quota check --help"),
        (["-w", "101"], {}, "-w/--warn: '101' is not a percentage from 0 to 100; see codex-quota check --help"),
        (["-w", "~:20"], {}, "-w/--warn: '~:20' is not a percentage from 0 to 100; see codex-quota check --help"),
        (["--warn", "5", "--crit", "20"], {}, "--crit 20 is above --warn 5; both are percent left, so --crit is the lower one"),
        (["--nonsense"], {}, "unrecognized arguments: --nonsense; see codex-quota check --help"),
        (["nobody"], {}, "there is no account 'nobody'; there is: work"),
        ([], {"CODEX_QUOTA_WARN": "much"}, "CODEX_QUOTA_WARN: 'much' is not a percentage from 0 to 100; see codex-quota --help"),
        ([], {"CODEX_QUOTA_RETRIES": "x"}, "CODEX_QUOTA_RETRIES: 'x' is not a whole number from 0 to 100"),
        (["--cache", "nowhere"], {}, "there is no cache store named 'nowhere'"),
        ([], {"CODEX_QUOTA_ACCOUNT_DIR": "/nowhere"}, "the account directory /nowhere ($CODEX_QUOTA_ACCOUNT_DIR) does not exist"),
    ],
)
def test_whatever_goes_wrong_is_unknown_and_on_stdout(
    program: Program, service: SimulatedService, words: list[str], environ: dict[str, str], said: str
) -> None:
    service.add("work")
    program.serve()
    ran = program("check", *words, **environ)
    assert (ran.status, ran.err, ran.out.count("\n")) == (3, "", 1)
    assert ran.out.startswith(f"CODEX_QUOTA UNKNOWN - {said}")
    assert "|" not in ran.out


def test_a_directory_that_is_not_there_is_not_all_well_though_the_codex_home_stands_in(
    program: Program, service: SimulatedService
) -> None:
    home = program.directory / "home" / ".codex"
    home.mkdir(parents=True)
    (home / "auth.json").write_text(service.add("me", five_hour=25, weekly=None).auth_json())
    warning = "the account directory /typo (--account-dir) does not exist; these accounts are from codex-home"
    ran = program("check", "--account-dir", "/typo")
    assert (ran.status, ran.err) == (3, "")
    assert re.fullmatch(rf"CODEX_QUOTA UNKNOWN - codex: 5 h 75 % left, [^;|]*; {re.escape(warning)}\|{PIECE}\n", ran.out)
    ran = program("check", "--account-dir", "/typo", "--warn", "80")
    assert (ran.status, ran.out.count(warning)) == (1, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize("words", [[], ["--warn", "x"]])
def test_output_that_cannot_be_written_is_unknown(program: Program, service: SimulatedService, words: list[str]) -> None:
    service.add("work")
    program.serve()
    environ = {**os.environ, **program.environ, "CODEX_QUOTA_CHATGPT_URL": service.url}
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "codex_quota", "check", *words],
            env=environ, cwd=program.directory, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (3, "codex-quota: the output cannot be written: no space left on device\n")


def test_a_traceback_is_shown_on_request_only(program: Program) -> None:
    with pytest.raises(Exception, match="--crit 20 is above --warn 5"):
        program("check", "--warn", "5", "--crit", "20", "--debug")


def test_another_command_s_error_is_one_line_on_stderr(program: Program) -> None:
    ran = program("show", "--nonsense")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("codex-quota: unrecognized arguments: --nonsense")


class Moody(Command):
    """A stranger's command that fails while it tells of its failure."""

    name = "moody"
    summary = "fails twice"

    def run(self, args: object, context: Context) -> int:
        raise UnauthorizedError("no")

    def tell_error(self, error: Exception, context: Context) -> int:
        raise ValueError(f"again: {error}")


def test_a_command_that_cannot_even_tell_its_error_costs_one_line(program: Program) -> None:
    class Plugin:
        @hookimpl
        def register_commands(self) -> list[Command]:
            return [Moody()]

    program.plugins = [Plugin()]
    ran = program("moody")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "codex-quota: the command moody failed: ValueError: again: no; --debug shows where\n"
