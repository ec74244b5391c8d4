"""Charts as SVG, made of shapes and words alone: colours belong to the style sheet. Pure.

Shapes lie in an inner picture that is stretched to whatever room there is, strokes are not; words, and what must keep its form,
stand beside it at percentages of the width. So a chart fits a phone and its words stay as large as those around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from codex_quota import Style
from codex_quota.pace import ConePoint
from codex_quota.wording import clock

from .chart_axes import marks
from .chart_lines import Line, Pause, Point, Reset

MOST_RESETS = 40
LEGEND = ("line", "expected", "cone", "reset", "early", "pause", "failed")
_WIDTH, _FULL = 1000, 100.0
_NEAR_THE_END = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What to draw of one window: the axis from ``begin`` to ``end`` (aware) with ``now`` on it, and what lies along it.

    ``cone`` is what will be used up to ``resets_at``, empty where nobody can tell; both may reach beyond ``end``.
    """

    begin: datetime
    now: datetime
    end: datetime
    line: Line
    pauses: Sequence[Pause] = ()
    cone: Sequence[ConePoint] = ()
    resets_at: datetime | None = None

    def place(self, moment: datetime) -> float:
        """Where *moment* lies, 0 at the left and 1 at the right."""
        return min(1.0, max(0.0, (moment - self.begin) / (self.end - self.begin)))


def picture(chart: Chart, style: Style, label: str) -> str:
    """*chart* as markup, called *label*; it shows what is left or used, as the style wants it."""
    say = style.say
    coming = chart.resets_at if chart.resets_at is not None and chart.now < chart.resets_at <= chart.end else None
    resets = chart.line.resets if len(chart.line.resets) <= MOST_RESETS else ()
    parts = [
        f'<svg class="chart" role="img" aria-label="{escape(label)}">',
        *(_pause(chart, pause, style) for pause in chart.pauses if pause.end > chart.begin and pause.begin < chart.end),
        *(_level(percent) for percent in (100, 50, 0)),
        *_axis(chart, style),
        f'<svg viewBox="0 0 {_WIDTH} 100" preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true">',
        *_shapes(chart, style),
        "</svg>",
        *(_reset(chart, reset, style) for reset in resets),
        "" if coming is None else _upright(chart, coming, "coming", say("resets {when}").format(when=_when(coming, style))),
        f'<line class="now" x1="{_x(chart, chart.now)}" x2="{_x(chart, chart.now)}" y1="0" y2="100%"/>',
        f'<text class="now" x="{_x(chart, chart.now)}" y="-7" text-anchor="middle">{escape(say("now"))}</text>',
        "</svg>",
    ]
    return "".join(parts)


def spark(chart: Chart, style: Style) -> str:
    """*chart* in a line of text: the line alone, without words."""
    drawn = "".join(_part(chart, part, style) for part in chart.line.parts)
    box = f'viewBox="0 0 {_WIDTH} 100" preserveAspectRatio="none"'
    return f'<svg class="spark" {box} aria-hidden="true">{drawn}</svg>'


def _pause(chart: Chart, pause: Pause, style: Style) -> str:
    """A time from which nothing is known, as a shaded field."""
    left, right = chart.place(pause.begin), chart.place(pause.end)
    kind, say = "pause" if pause.error is None else "failed", style.say
    told = say("nothing read") if pause.error is None else say("not read: {error}").format(error=pause.error)
    title = escape(f"{told}, {_when(pause.begin, style)} – {_when(pause.end, style)}")
    shape = f'x="{left:.2%}" width="{right - left:.2%}" height="100%"'
    return f'<rect class="{kind}" {shape} fill="url(#{kind})"><title>{title}</title></rect>'


def _level(percent: int) -> str:
    y = f"{100 - percent}%"
    text = f'<text x="-8" y="{y}" dy=".32em" text-anchor="end">{percent}%</text>'
    return f'<line class="level" x1="0" x2="100%" y1="{y}" y2="{y}"/>{text}'


