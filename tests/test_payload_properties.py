"""Whatever the service sends, the reader answers with a sound quota or with ``BadPayloadError``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bodies import JSON, PLAUSIBLE, bodies
from codex_quota.errors import BadPayloadError
from codex_quota.model import Quota
from codex_quota.payload import parse_usage

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
REFUSALS = (
    "the answer cannot be read as JSON",
    "the answer is not a JSON object",
    "the answer is an error report",
    "the answer is an object without any field of a usage answer",
)


def faults(quota: Quota) -> list[str]:
    """What no quota may say."""
    found = []
    for window in quota.windows:
        if window.used_percent is not None and not 0 <= window.used_percent < float("inf"):
            found.append(f"used {window.used_percent}")
        if window.remaining_percent is not None and not 0 <= window.remaining_percent <= 100:
            found.append(f"remaining {window.remaining_percent}")
        if window.length is not None and not timedelta(0) < window.length <= timedelta(days=3660):
            found.append(f"length {window.length}")
        if not window.label or window.limit not in {limit.name for limit in quota.limits}:
            found.append(f"label {window.label!r} of {window.limit!r}")
    resets = [window.resets_at for window in quota.windows] + [quota.spend.resets_at if quota.spend else None]
    found += [f"reset {one}" for one in resets if one and (one.tzinfo is not UTC or one.microsecond or one.timestamp() <= 0)]
    if len({limit.name for limit in quota.limits}) != len(quota.limits):
        found.append("two limits of one name")
    texts = [quota.plan, quota.email, quota.limit_reached_type, *quota.unavailable_models, *(one.name for one in quota.limits)]
    found += [f"text {text!r}" for text in texts if text is not None and not (text and text.isprintable())]
    return found


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_any_value_at_any_place_of_a_plausible_body_is_read(body: dict[str, object]) -> None:
    assert faults(parse_usage(body, answered_at=NOW, asked_account_id="acct-1")) == []


def outcome(body: object) -> list[str] | str:
    """The faults of what was read, or the message of the refusal."""
    try:
        return faults(parse_usage(body, answered_at=NOW))
    except BadPayloadError as error:
        return error.message


@settings(max_examples=100, deadline=None)
@given(st.one_of(JSON, st.text(max_size=200), st.binary(max_size=200)))
def test_anything_at_all_is_read_or_refused(body: object) -> None:
    assert outcome(body) in ([], *REFUSALS)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(json.dumps(PLAUSIBLE)) - 1))
def test_a_body_cut_anywhere_is_refused(length: int) -> None:
    assert outcome(json.dumps(PLAUSIBLE)[:length]) == "the answer cannot be read as JSON"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["primary_window", "tertiary_window"]), JSON)
def test_a_bad_window_never_loses_a_good_one(slot: str, value: object) -> None:
    limit = {**PLAUSIBLE["rate_limit"], "primary_window": None, "tertiary_window": None, slot: value}
    windows = parse_usage({"rate_limit": limit}, answered_at=NOW).windows
    good = parse_usage(PLAUSIBLE, answered_at=NOW).weekly
    assert good in windows
