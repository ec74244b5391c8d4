"""A pace in words for people, in the conventions of ``codex_quota.wording``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING

from ..times import clock, countdown, is_today
from .records import Pace

if TYPE_CHECKING:
    from ..interfaces import Style

_REASONS = {
    "no_figure": "no figure to go by",
    "not_started": "not started",
    "exhausted": "used up",
    "no_reset_time": "reset time unknown",
    "no_length": "window length unknown",
    "reset_passed": "reset since",
    "too_early": "too early to say",
}
_SECOND = timedelta(seconds=1)


def forecast_text(pace: Pace, style: Style) -> str:
    """What will become of a window, or why nobody can tell.

    "runs out Tue 14:10 (12:30–17:00), 9h before the reset", "lasts; about 62 % used at the reset (50–75 %)", "too early to say".
    Percent used or left is as the style wants it; a countdown takes the place of clock times where it wants that.
    """
    say = style.say
    if pace.percent_at_reset is None or pace.percent_between is None or pace.resets_at is None:
        return say(_REASONS[pace.reason]) if pace.reason is not None else ""
    if pace.exhausts_at is not None:
        left = countdown(max(_SECOND, pace.resets_at - pace.exhausts_at), say)
        text = say("runs out {when} ({span}), {left} before the reset")
        return text.format(when=_when(pace.exhausts_at, style), span=_time_span(pace, style), left=left)
    low, high = floor(pace.percent_between[0]), ceil(pace.percent_between[1])
    high = high if pace.exhausts_between is not None else min(99, high)
    if style.show == "left":
        text = say("about {percent} % left at the reset ({span} %)")
        low, high = 100 - high, 100 - low
    else:
        text = say("about {percent} % used at the reset ({span} %)")
    text = text.format(percent=_percent(pace, style), span=_span(f"{low}", f"{high}", style))
    if pace.exhausts_between is None:
        return say("lasts; {forecast}").format(forecast=text)
    when = _when(pace.exhausts_between[0], style)
    return say("may run out, {when} at the earliest; {forecast}").format(when=when, forecast=text)


def short_text(pace: Pace, style: Style) -> str:
    """``forecast_text`` where there is little room: "out Tue 14:10", "62 % at reset", "too early to say"."""
    if pace.percent_at_reset is None:
        return forecast_text(pace, style)
    if pace.exhausts_at is not None:
        return style.say("out {when}").format(when=_when(pace.exhausts_at, style))
    return style.say("{percent} % at reset").format(percent=_percent(pace, style))


def even_text(pace: Pace, style: Style) -> str:
    """How far use is from even use: "12 points ahead of even use", "3 points behind even use"; empty when that is not known."""
    if pace.ahead_points is None:
        return ""
    points = round(pace.ahead_points)
    if points == 0:
        return style.say("even use")
    if abs(points) == 1:
        return style.say("1 point ahead of even use") if points > 0 else style.say("1 point behind even use")
    text = style.say("{points} points ahead of even use") if points > 0 else style.say("{points} points behind even use")
    return text.format(points=abs(points))


def _percent(pace: Pace, style: Style) -> str:
    """Percent at the reset in whole numbers; one that lasts does not end at "100 % used"."""
    used = min(99, round(pace.percent_at_reset or 0))
    return f"{100 - used if style.show == 'left' else used}"


def _when(moment: datetime, style: Style) -> str:
    if style.time != "countdown":
        return clock(moment, style.now, style.tz, style.say)
    left = countdown(moment - style.now, style.say)
    return left if moment <= style.now else style.say("in {left}").format(left=left)


def _time_span(pace: Pace, style: Style) -> str:
    """The interval around a moment: bounds on the moment's own day are told by their times, else each by its day too."""
    if pace.exhausts_at is None or pace.exhausts_between is None:
        return ""
    earliest, latest = pace.exhausts_between
    there = replace(style, now=pace.exhausts_at)
    own_day = all(is_today(moment, there) for moment in pace.exhausts_between if moment is not None)

    def bound(moment: datetime) -> str:
        if style.time == "countdown":
            return countdown(moment - style.now, style.say)
        if own_day:
            return clock(moment, there.now, style.tz, style.say)
        return clock(moment, style.now - timedelta(days=is_today(moment, style)), style.tz, style.say)

    if latest is None:
        return style.say("{time} or later").format(time=bound(earliest))
    return _span(bound(earliest), bound(latest), style)


def _span(first: str, last: str, style: Style) -> str:
    return f"{first}{'–' if style.unicode else '-'}{last}"
