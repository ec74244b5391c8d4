"""What the full screen of ``watch`` shows: a header, the table or as much of it as there is room for, and the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from codex_quota import Snapshot, Style, wording
from codex_quota.view import count, pool_text

from .watch_interval import wait_text

if TYPE_CHECKING:
    from rich.text import Text

Sort = Literal["name", "left", "reset"]
Time = Literal["clock", "countdown", "both"]
Piece = tuple[str, str]
Choice = TypeVar("Choice")
SORTS: tuple[Sort, ...] = ("name", "left", "reset")
TIMES: tuple[Time, ...] = ("both", "clock", "countdown")
_GAP = "   "
_NEVER_DROPPED = ("quit", "help", "back")
HELP = (
    "q      quit, as Ctrl-C does",
    "r      ask the service now, at most every 10 seconds",
    "s      sort by name, by most left, by soonest reset",
    "t      resets as time of day, as time from now, or both",
    "u      percent left, or percent used",
    "arrows, Page Up, Page Down, Home, End",
    "       show other rows, when there are more than fit",
    "Ctrl-L draw everything anew",
    "Ctrl-Z stop for now; the shell's fg goes on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How it is looked at: order, times, percentages, the first row shown, and whether the help stands in place of the table.

    While it does, ``kept`` is the first row of the table.
    """

    sort: Sort = "name"
    time: Time = "both"
    show: Literal["left", "used"] = "left"
    top: int = 0
    help: bool = False
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the header tells: the accounts, how many of them are being asked, when the next ones are, and what went wrong."""

    snapshots: Sequence[Snapshot]
    asked: int = 0
    begun: bool = False
    due: datetime | None = None
    failed: int = 0
    remark: str | None = None


def after_key(view: View, key: str, page: int) -> View:
    """*view* after a key that changes it; *page* is how many rows fit.  The first row may then lie beyond the last one."""
    if view.help and key in ("?", "h", "q", "escape"):
        return replace(view, help=False, top=view.kept, kept=0)
    if not view.help:
        if key in ("?", "h"):
            return replace(view, help=True, top=0, kept=view.top)
        if key == "s":
            return replace(view, sort=_next(SORTS, view.sort), top=0)
        if key == "t":
            return replace(view, time=_next(TIMES, view.time))
        if key == "u":
            return replace(view, show="left" if view.show == "used" else "used")
    step = {"up": -1, "down": 1, "page up": -page, "page down": page, "home": -view.top, "end": 10**6}.get(key, 0)
    return replace(view, top=max(0, view.top + step))


def header_pieces(state: State, style: Style) -> list[Piece]:
    """The header's parts, each with a colour: time, accounts, refresh, and what went wrong."""
    pieces = [(wording.clock(style.now, style.now, style.tz), "bold")]
    total = max(len(state.snapshots), state.asked)
    if state.asked or not state.begun:
        some = "1 account" if state.asked == 1 else f"{state.asked} accounts"
        pieces.append((f"asking {some}" if state.asked and total > 1 else "asking", ""))
    elif state.due is not None:
        wait = wait_text(state.due - style.now)
        pieces.append((f"next refresh in {wait}" if state.due > style.now else f"next refresh {wait}", ""))
    if state.failed:
        of = f" for {state.failed} of {total}" if state.failed < total else ""
        pieces.append((f"last refresh failed{of}", "bold red"))
    if state.snapshots:
        pool = count(state.snapshots, style.now)
        colour = "green" if pool.usable == pool.total else "red" if pool.blocked and not pool.usable else "yellow"
        pieces.append((pool_text(state.snapshots, style), colour))
    return [*pieces, *([(state.remark, "yellow")] if state.remark else [])]


def footer_pieces(view: View, *, has_keys: bool, shown: tuple[int, int, int] | None) -> list[tuple[str, str]]:
    """Keys and what they do; *shown* is the first and the last row on the screen and how many there are."""
    place = [("", f"{shown[0]}-{shown[1]} of {shown[2]}")] if shown else []
    if not has_keys:
        return [("Ctrl-C", "quit"), *place]
    if view.help:
        return [("?", "back"), *place]
    keys = [("q", "quit"), ("r", "refresh"), ("s", f"sort: {view.sort}"), ("t", f"time: {view.time}"), ("u", f"% {view.show}")]
    return [*keys, ("?", "help"), *place]