def _axis(chart: Chart, style: Style) -> Iterable[str]:
    for mark in marks(chart.begin, chart.end, style):
        x = _x(chart, mark.at)
        kind = ' class="minor"' if mark.minor else ""
        # the words may stand out a little, as at the other marks, but not beyond the panel's edge
        anchor = 'text-anchor="end" dx="1.2em"' if chart.place(mark.at) > _NEAR_THE_END else 'text-anchor="middle"'
        yield f'<g{kind}><line class="tick" x1="{x}" x2="{x}" y1="0" y2="100%"/>'
        yield f'<text x="{x}" y="100%" dy="1.75em" {anchor}>{escape(mark.text)}</text></g>'


def _shapes(chart: Chart, style: Style) -> Iterable[str]:
    cone = _until(chart.cone, chart.end)
    if len(cone) > 1:
        upper = [Point(point.at, point.high) for point in cone]
        lower = [Point(point.at, point.low) for point in reversed(cone)]
        yield f'<path class="cone" d="{_path(chart, [*upper, *lower], style)}z"/>'
        yield f'<path class="expected" d="{_path(chart, [Point(point.at, point.percent) for point in cone], style)}"/>'
    for part in chart.line.parts:
        yield _part(chart, part, style)


def _until(cone: Sequence[ConePoint], end: datetime) -> list[ConePoint]:
    """*cone* up to *end*, where it is cut off."""
    found = [point for point in cone if point.at <= end]
    if not 0 < len(found) < len(cone):
        return found
    before, after = found[-1], cone[len(found)]
    share = (end - before.at) / (after.at - before.at)
    low, percent, high = (
        then + (later - then) * share
        for then, later in zip((before.low, before.percent, before.high), (after.low, after.percent, after.high), strict=True)
    )
    return [*found, ConePoint(at=end, low=low, percent=percent, high=high)]


def _part(chart: Chart, part: Sequence[Point], style: Style) -> str:
    path = _path(chart, part, style)
    if len(part) == 1:
        return f'<path class="line dot" d="{path}h0"/>'
    first, last = (round(chart.place(point.at) * _WIDTH, 1) for point in (part[0], part[-1]))
    return f'<path class="area" d="{path}L{last:g} 100L{first:g} 100z"/><path class="line" d="{path}"/>'


def _path(chart: Chart, points: Iterable[Point], style: Style) -> str:
    """A path through *points*: 0 % lies at the bottom, 100 % at the top, nothing beyond."""
    found = []
    for point in points:
        used = min(_FULL, max(0.0, point.used))
        y = used if style.show == "left" else _FULL - used
        found.append(f"{chart.place(point.at) * _WIDTH:.1f} {y:.1f}".replace(".0 ", " ").removesuffix(".0"))
    return "M" + "L".join(found)


def _reset(chart: Chart, reset: Reset, style: Style) -> str:
    say = style.say
    text = say("reset early, {when}") if reset.early else say("reset {when}")
    return _upright(chart, reset.at, "early" if reset.early else "reset", text.format(when=_when(reset.at, style)))


def _upright(chart: Chart, moment: datetime, kind: str, title: str) -> str:
    """A line across, with a mark at its foot that is open for a reset that came early or is still to come."""
    shape = "full" if kind == "reset" else "open"
    foot = f'<svg class="foot" y="100%"><path class="{shape}" d="M0 1l4 6.5h-8z"/></svg>'
    inner = f'<title>{escape(title)}</title><line y2="100%"/>{foot}'
    return f'<svg class="mark {kind}" x="{_x(chart, moment)}" height="100%" aria-hidden="true">{inner}</svg>'


def _x(chart: Chart, moment: datetime) -> str:
    return f"{chart.place(moment):.2%}"


def _when(moment: datetime, style: Style) -> str:
    return clock(moment, style.now, style.tz, style.say)
