"""The template of a one-line text: what it may hold, and how it is filled in."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from codex_quota import nearest

from .options import DEFAULT_TEMPLATE

Escape = Callable[[str], str]

FIELDS = {
    "name": "the account",
    "plan": "its plan",
    "state": "what there is to know: the windows, or when it works again, or what failed, and the age of old figures",
    "windows": "every window of the main limit, or the one that keeps the account from working",
    "note": "when it works again, how old the figures are, what failed; empty when all is well",
    "five_hour": "the five-hour window's percentage",
    "five_hour_reset": "when that window is full again",
    "weekly": "the weekly window's percentage",
    "weekly_reset": "when that window is full again",
    "monthly": "the monthly window's percentage",
    "monthly_reset": "when that window is full again",
    "window": "what the tightest window is called",
    "percent": "its percentage",
    "reset": "when it is full again",
    "level": "good, low, critical, empty, unknown or failed",
}
"""Every field with its meaning."""

_TELL_NOTE = {"state", "note"}


@dataclass(frozen=True, slots=True)
class Template:
    """Texts, each with the field that follows it; None after the last."""

    parts: tuple[tuple[str, str | None], ...]

    def render(self, fields: Mapping[str, str], escape: Escape) -> str:
        """The text with escaped *fields*; its own words stay as they are, so that they may hold a bar's markup.

        What must be seen and is not in it, the field ``note``, follows in brackets.
        """
        text = "".join(words + (escape(fields[name]) if name else "") for words, name in self.parts)
        told = _TELL_NOTE.intersection(name for _, name in self.parts if name)
        return text if told or not fields["note"] else f"{text} ({escape(fields['note'])})"


def parse_template(text: str) -> Template:
    """Read ``{field}`` and, for braces of its own, ``{{`` and ``}}``; raises ``ArgumentTypeError`` that says what is wrong."""
    from string import Formatter

    without_controls(text)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} has a brace without its other half; {{{{ and }}}} are braces to show") from None
    for _, name, form, conversion in parts:
        if form or conversion:
            raise ArgumentTypeError(f"{{{name}}} takes neither a format nor a conversion")
        if name is not None and name not in FIELDS:
            near = nearest(name, FIELDS)
            hint = f"did you mean {{{near}}}?" if near else f"there are {', '.join(FIELDS)}"
            raise ArgumentTypeError(f"there is no field {{{name}}}; {hint}")
    return Template(tuple((words, name) for words, name, _, _ in parts))


def without_controls(text: str) -> str:
    """*text* itself; raises ``ArgumentTypeError`` when it holds a control character or a line end."""
    if any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u2029" for char in text):
        raise ArgumentTypeError(f"{text!r} holds a control character or a line end")
    return text


DEFAULT = parse_template(DEFAULT_TEMPLATE)
