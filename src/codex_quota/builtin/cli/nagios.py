"""The output of monitoring plugins, as Nagios, Icinga and their kin read it.

One line of text, ``|``, performance data ``'label'=value[UOM];warn;crit;min;max``; after that further lines of text.
A threshold ``20:`` is a range that is left when the value falls below 20.
Icinga's guidelines forbid ``=`` and ``'`` in labels, which others would let stand in quotes, and ``|`` ends any text.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import codex_quota

SERVICE = "CODEX_QUOTA"


class State(IntEnum):
    """Exit statuses of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_GRAVITY = (State.OK, State.UNKNOWN, State.WARNING, State.CRITICAL)


def worst(states: Iterable[State]) -> State:
    """The gravest of *states*: something unknown is graver than what is good, and a known problem is graver than that."""
    return max(states, key=_GRAVITY.index, default=State.UNKNOWN)


def plain(text: str) -> str:
    """*text* in one line, without the character that begins performance data."""
    return codex_quota.one_line(text).replace("|", "/")


def label(text: str) -> str:
    """*text* as a label in quotes."""
    return "'" + plain(text).replace("=", "_").replace("'", "_") + "'"


def percent_left(name: str, left: float | None, warn: float, crit: float) -> str:
    """One piece of performance data: percent left, or ``U`` when that is not known, with the ranges in which it is well."""
    value = "U" if left is None else f"{round(left, 2):g}%"
    return f"{label(name)}={value};{warn:g}:;{crit:g}:;0;100"


def output(state: State, text: str, performance: Iterable[str] = (), more: Iterable[str] = ()) -> str:
    """The whole output of a plugin, ending in a newline."""
    data = " ".join(performance)
    first = f"{SERVICE} {state.name} - {plain(text)}" + (f"|{data}" if data else "")
    return "".join(f"{line}\n" for line in (first, *map(plain, more)))
