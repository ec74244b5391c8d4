"""Measurements as lines of JSON, one for each run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from codex_quota import Snapshot, UsageError

from .measuring import measured

SCHEMA_VERSION = 1


class Log:
    """A private file that lines are appended to; a context manager.

    Opened at once, so that a place that cannot be written is told before anything runs: raises ``UsageError``.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"the log {path} cannot be written: {reason}", hint="give another file with --log") from None

    def append(self, record: Mapping[str, object]) -> None:
        """Write *record* as one line at once, so that runs at the same time do not mix theirs; raises ``OSError``."""
        import json

        os.write(self._descriptor, (json.dumps(record, separators=(",", ":")) + "\n").encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


def record(
    words: Sequence[str],
    times: tuple[datetime, datetime],
    status: int,
    before: Mapping[str, Snapshot],
    after: Mapping[str, Snapshot],
) -> dict[str, object]:
    """What is kept of one run: the command, its *times* (begin and end, aware), its exit *status*, and each account."""
    began, ended = times
    return {
        "schema_version": SCHEMA_VERSION,
        "began_at": _time(began),
        "ended_at": _time(ended),
        "seconds": round((ended - began).total_seconds(), 3),
        "command": list(words),
        "exit_status": status,
        "accounts": [_account(name, was, after.get(name)) for name, was in before.items()],
    }


def _account(name: str, was: Snapshot, now: Snapshot | None) -> dict[str, object]:
    error = was.error or (now.error if now else None)
    found = measured(was, now) if now is not None and error is None else None
    return {
        "account": name,
        "error": error.code if error else None,
        "windows": [
            {
                "limit": move.window.limit,
                "name": move.window.name,
                "label": move.window.label,
                "used_before": move.before,
                "used_after": move.after,
                "points": move.points,
                "at_least": move.at_least,
                "reset": move.reset,
            }
            for move in (found.moves if found else ())
        ],
        "amounts": [
            {"name": spent.name, "before": str(spent.before), "after": str(spent.after)}
            for spent in (found.amounts if found else ())
        ],
    }


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
