"""Which account to use now, and whether it has enough: pure rules, without any input or output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Literal

from codex_quota import Quota, Snapshot, wording

Verdict = Literal["enough", "little", "unknown", "blocked", "failed"]
_ORDER: tuple[Verdict, ...] = ("enough", "little", "unknown", "blocked", "failed")
_DAY = timedelta(days=1)
_LENGTHS = {
    "five_hour": timedelta(hours=5),
    "daily": _DAY,
    "weekly": 7 * _DAY,
    "monthly": 30 * _DAY,
    "annual": 365 * _DAY,
    "spend": 30 * _DAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is left of one thing that can run out: a window of the main limit, or a workspace's spend limit (``spend``).

    ``period`` is its name for people; ``left`` is in percent, None when nobody knows; ``started`` is as in ``Window``.
    """

    name: str
    period: str
    left: float | None
    resets_at: datetime | None
    length: timedelta
    started: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands to the wish that at least so much is left.

    ``enough``: it can be used, and each of ``figures``, which are those that count, has at least that much left.
    ``little``: it can be used, but one of them has less.
    ``unknown``: nobody knows that it cannot be used, nor how much is left.
    ``blocked``: it cannot be used now.
    ``failed``: nothing is known of it at all.
    """

    snapshot: Snapshot
    verdict: Verdict
    figures: tuple[Figure, ...] = ()
    back_at: datetime | None = None

    @property
    def name(self) -> str:
        """The account's."""
        return self.snapshot.account.name

    @property
    def left(self) -> float | None:
        """Percent left of the scarcest figure that counts; None when none is known."""
        return min((figure.left for figure in self.figures if figure.left is not None), default=None)

    @property
    def expiring(self) -> Figure | None:
        """The figure whose reset decides: of those that count the longest, since a five-hour window is soon full again anyway."""
        return max(self.figures, key=lambda figure: figure.length, default=None)


def figures_of(quota: Quota) -> tuple[Figure, ...]:
    """Everything of an account that can run out, in the order to show."""
    main = quota.main.windows if quota.main else ()
    found = [
        Figure(
            name=window.name,
            period=wording.period_text(window),
            left=window.remaining_percent,
            resets_at=window.resets_at,
            length=window.length or _LENGTHS.get(window.name, _DAY),
            started=window.started,
        )
        for window in wording.ordered_windows(quota)
        if any(window is one for one in main)
    ]
    spend = quota.spend
    used = wording.spend_used(spend) if spend else None
    if spend is not None and used is not None:
        left = max(0.0, round(100 - used, 6))
        found.append(Figure(name="spend", period="spend", left=left, resets_at=spend.resets_at, length=_LENGTHS["spend"]))
    return tuple(found)


def standing(snapshot: Snapshot, least: float, bound: str | None = None) -> Standing:
    """How an account stands to the wish that at least *least* percent are left.

    With *bound*, a window's name, only that window counts, where the account has it; otherwise all of ``figures_of``.
    ``back_at`` is when it will have that much, as far as the resets tell; None when it has it, or nobody knows.
    An account that can be used and names nothing that can run out has enough.
    """
    quota = snapshot.quota
    if quota is None:
        return Standing(snapshot=snapshot, verdict="failed")
    every = figures_of(quota)
    counted = tuple(figure for figure in every if figure.name == bound) or every
    short = [figure.resets_at for figure in counted if figure.left is not None and figure.left < least]
    if snapshot.usable is False:
        return Standing(snapshot=snapshot, verdict="blocked", figures=counted, back_at=_latest([*short, snapshot.available_at]))
    if short:
        return Standing(snapshot=snapshot, verdict="little", figures=counted, back_at=_latest(short))
    known = all(figure.left is not None for figure in counted) and (bool(counted) or snapshot.usable is True)
    return Standing(snapshot=snapshot, verdict="enough" if known else "unknown", figures=counted)


def ranked(snapshots: Iterable[Snapshot], least: float, bound: str | None = None) -> list[Standing]:
    """The accounts, the one to use now first.

    Those with enough come by their reset, to the minute, so that nothing expires unused, then the one with most left;
    those with little by what is left; then those of which that is not known; then the blocked ones by their return;
    those that failed come last.
    """
    return sorted((standing(snapshot, least, bound) for snapshot in snapshots), key=_place)


def first_back(standings: Iterable[Standing], now: datetime) -> Standing | None:
    """The one that comes back first, of those whose return is known and still to come."""
    coming = [one for one in standings if one.back_at is not None and one.back_at > now]
    return min(coming, key=lambda one: _minute(one.back_at), default=None)


def _place(one: Standing) -> tuple[int, float, float, tuple[tuple[str | int, ...], str]]:
    expiring, left = one.expiring, -1.0 if one.left is None else one.left
    reset = _minute(expiring.resets_at if expiring else None)
    tier, name = _ORDER.index(one.verdict), wording.natural_key(one.name)
    if one.verdict == "little":
        return tier, -left, reset, name
    if one.verdict == "blocked":
        return tier, _minute(one.snapshot.available_at), 0.0, name
    return tier, reset, -left, name


def _minute(when: datetime | None) -> float:
    """Whole minutes of Unix time, infinite when *when* is not known."""
    return inf if when is None else when.timestamp() // 60


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of *moments*, None as soon as one of them is not known."""
    known: list[datetime] = []
    for moment in moments:
        if moment is None:
            return None
        known.append(moment)
    return max(known, default=None)
