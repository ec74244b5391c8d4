"""``codex-quota best``: the ranking, the words, and the program as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from codex_quota import Credits, Quota, Snapshot, SpendLimit, Style, TimedOutError, UnauthorizedError
from codex_quota.builtin.cli.best import Best
from codex_quota.builtin.cli.choosing import figures_of, ranked, standing
from codex_quota.builtin.cli.deciding import decide, reason
from codex_quota.builtin.cli.homes import home_at
from codex_quota.simulated import Fault, SimulatedService
from codex_quota.testing import SAMPLE_NOW, CommandContract, make_quota, make_snapshot, make_window, sample_snapshots
from program import Program
from simulation import Simulation

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STYLE = Style(now=SAMPLE_NOW)


def five(used: float | None, after: timedelta | None = 2 * HOUR) -> Quota:
    return make_quota(make_window("five_hour", used, after), reached=False)


def both(five_hour: tuple[float, timedelta], weekly: tuple[float, timedelta], *, reached: bool | None = False) -> Quota:
    """An answer with a five-hour and a weekly window, each (percent used, time to the reset)."""
    return make_quota(make_window("five_hour", *five_hour), make_window("weekly", *weekly), reached=reached)


A = make_snapshot("a", both((50, HOUR), (40, 5 * DAY)))
B = make_snapshot("b", both((80, 4 * HOUR), (85, DAY)))
LOW = make_snapshot("low", both((0, 3 * HOUR), (95, 2 * HOUR)))
LOWER = make_snapshot("lower", both((0, 3 * HOUR), (97, HOUR)))
UNREAD = make_snapshot("unread", both((50, HOUR), (40, DAY)))
UNREAD = replace(UNREAD, quota=make_quota(make_window("five_hour", 3, HOUR), make_window("weekly", None, DAY), reached=False))
WEEK_OUT = make_snapshot("week-out", both((0, HOUR), (100, 3 * HOUR), reached=True))
FIVE_OUT = make_snapshot("five-out", both((100, HOUR), (10, DAY), reached=True))
GONE = make_snapshot(
    "gone", status="failed", fetched_at=None, error=UnauthorizedError("the sign-in is not accepted", account="gone")
)
EVERY = (GONE, WEEK_OUT, FIVE_OUT, UNREAD, LOWER, LOW, A, B)


@pytest.mark.parametrize(
    ("least", "bound", "expected"),
    [
        # b has 20 and 15 left, and its week ends first; low and lower have 5 and 3; unread tells no weekly figure
        (10, None, "b a low lower unread five-out week-out gone"),
        # b has less than 16 in its week, but more than low
        (16, None, "a b low lower unread five-out week-out gone"),
        # by the five-hour reset only: lower and low have all of it, in 3 h, a and unread in 1 h, with 50 and 97 left
        (10, "five_hour", "unread a low lower b five-out week-out gone"),
        (30, "five_hour", "unread a low lower b five-out week-out gone"),
        (10, "weekly", "b a low lower unread five-out week-out gone"),
        # nobody has too little: lower's week ends in one hour, low's in two
        (0, None, "lower low b a unread five-out week-out gone"),
    ],
)
def test_the_ranking(least: float, bound: str | None, expected: str) -> None:
    assert " ".join(one.name for one in ranked(EVERY, least, bound)) == expected


def test_what_is_told_of_each() -> None:
    verdicts = {one.name: (one.verdict, one.left) for one in ranked(EVERY, 10)}
    assert verdicts == {
        "a": ("enough", 50),
        "b": ("enough", 15),
        "low": ("little", 5),
        "lower": ("little", 3),
        "unread": ("unknown", 97),
        "week-out": ("blocked", 0),
        "five-out": ("blocked", 0),
        "gone": ("failed", None),
    }


@pytest.mark.parametrize(
    ("resets", "used", "expected"),
    [
        # 40 s apart in one minute are the same reset, so most left comes first
        ((DAY, DAY + timedelta(seconds=40)), (50, 30), "a10 a2"),
        ((DAY, DAY + timedelta(seconds=61)), (50, 30), "a2 a10"),
        ((DAY, DAY), (30, 30), "a2 a10"),
        ((None, DAY), (30, 80), "a10 a2"),
    ],
)
def test_ties(resets: tuple[timedelta | None, timedelta], used: tuple[float, float], expected: str) -> None:
    named = zip(("a2", "a10"), resets, used, strict=True)
    snapshots = [make_snapshot(n, make_quota(make_window("weekly", u, r), reached=False)) for n, r, u in named]
    assert " ".join(one.name for one in ranked(snapshots, 10)) == expected


@pytest.mark.parametrize(
    ("snapshot", "verdict", "left"),
    [
        (make_snapshot("no limit at all", make_quota(reached=False)), "enough", None),
        (make_snapshot("no verdict and no limit", make_quota()), "unknown", None),
        (make_snapshot("no verdict", make_quota(make_window("weekly", 40, DAY))), "enough", 60),
        (make_snapshot("exactly enough", make_quota(make_window("weekly", 90, DAY), reached=False)), "enough", 10),
        (make_snapshot("just below", make_quota(make_window("weekly", 90.1, DAY), reached=False)), "little", 9.9),
        (
            make_snapshot("a spend limit", make_quota(reached=False, spend=SpendLimit(limit=Decimal(50), used=Decimal(48)))),
            "little",
            4,
        ),
        (
            make_snapshot(
                "credits pay",
                make_quota(make_window("weekly", 100, DAY), reached=False, credits=Credits(has_credits=True, balance=Decimal(9))),
            ),
            "little",
            0,
        ),
        (
            make_snapshot(
                "another limit is low",
                make_quota(make_window("weekly", 20, DAY), make_window("weekly", 100, DAY, limit="Spark"), reached=False),
            ),
            "enough",
            80,
        ),
    ],
    ids=lambda value: value.account.name if isinstance(value, Snapshot) else "",
)
def test_odd_accounts(snapshot: Snapshot, verdict: str, left: float | None) -> None:
    found = standing(snapshot, 10)
    assert (found.verdict, found.left) == (verdict, left)


@pytest.mark.parametrize(
    ("snapshot", "after"),
    [
        (A, None),
        (LOW, 2 * HOUR),
        (WEEK_OUT, 3 * HOUR),
        (FIVE_OUT, HOUR),
        # back in one hour, but then the week has only 5 left, until tomorrow
        (make_snapshot("both", both((100, HOUR), (95, DAY), reached=True)), DAY),
        (make_snapshot("unknown", make_quota(make_window("weekly", 95), reached=False)), None),
        (make_snapshot("unknown too", make_quota(make_window("weekly", 100), reached=True)), None),
    ],
    ids=lambda value: value.account.name if isinstance(value, Snapshot) else "",
)
def test_when_an_account_has_enough_again(snapshot: Snapshot, after: timedelta | None) -> None:
    assert standing(snapshot, 10).back_at == (None if after is None else SAMPLE_NOW + after)


def test_no_shape_of_snapshot_is_too_odd() -> None:
    names = [one.name for one in ranked(sample_snapshots(), 10)]
    assert sorted(names) == sorted(snapshot.account.name for snapshot in sample_snapshots())
    assert {figure.name for snapshot in sample_snapshots() for figure in figures_of(snapshot.quota or Quota())} == {
        "five_hour", "daily", "weekly", "monthly", "annual", "other", "spend",
    }  # fmt: skip


STALE = replace(A, status="stale", fetched_at=SAMPLE_NOW - 12 * MINUTE, error=TimedOutError("no whole answer within 15 s"))


@pytest.mark.parametrize(
    ("snapshots", "wanted", "bound", "expected"),
    [
        ([A], None, None, "5 h 50 %, weekly 60 % left, weekly resets Fri 12:04 (5d)"),
        (
            [A, B],
            None,
            None,
            "5 h 20 %, weekly 15 % left, weekly resets Mon 12:04 (1d); of 2 accounts with enough left its quota is reset first",
        ),
        ([A], None, "five_hour", "5 h 50 % left, resets 13:04 (1h)"),
        ([STALE], None, None, "5 h 50 %, weekly 60 % left, weekly resets Fri 12:04 (5d) (figures are 12m old)"),
        (
            [LOW, LOWER],
            None,
            None,
            "5 h 100 %, weekly 5 % left, weekly resets 14:04 (2h); no account has 10 % left, and this one has most",
        ),
        ([LOW], None, None, "5 h 100 %, weekly 5 % left, weekly resets 14:04 (2h); no account has 10 % left"),
        (
            [UNREAD],
            None,
            None,
            "5 h 97 % left, weekly not known, weekly resets Mon 12:04 (1d); of no usable account more is known",
        ),
        ([make_snapshot("x", make_quota(reached=False))], None, None, "no limit that could run out"),
        ([make_snapshot(name, make_quota(reached=False)) for name in "xy"], None, None, "no limit that could run out"),
        (
            [
                make_snapshot(name, make_quota(make_window("weekly", used), reached=False))
                for name, used in (("x", 60), ("y", 40))
            ],
            None,
            None,
            "weekly 60 % left; of 2 accounts with enough left it has most",
        ),
        ([make_snapshot("x", make_quota())], None, None, "the service tells of no limit; of no usable account more is known"),
        ([WEEK_OUT, FIVE_OUT, GONE], None, None, "no account can be used now; the first one back is five-out, 13:04 (1h)"),
        ([LOW, WEEK_OUT], 10, None, "no account that can be used now has 10 % left; the first one back is low, 14:04 (2h)"),
        (
            [make_snapshot("x", make_quota(make_window("weekly", 100), reached=True))],
            None,
            None,
            "no account can be used now, and nobody knows when one can; 'codex-quota' shows what each of them waits for",
        ),
        ([GONE], None, None, "no account answered; 'codex-quota accounts' tells where each sign-in is kept"),
    ],
)
def test_the_reason(snapshots: list[Snapshot], wanted: float | None, bound: str | None, expected: str) -> None:
    assert reason(decide(snapshots, wanted, bound, SAMPLE_NOW), replace(STYLE, tz=SAMPLE_NOW.tzinfo)) == expected


def test_without_a_wish_the_first_one_back_is_the_one_that_can_be_used_first() -> None:
    soon = make_snapshot("soon", both((100, HOUR), (97, DAY), reached=True))
    later = make_snapshot("later", both((100, 2 * HOUR), (10, DAY), reached=True))
    names = [back.name if back else None for back in (decide([soon, later], n, None, SAMPLE_NOW).back for n in (None, 10))]
    assert names == ["soon", "later"]


class TestContract(CommandContract):
    def make(self) -> Best:
        return Best()


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with SimulatedService(now=SAMPLE_NOW) as service:
        yield Simulation(tmp_path, service)


def test_the_name_goes_to_stdout_and_the_reason_to_a_terminal_only(simulation: Simulation) -> None:
    simulation.service.add("work", five_hour=(50, HOUR), weekly=(20, DAY))
    simulation.service.add("home", five_hour=(10, HOUR), weekly=(20, 2 * DAY))
    quiet, told = simulation.run(Best()), simulation.run(Best(), terminal=True)
    assert (quiet.status, quiet.out, quiet.err) == (0, "work\n", "")
    assert (told.status, told.out) == (0, "work\n")
    assert told.err == (
        "codex-quota: work: 5 h 50 %, weekly 80 % left, weekly resets Mon 12:04 (1d); "
        "of 2 accounts with enough left its quota is reset first\n"
    )


def test_only_the_named_accounts_are_asked(simulation: Simulation) -> None:
    for name in ("a", "b", "c"):
        simulation.service.add(name)
    assert simulation.run(Best(), "c", "b").out == "b\n"
    assert {request.account for request in simulation.service.requests} == {"b", "c"}


def test_the_cache_answers_where_its_age_allows_it(simulation: Simulation) -> None:
    simulation.service.add("work")
    outs = [simulation.run(Best(), "--max-age", "1h").out for _ in range(2)]
    assert (outs, len(simulation.service.requests)) == (["work\n", "work\n"], 1)


def test_nobody_can_be_used(simulation: Simulation) -> None:
    simulation.service.add("work", weekly=(100, 2 * DAY))
    simulation.service.add("home", five_hour=(100, HOUR))
    ran = simulation.run(Best())
    assert (ran.status, ran.out) == (4, "")
    assert ran.err == "codex-quota: no account can be used now; the first one back is home, 13:04 (1h)\n"


def test_too_little_for_the_wish_is_nobody(simulation: Simulation) -> None:
    simulation.service.add("work", weekly=(95, 2 * DAY))
    runs = [simulation.run(Best(), *words) for words in ((), ("--min-left", "10"), ("--for", "five_hour", "--min-left", "10"))]
    assert [(ran.status, ran.out) for ran in runs] == [(0, "work\n"), (4, ""), (0, "work\n")]


def test_an_account_that_failed_costs_a_line(simulation: Simulation) -> None:
    simulation.service.sign_out(simulation.service.add("a-broken"))
    simulation.service.add("work")
    ran = simulation.run(Best())
    assert (ran.status, ran.out, ran.err.count("\n")) == (0, "work\n", 1)
    assert ran.err.startswith("a-broken: signed out")


def test_nobody_answered(simulation: Simulation) -> None:
    simulation.service.sign_out(simulation.service.add("work"))
    ran = simulation.run(Best())
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[1:] == [
        "codex-quota: no account answered; 'codex-quota accounts' tells where each sign-in is kept"
    ]


def test_old_figures_will_do_and_are_marked(simulation: Simulation) -> None:
    work = simulation.service.add("work", five_hour=(50, 3 * HOUR), weekly=(20, DAY))
    simulation.run(Best())
    simulation.sleep(3600)
    simulation.service.fail(work, Fault.status(500), times=None)
    ran = simulation.run(Best(), "--json", terminal=True)
    found = json.loads(ran.out)
    assert (ran.status, found["account"], found["status"], found["fetched_at"]) == (0, "work", "stale", "2026-11-22T12:04:00Z")
    assert found["reason"].endswith("weekly resets Mon 12:04 (23h) (figures are 60m old)")


def test_the_json_document(simulation: Simulation, tmp_path: Path) -> None:
    simulation.service.add("home", five_hour=(50, HOUR), weekly=(20, DAY), email="secret@example.com")
    simulation.service.add("out", five_hour=None, weekly=(100, 2 * DAY))
    ran = simulation.run(Best(), "--json")
    found = json.loads(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert {key: value for key, value in found.items() if key not in ("reason", "ranking")} == {
        "schema_version": 1,
        "generated_at": "2026-11-22T12:04:00Z",
        "account": "home",
        "home": None,
        "verdict": "enough",
        "left": 50.0,
        "resets_at": "2026-11-23T12:04:00Z",
        "status": "fresh",
        "fetched_at": "2026-11-22T12:04:00Z",
        "first_back": None,
    }
    assert found["ranking"][1] == {
        "account": "out",
        "home": None,
        "verdict": "blocked",
        "left": 0.0,
        "resets_at": "2026-11-24T12:04:00Z",
        "available_at": "2026-11-24T12:04:00Z",
        "windows": [{"name": "weekly", "left": 0.0, "resets_at": "2026-11-24T12:04:00Z"}],
        "status": "fresh",
        "fetched_at": "2026-11-22T12:04:00Z",
        "error": None,
    }
    assert "secret" not in ran.out


def test_the_json_document_when_there_is_none(simulation: Simulation) -> None:
    simulation.service.add("out", five_hour=None, weekly=(100, 2 * DAY))
    ran = simulation.run(Best(), "--json")
    found = json.loads(ran.out)
    assert (ran.status, found["account"], found["left"], found["home"]) == (4, None, None, None)
    assert found["first_back"] == {"account": "out", "at": "2026-11-24T12:04:00Z"}
    assert found["reason"] == "no account can be used now; the first one back is out, Tue 12:04 (2d)"


def test_the_home_that_a_link_leads_to(program: Program, service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    program.serve()
    home = tmp_path / "homes" / "work's home"
    home.mkdir(parents=True)
    (tmp_path / "account" / "work.auth.json").rename(home / "auth.json")
    (tmp_path / "account" / "work.auth.json").symlink_to(home / "auth.json")
    (tmp_path / "account" / "empty.auth.json").write_text("{}", encoding="utf-8")
    ran = program("best", "--print-home")
    assert (ran.status, ran.out, ran.err.count("\n")) == (0, f"{home}\n", 1)
    assert json.loads(program("best", "--json").out)["home"] == str(home)


def test_the_codex_home_itself(program: Program, service: SimulatedService, tmp_path: Path) -> None:
    home = tmp_path / "home" / ".codex"
    home.mkdir(parents=True)
    (tmp_path / "account").mkdir()
    (home / "auth.json").write_text(service.add("codex").auth_json(), encoding="utf-8")
    (home / "auth.json").chmod(0o600)
    ran = program("best", "--print-home")
    assert (ran.status, ran.out, ran.err) == (0, f"{home}\n", "")


def test_a_sign_in_outside_of_any_home_is_told(program: Program, service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    program.serve()
    ran = program("best", "--print-home")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        f"codex-quota: work: its sign-in, {tmp_path}/account/work.auth.json, lies in no Codex home; "
        "sign in with a CODEX_HOME of its own, and make this file a link to the auth.json there\n"
    )


def test_links_that_lead_nowhere_or_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "nowhere.auth.json").symlink_to(tmp_path / "gone" / "auth.json")
    (tmp_path / "circle.auth.json").symlink_to(tmp_path / "circle.auth.json")
    (tmp_path / "auth.json").mkdir()
    names = ("nowhere.auth.json", "circle.auth.json", "auth.json")
    assert [home_at(str(tmp_path / name)) for name in names] == [None, None, None]
    assert [home_at(text) for text in (None, "", "$CODEX_QUOTA_ACCESS_TOKEN")] == [None, None, None]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["best"], 1, "there is no sign-in in"),
        (["best", "nobody"], 2, "there is no account 'nobody'"),
        (["best", "--min-left", "101"], 2, "--min-left: '101' is not a whole number from 0 to 100"),
        (["best", "--for", "monthly"], 2, "--for: invalid choice: 'monthly'"),
    ],
)
def test_what_cannot_be_asked(program: Program, words: list[str], status: int, said: str) -> None:
    ran = program(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    assert said in ran.err
