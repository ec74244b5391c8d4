"""No series occurs twice, whatever accounts, limits and windows are called: a second one would make a whole scrape invalid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from codex_quota_prometheus.labels import window_labels
from codex_quota_prometheus.metrics import METRICS
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_world import NOW, formatted, page, read, snapshot, values, window

from codex_quota import Account, Credits, Quota, RateLimit, Snapshot, Window
from codex_quota.testing import sample_snapshots

LABELS = {metric.name: set(metric.labels) for metric in METRICS}
FEW = [
    "a",
    "A",
    " a",
    "a ",
    "a_2",
    "a\n",
    "a\t",
    "a\x00",
    'a"',
    "a\\",
    "\\n",
    "a,b",
    "a}",
    "é",
    "e\u0301",
    "\ud800",
    "",
    " ",
    "\u2028",
    "# EOF",
]
NAMES = st.sampled_from(FEW) | st.text(max_size=8)
NUMBERS = st.none() | st.floats(0, 200) | st.sampled_from([0.0, 100.0, 1e-9])
MOMENTS = st.none() | st.datetimes(datetime(2001, 9, 9), datetime(9998, 1, 1), timezones=st.just(UTC))
LENGTHS = st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds)) | st.just(timedelta(hours=9))
WINDOWS = st.builds(
    Window,
    limit=NAMES,
    name=st.sampled_from(["five_hour", "daily", "weekly", "monthly", "annual", "other"]),
    label=NAMES,
    used_percent=NUMBERS,
    length=LENGTHS,
    resets_at=MOMENTS,
    started=st.none() | st.booleans(),
)
LIMITS = st.builds(RateLimit, name=NAMES, windows=st.lists(WINDOWS, max_size=4).map(tuple))
QUOTAS = st.builds(
    Quota,
    plan=st.none() | NAMES,
    limits=st.lists(LIMITS, max_size=4).map(tuple),
    limit_reached=st.none() | st.booleans(),
    limit_reached_type=st.none() | NAMES,
    credits=st.none()
    | st.builds(Credits, balance=st.none() | st.decimals() | st.just(Decimal("1e999")), unlimited=st.none() | st.booleans()),
    reset_credits=st.none() | st.integers(0, 10**400),
)
SNAPSHOTS = st.builds(
    Snapshot,
    account=st.builds(Account, name=NAMES, source=NAMES),
    quota=st.none() | QUOTAS,
    fetched_at=MOMENTS,
    status=st.sampled_from(["fresh", "stale", "failed"]),
    token_expires_at=MOMENTS,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SNAPSHOTS, max_size=5), st.dictionaries(NAMES, st.integers(0, 10**6), max_size=4))
def test_any_snapshots_give_a_text_that_both_parsers_read(snapshots: list[Snapshot], requests: dict[str, int]) -> None:
    text = read(page(*snapshots, requests=requests))
    openmetrics = read(page(*snapshots, accept="application/openmetrics-text", requests=requests))
    assert text == openmetrics
    assert {name: set(dict(labels)) for name, labels in text} == {name: LABELS[name] for name, _ in text}
    windows = [w for one in snapshots if one.quota for w in one.quota.windows]
    assert sum(name == "codex_quota_up" for name, _ in text) == len(snapshots)
    assert sum(name == "codex_quota_window_used_ratio" for name, _ in text) == sum(w.used_percent is not None for w in windows)
    assert all(value == value and abs(value) != float("inf") for value in text.values())


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([window("five_hour", days=5 / 24), window("weekly")], ["five_hour", "weekly"]),
        ([window("weekly", 10), window("weekly", 60)], ["weekly_2", "weekly"]),
        ([window("weekly", None), window("weekly", 0)], ["weekly_2", "weekly"]),
        ([window("weekly", 10), window("weekly", 10)], ["weekly", "weekly_2"]),
        ([window("weekly", 1), window("weekly", 3), window("weekly", 2)], ["weekly_3", "weekly", "weekly_2"]),
        ([window("other", days=9 / 24), window("other", days=45)], ["9h", "45d"]),
        ([window("other", 5, days=9 / 24), window("other", 6, days=9 / 24)], ["9h_2", "9h"]),
        ([window("other", days=1.5 / 24), window("other", days=100 / 86400)], ["90m", "100s"]),
        ([window("other", days=None), window("other", days=None)], ["other", "other_2"]),
    ],
)
def test_windows_of_one_limit_are_told_apart(windows: list[Window], expected: list[str]) -> None:
    assert window_labels(windows) == expected


def test_the_plain_label_has_the_figures_of_the_window_that_counts() -> None:
    both = snapshot(window("weekly", 10, reset=timedelta(days=1)), window("weekly", 60, reset=timedelta(days=2)))
    text = formatted(both)
    assert both.quota is not None
    assert both.quota.weekly is not None
    assert values(text, "codex_quota_window_used_ratio", "window") == {"weekly": 0.6, "weekly_2": 0.1}
    resets = values(text, "codex_quota_window_reset_timestamp_seconds", "window")
    assert resets == {"weekly": (NOW + timedelta(days=2)).timestamp(), "weekly_2": (NOW + timedelta(days=1)).timestamp()}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("spark", "Spark"), ["spark", "Spark"]),
        (("spark", "spark"), ["spark", "spark_2"]),
        (("spark", " spark\n", "spark_2"), ["spark", "spark_2", "spark_2_2"]),
        (("", "\x1b[0m"), ["-", "[0m"]),
        (('say "hi"\\',), ['say "hi"\\']),
    ],
)
def test_limits_and_accounts_of_like_names_stay_apart(names: tuple[str, ...], expected: list[str]) -> None:
    limits = tuple(RateLimit(name=name, windows=(window(),)) for name in names)
    one = replace(snapshot(), quota=Quota(limits=limits))
    assert list(values(formatted(one), "codex_quota_window_used_ratio", "limit")) == expected
    assert list(values(formatted(*(snapshot(name=name) for name in names)), "codex_quota_up", "account")) == expected


def test_every_account_of_the_samples_keeps_its_name() -> None:
    samples = sample_snapshots()
    assert list(values(formatted(*samples), "codex_quota_up", "account")) == [each.account.name for each in samples]
