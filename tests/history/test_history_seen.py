"""What a forecast reads of the history: fewer observations, the same forecast."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import Account, Snapshot, Window
from codex_quota.history import History, Reading, key_of, numbered, paced, with_pace
from codex_quota.pace import Pace
from snapshots import DAY, HOUR, NOW, WEEK, quota, snapshot

ACCOUNT = Account(name="work", source="directory")
LIVE = replace(WEEK, used_percent=60, resets_at=NOW + 4 * DAY, length=7 * DAY, started=True)
FRESH = replace(LIVE, used_percent=0, started=False)
MINUTE = timedelta(minutes=1)


def kept(readings: Iterable[Reading], path: Path) -> History:
    history = History(path)
    history.add(ACCOUNT, readings)
    return history


def reading(ago: timedelta, *windows: Window) -> Reading:
    return Reading(account="work", at=NOW - ago, windows=windows)


def left(tmp_path: Path, *windows: Window) -> list[int]:
    """The places of the observations that are left of *windows*, each an hour after the one before."""
    readings = [reading((len(windows) - place) * HOUR, window) for place, window in enumerate(windows)]
    seen = kept(readings, tmp_path / "history.sqlite3").observations(ACCOUNT, since=NOW - 400 * DAY)
    ats = [one.at for one in readings]
    return [ats.index(one.at) for one in seen[key_of(windows[0]), 0]]


def used(percent: float | None) -> Window:
    return replace(LIVE, used_percent=percent)


def resets(after: timedelta) -> Window:
    return replace(LIVE, resets_at=NOW + 4 * DAY + after)


@pytest.mark.parametrize(
    ("windows", "places"),
    [
        pytest.param([LIVE] * 4, [0, 1, 2, 3], id="four alike"),
        pytest.param([LIVE] * 7, [0, 1, 5, 6], id="seven alike"),
        pytest.param([*[LIVE] * 5, *[used(61)] * 6], [0, 1, 3, 4, 5, 6, 9, 10], id="then another figure"),
        pytest.param([*[LIVE] * 5, used(None), *[LIVE] * 5], [0, 1, 3, 4, 5, 6, 7, 9, 10], id="no figure in between"),
        pytest.param([resets(n % 2 * MINUTE) for n in range(7)], [0, 1, 5, 6], id="a reset that jitters"),
        pytest.param([resets(n * MINUTE) for n in range(7)], [0, 1, 2, 3, 4, 5, 6], id="a reset that wanders"),
        pytest.param([resets(n // 6 * 3 * MINUTE) for n in range(7)], [0, 1, 4, 5, 6], id="a reset that moves"),
        pytest.param([replace(LIVE, resets_at=None)] * 6, [0, 1, 4, 5], id="no reset"),
        pytest.param(
            [replace(FRESH, resets_at=NOW + n * HOUR) for n in range(6)], [0, 1, 4, 5], id="not started: the reset slides"
        ),
        pytest.param(
            [replace(LIVE, length=(5 + n // 5) * DAY) for n in range(10)], [0, 1, 3, 4, 5, 6, 8, 9], id="another length"
        ),
        pytest.param([*[FRESH] * 5, replace(FRESH, started=True)], [0, 1, 3, 4, 5], id="started since"),
        pytest.param([replace(LIVE, resets_at=NOW - 4 * HOUR)] * 7, [0, 1, 2, 3], id="told as before after the reset has passed"),
    ],
)
def test_what_repeats_its_neighbours_is_left_out(tmp_path: Path, windows: list[Window], places: list[int]) -> None:
    assert left(tmp_path, *windows) == places


def test_observations_are_those_of_the_account_from_the_moment_on(tmp_path: Path) -> None:
    history = kept([reading(hours * HOUR, used(60 - hours), used(hours)) for hours in (3, 2, 1)], tmp_path / "history.sqlite3")
    other = replace(ACCOUNT, name="other", account_id="other")
    history.add(other, [Reading(account="other", at=NOW - HOUR, windows=(used(1),))])
    seen = history.observations(ACCOUNT, since=NOW - 2 * HOUR)
    assert {
        key: [(one.at, one.used_percent, one.resets_at, one.length, one.started) for one in line] for key, line in seen.items()
    } == {
        (key_of(LIVE), 0): [(NOW - n * HOUR, 60 - n, LIVE.resets_at, 7 * DAY, True) for n in (2, 1)],
        (key_of(LIVE), 1): [(NOW - n * HOUR, n, LIVE.resets_at, 7 * DAY, True) for n in (2, 1)],
    }
    assert history.observations("nobody", since=NOW - DAY) == {}


def paces(shown: Snapshot) -> list[Pace | None]:
    return [window.pace for window in shown.quota.windows] if shown.quota else []


def test_windows_that_are_called_the_same_have_a_pace_each(tmp_path: Path) -> None:
    slow, fast = [used(60 - n / 10) for n in range(4)], [used(61 - 10 * n) for n in range(4)]
    past = [reading(n * HOUR, slow[n], fast[n]) for n in (3, 2, 1)]
    alone = [
        pace
        for line in (slow, fast)
        for pace in paces(with_pace(snapshot("work", quota(line[0])), [reading(n * HOUR, line[n]) for n in (3, 2, 1)], NOW))
    ]
    shown = snapshot("work", quota(slow[0], fast[0]))
    assert alone[0] != alone[1]
    assert paces(with_pace(shown, past, NOW)) == alone
    assert paces(paced([shown], kept(past, tmp_path / "history.sqlite3"), None, NOW)[0]) == alone


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["nothing", "nothing", "nothing", "use", "use", "flip", "none", "early", "jitter"]),
        st.integers(1, 30),
        st.integers(1, 25),
    ),
    min_size=3,
    max_size=120,
)


def lived(steps: Iterable[tuple[str, int, int]], length: timedelta) -> list[Reading]:
    """What a recorder kept of a window to which *steps* happened: each some twentieths of its length after the one before."""
    at, figure, ends = NOW - 60 * DAY, 0, NOW - 60 * DAY + length
    found = []
    for what, later, more in steps:
        at += length / 20 * later / 10
        if at >= NOW:
            break
        if at >= ends or what == "early":
            figure, ends = 0, at + length
        if what == "use":
            figure = min(100, figure + more)
        shown = {"flip": float(min(100, figure + 40)), "none": None}.get(what, float(figure))
        started = None if more == 13 else figure > 0
        wobble = timedelta(seconds=more if what == "jitter" else 0)
        resets_at = at + length if figure == 0 else ends + wobble
        window = replace(LIVE, used_percent=shown, started=started, resets_at=resets_at.replace(microsecond=0), length=length)
        found += [
            Reading(account="work", at=(at + n * MINUTE).replace(microsecond=0), windows=(window,)) for n in range(1 + more // 8)
        ]
    return found


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, hours=st.sampled_from([5, 24, 168]))
def test_the_forecast_is_the_same_as_with_every_reading(
    steps: list[tuple[str, int, int]], hours: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    past = list({one.at: one for one in lived(steps, hours * HOUR)}.values())
    if not past:
        return
    last = past.pop()
    now = last.at + MINUTE
    shown = replace(snapshot("work", quota(*last.windows)), fetched_at=last.at, account=ACCOUNT)
    history = kept(past, tmp_path_factory.mktemp("kept") / "history.sqlite3")
    assert paces(paced([shown], history, None, now)[0]) == paces(with_pace(shown, past, now))
    seen = history.observations(ACCOUNT, since=NOW - 400 * DAY)
    assert sum(map(len, seen.values())) <= len(past)
    assert {key for one in past for key, _ in numbered(one.windows)} >= set(seen)
