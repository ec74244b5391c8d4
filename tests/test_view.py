from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from codex_quota.history import with_pace
from codex_quota.interfaces import Style
from codex_quota.model import Quota, Snapshot, SpendLimit
from codex_quota.view import Row, block, count, pool_text
from snapshots import (
    BIZ,
    BURNED,
    DAY,
    FIVE,
    FULL_WEEK,
    GONE,
    HOUR,
    LIVELY,
    NOTHING,
    NOW,
    OFFICE,
    OLD,
    PAUSED,
    SPEND,
    WEEK,
    WORK,
    quota,
    snapshot,
    window,
)

STYLE = Style(now=NOW, tz=UTC)


def only_row(answer: Quota, style: Style = STYLE) -> Row:
    (row,) = block(snapshot("x", answer), style).rows
    return row


def test_a_window_brings_its_words_and_its_figures() -> None:
    assert only_row(quota(FIVE)) == Row(
        period="5 h",
        filled=0.88,
        number="88",
        tone="good",
        reset="15:04 (3h)",
        name="five_hour",
        used_percent=12,
        remaining_percent=88,
        resets_at=NOW + 3 * HOUR,
        moment=NOW + 3 * HOUR,
        started=True,
    )


def test_the_figures_stay_when_the_style_shows_what_is_used() -> None:
    row = only_row(quota(window("weekly", 120)), replace(STYLE, show="used"))
    assert (row.filled, row.number, row.used_percent, row.remaining_percent) == (1.0, "120", 120, 0)


def test_what_nobody_knows_is_none() -> None:
    row = only_row(quota(window("weekly", None)))
    assert (row.filled, row.number, row.tone) == (None, "-", "unknown")
    assert (row.used_percent, row.remaining_percent, row.resets_at, row.moment) == (None, None, None, None)


def test_a_remainder_is_not_spoilt_by_floating_point() -> None:
    assert only_row(quota(window("weekly", 96.4))).remaining_percent == 3.6


TIRED = snapshot("tired", quota(FIVE, FULL_WEEK))
POOR = snapshot("poor", quota(WEEK, reached=True, kind="credits_depleted"))


@pytest.mark.parametrize(
    ("shown", "rows"),
    [
        (WORK, [("five_hour", False, 3 * HOUR, 3 * HOUR), ("weekly", False, 4 * DAY, 4 * DAY)]),
        (BURNED, [("weekly", True, DAY, DAY), ("five_hour", False, None, None)]),
        (PAUSED, [("five_hour", True, 2 * HOUR, 2 * HOUR), ("weekly", False, 4 * DAY, 4 * DAY)]),
        (TIRED, [("weekly", True, DAY, DAY), ("five_hour", False, 3 * HOUR, None)]),
        (
            LIVELY,
            [
                ("weekly", False, 7 * DAY, None),
                ("five_hour", False, 2 * HOUR, 2 * HOUR),
                ("weekly", False, 6 * DAY, 6 * DAY),
                ("credits", False, None, None),
            ],
        ),
        (BIZ, [("spend", False, 9 * DAY, 9 * DAY)]),
        (snapshot("x", quota(spend=replace(SPEND, reached=True))), [("spend", True, 9 * DAY, 9 * DAY)]),
        (snapshot("x", quota(spend=SpendLimit(reached=True, resets_at=NOW + DAY))), [("spend", True, DAY, DAY)]),
        (POOR, [("credits", True, None, None), ("weekly", False, 4 * DAY, None)]),
        (snapshot("x", quota(reached=True)), [("account", True, None, None)]),
        (NOTHING, [("", False, None, None)]),
        (GONE, [("failed", False, None, None)]),
    ],
)  # fmt: skip
def test_each_row_says_what_binds_when_it_resets_and_which_moment_it_tells(
    shown: Snapshot, rows: list[tuple[str, bool, timedelta | None, timedelta | None]]
) -> None:
    def after(moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment - NOW

    found = block(shown, STYLE).rows
    assert [(row.name, row.binding, after(row.resets_at), after(row.moment)) for row in found] == rows
    for row in found:
        assert (row.moment is None) == ("(" not in (row.says or row.reset))


def test_windows_that_have_not_started_say_so() -> None:
    assert [row.started for row in block(LIVELY, STYLE).rows] == [False, True, True, None]


def test_a_block_knows_its_state() -> None:
    made = block(BURNED, STYLE)
    assert (made.status, made.usable, made.error_code, made.available_at) == ("fresh", False, None, NOW + DAY)
    assert [note.text for note in made.notes] == ["weekly limit is used up, back Mon 12:04 (1d)", "2 banked resets available"]


@pytest.mark.parametrize(
    ("shown", "texts"),
    [
        (WORK, ("network", "network", "normal", "fresh", None)),
        (OLD, ("cache, 12m old", "12m old", "low", "stale", "timeout")),
        (replace(OLD, fetched_at=None), ("cache, stale", "stale", "low", "stale", "timeout")),
        (GONE, ("-", "-", "waiting", "failed", "unauthorized")),
    ],
)
def test_a_block_tells_how_old_and_how_good_its_figures_are(shown: Snapshot, texts: tuple[str | None, ...]) -> None:
    made = block(shown, STYLE)
    assert (made.source, made.age, made.source_tone, made.status, made.error_code) == texts


def test_emails_are_there_on_demand_only() -> None:
    assert block(WORK, STYLE).email == ""
    assert block(WORK, replace(STYLE, emails=True)).email == "work@example.com"
    nameless = replace(WORK, account=replace(WORK.account, email=None))
    assert block(nameless, replace(STYLE, emails=True)).email == "-"
    assert block(replace(nameless, quota=quota(email="q@example.com")), replace(STYLE, emails=True)).email == "q@example.com"


FREE, BUSY = snapshot("free", quota(FIVE, WEEK, reached=False)), snapshot("busy", quota(window("five_hour", 100)))
LATER = replace(BURNED, account=replace(BURNED.account, name="later"))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ([], "no accounts"),
        ([FREE], "usable"),
        ([FREE, FREE, FREE], "all 3 usable"),
        ([FREE, FREE, PAUSED, BURNED, FREE], "3 of 5 usable, next back at 14:04 (2h)"),
        ([BURNED, LATER], "none usable, next back Mon 12:04 (1d)"),
        ([PAUSED], "none usable, next back at 14:04 (2h)"),
        ([BUSY], "none usable"),
        ([FREE, BUSY], "1 of 2 usable"),
        ([FREE, GONE, BURNED], "1 of 3 usable, 1 unknown, next back Mon 12:04 (1d)"),
        ([GONE, NOTHING], "no account is known to be usable"),
        ([GONE, BUSY], "0 of 2 usable, 1 unknown"),
        ([FREE, replace(OLD, quota=quota(window("weekly", 100, -HOUR)))], "1 of 2 usable"),
    ],
)
def test_the_pool_in_one_line(shown: list[Snapshot], text: str) -> None:
    assert pool_text(shown, STYLE) == text


