"""The pictures of ``watch``, without any terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from codex_quota import NetworkError, Snapshot, Style
from codex_quota.builtin.cli.watch_view import (
    State,
    View,
    after_key,
    encodable,
    footer_pieces,
    header_pieces,
    picture,
    scrolled,
)
from codex_quota.builtin.formatters.table import Table
from snapshots import BURNED, EVERYBODY, FIVE, FREE, GONE, LONG, NOW, WEEK, quota, snapshot

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
STYLE = Style(now=NOW, width=80)
DUE = NOW + 4 * MINUTE
WORK = snapshot("work", quota(FIVE, WEEK, reached=False))


def shown(
    snapshots: Sequence[Snapshot],
    size: tuple[int, int] = (80, 24),
    view: View | None = None,
    *,
    keys: bool = True,
    **more: object,
) -> list[str]:
    style = replace(STYLE, width=size[0])
    table = Table().format(snapshots, style)
    state = State(snapshots=snapshots, **{"begun": True, "due": DUE, **more})  # type: ignore[arg-type]
    return picture(view or View(), state, table, style, size, has_keys=keys).text.plain.split("\n")


def test_the_whole_picture_is_header_table_and_keys() -> None:
    lines = shown([WORK, BURNED], failed=0)
    assert [line.rstrip() for line in lines if line] == [
        "12:04   next refresh in 4m   1 of 2 usable, next back Mon 12:04 (1d)",
        "Account  Plan  Window  % left                    Resets               Source",
        "work     Plus  5 h     ██████████████████░░  88  15:04 (3h)           network",
        "               weekly  ████████████░░░░░░░░  59  Thu 12:04 (4d)",
        "burned   Plus  weekly  ░░░░░░░░░░░░░░░░░░░░   0  back Mon 12:04 (1d)  cache",
        "               5 h     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒░  99  waits for weekly",
        "burned: weekly limit is used up, back Mon 12:04 (1d)",
        "burned: 2 banked resets available",
        "q quit  r refresh  s sort: name  t time: both  u % left  ? help",
    ]
    assert (lines[1], len(lines)) == ("", 24)


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50), (20, 5), (10, 3), (3, 2), (1, 1), (500, 4)])
@pytest.mark.parametrize("view", [View(), View(top=9999), View(help=True)], ids=["top", "end", "help"])
def test_a_picture_is_exactly_as_large_as_the_screen(size: tuple[int, int], view: View) -> None:
    lines = shown(EVERYBODY, size, view, failed=3, remark="plugin noise failed: RuntimeError: " + "x" * 300)
    assert len(lines) == size[1]
    assert max(map(cell_len, lines)) <= size[0]


@pytest.mark.parametrize(
    ("more", "pieces"),
    [
        ({"begun": False}, ["12:04", "asking"]),
        ({"begun": False, "asked": 3}, ["12:04", "asking 3 accounts"]),
        ({"begun": False, "asked": 1}, ["12:04", "asking"]),
        ({"snapshots": [WORK], "asked": 1}, ["12:04", "asking", "usable"]),
        ({"snapshots": [WORK, FREE], "asked": 1}, ["12:04", "asking 1 account", "1 of 2 usable, 1 unknown"]),
        ({"snapshots": [WORK], "due": NOW + 42 * SECOND}, ["12:04", "next refresh in 42s", "usable"]),
        ({"snapshots": [WORK], "due": NOW}, ["12:04", "next refresh now", "usable"]),
        ({"snapshots": [WORK, WORK]}, ["12:04", "next refresh in 4m", "all 2 usable"]),
        ({"snapshots": [GONE], "failed": 1}, ["12:04", "next refresh in 4m", "last refresh failed",
                                              "no account is known to be usable"]),
        ({"snapshots": [WORK, GONE], "failed": 1}, ["12:04", "next refresh in 4m", "last refresh failed for 1 of 2",
                                                    "1 of 2 usable, 1 unknown"]),
        ({"snapshots": [WORK], "remark": "work can be used again"}, ["12:04", "next refresh in 4m", "usable",
                                                                     "work can be used again"]),
    ],
)  # fmt: skip
def test_the_header_tells_time_refresh_failures_accounts_and_a_remark(more: dict[str, object], pieces: list[str]) -> None:
    told = State(**{"snapshots": [], "begun": True, "due": DUE, **more})  # type: ignore[arg-type]
    assert [text for text, _ in header_pieces(told, STYLE)] == pieces


@pytest.mark.parametrize(
    ("snapshots", "colour"), [([WORK], "green"), ([WORK, BURNED], "yellow"), ([BURNED], "red"), ([GONE], "yellow")]
)
def test_the_accounts_have_a_traffic_light(snapshots: list[Snapshot], colour: str) -> None:
    assert header_pieces(State(snapshots=snapshots, begun=True), STYLE)[1][1] == colour


def test_what_does_not_fit_side_by_side_stands_below_and_what_is_too_long_is_cut() -> None:
    assert shown([WORK, BURNED, GONE], (40, 16), failed=1)[:4] == [
        "12:04   next refresh in 4m",
        "last refresh failed for 1 of 3",
        "1 of 3 usable, 1 unknown, next back Mon…",
        "",
    ]


def test_an_ascii_screen_gets_no_ellipsis() -> None:
    style = replace(STYLE, unicode=False)
    text = picture(View(), State(snapshots=[], remark="x" * 50), "", style, (40, 12), has_keys=True).text.plain
    assert text.isascii()


def test_the_keys_of_small_effect_go_first_where_there_is_little_room() -> None:
    view = View(sort="left", time="clock", show="used")
    assert [shown(EVERYBODY, (width, 24), view)[-1] for width in (80, 60, 40, 30, 20, 8)] == [
        "q quit  r refresh  s sort: left  t time: clock  u % used  ? help  1-20 of 28",
        "q quit  r refresh  s sort: left  ? help  1-19 of 40",
        "q quit  r refresh  ? help  1-19 of 45",
        "q quit  ? help  1-19 of 53",
        "q quit  ? help",
        "q quit  ",
    ]


def test_without_a_keyboard_no_keys_are_promised() -> None:
    assert shown([WORK], keys=False)[-1] == "Ctrl-C quit"
    assert footer_pieces(View(), has_keys=False, shown=(1, 2, 9)) == [("Ctrl-C", "quit"), ("", "1-2 of 9")]


def test_the_first_line_stays_while_the_others_are_scrolled() -> None:
    body = ["titles", *"abcdefg"]
    assert scrolled(View(), body, 8) == (View(), body, None)
    assert scrolled(View(), body, 4) == (View(), ["titles", "a", "b", "c"], (1, 3, 7))
    assert scrolled(View(top=2), body, 4) == (View(top=2), ["titles", "c", "d", "e"], (3, 5, 7))
    assert scrolled(View(top=99), body, 4) == (View(top=4), ["titles", "e", "f", "g"], (5, 7, 7))
    assert scrolled(View(top=99), body, 1) == (View(), ["titles"], None)
    assert scrolled(View(top=99), body, 0) == (View(), [], None)


@pytest.mark.parametrize(
    ("keys", "view"),
    [
        ("s", View(sort="left")),
        ("s s", View(sort="reset")),
        ("s s s", View()),
        ("t", View(time="clock")),
        ("t t", View(time="countdown")),
        ("t t t", View()),
        ("u", View(show="used")),
        ("u u", View()),
        ("down down up", View(top=1)),
        ("up", View()),
        ("page_down", View(top=10)),
        ("page_down page_down page_up", View(top=10)),
        ("end home", View()),
        ("down s", View(sort="left")),
        ("down t", View(time="clock", top=1)),
        ("?", View(help=True)),
        ("? s", View(help=True)),
        ("? ?", View()),
        ("? escape", View()),
        ("? q", View()),
        ("? down", View(help=True, top=1)),
        ("down ? page_down ?", View(top=1)),
        ("x", View()),
    ],
)
def test_what_keys_change(keys: str, view: View) -> None:
    found = View()
    for key in keys.split():
        found = after_key(found, key.replace("_", " "), 10)
    assert found == view


def test_the_help_names_every_key_that_the_footer_names() -> None:
    lines = shown([WORK], view=View(help=True))
    for key, _ in footer_pieces(View(), has_keys=True, shown=None):
        if key != "?":
            assert [line[7:] for line in lines if line.startswith(f"{key}  ")] != []
    assert lines[-1] == "? back"


def test_the_help_is_whole_on_a_small_screen_wherever_the_table_stood() -> None:
    view = after_key(View(top=30), "?", 5)
    first, last = shown(EVERYBODY, (40, 10), view), shown(EVERYBODY, (40, 10), after_key(view, "end", 5))
    assert [line.rstrip() for line in first[2:]] == [
        "q      quit, as Ctrl-C does",
        "r      ask the service now, at most",
        "       every 10 seconds",
        "s      sort by name, by most left, by",
        "       soonest reset",
        "t      resets as time of day, as time",
        "       from now, or both",
        "? back  1-7 of 14",
    ]
    assert [line.rstrip() for line in last[-3:]] == [
        "Ctrl-Z stop for now; the shell's fg goes",
        "       on",
        "? back  8-14 of 14",
    ]
    assert after_key(after_key(view, "end", 5), "?", 5) == View(top=30)


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("工作 █ \x1b[1mé\x1b[0m", "utf-8", "工作 █ \x1b[1mé\x1b[0m"),
        ("工作 é", "ascii", "???? ?"),
        ("工作 \x1b[1mé\x1b[0m", "latin-1", "???? \x1b[1mé\x1b[0m"),
        ("e\u0301", "ascii", "e"),
        ("é", None, "é"),
    ],
)
def test_characters_that_the_terminal_does_not_have_keep_their_width(text: str, encoding: str | None, expected: str) -> None:
    assert encodable(text, encoding) == expected


def test_a_long_name_and_an_error_are_within_the_screen() -> None:
    stale = replace(WORK, status="stale", source="cache", error=NetworkError("no route to host"))
    lines = shown([stale, LONG], (60, 20), failed=1)
    assert "work: figures are from 12:04, <1m old: no route to host;" in lines
    assert max(map(cell_len, lines)) <= 60
