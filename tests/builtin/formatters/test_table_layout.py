from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from codex_quota.errors import UnauthorizedError, WorkspaceDeactivatedError
from codex_quota.history import with_pace
from codex_quota.model import Credits, Snapshot, SpendLimit, Window
from snapshots import (
    BURNED,
    EVERYBODY,
    HOUR,
    NOW,
    WEEK,
    WORK,
    quota,
    snapshot,
    window,
)
from tables import rows, written


@pytest.mark.parametrize(
    ("used", "left", "bar"),
    [
        (0, "100", "████████████████████"),
        (0.04, ">99", "███████████████████░"),
        (2, "98", "███████████████████░"),
        (48, "52", "██████████░░░░░░░░░░"),
        (99.96, "<1", "█░░░░░░░░░░░░░░░░░░░"),
        (100, "0", "░░░░░░░░░░░░░░░░░░░░"),
        (250, "0", "░░░░░░░░░░░░░░░░░░░░"),
        (None, "-", "····················"),
    ],
)
def test_a_bar_is_full_or_empty_only_when_the_window_is(used: float | None, left: str, bar: str) -> None:
    answer = quota(window("weekly", used), reached=False, credits=Credits(unlimited=True))
    assert rows(written(snapshot("x", answer)))[0].split()[3:5] == [bar, left]


@pytest.mark.parametrize("name", ["北京办公室", "カフェ", "한국어 계정", "zażółć", "e\u0301te\u0301", "abc"])
def test_wide_names_keep_the_columns_aligned(name: str) -> None:
    heading, *others = written(WORK, snapshot(name, quota(WEEK))).splitlines()
    places = {
        cell_len(line[: line.index(mark)]) for line, mark in zip([heading, *others], ["% left", "█", "█", "█"], strict=True)
    }
    assert len(places) == 1


