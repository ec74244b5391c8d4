"""``codex-quota guard``: every exit status, and waiting on the service's clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from codex_quota import (
    BlockedError,
    CodexQuotaError,
    CredentialInvalidError,
    RateLimitedError,
    TimedOutError,
    UnauthorizedError,
    UsageError,
)
from codex_quota.builtin.cli.choosing import standing
from codex_quota.builtin.cli.guard import Guard
from codex_quota.builtin.cli.waiting import Pauses, is_lasting, next_look, state_of
from codex_quota.simulated import Fault, SimulatedService
from codex_quota.testing import SAMPLE_NOW, CommandContract, make_quota, make_snapshot, make_window
from program import Program
from simulation import Simulation

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = 5 * MINUTE


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with SimulatedService(now=SAMPLE_NOW) as service:
        yield Simulation(tmp_path, service)


class TestContract(CommandContract):
    def make(self) -> Guard:
        return Guard()


@pytest.mark.parametrize(
    ("words", "status", "out"),
    [
        (["plenty"], 0, ""),
        (["plenty", "--min-left", "60"], 0, ""),
        (["plenty", "--min-left", "61"], 4, ""),
        (["plenty", "--min-left", "61", "--window", "five_hour"], 0, ""),
        (["plenty", "--min-left", "61", "--window", "weekly"], 4, ""),
        # there is no such window, so whatever there is counts
        (["plenty", "--min-left", "60", "--window", "monthly"], 0, ""),
        (["low"], 4, ""),
        (["low", "--min-left", "5"], 0, ""),
        (["low", "--window", "weekly"], 0, ""),
        (["out"], 4, ""),
        (["out", "--min-left", "0"], 4, ""),
        # blocked is blocked, whatever else is left
        (["out", "--window", "weekly"], 4, ""),
        (["capped"], 4, ""),
        (["capped", "--min-left", "8"], 0, ""),
        (["broken"], 1, ""),
        (["plenty", "low"], 4, ""),
        (["plenty", "broken"], 1, ""),
        (["low", "broken"], 4, ""),
        ([], 4, ""),
        (["--any"], 0, "plenty\n"),
        (["--any", "low", "plenty"], 0, "plenty\n"),
        (["--any", "low", "out"], 4, ""),
        (["--any", "low", "broken"], 4, ""),
        (["--any", "broken"], 1, ""),
        (["--any", "plenty", "broken"], 0, "plenty\n"),
    ],
)
def test_the_exit_status(simulation: Simulation, words: list[str], status: int, out: str) -> None:
    service = simulation.service
    service.add("plenty", five_hour=(25, HOUR), weekly=(40, 3 * DAY))
    service.add("low", five_hour=(95, HOUR), weekly=(40, 3 * DAY))
    service.add("out", five_hour=(100, HOUR), weekly=(40, 3 * DAY))
    service.add("capped", five_hour=None, weekly=None, spend=("50", "46"), workspace_id="team")
    service.sign_out(service.add("broken"))
    ran = simulation.run(Guard(), *words)
    assert (ran.status, ran.out) == (status, out)
    assert (ran.err == "") == (status == 0)


def test_each_shortage_is_told(simulation: Simulation) -> None:
    service = simulation.service
    service.add("low", five_hour=(95, HOUR), weekly=(91, 3 * DAY))
    service.add("out", five_hour=(100, HOUR), weekly=(93, 3 * DAY))
    service.add("plenty")
    assert simulation.run(Guard()).err.splitlines() == [
        "codex-quota: low: 5 h 5 %, weekly 9 % left, 10 % wanted, weekly resets Wed 12:04 (3d)",
        "codex-quota: out: 5 h limit is used up, back 13:04 (1h), then weekly 7 % left, 10 % wanted, resets Wed 12:04 (3d)",
    ]


def test_old_figures_show_a_shortage_but_not_that_there_is_enough(simulation: Simulation) -> None:
    service = simulation.service
    service.add("low", five_hour=None, weekly=(95, DAY))
    service.add("plenty", five_hour=None, weekly=(25, DAY))
    simulation.run(Guard())
    service.fail(None, Fault.status(500), times=None)
    assert [simulation.run(Guard(), name).status for name in ("low", "plenty")] == [4, 1]
    assert simulation.run(Guard(), "plenty").err.startswith(
        "codex-quota: plenty: weekly 75 % left, resets Mon 12:04 (1d); figures are from 12:04"
    )


def test_any_prefers_what_is_reset_first(simulation: Simulation) -> None:
    simulation.service.add("a", weekly=(10, 3 * DAY))
    simulation.service.add("b", weekly=(60, DAY))
    assert simulation.run(Guard(), "--any").out == "b\n"


def waits(simulation: Simulation, meanwhile: dict[int, Callable[[], object]] | None = None) -> Guard:
    """A guard whose waits move the service's clock; after the wait of a number something happens."""

    def sleep(seconds: float) -> None:
        simulation.sleep(seconds)
        (meanwhile or {}).get(len(simulation.slept), lambda: None)()

    return Guard(sleep)


