"""The whole table as text: the columns with their colours, and the remarks below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from codex_quota import Snapshot, Style
from codex_quota.view import Block, Tone, block

from ._table_layout import Line, Pen, bare, columns, stacked, wrapped

_COLOURS: dict[Tone, str] = {
    "good": "green",
    "low": "yellow",
    "critical": "red",
    "empty": "bold red",
    "unknown": "dim",
    "waiting": "dim",
    "bound": "bold red",
    "error": "red",
    "warning": "yellow",
    "info": "cyan",
    "strong": "bold",
}
_NOTE_TONES: dict[str, Tone] = {"error": "error", "blocked": "bound", "warning": "warning", "forecast": "warning", "info": "info"}


def table_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """The table for *snapshots*, ending in a newline."""
    from rich.cells import cell_len

    say = style.say
    if not snapshots:
        return say("No accounts to show.") + "\n"
    pen, width = Pen(cell_len=cell_len, unicode=style.unicode, say=say), style.width or 100
    heading = say("% used") if style.show == "used" else say("% left")
    blocks = [block(snapshot, style) for snapshot in snapshots]
    lines = (
        columns(blocks, heading, width, pen)
        or stacked(blocks, heading, width, pen)
        or bare(blocks, heading, width, pen, below=False)
    )
    if lines is None:
        terse = replace(style, time="clock") if style.time == "both" else style
        lines = bare([block(snapshot, terse) for snapshot in snapshots], heading, width, pen, below=True) or []
    remarks = [line for shown in blocks for line in _remarks(shown, width, pen)]
    paint = _painter(style.color)
    return "".join(_painted(line, paint) + "\n" for line in (*lines, *([[]] if remarks else []), *remarks))


def _remarks(shown: Block, width: int, pen: Pen) -> Iterator[Line]:
    name = f"{shown.name}:"
    for note in shown.notes:
        tone = _NOTE_TONES[note.kind]
        for line in wrapped(f"{name} {note.text}", width, pen):
            found = line.startswith(name)
            yield [(name, tone), (line.removeprefix(name), "normal")] if found else [(line, "normal")]


def _painter(color: bool) -> Callable[[str, Tone], str]:
    if not color:
        return _unpainted
    # rich.style alone, because rich.console costs three times as much to import and would print the same codes.
    from rich.color import ColorSystem
    from rich.style import Style as Paint

    paints = {tone: Paint.parse(words) for tone, words in _COLOURS.items()}

    def paint(text: str, tone: Tone) -> str:
        return paints[tone].render(text, color_system=ColorSystem.STANDARD) if text and tone in paints else text

    return paint


def _unpainted(text: str, _tone: Tone) -> str:
    return text


def _painted(line: Line, paint: Callable[[str, Tone], str]) -> str:
    return "".join(paint(text, tone) for text, tone in line).rstrip()
