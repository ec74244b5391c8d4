"""Everything about the accounts, line by line, for what a bar shows on demand: a tooltip or a menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codex_quota import Snapshot, Style
from codex_quota.view import Row, block
from codex_quota.wording import UNKNOWN

from .settings import Level, Settings

_NOTE_WIDTH = 72
_NOTES: dict[str, Level | None] = {"error": "failed", "blocked": "empty", "warning": "low", "forecast": "low", "info": None}


@dataclass(frozen=True, slots=True)
class Detail:
    """One line, not escaped; without a level it is as plain as the rest of the bar."""

    kind: Literal["name", "row", "note"]
    text: str
    level: Level | None = None


def details(snapshot: Snapshot, style: Style, settings: Settings) -> Iterator[Detail]:
    """The account with its plan, then its rows as the table has them, then every remark; never an e-mail address."""
    from textwrap import wrap

    shown = block(snapshot, style)
    point = " · " if style.unicode else ", "
    plan = shown.plan if shown.plan != UNKNOWN else ""
    yield Detail("name", point.join(filter(None, (shown.name, plan, shown.age if shown.status == "stale" else ""))))
    for row in shown.rows:
        level = "failed" if row.name == "failed" else "empty" if row.binding else _level(row, settings)
        yield Detail("row", point.join(_cells(row, style)), level)
    for note in shown.notes:
        for line in wrap(note.text, _NOTE_WIDTH, break_long_words=False, break_on_hyphens=False):
            yield Detail("note", line, _NOTES[note.kind])


def _level(row: Row, settings: Settings) -> Level | None:
    if row.says is not None:
        return None
    return "unknown" if row.tone == "waiting" else settings.level(row.remaining_percent)


def _cells(row: Row, style: Style) -> Iterator[str]:
    if row.period != UNKNOWN:
        yield " ".join(filter(None, (row.limit, row.period, row.extra)))
    if row.says is not None:
        yield row.says
        return
    unit = style.say("% used" if style.show == "used" else "% left")
    yield row.number if row.number == UNKNOWN else row.number + unit
    if row.reset != UNKNOWN:
        yield row.reset
