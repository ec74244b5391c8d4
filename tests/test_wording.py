from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from codex_quota import wording
from codex_quota.errors import TimedOutError, UnauthorizedError
from codex_quota.interfaces import Style
from codex_quota.model import Account, Credits, Quota, Snapshot, SpendLimit, Window
from snapshots import DAY, HOUR, NOW, quota, snapshot, window

STYLE = Style(now=NOW, tz=UTC)


def work(answer: Quota | None = None, **more: object) -> Snapshot:
    return snapshot("work", answer, **more)


def test_names_are_in_natural_order() -> None:
    names = ["a10", "B1", "a2", "a", "10", "9", "é1", "账号10", "账号9", "٢", "a02", "A2", "9" * 5000]
    expected = ["٢", "9", "10", "9" * 5000, "a", "A2", "a02", "a2", "a10", "B1", "é1", "账号9", "账号10"]
    assert sorted(names, key=wording.natural_key) == expected


def test_the_main_limit_comes_first_and_each_limit_in_one_order() -> None:
    extra_week, extra_five = window("weekly", limit="Spark"), window("five_hour", limit="Spark")
    reserve = window("five_hour", limit="reserve")
    day, week, month, five = window("daily"), window("weekly"), window("monthly"), window("five_hour")
    answer = quota(extra_week, extra_five, reserve, day, month, week, five)
    assert wording.ordered_windows(answer) == [five, week, month, day, extra_five, extra_week, reserve]


FIVE, WEEK, FULL_WEEK = window("five_hour", 12, HOUR), window("weekly", 40, 3 * DAY), window("weekly", 100, DAY)


def depleted(*windows: Window) -> Quota:
    return quota(*windows, reached=True, kind="workspace_member_credits_depleted")


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (quota(FIVE, WEEK), ["13:04 (1h)", "Wed 12:04 (3d)"]),
        (quota(window("weekly", 3)), ["-"]),
        (quota(window("weekly", 0, 7 * DAY, started=False)), ["not started"]),
        (quota(FIVE, FULL_WEEK), ["waits for weekly", "back Mon 12:04 (1d)"]),
        (quota(window("five_hour", 0, 5 * HOUR, started=False), FULL_WEEK), ["waits for weekly", "back Mon 12:04 (1d)"]),
        (quota(window("five_hour", 100, HOUR), WEEK), ["back 13:04 (1h)", "Wed 12:04 (3d)"]),
        (quota(window("five_hour", 100), WEEK), ["used up", "waits for 5 h"]),
        (quota(window("five_hour", 80), reached=True), ["limit reached"]),
        (depleted(FIVE, WEEK), ["waits for credits", "waits for credits"]),
        (depleted(FULL_WEEK), ["Mon 12:04 (1d)"]),
        (
            quota(FIVE, FULL_WEEK, window("weekly", 7, DAY, limit="Spark")),
            ["waits for weekly", "back Mon 12:04 (1d)", "Mon 12:04 (1d)"],
        ),
        (quota(FIVE, WEEK, reached=True), ["blocked", "blocked"]),
        (quota(WEEK, reached=True, spend=SpendLimit(reached=True, resets_at=NOW + 9 * DAY)), ["waits for spend limit"]),
        (quota(window("other", 100, DAY), FIVE), ["waits for 9 h", "back Mon 12:04 (1d)"]),
    ],
)  # fmt: skip
def test_a_reset_tells_what_matters(answer: Quota, texts: list[str]) -> None:
    assert [wording.reset_text(w, answer, STYLE) for w in wording.ordered_windows(answer)] == texts


def test_of_two_windows_of_one_name_only_the_used_up_one_binds() -> None:
    light, heavy = window("weekly", 10, DAY), window("weekly", 100, DAY)
    assert wording.binding_window(quota(light, heavy)) is heavy


@pytest.mark.parametrize(
    ("spend", "used", "text"),
    [
        (SpendLimit(used_percent=32, used=Decimal(1), limit=Decimal(2)), 32, "1/2"),
        (SpendLimit(used=Decimal("36.8"), limit=Decimal(1000)), 3.68, "36.80/1000"),
        (SpendLimit(used=Decimal(1), limit=Decimal(0)), None, "1/0"),
        (SpendLimit(used=Decimal("1E+999999"), limit=Decimal("1E-999999")), None, "1e+999999/<0.01"),
        (SpendLimit(reached=True), None, ""),
    ],
)
def test_a_spend_limit_in_percent_and_amounts(spend: SpendLimit, used: float | None, text: str) -> None:
    assert (wording.spend_used(spend), wording.spend_text(spend)) == (used, text)


