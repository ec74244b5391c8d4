"""Taking values out of a decoded TOML table, each checked, with one line for each mistake."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import time, timedelta, tzinfo
from math import isfinite
from typing import Any, NoReturn, TypeVar

import codex_quota
from codex_quota import UsageError
from codex_quota.options import positive_seconds

Value = TypeVar("Value")


class Fields:
    """One table; ``done`` complains about whatever was not taken."""

    def __init__(self, table: Mapping[str, Any], place: str, path: str = "") -> None:
        self._table = dict(table)
        self._known: list[str] = []
        self._file = place
        self._path = path

    def take(self, name: str, convert: Callable[[Any, str], Value], default: Value) -> Value:
        """The value of *name* as *convert* makes it, *default* when it is not there; raises ``UsageError``."""
        self._known.append(name)
        return convert(self._table.pop(name), self.place(name)) if name in self._table else default

    def table(self, name: str) -> Fields:
        """The table *name*, empty when it is not there; raises ``UsageError`` when it is something else."""
        return self.take(name, lambda value, place: Fields(mapping(value, place), self._file, self._key(name)), self._empty(name))

    def peek(self, name: str) -> Any:  # noqa: ANN401
        """The value of *name* as it is, None when it is not there."""
        return self._table.get(name)

    def place(self, name: str) -> str:
        """Where *name* stands, for errors."""
        return f"{self._file}: {self._key(name)}"

    def done(self) -> None:
        """Raise ``UsageError`` for a name that nobody asked for."""
        for name in self._table:
            near = codex_quota.nearest(name, self._known)
            hint = f"did you mean {near!r}?" if near else f"there is {', '.join(self._known)}"
            raise UsageError(f"{self._file}: there is no setting {self._key(name)!r}", hint=hint)

    @property
    def is_empty(self) -> bool:
        """True when the table has nothing (more) in it."""
        return not self._table

    def _key(self, name: str) -> str:
        return codex_quota.one_line(f"{self._path}.{name}" if self._path else name)

    def _empty(self, name: str) -> Fields:
        return Fields({}, self._file, self._key(name))


def refuse(place: str, wanted: str) -> NoReturn:
    """Raise ``UsageError``: the value at *place* is not what is *wanted*."""
    raise UsageError(f"{place} must be {wanted}", hint="see the page about alerts")


def mapping(value: Any, place: str) -> Mapping[str, Any]:  # noqa: ANN401
    """A table."""
    return value if isinstance(value, dict) else refuse(place, "a table")


def truth(value: Any, place: str) -> bool:  # noqa: ANN401
    """true or false."""
    return value if isinstance(value, bool) else refuse(place, "true or false")


def texts(value: Any, place: str) -> tuple[str, ...]:  # noqa: ANN401
    """A list of texts, or one."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        refuse(place, "a list of texts")
    return tuple(found)


def percent(value: Any, place: str) -> float:  # noqa: ANN401
    """A number above 0 and up to 100."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or not 0 < value <= 100:
        refuse(place, "a percentage above 0, up to 100")
    return float(value)


def percents(value: Any, place: str) -> tuple[float, ...]:  # noqa: ANN401
    """A list of percentages, or one, or false for none; the highest first."""
    if value is False:
        return ()
    found = value if isinstance(value, list) else [value]
    return tuple(sorted({percent(one, place) for one in found}, reverse=True))


def length(value: Any, place: str) -> timedelta:  # noqa: ANN401
    """A length of time above zero, like "90s", "15m", "24h" or "2d"; a number counts seconds."""
    text = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    try:
        return timedelta(seconds=positive_seconds(text))
    except argparse.ArgumentTypeError:
        refuse(place, 'a length of time like "15m", "24h" or "2d"')


def clock_time(value: Any, place: str) -> time:  # noqa: ANN401
    """A time of day like "22:00"."""
    try:
        found = value if isinstance(value, time) else time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        refuse(place, 'a time of day like "22:00"')
    return found


def zone(value: Any, place: str) -> tzinfo:  # noqa: ANN401
    """A time zone by its name."""
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(value if isinstance(value, str) else "")
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        refuse(place, 'the name of a time zone like "Europe/Berlin"')
