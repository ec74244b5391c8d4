"""Readings and events as JSON documents, for scripts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from ..model import Window
from .events import HistoryEvent
from .records import Reading

SCHEMA_VERSION = 1


def history_document(
    found: Mapping[str, Sequence[Reading]], *, since: datetime | None, until: datetime, generated_at: datetime
) -> dict[str, object]:
    """The document of ``codex-quota history --format json`` and ``GET /api/history``; moments are aware, written in UTC."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": moment_text(generated_at),
        "since": None if since is None else moment_text(since),
        "until": moment_text(until),
        "accounts": [
            {"account": name, "readings": [_reading(reading) for reading in readings]} for name, readings in found.items()
        ],
    }


def events_document(events: Iterable[HistoryEvent], *, generated_at: datetime) -> dict[str, object]:
    """The document of ``codex-quota events --format json`` and ``GET /api/events``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": moment_text(generated_at),
        "events": [
            {
                "account": event.account,
                "at": moment_text(event.at),
                "kind": event.kind,
                "limit": event.limit or None,
                "window": event.window or None,
                "label": event.label or None,
                "before": event.before,
                "after": event.after,
            }
            for event in events
        ],
    }


def moment_text(moment: datetime) -> str:
    """*moment* in UTC to whole seconds, as in every document of this program."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _reading(reading: Reading) -> dict[str, object]:
    return {
        "at": moment_text(reading.at),
        "origin": reading.origin,
        "plan": reading.plan,
        "usable": reading.usable,
        "limit_reached": reading.limit_reached,
        "credits": _amount(reading.credits),
        "reset_credits": reading.reset_credits,
        "error": reading.error,
        "windows": [_window(window) for window in reading.windows],
    }


def _window(window: Window) -> dict[str, object]:
    return {
        "limit": window.limit,
        "name": window.name,
        "label": window.label,
        "used_percent": _number(window.used_percent),
        "remaining_percent": _number(window.remaining_percent),
        "window_seconds": None if window.length is None else int(window.length.total_seconds()),
        "resets_at": None if window.resets_at is None else moment_text(window.resets_at),
        "started": window.started,
    }


def _amount(value: Decimal | None) -> str | None:
    """Plain digits without an exponent, as in the document of the results."""
    return None if value is None else format(value, "f") if value else "0"


def _number(percent: float | None) -> float | None:
    return int(percent) if percent is not None and percent == int(percent) else percent
