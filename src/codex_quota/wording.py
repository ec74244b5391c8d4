"""Words for people, shared by everything that shows snapshots to them, so that a terminal and a page say the same.

Pure functions without any locale; moments are aware datetimes, a zone of None is the local one, percentages lie on 0 to 100.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Literal, NamedTuple

from .errors import one_line as one_line
from .interfaces import Style
from .model import MAIN_LIMIT, Quota, Snapshot, SpendLimit, Window

UNKNOWN = "-"
Level = Literal["good", "low", "critical", "empty", "unknown"]


class Note(NamedTuple):
    """One remark about an account, without the account's name.

    ``error``: no new figures; ``blocked``: the account cannot work; ``warning``: mistrust something; ``info``: good to know.
    """

    kind: Literal["error", "blocked", "warning", "info"]
    text: str


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PERIODS = {"five_hour": "5 h", "daily": "daily", "weekly": "weekly", "monthly": "monthly", "annual": "annual"}
_ORDER = ("five_hour", "weekly", "monthly")
_LIMITS = {"spend": "spend limit", "credits": "credits", "workspace": "workspace limit"}
_PLANS = {
    "guest": "Guest", "free": "Free", "free_workspace": "Free Workspace", "go": "Go", "plus": "Plus",
    "pro": "Pro", "prolite": "Pro Lite", "promax": "Pro Max", "team": "Team",
    "business": "Business", "self_serve_business_usage_based": "Business Usage",
    "self_serve_business_prolite": "Business Pro Lite",
    "enterprise": "Enterprise", "ent26": "Enterprise", "hc": "Enterprise",
    "enterprise_cbp_automation": "Enterprise Automation", "enterprise_cbp_usage_based": "Enterprise Usage",
    "edu": "Edu", "edu_plus": "Edu Plus", "edu_pro": "Edu Pro", "education": "Education", "k12": "K-12", "quorum": "Quorum",
}  # fmt: skip


def percent_text(value: float | None) -> str:
    """A percentage with at most one decimal; never "0" or "100" unless it is exactly that, "-" when it is not known."""
    if value is None:
        return UNKNOWN
    if value > 999:
        return ">999"
    text = f"{value:.1f}".removesuffix(".0")
    if text == "0" and value > 0:
        return "<1"
    if text == "100" and value < 100:
        return ">99"
    return text


def amount_text(value: Decimal) -> str:
    """An amount of credits or money with two decimals, or none when it is whole."""
    if not value.is_finite() or value.adjusted() > 15:
        return f"{value:.3g}"
    cents = round(value, 2)
    if not cents and value > 0:
        return "<0.01"
    return f"{cents:.0f}" if cents == cents.to_integral_value() else f"{cents:.2f}"


def countdown(delta: timedelta) -> str:
    """A length in one or two units, rounded down: "24d", "4d 5h", "3h 28m", "12m", "<1m", and "now" when nothing is left."""
    if delta <= timedelta(0):
        return "now"
    minutes, hours, days = delta.seconds // 60 % 60, delta.seconds // 3600, delta.days
    if days:
        return f"{days}d {hours}h" if hours and days < 10 else f"{days}d"
    if hours:
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m" if minutes else "<1m"


def age_text(delta: timedelta) -> str:
    """How old something is, in one unit: "12m old", "3h old", "4d old"."""
    minutes = max(0, delta // timedelta(minutes=1))
    if minutes < 1:
        return "<1m old"
    if minutes < 120:
        return f"{minutes}m old"
    return f"{minutes // 60}h old" if minutes < 48 * 60 else f"{minutes // 1440}d old"


def clock(moment: datetime, now: datetime, tz: tzinfo | None) -> str:
    """A moment as a clock shows it: "15:32" today, "Thu 18:00" in the next six days, else "17 Dec 18:00", with a foreign year."""
    there, here = _local(moment, tz), _local(now, tz)
    time = f"{there.hour:02}:{there.minute:02}"
    days = (there.date() - here.date()).days
    if days == 0:
        return time
    if 0 < days <= 6:
        return f"{_DAYS[there.weekday()]} {time}"
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {_MONTHS[there.month - 1]}{year} {time}"


def moment_text(moment: datetime, style: Style) -> str:
    """A coming moment as the style wants it: "Thu 18:00", "in 4d 5h" or "Thu 18:00 (4d 5h)"."""
    left = countdown(moment - style.now)
    if style.time == "countdown":
        return left if left == "now" else f"in {left}"
    shown = clock(moment, style.now, style.tz)
    return shown if style.time == "clock" else f"{shown} ({left})"


def plan_text(plan: str | None) -> str:
    """A short readable name of a plan type; one that is not known here stays as it is, "-" when there is none."""
    if plan is None:
        return UNKNOWN
    key = plan.strip().casefold().removeprefix("chatgpt").lstrip("-_ ")
    return _PLANS.get(key) or one_line(plan) or UNKNOWN


def period_text(window: Window) -> str:
    """What a window is called by its length alone: "5 h", "weekly", "9 h"."""
    return _PERIODS.get(window.name) or one_line(window.label) or "window"


def window_text(window: Window) -> str:
    """What a window is called: its period, after the name of its limit unless that is the main one."""
    return f"{limit_text(window)} {period_text(window)}".lstrip()


def limit_text(window: Window) -> str:
    """The name of a window's limit, empty for the main one."""
    return "" if window.limit == MAIN_LIMIT else one_line(window.limit)


