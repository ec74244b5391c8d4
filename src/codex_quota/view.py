"""What stands in a table or on a page, before anybody asks how wide it may be or what it is drawn with.

Every text is translated by ``style.say``, has no control character and is not escaped for any markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from .interfaces import Style
from .model import Quota, Snapshot, SpendLimit, Window
from .wording import (
    UNKNOWN,
    Note,
    back_text,
    binding_window,
    blocker_text,
    credits_text,
    error_word,
    is_today,
    is_waiting,
    level,
    limit_text,
    moment_text,
    notes,
    one_line,
    ordered_windows,
    percent_text,
    period_text,
    plan_text,
    reset_moment,
    reset_text,
    source_text,
    spend_text,
    spend_used,
    stale_text,
)

Tone = Literal["good", "low", "critical", "empty", "unknown", "waiting", "bound", "error", "warning", "info", "strong", "normal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One window, or what stands in the place of one.

    The label is ``limit`` (may be shortened), ``period`` (may not) and ``extra`` (only where there is room).
    ``filled`` is the part of the bar to fill, 0 to 1, None when nobody knows; ``says`` stands in place of bar, number and reset.

    The rest is for programs, untranslated and whatever the style shows.
    ``name`` is a window's name (``five_hour``, …), ``spend``, ``credits``, ``failed``, or what else blocks; empty for no window.
    ``used_percent`` and ``remaining_percent`` lie on 0 to 100 (used may be more) and are None when nobody knows.
    ``moment`` is the one that ``reset`` or ``says`` tells, None when they tell none; ``resets_at`` is known more often.
    ``binding`` marks what keeps the account from working longest.

    ``pace`` tells how many points are used beyond even use ("+12", "-8") and ``forecast`` whether what is left will last;
    both are empty where nobody worked them out.
    """

    limit: str = ""
    period: str
    extra: str = ""
    filled: float | None = None
    number: str = UNKNOWN
    tone: Tone = "normal"
    reset: str = UNKNOWN
    reset_tone: Tone = "normal"
    says: str | None = None
    name: str = ""
    used_percent: float | None = None
    remaining_percent: float | None = None
    resets_at: datetime | None = None
    moment: datetime | None = None
    started: bool | None = None
    binding: bool = False
    pace: str = ""
    pace_tone: Tone = "normal"
    forecast: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One account: its own fields, and at least one row; ``age`` is the source without the word for where it came from.

    ``status``, ``usable``, ``fetched_at`` and ``available_at`` are the snapshot's own, ``error_code`` is its error's.
    """

    name: str
    email: str
    plan: str
    source: str
    age: str
    source_tone: Tone
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    status: Literal["fresh", "stale", "failed"]
    usable: bool | None
    error_code: str | None
    fetched_at: datetime | None
    available_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Several accounts counted.

    ``unknown`` ones could not be read, or nobody says whether they can be used.
    ``next_back`` is the first moment still to come at which a blocked account works again.
    """

    total: int
    usable: int
    blocked: int
    next_back: datetime | None

    @property
    def unknown(self) -> int:
        """How many are neither usable nor blocked, as far as anybody knows."""
        return self.total - self.usable - self.blocked


def block(snapshot: Snapshot, style: Style) -> Block:
    """One account as the table and the page show it."""
    quota, error = snapshot.quota, snapshot.error
    source = source_text(snapshot, style.now, style.say)
    email = snapshot.account.email or (quota.email if quota else None)
    stale = snapshot.status == "stale"
    return Block(
        name=one_line(snapshot.account.name),
        email=(one_line(email or "") or UNKNOWN) if style.emails else "",
        plan=plan_text(snapshot.plan, style.say),
        source=source,
        age=stale_text(snapshot, style.now, style.say) if stale else source,
        source_tone="low" if stale else "waiting" if snapshot.status == "failed" else "normal",
        rows=(_failed(snapshot, style),) if quota is None else tuple(_rows(quota, style)),
        notes=tuple(notes(snapshot, style)),
        status=snapshot.status,
        usable=snapshot.usable,
        error_code=error.code if error else None,
        fetched_at=snapshot.fetched_at,
        available_at=snapshot.available_at,
    )


def count(snapshots: Iterable[Snapshot], now: datetime) -> Pool:
    """How many of *snapshots* can be used, and when the next one can."""
    shown = list(snapshots)
    back = [s.available_at for s in shown if s.usable is False and s.available_at is not None and s.available_at > now]
    return Pool(
        total=len(shown),
        usable=sum(s.usable is True for s in shown),
        blocked=sum(s.usable is False for s in shown),
        next_back=min(back, default=None),
    )


