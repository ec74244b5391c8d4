"""How far windows moved between two readings: pure rules, and their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from codex_quota import Quota, Snapshot, Window, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One window before and after, in percent used; None when that is not known.

    ``points`` is what was used in between, None when nobody can tell; ``at_least`` says that it was that or more,
    since the window was ``reset`` in between.
    """

    window: Window
    before: float | None
    after: float | None
    points: float | None
    reset: bool = False
    at_least: bool = False

    @property
    def is_whole(self) -> bool:
        """True when both figures are whole percents, so that the difference is up to one point off."""
        return all(figure is not None and figure == int(figure) for figure in (self.before, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """An amount before and after: ``spend`` of a workspace, or ``credits`` that are left."""

    name: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One account between two readings: its windows, in the order to show, and the amounts that both readings tell."""

    RESOLUTION: ClassVar[str] = "the service tells whole percents, so each difference is up to 1 point more or less"

    name: str
    moves: tuple[Move, ...] = ()
    amounts: tuple[Spent, ...] = ()

    @property
    def moved(self) -> bool:
        """True when any figure differs, or nobody can tell."""
        return any(move.points != 0 or move.reset for move in self.moves) or any(a.before != a.after for a in self.amounts)

    @property
    def is_rough(self) -> bool:
        """True when a difference of whole percents is told."""
        return any(move.points and move.is_whole for move in self.moves)

    @property
    def text(self) -> str:
        """Every window of the main limit, and of the others and the amounts what moved, in one line."""
        shown = [move for move in self.moves if wording.limit_text(move.window) == "" or move.points != 0]
        amounts = [spent for spent in self.amounts if spent.before != spent.after or not shown]
        return ", ".join([*map(move_text, shown), *map(spent_text, amounts)]) or "it has no window to measure"


def measured(before: Snapshot, after: Snapshot) -> Measured:
    """How the account of *after* moved; windows are the same by their limit, name and length."""
    name = after.account.name
    if before.quota is None or after.quota is None:
        return Measured(name=name)
    earlier = dict(_keyed(before.quota))
    found = tuple(_move(earlier.get(key), window, before, after) for key, window in _keyed(after.quota))
    pairs = zip(("spend", "credits"), _amounts(before.quota), _amounts(after.quota), strict=True)
    both = [Spent(name=what, before=old, after=new) for what, old, new in pairs if old is not None and new is not None]
    return Measured(name=name, moves=found, amounts=tuple(spent for spent in both if spent.before or spent.after))


def move_text(move: Move) -> str:
    """One window: "weekly below 1 point (41 % used)", "5 h 3 points (12 → 15 % used)"."""
    name, was, used = wording.window_text(move.window), wording.percent_text(move.before), wording.percent_text(move.after)
    if move.points is None:
        return f"{name} not known" + (f", reset in between (now {used} % used)" if move.reset else f" (now {used} % used)")
    if move.at_least:
        amount = f"at least {_points(move.points)}, reset in between" if move.points else "not known, reset in between"
        return f"{name} {amount} ({was} → {used} % used)"
    if move.points == 0 and (move.before or 0) >= 100:
        return f"{name} 0 points (used up before)"
    if move.points == 0:
        return f"{name} below 1 point ({used} % used)" if move.is_whole else f"{name} 0 points ({used} % used)"
    return f"{name} {_points(move.points)} ({was} → {used} % used)"


def spent_text(spent: Spent) -> str:
    """One amount: "spend 0.25 (36.80 → 37.05)", "spend unchanged (36.80)"."""
    if spent.before == spent.after:
        return f"{spent.name} unchanged ({wording.amount_text(spent.after)})"
    was, now = wording.amount_text(spent.before), wording.amount_text(spent.after)
    return f"{spent.name} {wording.amount_text(abs(spent.after - spent.before))} ({was} → {now})"


def _move(old: Window | None, new: Window, before: Snapshot, after: Snapshot) -> Move:
    from codex_quota.pace import cycles, observation_of

    used = new.used_percent
    if old is None or old.used_percent is None or used is None or before.fetched_at is None or after.fetched_at is None:
        return Move(window=new, before=old.used_percent if old else None, after=used, points=None)
    seen = [observation_of(old, before.fetched_at), observation_of(new, after.fetched_at)]
    ran, runs = old.started is not False, new.started is not False
    lasted = after.fetched_at - before.fetched_at
    reset = (ran and not runs) or (ran and runs and len(cycles(seen)) > 1)
    # a whole window may have come and gone in between
    unseen = not reset and new.length is not None and lasted >= new.length
    points = used if reset or unseen else max(0.0, round(used - old.used_percent, 6))
    return Move(window=new, before=old.used_percent, after=used, points=points, reset=reset or unseen, at_least=reset or unseen)


def _keyed(quota: Quota) -> Iterator[tuple[tuple[str, str, str, int], Window]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for window in wording.ordered_windows(quota):
        key = (window.limit, window.name, window.label)
        seen[key] += 1
        yield (*key, seen[key]), window


def _amounts(quota: Quota | None) -> tuple[Decimal | None, Decimal | None]:
    spend, owned = (quota.spend, quota.credits) if quota else (None, None)
    return spend.used if spend else None, owned.balance if owned else None


def _points(points: float) -> str:
    text = wording.percent_text(points)
    return f"{text} point" if text == "1" else f"{text} points"