@pytest.mark.parametrize(
    ("owned", "text"),
    [
        (None, None),
        (Credits(has_credits=True, balance=Decimal("0E-10")), None),
        (Credits(has_credits=False, balance=Decimal(3)), None),
        (Credits(has_credits=True, balance=Decimal("394.7967")), "394.80"),
        (Credits(unlimited=True), "unlimited"),
        (Credits(has_credits=True, balance=Decimal(3), overage_limit_reached=True), "3, overage limit reached"),
    ],
)
def test_credits_are_told_when_there_are_any(owned: Credits | None, text: str | None) -> None:
    assert wording.credits_text(Quota(credits=owned)) == text


OLD = NOW - timedelta(minutes=12)
LATE = TimedOutError("no answer within 15 s", hint="check the network")


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (work(Quota(), fetched_at=NOW), "network"),
        (work(Quota(), fetched_at=OLD, source="cache"), "cache"),
        (work(Quota(), fetched_at=OLD, source="cache", status="stale"), "cache, 12m old"),
        (work(Quota(), source="cache", status="stale", fetched_at=None), "cache, stale"),
        (work(status="failed"), "-"),
    ],
)
def test_the_source_says_how_old_stale_figures_are(shown: Snapshot, text: str) -> None:
    assert wording.source_text(shown, NOW) == text


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (work(quota(FIVE, WEEK, reached=False)), []),
        (
            work(status="failed", error=UnauthorizedError("signed out")),
            ["work: signed out; sign in again with 'codex login'"],
        ),
        (work(status="failed", error=UnauthorizedError("signed out", hint="")), ["work: signed out"]),
        (work(status="failed"), ["work: failed: no reason was given"]),
        (
            work(quota(WEEK), status="stale", fetched_at=OLD, error=LATE),
            ["work: figures are from 11:52, 12m old: no answer within 15 s; check the network"],
        ),
        (work(quota(WEEK), status="stale", fetched_at=None), ["work: figures are old: no reason was given"]),
        (work(quota(FIVE, FULL_WEEK)), ["work: weekly limit is used up, back Mon 12:04 (1d)"]),
        (work(quota(window("other", 100))), ["work: 9 h limit is used up, reset time unknown"]),
        (work(quota(window("weekly", 99, DAY), reached=True)), ["work: weekly limit is used up, back Mon 12:04 (1d)"]),
        (
            work(quota(window("weekly", 80, DAY), reached=True)),
            ["work: weekly limit is closed by the service with 20 % left, back Mon 12:04 (1d)"],
        ),
        (
            work(quota(spend=SpendLimit(reached=True, resets_at=NOW + 9 * DAY))),
            ["work: spend limit is reached, back 1 Dec 12:04 (9d)"],
        ),
        (work(depleted()), ["work: workspace credits are used up"]),
        (work(quota(reached=True, kind="workspace_owner_usage_limit_reached")), ["work: workspace usage limit is reached"]),
        (work(quota(reached=True)), ["work: the service says that a limit is reached, without saying which"]),
        (work(quota(unavailable_models=("gpt-a", "gpt\nb"))), ["work: not available now: gpt-a, gpt b"]),
        (work(quota(warnings=("one\ttwo", "b")), warnings=("b", "c")), ["work: b", "work: c", "work: one two"]),
        (
            work(quota(FULL_WEEK, reached=False, credits=Credits(unlimited=True))),
            ["work: weekly limit is used up, credits pay for further use"],
        ),
        (work(quota(reset_credits=0)), []),
        (work(quota(reset_credits=1)), ["work: 1 banked reset available"]),
        (work(quota(reset_credits=2)), ["work: 2 banked resets available"]),
    ],
)  # fmt: skip
def test_each_problem_is_one_line_in_plain_words(shown: Snapshot, lines: list[str]) -> None:
    assert wording.problem_lines(shown, STYLE) == lines


def test_the_gravest_note_comes_first() -> None:
    answer = quota(FULL_WEEK, warnings=("careful",), reset_credits=1)
    shown = work(answer, status="stale", fetched_at=OLD, error=LATE)
    assert [note.kind for note in wording.notes(shown, STYLE)] == ["error", "blocked", "warning", "info"]


def test_a_name_cannot_break_its_line() -> None:
    shown = Snapshot(account=Account(name="a\n\x1b[2Jb", source="x"), status="failed", error=UnauthorizedError("no", hint=""))
    assert wording.problem_lines(shown, STYLE) == ["a [2Jb: no"]
