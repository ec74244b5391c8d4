"""What ``codex-quota check`` says of snapshots: pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from codex_quota import Snapshot, Style, wording

from .choosing import Standing, standing
from .nagios import State, output, percent_left, worst
from .saying import standing_text, with_error


def checked(snapshots: Sequence[Snapshot], warn: float, crit: float, style: Style, warning: str = "") -> tuple[State, str]:
    """The gravest state of the accounts, and the plugin's whole output; thresholds are percent left.

    With a *warning* that these may not be the accounts that were meant, it cannot be OK.
    """
    named = sorted(snapshots, key=lambda snapshot: wording.natural_key(snapshot.account.name))
    standings = [standing(snapshot, warn) for snapshot in named]
    states = {one.name: state_of(one, warn, crit) for one in standings}
    data = [piece for one in standings for piece in _performance(one, warn, crit)]
    lines = [f"{states[one.name].name} {one.name}: {_text(one, style)}" for one in standings]
    state = worst([*states.values(), *([State.UNKNOWN] if warning else [])])
    summary = "; ".join(filter(None, (_summary(standings, states, style), warning)))
    return state, output(state, summary, data, lines if len(lines) > 1 else ())


def state_of(one: Standing, warn: float, crit: float) -> State:
    """How grave it is; old figures can show a problem, but not that all is well."""
    if one.verdict == "blocked":
        return State.CRITICAL
    left = [figure.left for figure in one.figures if figure.left is not None]
    known = State.CRITICAL if any(n < crit for n in left) else State.WARNING if any(n < warn for n in left) else State.OK
    sure = one.verdict in ("enough", "little") and one.snapshot.error is None
    return known if sure else worst((known, State.UNKNOWN))


def _summary(standings: Sequence[Standing], states: Mapping[str, State], style: Style) -> str:
    """How many accounts are in which state, and the first of the gravest in full."""
    if len(standings) == 1:
        return f"{standings[0].name}: {_text(standings[0], style)}"
    state = worst(states.values())
    grave = [one for one in standings if states[one.name] is state]
    if state is State.OK:
        scarce = min(grave, key=lambda one: 101.0 if one.left is None else one.left)
        return f"all {len(grave)} accounts have enough left, {scarce.name} has least: {_text(scarce, style)}"
    count = ", ".join(
        f"{sum(each is one for each in states.values())} {one.name.lower()}"
        for one in (State.CRITICAL, State.WARNING, State.UNKNOWN, State.OK)
        if one in states.values()
    )
    return f"{count} of {len(standings)} accounts; {grave[0].name}: {_text(grave[0], style)}"


def _text(one: Standing, style: Style) -> str:
    return with_error(standing_text(one, style), one, style)


def _performance(one: Standing, warn: float, crit: float) -> Iterator[str]:
    """One piece for each figure; of two windows with one name the second gets a number."""
    fresh, seen = one.snapshot.error is None, Counter[str]()
    for figure in one.figures:
        seen[figure.name] += 1
        name = figure.name if seen[figure.name] == 1 else f"{figure.name}-{seen[figure.name]}"
        yield percent_left(f"{one.name} {name}", figure.left if fresh else None, warn, crit)
