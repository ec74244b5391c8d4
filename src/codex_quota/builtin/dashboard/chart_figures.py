"""One window's chart with the same in words, and as a table. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from codex_quota import Snapshot, Style
from codex_quota.pace import Pace, even_text, forecast_text
from codex_quota.wording import (
    clock,
    is_waiting,
    level,
    limit_text,
    moment_text,
    percent_text,
    period_text,
    reset_moment,
    reset_text,
)

from .cards import key_of
from .chart_axes import stretches_between
from .chart_data import WindowChart
from .chart_lines import Reset, Stretch, stretches
from .charts import picture

_TOO_SHORT_TO_SEE = 0.02
_SAID_BY_THE_RESET = ("not_started", "exhausted", "reset_passed", "no_reset_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table beside a chart: ``at_end`` and ``extreme`` are percent left, or used where the style shows that."""

    time: str
    at_end: str
    extreme: str
    remarks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One window: a chart and the same in words; ``moment`` is the one that ``reset`` tells, ``number`` is empty for the past."""

    key: str
    limit: str
    period: str
    number: str
    tone: str
    reset: str
    moment: datetime | None
    forecast: str
    even: str
    drawn: str
    hint: str
    rows: tuple[Row, ...]


def figure(snapshot: Snapshot, made: WindowChart, span: str, step: timedelta, style: Style) -> Figure:
    """What to show of one window of *snapshot*; *span* says how far back the chart goes, *step* is the table's."""
    window, say, quota = made.window, style.say, snapshot.quota
    limit, period = limit_text(window), period_text(window, say)
    label = say("Chart of {window} over {span}; the table below has its figures.")
    number, tone, moment, pace = "", "unknown", None, None
    reset = say("not known now") if quota is None else say("not offered any more")
    if quota is not None and made.current:
        number = percent_text(window.used_percent if style.show == "used" else window.remaining_percent)
        tone = level(window.remaining_percent)
        pace = None if is_waiting(window, quota) else window.pace
        reset, moment = reset_text(window, quota, style), reset_moment(window, quota)
        if moment is not None and reset == moment_text(moment, style):
            reset = say("resets {when}").format(when=reset)
    return Figure(
        key=key_of("/".join((snapshot.account.name, window.limit, window.name, window.label, str(made.number)))),
        limit=limit,
        period=period,
        number=number,
        tone=tone,
        reset=reset,
        moment=moment,
        forecast=_forecast(pace, style),
        even=even_text(pace, style) if pace is not None else "",
        drawn=picture(made.chart, style, label.format(window=f"{limit} {period}".strip(), span=span)),
        hint=_hint(made, style),
        rows=_rows(made, step, style),
    )


def _forecast(pace: Pace | None, style: Style) -> str:
    return "" if pace is None or pace.reason in _SAID_BY_THE_RESET else forecast_text(pace, style)


def _hint(made: WindowChart, style: Style) -> str:
    say, chart = style.say, made.chart
    parts, shortest = made.whole.parts, (chart.end - chart.begin) * _TOO_SHORT_TO_SEE
    if len(parts) < 2 and all(part[-1].at - part[0].at < shortest for part in parts):
        return say("The line begins here and grows with every reading.")
    if not made.is_daily:
        return ""
    return say("The line shows the most of each day.") if style.show == "used" else say("The line shows the least of each day.")


def _rows(made: WindowChart, step: timedelta, style: Style) -> tuple[Row, ...]:
    chart = made.chart
    moments = stretches_between(chart.begin, chart.now, step, style.tz)
    return tuple(_row(stretch, style) for stretch in stretches(made.whole, chart.pauses, moments))


def _row(stretch: Stretch, style: Style) -> Row:
    say = style.say
    remarks = [_reset(reset, stretch.begin, style) for reset in stretch.resets]
    for pause in stretch.pauses:
        remarks.append(say("nothing read") if pause.error is None else say("not read: {error}").format(error=pause.error))
    return Row(
        time=clock(stretch.begin, style.now, style.tz, say),
        at_end=_percent(stretch.used, style),
        extreme=_percent(stretch.most, style),
        remarks=say(", ").join(dict.fromkeys(remarks)),
    )


def _reset(reset: Reset, begin: datetime, style: Style) -> str:
    """When the window began anew, by the time alone on the day of *begin*."""
    text = style.say("reset early, {when}") if reset.early else style.say("reset {when}")
    return text.format(when=clock(reset.at, begin, style.tz, style.say))


def _percent(used: float | None, style: Style) -> str:
    shown = used if used is None or style.show == "used" else max(0.0, 100 - used)
    return "-" if shown is None else f"{shown:.0f}%"
