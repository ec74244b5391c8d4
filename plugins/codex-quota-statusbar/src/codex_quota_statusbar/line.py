"""The formats that are one line of text: for any bar, for tmux, polybar, i3blocks and SketchyBar."""

from __future__ import annotations

from collections.abc import Sequence

from codex_quota import Snapshot, Style

from . import escaping
from .choice import Shown, brief, choose

_WHITE = "#ffffff"


def line_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """Every account on one line of plain text, with whole names."""
    return choose(snapshots, style, escaping.plain, everyone=True, cells=None).text + "\n"


def tmux_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """One line with ``#[fg=#rrggbb]`` before what has a colour and ``#[default]`` after it.

    tmux takes the last line of the output of ``#(…)`` and expands it once as a format but not as a time (tmux(1), FORMATS and
    STYLES; ``format_job_get`` in its ``format.c``), so that percent signs are safe and the ``#`` of a name is doubled.
    Letters of a colour are lower-case, because tmux 3.3 expands ``#F`` and ``#D`` within a style too.
    """
    return _coloured(choose(snapshots, style, escaping.tmux), "#[fg={}]", "#[default]")


def polybar_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """One line with ``%{F#rrggbb}`` before what has a colour and ``%{F-}`` after it, as lemonbar has them too.

    polybar takes the first line of the output (its wiki, "Formatting" and "Module: script"; ``src/adapters/script_runner.cpp``).
    """
    return _coloured(choose(snapshots, style, escaping.polybar), "%{{F{}}}", "%{F-}")


def i3blocks_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """Full text, short text and, where there is one, the colour ``#rrggbb``, each on its line.

    This is i3blocks' raw format, its default, which every version reads (its manual, "format"); the texts are not markup.
    A block whose full text is empty is hidden.
    """
    shown = choose(snapshots, style, escaping.plain)
    if not shown.text:
        return "\n"
    short = brief(shown.main) if shown.main else shown.text
    return "".join(f"{line}\n" for line in (shown.text, short, shown.color) if line)


def sketchybar_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """One ``property=value`` on each line, which a plugin script hands on to ``sketchybar --set`` as one argument each.

    ``label`` takes any text and ``label.color`` is ``0xaarrggbb`` (SketchyBar's documentation, "Item Properties" and "Type
    Nomenclature"); an argument is split at its first ``=`` only (``get_key_value_pair`` in ``src/misc/helpers.h``).
    A property stays until it is set anew, so that the colour is always there: without one it is white, the bar's own default.
    """
    shown = choose(snapshots, style, escaping.plain)
    color = (shown.color or _WHITE).removeprefix("#")
    return f"label={shown.text}\nlabel.color=0xff{color}\ndrawing=on\n"


def _coloured(shown: Shown, start: str, end: str) -> str:
    """The pieces on one line, those that have a colour between *start*, with the colour in its place, and *end*."""
    pairs = [(piece.text, shown.settings.colors[piece.level]) for piece in shown.pieces]
    texts = [f"{start.format(color)}{text}{end}" if color else text for text, color in pairs]
    return shown.settings.separator.join(texts) + "\n"
