"""Fields for programs, shared by the formats that have no types of their own."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, tzinfo


def number_text(value: float | None) -> str:
    """A bare percentage: one decimal, more only where one would make it 0 or 100, empty when it is not known."""
    if value is None:
        return ""
    text = f"{value:.1f}".removesuffix(".0")
    return str(value) if (text == "0" and value) or (text == "100" and value != 100) or value > 1e15 else text


def time_text(moment: datetime | None, tz: tzinfo | None) -> str:
    """ISO 8601 to the second with its offset, "Z" for none, in *tz* or the local zone; empty when it is not known."""
    if moment is None:
        return ""
    # The first and the last day of the calendar exist in some zones only.
    with suppress(OverflowError, OSError, ValueError):
        moment = moment.astimezone(tz)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def clean(text: str | None) -> str:
    """*text* with a space for every control character, tabs and line ends among them, and otherwise as it is."""
    return "".join(char if char.isprintable() else " " for char in text or "")
