"""Each account sorted into the places of the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from boards import live, results, style

from codex_quota import Snapshot
from codex_quota.builtin.dashboard.cards import Card, cards, counts, key_of, ticking, ticking_age
from codex_quota.builtin.dashboard.choices import Choices
from codex_quota.pace import Pace
from codex_quota.wording import Note
from snapshots import (
    BIZ,
    BURNED,
    EVERYBODY,
    FIVE,
    FREE,
    FULL_WEEK,
    GONE,
    LIVELY,
    NOW,
    OFFICE,
    OLD,
    PAUSED,
    WEEK,
    WORK,
    quota,
    snapshot,
)

IDLE = snapshot("idle", quota(FIVE, WEEK, reached=False))
NO_CREDITS = snapshot("x", quota(FIVE, reached=True, kind="workspace_owner_credits_depleted"))


def card(shown: Snapshot, *, emails: bool = False, asking: bool = False) -> Card:
    board = results(shown, refreshing=(shown.account.name,) if asking else ())
    (only,) = cards(board, style(), Choices(), emails=emails)
    return only


@pytest.mark.parametrize(
    ("shown", "state", "mark", "stale", "filters"),
    [
        (IDLE, "usable", "usable", "", "all usable"),
        (WORK, "unknown", "unknown", "", "all"),
        (BURNED, "exhausted", "back Mon 12:04", "", "all exhausted"),
        (PAUSED, "exhausted", "back 14:04", "", "all exhausted"),
        (NO_CREDITS, "exhausted", "used up", "", "all exhausted"),
        (OLD, "unknown", "unknown", "12m old", "all failed"),
        (GONE, "failed", "failed", "", "all failed"),
    ],
    ids=["usable", "unknown", "week used up", "5 h used up", "no end known", "stale", "failed"],
)
def test_the_state_in_a_word_or_two(shown: Snapshot, state: str, mark: str, stale: str, filters: str) -> None:
    made = card(shown)
    assert (made.state, made.mark, made.stale, made.filters) == (state, mark, stale, filters)


def test_rows_are_parted_into_the_main_limit_and_the_others() -> None:
    made = card(LIVELY)
    assert [row.name for row in made.rows] == ["weekly", "credits"]
    assert [(row.limit, row.name) for row in made.more] == [
        ("GPT-5.3-Codex-Spark", "five_hour"),
        ("GPT-5.3-Codex-Spark", "weekly"),
    ]
    assert (made.is_spread, [row.name for row in made.other_rows]) == (False, ["credits", "five_hour", "weekly"])


def test_an_account_without_the_usual_windows_has_room_for_what_it_has() -> None:
    assert (card(FREE).is_spread, [row.name for row in card(FREE).rows], card(FREE).other_rows) == (True, ["monthly"], ())
    assert [row.name for row in card(BIZ).rows] == ["spend"]


def test_a_failed_account_has_its_reason_and_no_row() -> None:
    made = card(GONE)
    assert (made.rows, made.remarks) == ((), (Note("error", "signed out; sign in again with 'codex login'"),))
    assert made.told == made.remarks


def test_what_a_row_says_already_is_no_remark() -> None:
    made = card(BURNED)
    assert [row.reset for row in made.rows if row.binding] == ["back Mon 12:04 (1d)"]
    assert (made.remarks, made.told) == ((), ())
    assert made.asides == (Note("info", "2 banked resets available"),)


def test_emails_are_masked_for_everybody_but_an_admin() -> None:
    assert (card(WORK).email, card(WORK, emails=True).email) == ("w…@example.com", "work@example.com")


def test_an_account_that_is_being_asked_is_marked() -> None:
    assert (card(WORK).asking, card(WORK, asking=True).asking) == (False, True)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["burned", "idle", "paused", "work"]),
        ("left", ["idle", "work", "burned", "paused"]),
        ("reset", ["paused", "idle", "work", "burned"]),
    ],
)
def test_the_order_is_that_of_the_command_line(sort: str, names: list[str]) -> None:
    made = cards(results(WORK, PAUSED, IDLE, BURNED), style(), Choices.of({"sort": sort}), emails=False)
    assert [one.block.name for one in made] == names
    assert [one.ranks[("name", "left", "reset").index(sort)] for one in made] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ({}, ["burned", "gone", "idle", "北京办公室"]),
        ({"only": "usable"}, ["idle"]),
        ({"only": "exhausted"}, ["burned"]),
        ({"only": "failed"}, ["gone"]),
        ({"q": "BURN"}, ["burned"]),
        ({"q": "team"}, ["gone", "北京办公室"]),
        ({"q": "办公"}, ["北京办公室"]),
        ({"q": "team", "only": "usable"}, []),
        ({"q": "example.com"}, []),
    ],
)
def test_filters_hide_and_never_drop(choices: dict[str, str], names: list[str]) -> None:
    made = cards(results(IDLE, BURNED, GONE, OFFICE), style(), Choices.of(choices), emails=True)
    assert [one.block.name for one in made if one.shown] == names
    assert len(made) == 4


def test_each_filter_knows_how_many_it_leaves() -> None:
    made = cards(results(IDLE, BURNED, PAUSED, OLD, GONE, WORK), style(), Choices(q="nothing"), emails=False)
    assert counts(made) == {"all": 6, "usable": 1, "exhausted": 2, "failed": 2}


def test_keys_are_safe_in_markup_and_tell_accounts_apart() -> None:
    keys = [one.key for one in cards(results(*EVERYBODY), style(), Choices(), emails=False)]
    assert len(set(keys)) == len(EVERYBODY)
    assert [key for key in keys if not key.isalnum() or not key[0].isalpha()] == []
    assert key_of("\udcff") != key_of("?")


@pytest.mark.parametrize(
    ("text", "ahead", "markup"),
    [
        ("15:32 (3h 28m)", 12480, '15:32 (<time datetime="2026-11-22T15:32:00Z" data-left>3h 28m</time>)'),
        ("back <b>", 3600, "back &lt;b&gt;"),
        ("12:04 (<1m)", 9, '12:04 (<time datetime="2026-11-22T12:04:09Z" data-left>&lt;1m</time>)'),
        ("not started", None, "not started"),
    ],
)
def test_a_countdown_is_marked_for_the_script(text: str, ahead: int | None, markup: str) -> None:
    assert ticking(text, None if ahead is None else NOW + timedelta(seconds=ahead), style()) == markup


@pytest.mark.parametrize(
    ("age", "text"), [(timedelta(minutes=3), "3m"), (timedelta(0), "&lt;1m"), (timedelta(days=-1), "&lt;1m")]
)
def test_an_age_is_marked_for_the_script(age: timedelta, text: str) -> None:
    moment = NOW - age
    iso = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ticking_age("read {age} <ago>", moment, style()) == f'read <time datetime="{iso}" data-age>{text}</time> &lt;ago&gt;'


def test_the_table_tells_what_will_run_out_too_early_and_cards_tell_every_forecast() -> None:
    runs_out, between = NOW + timedelta(days=1), (NOW + timedelta(hours=20), NOW + timedelta(hours=30))
    calm = Pace(at=NOW, ahead_points=-8, resets_at=FIVE.resets_at, percent_at_reset=20, percent_between=(10, 30))
    hasty = replace(calm, resets_at=WEEK.resets_at, exhausts_at=runs_out, exhausts_between=between)
    board = results(snapshot("x", quota(replace(FIVE, pace=calm), replace(WEEK, pace=hasty), reached=False)))
    early, lasts = "runs out Mon 12:04", "lasts; about 80 % left"
    assert [text in live(board, layout="table") for text in (early, lasts)] == [True, False]
    assert [text in live(board, layout="cards") for text in (early, lasts)] == [True, True]


def test_a_full_week_blocks_in_the_words_of_the_table() -> None:
    made = card(snapshot("x", quota(FULL_WEEK, FIVE, reached=True)))
    assert [(row.period, row.number, row.reset) for row in made.rows] == [
        ("weekly", "0", "back Mon 12:04 (1d)"),
        ("5 h", "88", "waits for weekly"),
    ]
