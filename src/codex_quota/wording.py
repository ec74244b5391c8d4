"""Words for people, shared by everything that shows snapshots to them, so that a terminal and a page say the same.

Pure functions without any locale; moments are aware datetimes, a zone of None is the local one, percentages lie on 0 to 100.
*say* translates a message, English when it is left out; a style brings its own.
What an error or a warning tells about one case stays English; an error's kind and its usual hint are translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from .errors import one_line as one_line
from .interfaces import Say, Style, as_written
from .model import MAIN_LIMIT, Quota, Snapshot, SpendLimit, Window
from .terms import UNKNOWN as UNKNOWN
from .terms import Level as Level
from .terms import amount_text as amount_text
from .terms import error_word as error_word
from .terms import level as level
from .terms import limit_text as limit_text
from .terms import percent_text as percent_text
from .terms import period_text as period_text
from .terms import plan_text as plan_text
from .terms import window_text as window_text
from .times import age_text as age_text
from .times import clock as clock
from .times import countdown as countdown
from .times import is_today as is_today
from .times import local_zone as local_zone
from .times import moment_text as moment_text


class Note(NamedTuple):
    """One remark about an account, without the account's name.

    ``error``: no new figures; ``blocked``: the account cannot work; ``warning``: mistrust something;
    ``forecast``: what is left will not last until the reset; ``info``: good to know.
    """

    kind: Literal["error", "blocked", "warning", "forecast", "info"]
    text: str


_ORDER = ("five_hour", "weekly", "monthly")
_LIMITS = {"spend": "spend limit", "credits": "credits", "workspace": "workspace limit"}
_BLOCKERS = {"spend": "spend", "credits": "credits", "workspace": "workspace"}
_REACHED = {
    "spend": "spend limit is reached",
    "credits": "workspace credits are used up",
    "workspace": "workspace usage limit is reached",
    None: "the service says that a limit is reached, without saying which",
}
_SOURCES = {"network": "network", "cache": "cache"}


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """A sort key that puts "a2" before "a10", whatever the letter case and the script of the digits."""
    parts = re.split(r"(\d+)", name.casefold())
    # int() refuses texts of more than 4300 digits.
    return tuple(int(part[:999]) if index % 2 else part for index, part in enumerate(parts)), name


def ordered_windows(quota: Quota) -> list[Window]:
    """Every window in the order to show: the main limit's first, in it 5 h, weekly, monthly, then the others as they came."""
    limits = [window.limit for window in quota.windows]

    def place(window: Window) -> tuple[bool, int, int]:
        rank = _ORDER.index(window.name) if window.name in _ORDER else len(_ORDER)
        return window.limit != MAIN_LIMIT, limits.index(window.limit), rank

    return sorted(quota.windows, key=place)


def binding_window(quota: Quota) -> Window | None:
    """The main window that keeps the account from working longest; None when it can work, or something else keeps it."""
    if not quota.blockers or quota.main is None:
        return None
    blocker = quota.blockers[0]
    same = [w for w in quota.main.windows if w.name == blocker.name and w.resets_at == blocker.until]
    return max(same, key=lambda w: w.used_percent or 0, default=None)


def is_waiting(window: Window, quota: Quota) -> bool:
    """True when what is left in this window cannot be used, because something else keeps the account from working."""
    return window.limit == MAIN_LIMIT and bool(quota.blockers) and window is not binding_window(quota)


def limiter_text(quota: Quota, say: Say = as_written) -> str | None:
    """What keeps the account from working: "weekly", "9 h", "spend limit", "credits"; None when nothing does or nobody knows."""
    window, name = binding_window(quota), quota.limited_by
    if window is not None:
        return period_text(window, say)
    return None if name is None else say(_LIMITS[name]) if name in _LIMITS else one_line(name)


def blocker_text(name: str | None, say: Say = as_written) -> str:
    """A blocker that is no window, where there is room for one word only: "spend", "credits", "account" when nobody knows."""
    if name is None:
        return say("account")
    return say(_BLOCKERS[name]) if name in _BLOCKERS else one_line(name)


def back_text(quota: Quota, style: Style) -> str | None:
    """When a blocked account works again: "back Thu 18:00 (4d 5h)"; None when that is not known."""
    if quota.available_at is None:
        return None
    return style.say("back {when}").format(when=moment_text(quota.available_at, style))


def reset_text(window: Window, quota: Quota, style: Style) -> str:
    """When a window is full again, or why that does not matter: "not started", "waits for weekly", "back Thu 18:00 (4d 5h)"."""
    say, binding = style.say, binding_window(quota)
    if window is binding:
        return back_text(quota, style) or (say("used up") if window.exhausted else say("limit reached"))
    if _outlasted(window, quota):
        if binding is not None:
            return say("waits for {period}").format(period=period_text(binding, say))
        limiter = limiter_text(quota, say)
        return say("waits for {limiter}").format(limiter=limiter) if limiter else say("blocked")
    if window.started is False:
        return say("not started")
    return UNKNOWN if window.resets_at is None else moment_text(window.resets_at, style)


def reset_moment(window: Window, quota: Quota) -> datetime | None:
    """The moment (UTC) that ``reset_text`` tells, None when it tells none."""
    if window is binding_window(quota):
        return quota.available_at
    return None if window.started is False or _outlasted(window, quota) else window.resets_at


