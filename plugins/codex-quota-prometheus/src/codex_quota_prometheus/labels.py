"""Label values: readable, and never twice the same where a second one would make a whole scrape invalid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import codex_quota
from codex_quota import Window

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def clean(text: str) -> str:
    """*text* on one line, without control characters and whatever else cannot be UTF-8; ``-`` when nothing is left."""
    return codex_quota.one_line(text) or "-"


def unique(text: str, taken: set[str]) -> str:
    """*text*, cleaned, with a number behind it when it is in *taken* already; it is in there afterwards."""
    wanted = found = clean(text)
    number = 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found)
    return found


def window_labels(windows: Sequence[Window]) -> list[str]:
    """The label of each of *windows*, which belong to one limit.

    It is the window's name, or the length of one that has no name of its own.
    Of several alike the most used one has the plain label, as it is the one that counts, the others ``weekly_2`` and so on.
    """
    taken: set[str] = set()
    labels = [""] * len(windows)
    for place in sorted(range(len(windows)), key=lambda place: -_used(windows[place])):
        window = windows[place]
        labels[place] = unique(window.name if window.name != "other" else _length(window.length), taken)
    return labels


def _used(window: Window) -> float:
    return -1.0 if window.used_percent is None else window.used_percent


def _length(length: timedelta | None) -> str:
    """A length as Prometheus writes it, in the largest unit without a remainder: ``9h``, ``90m``, ``45d``."""
    if length is None:
        return "other"
    seconds = round(length.total_seconds())
    unit, letter = next((unit, letter) for unit, letter in _UNITS if seconds % unit == 0)
    return f"{seconds // unit}{letter}"