def test_it_waits_until_just_after_the_reset(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=(100, 3 * MINUTE), weekly=(40, DAY))
    ran = simulation.run(waits(simulation), "work", "--wait")
    assert (ran.status, simulation.slept) == (0, [185.0])
    assert ran.err.splitlines() == [
        "codex-quota: waiting for work: 5 h limit is used up, back 12:07 (3m)",
        "codex-quota: work has enough: 5 h 100 %, weekly 60 % left",
    ]


def test_it_looks_again_in_between_because_a_reset_may_come_early(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(95, DAY))
    ran = simulation.run(waits(simulation, {3: work.reset}), "--wait")
    assert (ran.status, simulation.slept) == (0, [300.0] * 3)
    assert len(ran.err.splitlines()) == 2


def test_a_blocked_account_is_asked_once_an_hour_and_right_after_its_reset(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=(100, 152 * MINUTE), weekly=(40, DAY))
    assert simulation.run(waits(simulation), "--wait").status == 0
    asked = [request.at - SAMPLE_NOW for request in simulation.service.requests]
    assert asked == [timedelta(0), HOUR, 2 * HOUR, 152 * MINUTE + 5 * SECOND]


def test_every_may_be_longer_but_not_too_short(simulation: Simulation, program: Program) -> None:
    simulation.service.add("work", five_hour=None, weekly=(95, 100 * MINUTE))
    assert simulation.run(waits(simulation), "--wait", "--every", "1h").status == 0
    assert simulation.slept == [3600.0, 2405.0]
    ran = program("guard", "--wait", "--every", "14")
    assert (ran.status, ran.err) == (2, "codex-quota: --every: must be at least 15 seconds; see codex-quota guard --help\n")


def test_waiting_for_any_ends_with_the_first(simulation: Simulation) -> None:
    simulation.service.add("a", five_hour=(100, 4 * MINUTE), weekly=(40, DAY))
    simulation.service.add("b", five_hour=(100, 2 * MINUTE), weekly=(40, 3 * DAY))
    ran = simulation.run(waits(simulation), "--any", "--wait")
    assert (ran.status, ran.out, simulation.slept) == (0, "b\n", [125.0])
    assert ran.err.splitlines() == [
        "codex-quota: waiting for one of 2 accounts; the first one back is b: 5 h limit is used up, back 12:06 (2m)",
        "codex-quota: b has enough: 5 h 100 %, weekly 60 % left",
    ]


def test_waiting_for_all_ends_with_the_last(simulation: Simulation) -> None:
    simulation.service.add("a", five_hour=(100, 4 * MINUTE), weekly=(40, DAY))
    simulation.service.add("b", five_hour=(100, 2 * MINUTE), weekly=(40, 3 * DAY))
    ran = simulation.run(waits(simulation), "a", "b", "--wait")
    assert (ran.status, ran.out, simulation.slept) == (0, "", [245.0])


def test_the_timeout_has_a_message_of_its_own_after_one_last_look(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=None, weekly=(95, DAY))
    ran = simulation.run(waits(simulation), "--wait", "--timeout", "7m")
    assert (ran.status, simulation.slept, len(simulation.service.requests)) == (4, [300.0, 120.0], 3)
    assert ran.err.splitlines()[-1] == (
        "codex-quota: not enough after 7m of waiting: work: weekly 5 % left, 10 % wanted, resets Mon 12:04 (23h 53m)"
    )


def test_what_comes_with_the_last_look_counts(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(95, DAY))
    assert simulation.run(waits(simulation, {2: work.reset}), "--wait", "--timeout", "7m").status == 0


def test_nobody_answers_until_the_timeout(simulation: Simulation) -> None:
    simulation.service.add("work")
    simulation.service.fail(None, Fault.status(500), times=None)
    ran = simulation.run(waits(simulation), "--wait", "--timeout", "1m")
    assert ran.status == 4
    assert "not enough after 1m of waiting: work: " in ran.err