def spend_used(spend: SpendLimit) -> float | None:
    """Percent of a spend limit that is used, worked out of the amounts when the service gave none."""
    if spend.used_percent is not None or spend.used is None or not spend.limit:
        return spend.used_percent
    try:
        return float(spend.used / spend.limit * 100)
    except ArithmeticError:
        return None


def spend_text(spend: SpendLimit) -> str:
    """The amounts of a spend limit, used of allowed: "36.80/1000"; empty when one is not known."""
    return "" if spend.used is None or spend.limit is None else f"{amount_text(spend.used)}/{amount_text(spend.limit)}"


def credits_text(quota: Quota, say: Say = as_written) -> str | None:
    """Purchased credits, if there are any: "unlimited" or their number."""
    owned = quota.credits
    if owned is None or not (owned.unlimited or (owned.has_credits and owned.balance is not None and owned.balance > 0)):
        return None
    text = say("unlimited") if owned.unlimited or owned.balance is None else amount_text(owned.balance)
    return say("{balance}, overage limit reached").format(balance=text) if owned.overage_limit_reached else text


def source_text(snapshot: Snapshot, now: datetime, say: Say = as_written) -> str:
    """Where the figures come from: "network", "cache", "cache, 12m old" when they are stale, "-" when there are none."""
    if snapshot.status == "failed":
        return UNKNOWN
    source = say(_SOURCES[snapshot.source])
    if snapshot.status == "fresh":
        return source
    return say("{source}, {age}").format(source=source, age=stale_text(snapshot, now, say))


def stale_text(snapshot: Snapshot, now: datetime, say: Say = as_written) -> str:
    """How old stale figures are: "12m old", "stale" when nobody knows."""
    return say("stale") if snapshot.fetched_at is None else age_text(now - snapshot.fetched_at, say)


def notes(snapshot: Snapshot, style: Style) -> list[Note]:
    """Everything to say about one account beside its figures, the gravest first."""
    say, quota, found = style.say, snapshot.quota or Quota(), list[Note]()
    if snapshot.error is not None or snapshot.status != "fresh":
        found.append(Note("error", _error_text(snapshot, style)))
    if blocked := _blocked_text(quota, style):
        found.append(Note("blocked", blocked))
    if quota.unavailable_models:
        models = say(", ").join(map(one_line, quota.unavailable_models))
        found.append(Note("warning", say("not available now: {models}").format(models=models)))
    found += [Note("warning", one_line(text)) for text in dict.fromkeys((*snapshot.warnings, *quota.warnings))]
    covered = [w for w in quota.main.windows if w.exhausted] if quota.main and not quota.blockers else []
    if covered:
        text = say("{period} limit is used up, credits pay for further use")
        found.append(Note("info", text.format(period=period_text(covered[0], say))))
    found += [Note("forecast", text) for text in _running_out(quota, style)]
    if (banked := quota.reset_credits or 0) > 0:
        text = say("1 banked reset available") if banked == 1 else say("{count} banked resets available")
        found.append(Note("info", text.format(count=banked)))
    return found


def problem_lines(snapshot: Snapshot, style: Style) -> list[str]:
    """The notes about one account, each in one line that begins with the account's name."""
    name = one_line(snapshot.account.name)
    return [f"{name}: {note.text}" for note in notes(snapshot, style)]


def _running_out(quota: Quota, style: Style) -> Iterator[str]:
    """What is going to be used up before its reset, while nothing else blocks; for windows whose pace was worked out."""
    for window in () if quota.blockers else ordered_windows(quota):
        if window.pace is not None and window.pace.exhausts_at is not None:
            from .pace import forecast_text

            text = style.say("{window} {forecast}")
            yield text.format(window=window_text(window, style.say), forecast=forecast_text(window.pace, style))


def _outlasted(window: Window, quota: Quota) -> bool:
    """True when a window's own reset does not matter, because something else keeps the account from working longer."""
    if not is_waiting(window, quota):
        return False
    back = quota.available_at
    return not window.exhausted if back is None else window.resets_at is None or window.resets_at <= back


def _error_text(snapshot: Snapshot, style: Style) -> str:
    say, error, seen = style.say, snapshot.error, snapshot.fetched_at
    if error is None:
        reason = say("no reason was given")
    elif error.hint:
        reason = say("{message}; {hint}").format(message=error.message, hint=say(error.hint))
    else:
        reason = error.message
    if snapshot.status == "stale":
        if seen is None:
            return say("figures are old: {reason}").format(reason=reason)
        read, age = clock(seen, style.now, style.tz, say), age_text(style.now - seen, say)
        return say("figures are from {clock}, {age}: {reason}").format(clock=read, age=age, reason=reason)
    return say("failed: {reason}").format(reason=reason) if error is None else reason


def _blocked_text(quota: Quota, style: Style) -> str | None:
    if not quota.blockers:
        return None
    say, window, back = style.say, binding_window(quota), back_text(quota, style)
    if window is not None:
        left = window.remaining_percent
        spent = window.exhausted or (left is not None and left <= 1)
        text = (
            say("{period} limit is used up, {back}")
            if spent
            else say("{period} limit is closed by the service with {left} % left, {back}")
        )
        back = back or say("reset time unknown")
        return text.format(period=period_text(window, say), left=percent_text(left), back=back)
    name = quota.limited_by
    text = say(_REACHED[name]) if name in _REACHED else say("{limiter} limit is reached")
    text = text.format(limiter=limiter_text(quota, say))
    return say("{text}, {back}").format(text=text, back=back) if back else text
