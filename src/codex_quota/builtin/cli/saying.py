"""What the commands for scripts say about an account, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codex_quota import Context, Style, wording

from .parser import PROGRAM

if TYPE_CHECKING:
    from .choosing import Figure, Standing


def style_of(context: Context) -> Style:
    """Clock times with countdowns, in the zone that the environment names."""
    return Style(now=context.now(), tz=wording.local_zone(context.environ), environ=context.environ)


def tell(context: Context, text: str) -> None:
    """One line on standard error, written at once."""
    print(f"{PROGRAM}: {wording.one_line(text)}", file=context.stderr, flush=True)


def figures_text(one: Standing) -> str:
    """What is left: "5 h 92 %, weekly 38 % left"."""
    if not one.figures:
        return "no limit that could run out" if one.verdict == "enough" else "the service tells of no limit"
    known = [f"{figure.period} {wording.percent_text(figure.left)} %" for figure in one.figures if figure.left is not None]
    unknown = [f"{figure.period} not known" for figure in one.figures if figure.left is None]
    return ", ".join([*([", ".join(known) + " left"] if known else []), *unknown])


def reset_text(figure: Figure, figures: Sequence[Figure], style: Style) -> str:
    """When one of *figures* is full again: "weekly resets Thu 18:00 (4d 5h)", unnamed if it is the only one; or an empty text."""
    name = f"{figure.period} " if len(figures) > 1 else ""
    if figure.started is False:
        return f"{name}not started"
    return f"{name}resets {wording.moment_text(figure.resets_at, style)}" if figure.resets_at else ""


def standing_text(one: Standing, style: Style) -> str:
    """How an account stands, without its name: what is left and when that is reset, why it is blocked, or what failed."""
    snapshot = one.snapshot
    notes = wording.notes(snapshot, style)
    if one.verdict == "failed":
        return next((note.text for note in notes if note.kind == "error"), "nothing is known of it")
    if one.verdict == "blocked":
        return next((note.text for note in notes if note.kind == "blocked"), "it cannot be used now") + _age_text(one, style)
    parts = [figures_text(one), *([reset_text(one.expiring, one.figures, style)] if one.expiring else [])]
    return ", ".join(part for part in parts if part) + _age_text(one, style)


def _age_text(one: Standing, style: Style) -> str:
    """How old the figures are, if they are not new."""
    return f" (figures are {wording.stale_text(one.snapshot, style.now)})" if one.snapshot.status == "stale" else ""


def with_error(text: str, one: Standing, style: Style) -> str:
    """*text* about an account, and, if its figures are old, since when and why, in place of the age alone."""
    if one.snapshot.status != "stale":
        return text
    errors = [note.text for note in wording.notes(one.snapshot, style) if note.kind == "error"]
    return "; ".join([text.replace(_age_text(one, style), ""), *errors])


def shortage_text(one: Standing, least: float, style: Style) -> str:
    """Why an account has not enough: its block, or the figures that are too low, and when that changes."""
    low = [figure for figure in one.figures if figure.left is not None and figure.left < least]
    if one.verdict == "blocked":
        text, back = standing_text(one, style), one.snapshot.available_at
        low = [figure for figure in low if back is not None and figure.resets_at is not None and figure.resets_at > back]
        return f"{text}, then {_low_text(low, least, style)}" if low else text
    return _low_text(low, least, style) if one.verdict == "little" else standing_text(one, style)


def _low_text(low: Sequence[Figure], least: float, style: Style) -> str:
    figures = ", ".join(f"{figure.period} {wording.percent_text(figure.left)} %" for figure in low)
    last = max(low, key=lambda figure: figure.resets_at or style.now)
    reset = reset_text(last, low, style)
    return f"{figures} left, {least:g} % wanted" + (f", {reset}" if reset else "")
