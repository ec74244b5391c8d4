"""Moments and lengths in words for people; part of the public room ``wording``, where everything here can be found too.

Moments are aware datetimes, a zone of None is the local one; *say* translates a message, English when it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from .interfaces import Say, Style, as_written

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOTHING = timedelta(0)


def countdown(delta: timedelta, say: Say = as_written) -> str:
    """A length in one or two units, rounded down: "24d", "4d 5h", "3h 28m", "12m", "<1m", and "now" when nothing is left."""
    if delta <= _NOTHING:
        return say("now")
    minutes, hours, days = delta.seconds // 60 % 60, delta.seconds // 3600, delta.days
    if days:
        text = say("{days}d {hours}h") if hours and days < 10 else say("{days}d")
    elif hours:
        text = say("{hours}h {minutes}m") if minutes else say("{hours}h")
    else:
        text = say("{minutes}m") if minutes else say("<1m")
    return text.format(days=days, hours=hours, minutes=minutes)


def age_text(delta: timedelta, say: Say = as_written) -> str:
    """How old something is, in one unit: "12m old", "3h old", "4d old"."""
    minutes = max(0, delta // timedelta(minutes=1))
    if minutes < 1:
        return say("<1m old")
    if minutes < 120:
        return say("{minutes}m old").format(minutes=minutes)
    if minutes < 48 * 60:
        return say("{hours}h old").format(hours=minutes // 60)
    return say("{days}d old").format(days=minutes // 1440)


def clock(moment: datetime, now: datetime, tz: tzinfo | None, say: Say = as_written) -> str:
    """A moment as a clock shows it: "15:32" today, "Thu 18:00" in the next six days, else "17 Dec 18:00", with a foreign year."""
    there, here = _local(moment, tz), _local(now, tz)
    time = f"{there.hour:02}:{there.minute:02}"
    days = (there.date() - here.date()).days
    if days == 0:
        return time
    if 0 < days <= 6:
        return say("{weekday} {time}").format(weekday=say(_DAYS[there.weekday()]), time=time)
    text = say("{day} {month} {time}") if there.year == here.year else say("{day} {month} {year} {time}")
    return text.format(day=there.day, month=say(_MONTHS[there.month - 1]), year=there.year, time=time)


def moment_text(moment: datetime, style: Style) -> str:
    """A coming moment as the style wants it: "Thu 18:00", "in 4d 5h" or "Thu 18:00 (4d 5h)"."""
    say, come = style.say, moment <= style.now
    left = countdown(moment - style.now, say)
    if style.time == "countdown":
        return left if come else say("in {left}").format(left=left)
    shown = clock(moment, style.now, style.tz, say)
    if style.time == "clock":
        return shown
    return (say("{clock} (now)") if come else say("{clock} ({left})")).format(clock=shown, left=left)


def local_zone(environ: Mapping[str, str]) -> tzinfo:
    """The local zone with its changes of the clock: the one that ``TZ`` in *environ* names, else this machine's.

    Where neither has a name it is today's distance from UTC.
    """
    from pathlib import Path
    from zoneinfo import ZoneInfo

    _, found, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    for named in (environ.get("TZ", "").removeprefix(":"), name if found else ""):
        with suppress(OSError, ValueError, KeyError):
            return ZoneInfo(named)
    return datetime.now().astimezone().tzinfo or UTC


def is_today(moment: datetime, style: Style) -> bool:
    """True when *moment* lies on the style's own day, so that a clock shows nothing but the time."""
    return _local(moment, style.tz).date() == _local(style.now, style.tz).date()


def _local(moment: datetime, tz: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(tz)
    except (OverflowError, OSError, ValueError):  # the first and the last day of the calendar exist in some zones only
        return moment