def level(remaining: float | None) -> Level:
    """How much is left in one word: "low" from 20 percent down, "critical" from 5, "empty" at 0."""
    if remaining is None:
        return "unknown"
    if remaining <= 0:
        return "empty"
    if remaining <= 5:
        return "critical"
    return "low" if remaining <= 20 else "good"


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


def limiter_text(quota: Quota) -> str | None:
    """What keeps the account from working: "weekly", "9 h", "spend limit", "credits"; None when nothing does or nobody knows."""
    window, name = binding_window(quota), quota.limited_by
    if window is not None:
        return period_text(window)
    return None if name is None else _LIMITS.get(name) or _PERIODS.get(name) or one_line(name)


def back_text(quota: Quota, style: Style) -> str | None:
    """When a blocked account works again: "back Thu 18:00 (4d 5h)"; None when that is not known."""
    return None if quota.available_at is None else f"back {moment_text(quota.available_at, style)}"


def reset_text(window: Window, quota: Quota, style: Style) -> str:
    """When a window is full again, or why that does not matter: "not started", "waits for weekly", "back Thu 18:00 (4d 5h)"."""
    if window is binding_window(quota):
        return back_text(quota, style) or ("used up" if window.exhausted else "limit reached")
    if is_waiting(window, quota):
        back = quota.available_at
        if not window.exhausted if back is None else window.resets_at is None or window.resets_at <= back:
            limiter = limiter_text(quota)
            return f"waits for {limiter}" if limiter else "blocked"
    if window.started is False:
        return "not started"
    return UNKNOWN if window.resets_at is None else moment_text(window.resets_at, style)


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


def credits_text(quota: Quota) -> str | None:
    """Purchased credits, if there are any: "unlimited" or their number."""
    owned = quota.credits
    if owned is None or not (owned.unlimited or (owned.has_credits and owned.balance is not None and owned.balance > 0)):
        return None
    text = "unlimited" if owned.unlimited or owned.balance is None else amount_text(owned.balance)
    return f"{text}, overage limit reached" if owned.overage_limit_reached else text


def source_text(snapshot: Snapshot, now: datetime) -> str:
    """Where the figures come from: "network", "cache", "cache, 12m old" when they are stale, "-" when there are none."""
    if snapshot.status == "failed":
        return UNKNOWN
    if snapshot.status == "fresh":
        return snapshot.source
    age = "stale" if snapshot.fetched_at is None else age_text(now - snapshot.fetched_at)
    return f"{snapshot.source}, {age}"


def notes(snapshot: Snapshot, style: Style) -> list[Note]:
    """Everything to say about one account beside its figures, the gravest first."""
    found: list[Note] = []
    error, seen, quota = snapshot.error, snapshot.fetched_at, snapshot.quota or Quota()
    if error is not None or snapshot.status != "fresh":
        reason = f"{error.message}; {error.hint}".removesuffix("; ") if error else "no reason was given"
        if snapshot.status == "stale":
            when = f"from {clock(seen, style.now, style.tz)}, {age_text(style.now - seen)}" if seen else "old"
            reason = f"figures are {when}: {reason}"
        elif error is None:
            reason = f"failed: {reason}"
        found.append(Note("error", reason))
    if blocked := _blocked_text(quota, style):
        found.append(Note("blocked", blocked))
    if quota.unavailable_models:
        found.append(Note("warning", f"not available now: {', '.join(map(one_line, quota.unavailable_models))}"))
    found += [Note("warning", one_line(text)) for text in dict.fromkeys((*snapshot.warnings, *quota.warnings))]
    covered = [w for w in quota.main.windows if w.exhausted] if quota.main and not quota.blockers else []
    if covered:
        found.append(Note("info", f"{period_text(covered[0])} limit is used up, credits pay for further use"))
    if (banked := quota.reset_credits or 0) > 0:
        found.append(Note("info", f"{banked} banked reset{'s' * (banked > 1)} available"))
    return found


def problem_lines(snapshot: Snapshot, style: Style) -> list[str]:
    """The notes about one account, each in one line that begins with the account's name."""
    name = one_line(snapshot.account.name)
    return [f"{name}: {note.text}" for note in notes(snapshot, style)]


def _blocked_text(quota: Quota, style: Style) -> str | None:
    if not quota.blockers:
        return None
    window, back = binding_window(quota), back_text(quota, style)
    if window is not None:
        left = window.remaining_percent
        spent = window.exhausted or (left is not None and left <= 1)
        how = "used up" if spent else f"closed by the service with {percent_text(left)} % left"
        return f"{period_text(window)} limit is {how}, {back or 'reset time unknown'}"
    text = {
        "spend": "spend limit is reached",
        "credits": "workspace credits are used up",
        "workspace": "workspace usage limit is reached",
        None: "the service says that a limit is reached, without saying which",
    }.get(quota.limited_by) or f"{limiter_text(quota)} limit is reached"
    return f"{text}, {back}" if back else text


def _local(moment: datetime, tz: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(tz)
    except (OverflowError, OSError, ValueError):  # the first and the last day of the calendar exist in some zones only
        return moment
