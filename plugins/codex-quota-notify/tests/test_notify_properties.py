"""What holds whatever the readings are, in whatever order and however often they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from codex_quota_notify.config import Config
from codex_quota_notify.engine import update
from codex_quota_notify.outbox import plan, settle
from codex_quota_notify.records import Alert, State
from codex_quota_notify.serial import dump_state, load_state
from hypothesis import given, settings
from hypothesis import strategies as st
from notify_story import DAY, HOUR, Name, Story, after, reading, window

from codex_quota import Snapshot, Window

CONFIG = Config(urls=("json://one", "json://two"), zone=UTC)
FIVE = [5 * HOUR * number for number in range(1, 7)]
WEEKLY = [2 * DAY, 9 * DAY]
USED = [0, 1, 20, 50, 79, 80, 90, 95, 99, 100]


def windows(name: Name, resets: list[int]) -> st.SearchStrategy[Window]:
    """A window of one of these cycles, whose reset jitters by up to a minute."""
    return st.builds(
        lambda used, reset, jitter, started: window(name, 100 - used, reset + jitter / 60, started=started),
        st.sampled_from(USED),
        st.sampled_from(resets),
        st.integers(-60, 60),
        st.sampled_from([True, True, True, False]),
    )


def snapshots() -> st.SearchStrategy[Snapshot]:
    """A reading within the first thirty hours, sensible or not."""
    return st.builds(
        lambda at, found, verdict: reading(at, *found, reached=verdict),
        st.integers(0, 30 * 60),
        st.tuples(windows("five_hour", FIVE), windows("weekly", WEEKLY)) | st.tuples(windows("weekly", WEEKLY)),
        st.sampled_from([None, None, True, False]),
    )


def cycle_of(alert: Alert) -> datetime | None:
    """The cycle without its jitter."""
    named = [after(reset) for reset in (*FIVE, *WEEKLY) if alert.cycle is not None]
    return min(named, key=lambda one: abs(one - (alert.cycle or one)), default=None)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(snapshots(), st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_no_alert_is_raised_or_sent_twice_in_one_cycle(updates: list[tuple[Snapshot, bool, bool]]) -> None:
    state, now = State(), after(0)
    raised: Counter[tuple[str, datetime | None]] = Counter()
    sent: Counter[tuple[int, str, datetime | None]] = Counter()
    for snapshot, *fails in updates:
        now = max(now, snapshot.fetched_at or now)
        found, state = update(state, {}, {"work": snapshot}, now, CONFIG)
        raised.update((alert.mark, cycle_of(alert)) for alert in found)
        planned = plan(state, now, CONFIG)
        took = [target for target, failed in zip(CONFIG.targets, fails, strict=True) if target in planned and not failed]
        sent.update((target.number, alert.mark, cycle_of(alert)) for target in took for alert in planned[target])
        state = settle(state, planned, took, now, CONFIG, dict.fromkeys(state.pending, ""))
        state = load_state(dump_state(state, now))
    assert [what for what, times in raised.items() if times > 1] == []
    assert [what for what, times in sent.items() if times > 1] == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 35), min_size=3, max_size=12),
    st.lists(st.sampled_from([None, 0, 100]), min_size=12, max_size=12),
)
def test_single_wrong_figures_between_right_ones_change_nothing(steps: list[int], wrong: list[int | None]) -> None:
    right, flipping, left = Story(), Story(), 100
    expected, told = [], []
    for number, fall in enumerate(steps):
        left, at = max(0, left - fall), number * HOUR
        snapshot = reading(at, window("weekly", left, 5 * DAY))
        expected += right.hear(at, snapshot)
        told += flipping.hear(at, snapshot)
        shown = wrong[number]
        # a figure that is hardly different, or the right one, is not wrong
        if shown is not None and abs(shown - left) >= 40:
            told += flipping.hear(at + 30, reading(at + 30, window("weekly", shown, 5 * DAY)))
    assert told == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(snapshots(), max_size=12))
def test_a_state_is_the_same_when_it_was_written_and_read(readings: list[Snapshot]) -> None:
    state, now = State(), after(0)
    for number, snapshot in enumerate(readings):
        now = max(now, snapshot.fetched_at or now)
        named = replace(snapshot, account=replace(snapshot.account, name=f"a{number % 3}"))
        _, state = update(state, {}, {named.account.name: named}, now, CONFIG)
    again = load_state(dump_state(state, now))
    assert dump_state(again, now) == dump_state(state, now)
    assert (again.pending, again.accounts.keys()) == (state.pending, state.accounts.keys())
