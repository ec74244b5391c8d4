"""One account at a glance, out of what the table shows of it; no text is escaped for any bar yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Literal

from codex_quota import Snapshot, Style
from codex_quota.view import Block, Row, block
from codex_quota.wording import UNKNOWN

from .settings import Level, Settings
from .widths import cut

State = Literal["works", "blocked", "failed"]
NAME_CELLS = 24
_NO_WINDOW = ("", "credits", "failed")
_HEADLINES = ("five_hour", "weekly", "monthly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One account; ``tight`` is its tightest row, ``fields`` are those of a template, ``age`` is empty for fresh figures.

    The tightest row is the one that keeps the account from working longest, else the window of the main limit, or the spend
    limit, with least left; of equals the shorter window.
    Further limits (of single models) never count.
    """

    name: str
    level: Level
    state: State
    age: str
    tight: Row | None
    back: datetime | None
    fields: Mapping[str, str]

    @property
    def urgency(self) -> tuple[int, float]:
        """What sorts the tightest that works first, then those that are back soonest, then those that nobody could read."""
        if self.state == "works":
            left = self.tight.remaining_percent if self.tight else None
            return 0, inf if left is None else left
        if self.state == "blocked":
            return 1, inf if self.back is None else self.back.timestamp()
        return 2, 0


def figure(snapshot: Snapshot, style: Style, settings: Settings, *, cells: int | None = NAME_CELLS) -> Figure:
    """*snapshot* at a glance; a name longer than *cells* is shortened in its middle."""
    shown = block(snapshot, terse(style))
    rows = [row for row in shown.rows if not row.limit and (row.binding or row.name not in _NO_WINDOW)]
    blocker = next((row for row in rows if row.binding), None)
    tight = blocker or min(rows, key=_left, default=None)
    state, level = _standing(shown, blocker, tight, settings)
    age = shown.age if shown.status == "stale" else ""
    name = shown.name if cells is None else cut(shown.name, cells, "…" if style.unicode else "...")
    fields = {"name": name, "plan": shown.plan, "level": level}
    fields |= _told(shown, rows, blocker, age, style) | _measured(rows, tight)
    return Figure(name=name, level=level, state=state, age=age, tight=tight, back=shown.available_at, fields=fields)


def terse(style: Style) -> Style:
    """*style* without countdowns beside clock times, which are too long for a bar, as in the narrowest table."""
    return replace(style, time="clock") if style.time == "both" else style


def gauge(row: Row) -> str:
    """A row in two words: "5h 88%", "credits used up"."""
    return f"{_period(row)} {percent(row) if row.says is None else row.says}"


def percent(row: Row) -> str:
    """A row's number as the style wants it, with its percent sign: "88%", "-" when nobody knows."""
    return row.number if row.number == UNKNOWN else f"{row.number}%"


def _standing(shown: Block, blocker: Row | None, tight: Row | None, settings: Settings) -> tuple[State, Level]:
    if shown.status == "failed":
        return "failed", "failed"
    if blocker is not None:
        return "blocked", "empty"
    return "works", settings.level(tight.remaining_percent if tight else None)


def _told(shown: Block, rows: list[Row], blocker: Row | None, age: str, style: Style) -> dict[str, str]:
    """The fields ``windows``, ``note`` and ``state``."""
    first = shown.rows[0]
    if shown.status == "failed":
        windows, trouble = "", f"{first.period}: {first.says}"
        state = trouble
    elif blocker is None:
        windows, trouble = (" · " if style.unicode else ", ").join(map(gauge, rows)), ""
        state = windows or first.says or UNKNOWN
    elif blocker.says is None:
        windows, trouble = gauge(blocker), blocker.reset
        state = f"{windows}, {trouble}"
    else:
        windows, trouble = _period(blocker), blocker.says
        state = gauge(blocker)
    return {
        "windows": windows or UNKNOWN,
        "note": ", ".join(filter(None, (trouble, age))),
        "state": ", ".join(filter(None, (state, age))),
    }


def _measured(rows: list[Row], tight: Row | None) -> dict[str, str]:
    """The fields of single windows."""
    fields = {
        "window": _period(tight) if tight else UNKNOWN,
        "percent": percent(tight) if tight else UNKNOWN,
        "reset": (tight.says or tight.reset) if tight else UNKNOWN,
    }
    for name in _HEADLINES:
        row = min((row for row in rows if row.name == name), key=_left, default=None)
        fields |= {name: percent(row) if row else UNKNOWN, f"{name}_reset": row.reset if row else UNKNOWN}
    return fields


def _left(row: Row) -> float:
    return inf if row.remaining_percent is None else row.remaining_percent


def _period(row: Row) -> str:
    """A row's period without the space in it: "5h"."""
    return re.sub(r"(?<=\d) (?=\w)", "", row.period)
