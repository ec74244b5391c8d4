"""Working days and hours, as they are given."""

from __future__ import annotations

from datetime import UTC, time

import pytest

from codex_quota import UsageError
from codex_quota.history import working_time
from codex_quota.pace import Working

EVERY, WEEKDAYS = frozenset(range(7)), frozenset(range(5))


@pytest.mark.parametrize(
    ("days", "hours", "working"),
    [
        ("", "", None),
        ("mon-fri", "", Working(days=WEEKDAYS, tz=UTC)),
        ("Monday-Friday", "9-18", Working(days=WEEKDAYS, start=time(9), end=time(18), tz=UTC)),
        ("mon, wed,fri", "8:30-17:05", Working(days=frozenset({0, 2, 4}), start=time(8, 30), end=time(17, 5), tz=UTC)),
        ("sat-mon", "", Working(days=frozenset({5, 6, 0}), tz=UTC)),
        ("sun", "22-6", Working(days=frozenset({6}), start=time(22), end=time(6), tz=UTC)),
        ("", "9-24", Working(days=EVERY, start=time(9), end=time(0), tz=UTC)),
    ],
)
def test_working_time_is_read(days: str, hours: str, working: Working | None) -> None:
    assert working_time({"CODEX_QUOTA_WORKING_DAYS": days, "CODEX_QUOTA_WORKING_HOURS": hours}, UTC) == working


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("DAYS", "mon-xyz", "CODEX_QUOTA_WORKING_DAYS: 'mon-xyz' names no days like mon-fri or mon,wed,fri"),
        ("HOURS", "9", "CODEX_QUOTA_WORKING_HOURS: '9' names no hours like 9-18 or 8:30-17:00"),
        ("HOURS", "9-24:30", "CODEX_QUOTA_WORKING_HOURS: '9-24:30' names no hours like 9-18 or 8:30-17:00"),
        ("HOURS", "9-25", "CODEX_QUOTA_WORKING_HOURS: '9-25' names no hours like 9-18 or 8:30-17:00"),
    ],
)
def test_what_is_no_working_time_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        working_time({f"CODEX_QUOTA_WORKING_{name}": text}, UTC)
    assert raised.value.message == message