class Picture(NamedTuple):
    """The whole screen, the view with its first row where there is one, and how many rows a page has."""

    text: Text
    view: View
    page: int


def picture(view: View, state: State, table: str, style: Style, size: tuple[int, int], *, has_keys: bool) -> Picture:
    """A picture exactly *size* (columns, lines) large.

    *table* is text with the terminal's own colours, in characters that the terminal has.
    """
    from rich.text import Text

    width, height = size
    head = flowed(header_pieces(state, style), width, style)[: max(1, height // 3)]
    if height > 15:
        head.append(Text())
    room = max(0, height - len(head) - 1)
    view, rows, shown = scrolled(view, help_for(width), room, titles=0) if view.help else scrolled(view, table.splitlines(), room)
    lines = [*head, *(_row(row, width) for row in rows)][: max(0, height - 1)]
    lines += [Text()] * (height - 1 - len(lines))
    lines.append(_footer(footer_pieces(view, has_keys=has_keys, shown=shown), width))
    return Picture(Text("\n", no_wrap=True, overflow="crop", end="").join(lines), view, max(1, room - 1))


def help_for(width: int) -> list[str]:
    """What the keys do, in lines of that width."""
    from textwrap import wrap

    indent = HELP[0].index("quit")
    return [row for line in HELP for row in wrap(line, max(width, 2 * indent), subsequent_indent=" " * indent)]


def scrolled(
    view: View, body: Sequence[str], room: int, *, titles: int = 1
) -> tuple[View, list[str], tuple[int, int, int] | None]:
    """The rows of *body* that fit into *room*, below its first *titles*, which always stay; the place is None when all fit."""
    if len(body) <= room or room <= titles:
        return replace(view, top=0), list(body[:room]), None
    rest, room = body[titles:], room - titles
    top = min(view.top, len(rest) - room)
    return replace(view, top=top), [*body[:titles], *rest[top : top + room]], (top + 1, top + room, len(rest))


def encodable(text: str, encoding: str | None) -> str:
    """*text* with question marks, as wide as what they stand for, for characters that *encoding* does not have."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        from rich.cells import cell_len

        kept = (char.encode(encoding or "utf-8", "ignore").decode(encoding or "utf-8") for char in text)
        return "".join(one or "?" * cell_len(char) for one, char in zip(kept, text, strict=True))
    return text


def flowed(pieces: Iterable[Piece], width: int, style: Style) -> list[Text]:
    """*pieces* in as few lines as hold them side by side, each cut to *width* cells."""
    from rich.text import Text

    lines = [Text()]
    for text, colour in pieces:
        piece = Text(text, colour)
        piece.truncate(max(width, 0), overflow="ellipsis" if style.unicode else "crop")
        if lines[-1] and lines[-1].cell_len + len(_GAP) + piece.cell_len > width:
            lines.append(Text())
        lines[-1].append(_GAP if lines[-1] else "")
        lines[-1].append_text(piece)
    return lines


def _footer(pieces: Sequence[tuple[str, str]], width: int) -> Text:
    """The keys in one line; where there is no room for all, those go first whose effect is the smallest."""
    from rich.text import Text

    small = [piece for piece in reversed(pieces) if piece[0] and piece[1] not in _NEVER_DROPPED]
    going = iter([*small, *(piece for piece in pieces if not piece[0])])
    kept = list(pieces)
    while True:
        line = Text("  ").join([Text.assemble((key, "bold"), " " if key else "", (what, "dim")) for key, what in kept])
        dropped = next(going, None)
        if line.cell_len <= width or dropped is None:
            line.truncate(width, overflow="crop")
            return line
        kept.remove(dropped)


@lru_cache(maxsize=256)
def _row(row: str, width: int) -> Text:
    """One line with the terminal's own colours, made once because most ticks of the clock change the header alone."""
    from rich.text import Text

    line = Text.from_ansi(row)
    line.truncate(width, overflow="crop")
    return line


def _next(choices: Sequence[Choice], current: Choice) -> Choice:
    return choices[(choices.index(current) + 1) % len(choices)]
