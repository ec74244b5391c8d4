"""The sample snapshots: one of every shape, and each one that the program itself could have read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

import codex_quota
from codex_quota import Snapshot, Window
from codex_quota.errors import one_line
from codex_quota.testing import SAMPLE_NOW, sample_snapshots
from codex_quota.windows import label_of, name_of

SAMPLES = sample_snapshots()


def names(snapshot: Snapshot) -> list[str]:
    return [window.name for window in snapshot.quota.windows] if snapshot.quota else []


def windows(snapshot: Snapshot) -> list[Window]:
    return list(snapshot.quota.windows) if snapshot.quota else []


SHAPES: dict[str, Callable[[Snapshot], object]] = {
    "weekly only": lambda s: names(s) == ["weekly"],
    "five-hour and weekly": lambda s: names(s) == ["five_hour", "weekly"],
    "monthly": lambda s: names(s) == ["monthly"],
    "daily, annual and odd": lambda s: {"daily", "annual", "other"} <= set(names(s)),
    "spend without windows": lambda s: s.quota and s.quota.spend and not s.quota.windows and s.usable,
    "not started": lambda s: any(window.started is False for window in windows(s)),
    "exhausted": lambda s: s.limited_by == "weekly" and s.available_at,
    "exhausted until nobody knows when": lambda s: s.limited_by == "weekly" and not s.available_at,
    "several blockers": lambda s: s.quota and len(s.quota.blockers) == 3,
    "limit reached without a full window": lambda s: s.usable is False and not any(window.exhausted for window in windows(s)),
    "workspace without credits": lambda s: s.limited_by == "credits",
    "unknown percent": lambda s: windows(s) and all(window.used_percent is None for window in windows(s)),
    "more than all used": lambda s: any((window.used_percent or 0) > 100 for window in windows(s)),
    "nearly all used": lambda s: any(99 < (window.used_percent or 0) < 100 for window in windows(s)),
    "a reset in the past": lambda s: any(window.resets_at and window.resets_at < SAMPLE_NOW for window in windows(s)),
    "credits unlimited": lambda s: s.quota and s.quota.credits and s.quota.credits.unlimited,
    "credits that cover a full window": lambda s: s.usable and any(window.exhausted for window in windows(s)),
    "banked resets": lambda s: s.quota and s.quota.reset_credits,
    "additional limits": lambda s: s.quota and len({window.limit for window in windows(s)}) > 1,
    "two windows of one name": lambda s: max(Counter(names(s)).values(), default=0) > 1,
    "nothing known": lambda s: s.quota == codex_quota.Quota(),
    "no verdict": lambda s: s.quota and s.usable is None,
    "from the cache": lambda s: s.source == "cache" and s.status == "fresh",
    "stale": lambda s: s.status == "stale" and s.error,
    "failed with a hint": lambda s: s.status == "failed" and s.error and s.error.hint,
    "failed without a hint": lambda s: s.status == "failed" and s.error and not s.error.hint,
    "a token that has expired": lambda s: s.token_expires_at and s.token_expires_at < SAMPLE_NOW,
    "a token that lives on": lambda s: s.token_expires_at and s.token_expires_at > SAMPLE_NOW,
    "a wide name": lambda s: s.account.name == "北京办公室",
    "the longest name": lambda s: len(s.account.name) == 100,
    "a name with a space": lambda s: " " in s.account.name,
    "a name with quotes and markup": lambda s: {'"', "<", "&", "[", "#", "%", "$", "\\"} <= set(s.account.name),
    "a limit with markup": lambda s: any("<" in window.limit for window in windows(s)),
    "an unknown plan": lambda s: s.plan == "a plan of tomorrow",
    "a workspace": lambda s: s.account.account_id and s.account.user_id,
    "no address": lambda s: s.account.email is None,
    "warnings of account and answer": lambda s: s.warnings and s.quota and s.quota.warnings,
    "models that are not available": lambda s: s.quota and s.quota.unavailable_models,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_shape_is_there(shape: Callable[[Snapshot], object]) -> None:
    assert [each.account.name for each in SAMPLES if shape(each)] != []


def test_each_has_a_name_of_its_own_and_is_made_anew() -> None:
    assert [name for name, times in Counter(each.account.name for each in SAMPLES).items() if times > 1] == []
    assert sample_snapshots() is not SAMPLES
    assert [each.account for each in sample_snapshots()] == [each.account for each in SAMPLES]


@pytest.mark.parametrize("snapshot", SAMPLES, ids=lambda each: each.account.name[:30])
def test_the_program_could_have_read_it(snapshot: Snapshot) -> None:
    if snapshot.status != "failed":
        assert codex_quota.check_account_name(snapshot.account.name) == snapshot.account.name
    for window in windows(snapshot):
        assert window.length is not None
        assert (name_of(window.length.total_seconds()), window.limit) == (window.name, one_line(window.limit))
        assert window.label == label_of(window.name, window.length.total_seconds())
    assert (snapshot.status == "failed") is (snapshot.quota is None)
    assert (snapshot.status == "fresh") is (snapshot.error is None)
    assert snapshot.fetched_at is None or SAMPLE_NOW - timedelta(days=4) < snapshot.fetched_at <= SAMPLE_NOW


def test_all_survive_the_json_and_come_back() -> None:
    text = codex_quota.dump_results(SAMPLES, generated_at=SAMPLE_NOW)
    again = codex_quota.dump_results(codex_quota.load_results(text), generated_at=SAMPLE_NOW)
    assert again == text