def test_an_account_that_must_be_left_alone_is_not_asked(simulation: Simulation) -> None:
    service = simulation.service
    low, slow = service.add("low", five_hour=None, weekly=(95, DAY)), service.add("slow")
    service.fail(slow, Fault.status(429, retry_after=1800))
    ran = simulation.run(waits(simulation, {7: low.reset}), "low", "slow", "--wait")
    asked = [(request.at - SAMPLE_NOW) // MINUTE for request in service.requests_for("slow")]
    assert (ran.status, asked) == (0, [0, 30, 35])
    assert len(service.requests_for("low")) == 8


def test_failures_are_repeated_ever_more_seldom(simulation: Simulation) -> None:
    service = simulation.service
    service.fail(service.add("work"), Fault.html_challenge(), times=6)
    assert simulation.run(waits(simulation), "--wait").status == 0
    asked = [(request.at - SAMPLE_NOW) // MINUTE for request in service.requests]
    assert asked == [0, 5, 15, 35, 65, 95, 125]


def test_the_same_is_told_once_and_a_change_again(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(93, DAY))
    more = {2: lambda: work.use(weekly=2), 4: work.reset}
    assert simulation.run(waits(simulation, more), "--wait").err.splitlines() == [
        "codex-quota: waiting for work: weekly 7 % left, 10 % wanted, resets Mon 12:04 (1d)",
        "codex-quota: waiting for work: weekly 5 % left, 10 % wanted, resets Mon 12:04 (23h 50m)",
        "codex-quota: work has enough: weekly 100 % left",
    ]


@pytest.mark.parametrize(("words", "status"), [(["--wait"], 4), (["--wait", "--any"], 0), (["broken", "--wait"], 1)])
def test_waiting_ends_where_only_a_person_can_help(simulation: Simulation, words: list[str], status: int) -> None:
    service = simulation.service
    service.add("out", five_hour=(100, 2 * MINUTE))
    service.sign_out(service.add("broken"))
    assert simulation.run(waits(simulation), *words).status == status
    assert simulation.slept == ([125.0] if status == 0 else [])


def test_a_sign_in_that_breaks_while_it_waits_ends_it(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=None, weekly=(95, DAY))
    ran = simulation.run(waits(simulation, {2: lambda: simulation.service.sign_out(work)}), "--wait")
    assert (ran.status, len(simulation.slept)) == (4, 2)
    last = ran.err.splitlines()[-1]
    assert last.startswith(
        "codex-quota: work: weekly 5 % left, 10 % wanted, resets Mon 12:04 (23h 50m); figures are from 12:09, "
    )
    assert "sign in again with 'codex login'" in last


def test_the_history_hears_of_every_look(simulation: Simulation) -> None:
    from codex_quota import Options
    from codex_quota.history import History
    from codex_quota.testing import clean_environ

    work = simulation.service.add("work", five_hour=None, weekly=(95, DAY))
    simulation.run(waits(simulation, {1: lambda: work.use(weekly=1), 2: work.reset}), "--wait")
    history = History.of(Options(environ=clean_environ(simulation.directory)))
    assert history is not None
    assert [reading.windows[0].used_percent for reading in history.readings("work")] == [95, 96]


ERRORS: list[tuple[CodexQuotaError | None, bool]] = [
    (None, False),
    (TimedOutError("x"), False),
    (RateLimitedError("x"), False),
    (BlockedError("x"), False),
    (UnauthorizedError("x"), True),
    (CredentialInvalidError("x"), True),
]


@pytest.mark.parametrize(("error", "expected"), ERRORS)
def test_which_errors_pass_by_themselves(error: CodexQuotaError | None, expected: bool) -> None:
    assert is_lasting(make_snapshot("x", error=error)) == expected


def look(*standings: tuple[float, timedelta | None], one_is_enough: bool) -> timedelta:
    """How long from now the next look is, for accounts of so many percent used and with that reset."""
    named = [
        standing(make_snapshot(f"a{n}", make_quota(make_window("weekly", used, reset), reached=False)), 10)
        for n, (used, reset) in enumerate(standings)
    ]
    return next_look(named, one_is_enough=one_is_enough, now=SAMPLE_NOW, every=EVERY, pauses=Pauses(EVERY)) - SAMPLE_NOW


@pytest.mark.parametrize(
    ("standings", "one", "all_of_them"),
    [
        ([(95, MINUTE)], 65, 65),
        ([(95, 3 * SECOND)], 15, 15),
        ([(95, -HOUR)], 300, 300),
        ([(95, None)], 300, 300),
        ([(95, HOUR)], 300, 300),
        ([(95, MINUTE), (95, 2 * MINUTE)], 65, 125),
        ([(95, MINUTE), (95, None)], 65, 300),
        # what has enough is not waited for
        ([(95, MINUTE), (0, 2 * MINUTE)], 65, 65),
    ],
)
def test_the_next_look(standings: list[tuple[float, timedelta | None]], one: float, all_of_them: float) -> None:
    found = [look(*standings, one_is_enough=True).total_seconds(), look(*standings, one_is_enough=False).total_seconds()]
    assert found == [one, all_of_them]


def test_pauses() -> None:
    pauses, now, good = Pauses(EVERY), SAMPLE_NOW, make_snapshot("x", make_quota(reached=False))
    failed = replace(good, error=TimedOutError("late"))

    def paused(snapshot: object, at: datetime) -> timedelta:
        pauses.note(snapshot, at)  # type: ignore[arg-type]
        return (pauses.until("x", at) or at) - at

    assert [paused(failed, now) // MINUTE for _ in range(5)] == [5, 10, 20, 30, 30]
    wish = replace(good, error=RateLimitedError("slowly", retry_at=now + 2 * HOUR))
    assert paused(wish, now) == 2 * HOUR
    assert pauses.until("x", now + 2 * HOUR) is None
    assert paused(good, now) == timedelta(0)
    assert paused(failed, now) == 5 * MINUTE
    # the clock was set back
    assert pauses.until(failed.account.name, now - HOUR) is None


def test_the_state_of_old_figures() -> None:
    late = TimedOutError("late")
    snapshots = [make_snapshot("x", make_quota(make_window("weekly", used, DAY), reached=False), error=late) for used in (95, 5)]
    assert [state_of(standing(snapshot, 10)) for snapshot in snapshots] == ["short", "unanswered"]


def test_the_timeout_is_that_of_waiting(simulation: Simulation) -> None:
    simulation.service.add("work")
    with pytest.raises(UsageError, match="--timeout is how long to wait, so it needs --wait"):
        simulation.run(Guard(), "--timeout", "2h")
    assert simulation.run(Guard(), environ={"CODEX_QUOTA_WAIT_TIMEOUT": "2h"}).status == 0
    assert simulation.run(Guard(), "--wait", "--wait-timeout", "2h").status == 0


def test_the_time_for_one_attempt_comes_from_its_variable(program: Program, service: SimulatedService) -> None:
    service.add("work", latency=5.0)
    program.serve()
    ran = program("guard", "--wait", "--timeout", "0.01", "--retries", "0", CODEX_QUOTA_TIMEOUT="0.05")
    assert ran.status == 4
    assert ran.err.endswith("check the network or the proxy, or allow more time with CODEX_QUOTA_TIMEOUT\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["guard"], 1, "there is no sign-in in"),
        (["guard", "nobody"], 2, "there is no account 'nobody'"),
        (["guard", "--min-left", "-1"], 2, "--min-left: '-1' is not a whole number from 0 to 100"),
        (["guard", "--window", "fortnight"], 2, "--window: invalid choice: 'fortnight'"),
    ],
)
def test_what_cannot_be_asked(program: Program, words: list[str], status: int, said: str) -> None:
    ran = program(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    assert said in ran.err


@pytest.mark.parametrize(
    "words", [["guard", "--wait"], ["best"], ["measure", "--settle", "0", "true"]], ids=lambda words: words[0]
)
def test_a_directory_that_is_not_there_is_told_once(program: Program, service: SimulatedService, words: list[str]) -> None:
    home = program.directory / "home" / ".codex"
    home.mkdir(parents=True)
    (home / "auth.json").write_text(service.add("me").auth_json())
    ran = program(*words, CODEX_QUOTA_ACCOUNT_DIR="/typo")
    warning = "the account directory /typo ($CODEX_QUOTA_ACCOUNT_DIR) does not exist; these accounts are from codex-home"
    assert (ran.status, ran.err.count(warning)) == (0, 1)


def test_ctrl_c_ends_the_wait(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> None:
    service.add("work", weekly=(100, DAY))
    service.write_accounts(tmp_path / "account")
    world = {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url}
    words = [sys.executable, "-m", "codex_quota", "guard", "--wait"]
    with subprocess.Popen(words, env=world, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("codex-quota: waiting for work: weekly limit is used up, back ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (out, err) == ("", "codex-quota: interrupted\n")
    # Python ends itself by the signal when that came while it was making a class; to a shell both are 130
    assert process.returncode in (130, -signal.SIGINT)