def pool_text(snapshots: Iterable[Snapshot], style: Style) -> str:
    """All accounts in one line: "3 of 5 usable, next back at 14:05 (2h)", "all 3 usable", "no accounts"."""
    say, pool = style.say, count(snapshots, style.now)
    if not pool.total:
        return say("no accounts")
    if pool.usable == pool.total:
        return say("all {total} usable").format(total=pool.total) if pool.total > 1 else say("usable")
    if pool.unknown == pool.total:
        return say("no account is known to be usable")
    parts = [say("none usable") if pool.blocked == pool.total else say("{usable} of {total} usable")]
    if pool.unknown:
        parts.append(say("{unknown} unknown"))
    if pool.next_back is not None:
        at_a_time = style.time != "countdown" and is_today(pool.next_back, style)
        parts.append(say("next back at {when}") if at_a_time else say("next back {when}"))
    when = moment_text(pool.next_back, style) if pool.next_back else ""
    return say(", ").join(parts).format(usable=pool.usable, total=pool.total, unknown=pool.unknown, when=when)


def _failed(snapshot: Snapshot, style: Style) -> Row:
    word = error_word(snapshot.error, style.say) if snapshot.error else UNKNOWN
    return Row(period=style.say("failed"), says=word, tone="error", name="failed")


def _rows(quota: Quota, style: Style) -> Iterator[Row]:
    """What keeps the account from working first, because its name stands there, then the windows in their order."""
    say, windows, bound, by_spend = style.say, ordered_windows(quota), binding_window(quota), quota.limited_by == "spend"
    spend = _spend(quota.spend, quota, style) if quota.spend else None
    if bound is not None:
        yield _window(bound, quota, style)
    elif by_spend and spend is not None:
        yield spend
    elif quota.blockers:
        yield _blocker(quota, style)
    yield from (_window(window, quota, style) for window in windows if window is not bound)
    if spend is not None and not by_spend:
        yield spend
    if not windows and spend is None and not quota.blockers:
        yield Row(period=UNKNOWN, says=say("no usage window"), tone="waiting")
    if balance := credits_text(quota, say):
        yield Row(period=say("credits"), says=balance, name="credits")


def _blocker(quota: Quota, style: Style) -> Row:
    """What keeps the account from working when no figures belong to it, so that nobody knows until when."""
    reached = style.say("used up") if quota.limited_by == "credits" else style.say("limit reached")
    return Row(
        period=blocker_text(quota.limited_by, style.say),
        says=reached,
        tone="bound",
        name=quota.limited_by or "account",
        binding=True,
    )


def _window(window: Window, quota: Quota, style: Style) -> Row:
    waiting, binding, reset = is_waiting(window, quota), window is binding_window(quota), reset_text(window, quota, style)
    gauge, aside = _gauge(window.used_percent, style), waiting or window.started is False or reset == UNKNOWN
    return replace(
        gauge,
        limit=limit_text(window),
        period=period_text(window, style.say),
        tone="waiting" if waiting else gauge.tone,
        reset=reset,
        reset_tone="bound" if binding else "waiting" if aside else "normal",
        name=window.name,
        resets_at=window.resets_at,
        moment=reset_moment(window, quota),
        started=window.started,
        binding=binding,
        **({} if waiting else _pace(window, style)),
    )


def _pace(window: Window, style: Style) -> dict[str, Any]:
    """How far use is from even use, and whether what is left will last."""
    pace = window.pace
    if pace is None or pace.ahead_points is None or pace.reason is not None:
        return {}
    from .pace import forecast_text

    points = round(pace.ahead_points)
    tone: Tone = "critical" if pace.exhausts_at is not None else "low" if points > 0 else "good"
    return {"pace": f"{points:+d}" if points else "0", "pace_tone": tone, "forecast": forecast_text(pace, style)}


def _spend(spend: SpendLimit, quota: Quota, style: Style) -> Row | None:
    used, bound, say = spend_used(spend), quota.limited_by == "spend", style.say
    back = (back_text(quota, style) or say("limit reached")) if bound else None
    row = Row(period=say("spend"), name="spend", resets_at=spend.resets_at, moment=spend.resets_at, binding=bound)
    if used is None:
        return replace(row, says=back, tone="bound") if back else None
    gauge, reset = _gauge(used, style), UNKNOWN if spend.resets_at is None else moment_text(spend.resets_at, style)
    return replace(
        row,
        extra=spend_text(spend),
        filled=gauge.filled,
        number=gauge.number,
        tone=gauge.tone,
        reset=back or reset,
        reset_tone="bound" if back else "waiting" if reset == UNKNOWN else "normal",
        used_percent=gauge.used_percent,
        remaining_percent=gauge.remaining_percent,
    )


def _gauge(used: float | None, style: Style) -> Row:
    left = None if used is None else max(0.0, round(100 - used, 6))
    shown = used if style.show == "used" else left
    return Row(
        period="",
        filled=None if shown is None else min(shown, 100) / 100,
        number=percent_text(shown),
        tone=level(left),
        used_percent=used,
        remaining_percent=left,
    )
