"""Made-up usage answers for property tests: any JSON value, at any place of a plausible body."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

PLAUSIBLE: dict[str, Any] = {
    "user_id": "user-1",
    "account_id": "acct-1",
    "email": "a@example.com",
    "plan_type": "team",
    "rate_limit": {
        "allowed": True,
        "limit_reached": False,
        "primary_window": {
            "used_percent": 25,
            "limit_window_seconds": 18000,
            "reset_after_seconds": 3600,
            "reset_at": 1788267600,
        },
        "secondary_window": {"used_percent": 100, "limit_window_seconds": 604800, "reset_after_seconds": 86400},
        "tertiary_window": {"used_percent": 1, "limit_window_seconds": 2628000},
        "individual_limit": {"limit": 10, "used": 5},
        "additional_rate_limits": [{"limit_name": "reserve", "used_percent": 20, "limit_window_seconds": 604800}],
    },
    "additional_rate_limits": [
        {
            "limit_name": "Spark",
            "metered_feature": "codex_bengalfox",
            "rate_limit": {"allowed": True, "primary_window": {"used_percent": 3, "limit_window_seconds": 18000}},
        },
        {
            "limit_name": "Spark weekly",
            "metered_feature": "codex_bengalfox",
            "rate_limit": {"secondary_window": {"reset_at": 1788267600}},
        },
    ],
    "code_review_rate_limit": {"primary_window": {"used_percent": 0, "limit_window_seconds": 604800}},
    "credits": {"has_credits": True, "unlimited": False, "overage_limit_reached": False, "balance": "12.50"},
    "spend_control": {
        "reached": False,
        "individual_limit": {"limit": "1000", "used": "36.79", "remaining_percent": 96, "reset_at": 1788220800},
    },
    "rate_limit_reached_type": {"type": "rate_limit_reached"},
    "rate_limit_reset_credits": {"available_count": 2},
    "model_usage": {"big": {"available": False}, "small": {"available": True}},
}

ODD_NUMBERS = st.sampled_from(["0E-10", "$2.50", "1e400", "-0", "1_0"])
NUMBERS_AS_TEXT = st.one_of(st.integers().map(str), st.floats().map(str), ODD_NUMBERS)
TELLING = st.sampled_from([0, -1, 0.5, 100, 101, 18000, 604800, 2**63 - 1, 10**400, 1e308, "", "codex", "code review", "other"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.datetimes().map(lambda when: when.isoformat()),
    NUMBERS_AS_TEXT,
    TELLING,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside *value*."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [found for key, one in inner for found in places(one, (*path, key))]
    return [path, *below] if path else below


PLACES = places(PLAUSIBLE)


def put(body: dict[str, Any], path: tuple[str | int, ...], value: object) -> None:
    """Set the value at *path*, if the way there still exists."""
    place: Any = body
    try:
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A plausible body with arbitrary values at up to four places."""
    body = copy.deepcopy(PLAUSIBLE)
    for path in draw(st.lists(st.sampled_from(PLACES), max_size=4)):
        put(body, path, draw(JSON))
    return body
