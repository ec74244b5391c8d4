"""The JSON schema, read: whatever does not fit is a ``ValueError`` and nothing else."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bodies import JSON, PLAUSIBLE, places, put
from codex_quota.errors import CodexQuotaError, UnauthorizedError, all_errors
from codex_quota.model import Account, Quota, Snapshot
from codex_quota.payload import parse_usage
from codex_quota.serial import snapshot_to_dict
from codex_quota.serial_read import snapshot_from_dict

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SNAPSHOT = Snapshot(
    account=Account(name="work", source="", account_id="acct-1", user_id="user-1", email="a@example.com"),
    quota=parse_usage(PLAUSIBLE, answered_at=NOW),
    fetched_at=NOW,
    error=UnauthorizedError("signed out"),
)
RESULT = snapshot_to_dict(SNAPSHOT)


def with_value(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    result = copy.deepcopy(RESULT)
    put(result, path, value)
    return result


def at(path: tuple[str | int, ...]) -> object:
    value: Any = RESULT
    for key in path:
        value = value[key]
    return value


def kept(result: object) -> bool:
    """Whether *result* can be read."""
    try:
        snapshot_from_dict(result)
    except ValueError:
        return False
    return True


def test_a_result_is_read_whole() -> None:
    back = snapshot_from_dict(RESULT)
    told = SNAPSHOT.quota or Quota()
    assert (back.account, back.quota, back.fetched_at) == (SNAPSHOT.account, replace(told, warnings=()), NOW)
    assert (back.source, back.status, back.warnings) == ("network", "fresh", told.warnings)


@pytest.mark.parametrize("path", places(RESULT), ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_a_wrong_type_is_refused_at_every_place(path: tuple[str | int, ...]) -> None:
    wrong = [set(), *({str: [7], NoneType: []}.get(type(at(path)), ["a text"]))]
    assert [value for value in wrong if kept(with_value(path, value))] == []


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(places(RESULT)), JSON)
@example(("windows", 0, "window_seconds"), 10**30)
@example(("windows", 0, "used_percent"), 10**400)
@example(("windows", 0, "limit"), "a limit that is not listed")
@example(("spend", "limit"), "1E999999")
def test_any_value_at_any_place_is_read_or_refused_with_a_value_error(path: tuple[str | int, ...], value: object) -> None:
    result = with_value(path, value)
    assert not kept(result) or kept(snapshot_to_dict(snapshot_from_dict(result)))


@pytest.mark.parametrize("key", ["account", "source", "status", "windows", "unavailable_models", "warnings"])
def test_what_every_result_has_must_be_there(key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: missing$"):
        snapshot_from_dict({name: value for name, value in RESULT.items() if name != key})


def test_nullable_fields_may_be_absent_and_unknown_ones_are_ignored() -> None:
    least = {"account": "a", "source": "cache", "status": "stale", "windows": [], "unavailable_models": [], "warnings": ["old"]}
    expected = Snapshot(account=Account(name="a", source=""), quota=Quota(), source="cache", status="stale", warnings=("old",))
    assert snapshot_from_dict({**least, "new": {"deep": 1}}) == expected


def test_without_limits_the_windows_name_them() -> None:
    back = snapshot_from_dict({**RESULT, "limits": None}).quota
    assert back is not None
    assert [limit.name for limit in back.limits] == ["codex", "Spark", "reserve", "code review"]
    assert back.windows == (SNAPSHOT.quota or Quota()).windows


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ([{"name": "codex"}], "windows: of a limit that is not in limits"),
        ([{"name": "codex"}, {"name": "codex"}], "limits: codex twice"),
        (["codex"], "limit: not an object"),
    ],
)
def test_limits_and_windows_must_fit_together(limits: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        snapshot_from_dict({**RESULT, "limits": limits})


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.code)
def test_an_error_comes_back_as_its_class(kind: type[CodexQuotaError]) -> None:
    error = snapshot_from_dict({**RESULT, "error": {"code": kind.code, "message": "m", "hint": "h"}}).error
    assert error is not None
    assert (type(error), error.code, error.message, error.hint, error.account) == (kind, kind.code, "m", "h", "work")


def test_an_error_of_an_unknown_code_keeps_code_and_message() -> None:
    written = {"code": "from_the_future", "message": "m", "hint": "h"}
    back = snapshot_from_dict({**RESULT, "error": written})
    assert isinstance(back.error, CodexQuotaError)
    assert snapshot_to_dict(back)["error"] == written
    assert "from_the_future" not in {kind.code for kind in all_errors()}