@pytest.mark.parametrize("width", [44, 50, 60, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("emails", [True, False])
def test_no_line_is_too_long_and_no_number_or_reset_is_cut(width: int, unicode: bool, emails: bool) -> None:
    shown = written(*EVERYBODY, width=width, unicode=unicode, emails=emails)
    assert [line for line in shown.splitlines() if cell_len(line) > width or line != line.rstrip()] == []
    table_part = shown.partition("\n\n")[0]
    for whole in (
        "88  15:04 (3h)",
        "0  back Mon 12:04 (1d)",
        "17  16 Dec 12:04 (24d)",
        "68  1 Dec 12:04 (9d)",
        "100  not started",
        "394.80",
    ):
        assert whole in table_part


def test_the_pace_has_a_column_of_its_own_where_names_need_not_be_cut_for_it() -> None:
    # half of the seven days have passed, so 38 % used is twelve points behind even use
    half = replace(WEEK, used_percent=38, resets_at=NOW + timedelta(days=3, hours=12))
    shown = with_pace(snapshot("a-long-name", quota(half)), (), NOW)
    assert written(shown, width=71).splitlines() == [
        "Account      Plan  Window  % left     Pace  Resets              Source",
        "a-long-name  Plus  weekly  ███░░  62   -12  Thu 00:04 (3d 12h)  network",
    ]
    assert written(shown, width=70).splitlines() == [
        "Account      Plan  Window  % left          Resets              Source",
        "a-long-name  Plus  weekly  ██████░░░░  62  Thu 00:04 (3d 12h)  network",
    ]


def test_the_longest_error_code_has_room() -> None:
    error = WorkspaceDeactivatedError("gone")
    assert rows(written(snapshot("x", status="failed", error=error), width=60)) == [
        "x        -     failed  workspace_deactivated          -",
    ]
    assert rows(written(snapshot("x", status="failed", error=error), width=50)) == ["x  -  -", "  failed  workspace_deactivated"]


def test_a_long_label_gives_way_to_the_figures() -> None:
    answer = quota(window("other", 50, HOUR, label="12345678901234567890 d"))
    assert rows(written(snapshot("x", answer), width=60)) == ["x        Plus  12345678…  ████░░░░░  50  13:04 (1h)  network"]


@pytest.mark.parametrize("text", ["x" * 200, "北京办公室" * 40, "short " + "y" * 90])
def test_a_word_that_is_too_long_is_broken(text: str) -> None:
    first, *others = written(snapshot("n", quota(WEEK, warnings=(text,))), width=50).partition("\n\n")[2].splitlines()
    assert [line for line in (first, *others) if cell_len(line) > 50] == []
    assert first.startswith(f"n: {text[:5]}")
    assert "".join((first, *others)).replace(" ", "") == f"n:{text}".replace(" ", "")


@pytest.mark.parametrize("width", [1, 2, 3, 7, 20])
def test_an_impossible_width_is_no_reason_to_fail(width: int) -> None:
    assert re.search(r" 99\n +wait", written(*EVERYBODY, width=width))


@pytest.mark.parametrize("width", range(30, 44))
@pytest.mark.parametrize("emails", [True, False])
@pytest.mark.parametrize("show", ["left", "used"])
def test_a_terminal_too_narrow_for_bars_still_shows_every_number_in_its_width(width: int, emails: bool, show: str) -> None:
    shown = written(*EVERYBODY, width=width, emails=emails, show=show)
    assert [line for line in shown.splitlines() if cell_len(line) > width or line != line.rstrip()] == []
    assert "█" not in shown
    wide = written(*EVERYBODY, width=100, show=show).partition("\n\n")[0]
    numbers = re.findall(r"[█▒░·]+ +(\S+)  ", wide)
    found = re.findall(r"^  \S.*?  +([<>]?[\d.]+|-)(?:  .*)?$", shown.partition("\n\n")[0], flags=re.M)
    assert numbers == [number for number in found if number != "394.80"]


def test_bars_go_first_then_countdowns_then_resets_get_a_line_of_their_own() -> None:
    assert written(WORK, BURNED, width=36).partition("\n\n")[0] == (
        "       % left\n"
        "work  Plus  network\n"
        "  5 h      88  15:04 (3h)\n"
        "  weekly   59  Thu 12:04 (4d)\n"
        "burned  Plus  cache\n"
        "  weekly    0  back Mon 12:04 (1d)\n"
        "  5 h      99  waits for weekly"
    )
    assert written(WORK, BURNED, width=31).partition("\n\n")[0] == (
        "       % left\n"
        "work  Plus  network\n"
        "  5 h      88  15:04\n"
        "  weekly   59  Thu 12:04\n"
        "burned  Plus  cache\n"
        "  weekly    0  back Mon 12:04\n"
        "  5 h      99  waits for weekly"
    )
    assert written(WORK, BURNED, width=26).partition("\n\n")[0] == (
        "       % left\n"
        "work  Plus  network\n"
        "  5 h      88  15:04\n"
        "  weekly   59  Thu 12:04\n"
        "burned  Plus  cache\n"
        "  weekly    0\n"
        "    back Mon 12:04\n"
        "  5 h      99\n"
        "    waits for weekly"
    )


names = st.text(st.characters(codec="utf-8"), max_size=60)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
percentages = st.none() | st.floats(min_value=0, max_value=1e308)
windows = st.builds(
    Window,
    limit=st.just("codex") | names,
    name=st.sampled_from(["five_hour", "weekly", "monthly", "daily", "annual", "other"]),
    label=names,
    used_percent=percentages,
    length=st.none(),
    resets_at=moments,
    started=st.none() | st.booleans(),
)
amounts = st.none() | st.decimals(min_value=0, allow_nan=False, allow_infinity=False)
verdicts = st.none() | st.booleans()
quotas = st.builds(
    lambda found, **more: quota(*found, **more),
    st.lists(windows, max_size=6),
    plan=st.none() | names,
    reached=verdicts,
    kind=st.none() | names | st.sampled_from(["workspace_owner_credits_depleted", "workspace_member_usage_limit_reached"]),
    credits=st.none()
    | st.builds(Credits, has_credits=verdicts, unlimited=verdicts, overage_limit_reached=verdicts, balance=amounts),
    spend=st.none()
    | st.builds(SpendLimit, reached=verdicts, limit=amounts, used=amounts, used_percent=percentages, resets_at=moments),
    reset_credits=st.none() | st.integers(),
    unavailable_models=st.lists(names, max_size=2).map(tuple),
    warnings=st.lists(names, max_size=2).map(tuple),
)
errors = st.none() | st.builds(UnauthorizedError, names)
snapshots = st.builds(snapshot, names, st.just(None), status=st.just("failed"), error=errors) | st.builds(
    snapshot, names, quotas, status=st.sampled_from(["fresh", "stale"]), error=errors, fetched_at=moments
)


@settings(max_examples=150, deadline=None)
@given(st.lists(snapshots, max_size=4), st.integers(100, 140), st.sampled_from(["left", "used"]), st.booleans(), st.booleans())
def test_whatever_the_service_says_the_table_holds(
    shown: list[Snapshot], width: int, show: str, unicode: bool, emails: bool
) -> None:
    lines = written(*shown, width=width, show=show, unicode=unicode, emails=emails).splitlines()
    assert [line for line in lines if cell_len(line) > width or line != line.rstrip() or "\x1b" in line] == []