@pytest.mark.parametrize(
    ("time", "today", "other_day"),
    [
        ("clock", "next back at 14:04", "next back Mon 12:04"),
        ("countdown", "next back in 2h", "next back in 1d"),
        ("both", "next back at 14:04 (2h)", "next back Mon 12:04 (1d)"),
    ],
)
def test_the_pool_tells_the_moment_as_the_style_wants(time: str, today: str, other_day: str) -> None:
    style = replace(STYLE, time=time)  # type: ignore[arg-type]
    assert [pool_text([PAUSED], style), pool_text([BURNED], style)] == [f"none usable, {today}", f"none usable, {other_day}"]


def test_the_pool_counts() -> None:
    pool = count(iter([FREE, GONE, BURNED, PAUSED, OFFICE]), NOW)
    assert (pool.total, pool.usable, pool.blocked, pool.unknown, pool.next_back) == (5, 1, 2, 2, NOW + 2 * HOUR)


def test_a_row_tells_how_far_use_is_from_even_use_and_what_will_come_of_it() -> None:
    live = replace(WEEK, used_percent=60, resets_at=NOW + 4 * DAY, length=7 * DAY)
    rows = block(with_pace(snapshot("work", quota(live)), (), NOW), STYLE).rows
    (row,) = rows
    assert (row.pace, row.pace_tone, row.forecast.partition(" ")[0]) == ("+17", "critical", "runs")
    (calm,) = block(with_pace(snapshot("work", quota(replace(live, used_percent=30))), (), NOW), STYLE).rows
    assert (calm.pace, calm.pace_tone, calm.forecast.partition(";")[0]) == ("-13", "good", "lasts")


@pytest.mark.parametrize("used", [0, 100, None])
def test_a_row_without_a_forecast_tells_no_pace(used: float | None) -> None:
    shown = snapshot("work", quota(replace(WEEK, used_percent=used, resets_at=NOW + 4 * DAY, length=7 * DAY)))
    (row,) = block(with_pace(shown, (), NOW), STYLE).rows
    assert (row.pace, row.forecast) == ("", "")


def test_what_will_run_out_is_a_note_unless_the_account_is_blocked() -> None:
    live = replace(WEEK, used_percent=60, resets_at=NOW + 4 * DAY, length=7 * DAY)
    full = window("five_hour", 100, 2 * HOUR)
    noted = [
        [(note.kind, note.text.partition(" out ")[0]) for note in block(with_pace(one, (), NOW), STYLE).notes]
        for one in (snapshot("work", quota(live)), snapshot("work", quota(full, live, reached=True)))
    ]
    assert noted[0] == [("forecast", "weekly runs")]
    assert [kind for kind, _ in noted[1]] == ["blocked"]
