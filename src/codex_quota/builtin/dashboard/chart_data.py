"""What the charts of an account are made of: its history, its present figures, and the forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Self

from codex_quota import Client, Snapshot, UsageError, Window
from codex_quota.wording import is_waiting, limit_text, local_zone, ordered_windows

from .answers import Kept
from .chart_axes import DAY, HOUR, stretches_between
from .chart_lines import Line, line_of, lowest, pauses_of, within
from .charts import Chart

if TYPE_CHECKING:
    from codex_quota.history import History, Reading
    from codex_quota.pace import Observation, Working

    from .board import Board
    from .settings import Settings

SPANS = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
# More cycles than this leave no room for each of them on a phone.
MOST_CYCLES = 48
# A page of accounts in each span, and some accounts alone.
MOST_DRAWN = 60
_LONGEST = 3 * HOUR
_MARGIN = 0.025
_STEPS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowChart:
    """The chart of one window; ``window`` as it was seen last, ``current`` False when the account does not have it any more.

    ``whole`` is the line, of which the chart may show less; ``number`` tells windows apart that are called the same.
    """

    window: Window
    current: bool
    chart: Chart
    whole: Line
    number: int = 0

    @property
    def is_daily(self) -> bool:
        """True when the chart shows the least of each day, because the window began anew too often for a line."""
        return self.chart.line is not self.whole


def steady(now: datetime, span: timedelta) -> datetime:
    """*now*, or a moment so little before it that nobody sees that on a chart over *span*, which so may serve for a while."""
    return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % (span / 288)


class Past:
    """Draws on the history that a client's options ask for, once for each reading; usable from many threads.

    ``is_off`` when there shall be none, ``trouble`` is what is wrong with how it was asked for.
    """

    @classmethod
    def of(cls, board: Board, settings: Settings) -> Self:
        """The past of that board's accounts."""
        return cls(board.client, interval=settings.interval, utc=settings.utc)

    def __init__(self, client: Client, *, interval: timedelta, utc: bool) -> None:
        from codex_quota.history import SETTINGS, History, working_time

        environ = client.options.environ
        self.trouble: UsageError | None = None
        self._history: History | None = None
        self._working: Working | None = None
        self._longest = (max(_LONGEST, 2.5 * interval), 3 * DAY)
        self._daily = 180 * DAY
        self._drawn = Kept[list[WindowChart]](MOST_DRAWN)
        try:
            self._history = History.of(client.options)
            self._working = working_time(environ, UTC if utc else local_zone(environ))
            daily = next(option for option in SETTINGS if option.flag == "--history-daily-after")
            self._daily = timedelta(seconds=daily.value(environ))
        except UsageError as error:
            self.trouble = error
        self.is_off = self._history is None and self.trouble is None

    def charts(
        self, snapshot: Snapshot, span: timedelta, now: datetime, *, tz: tzinfo | None, every_limit: bool
    ) -> list[WindowChart]:
        """A chart of each window that *snapshot* has or had within *span* before *now* (aware), the main limit's first.

        Days are those of *tz*; what is now on the chart may be older than *now* by less than anybody can see.
        Raises ``HistoryError``.
        """
        error, drawn_at = snapshot.error.code if snapshot.error is not None else None, steady(now, span)
        key = (snapshot.account, snapshot.fetched_at, error, span, drawn_at, str(tz), every_limit)
        return self._drawn.get(key, lambda: list(self._charts(snapshot, span, now, tz, every_limit)))

    def _charts(
        self, snapshot: Snapshot, span: timedelta, now: datetime, tz: tzinfo | None, every_limit: bool
    ) -> Iterator[WindowChart]:
        readings = self._readings(snapshot, span, now)
        now = max([steady(now, span), *(reading.at for reading in readings[-1:])])
        begin = now - span
        pauses = [pause for pause in pauses_of(readings, now, self.longest(now)) if pause.end > begin]
        for (_, number), window, observations in _windows(snapshot, readings, begin):
            if limit_text(window) and not every_limit:
                continue
            recent = [one for one in observations if one.at >= begin - DAY]
            quota = snapshot.quota
            current = quota is not None and any(window is one for one in quota.windows)
            blocked = quota is not None and is_waiting(window, quota)
            whole = within(line_of(recent, now, self.longest(now)), begin, now)
            often = window.length is not None and span > MOST_CYCLES * window.length
            line = lowest(whole, stretches_between(begin, now, DAY, tz)) if often else whole
            chart = Chart(begin=begin, now=now, end=now, line=line, pauses=pauses)
            chart = self._ahead(chart, observations if current else (), blocked=blocked)
            yield WindowChart(window=window, current=current, chart=chart, whole=whole, number=number)

    def line(self, snapshot: Snapshot, window: Window, span: timedelta, now: datetime) -> Line:
        """The line of one *window* over *span* before *now*; raises ``HistoryError``."""
        begin = now - span
        found = _windows(snapshot, self._read(snapshot, begin - DAY, now), begin)
        observations = next((made for _, one, made in found if one is window), [])
        return within(line_of(observations, now, self.longest(now)), begin, now)

    def longest(self, now: datetime) -> _Longest:
        """How long nothing may be read before the line breaks, by the moment: old readings are thinned out."""
        return _Longest(now - self._daily, *self._longest)

    def _ahead(self, chart: Chart, observations: Sequence[Observation], *, blocked: bool) -> Chart:
        """*chart* with what comes after now: up to the reset, if that is not further away than what lies behind.

        What is left is not used while something else blocks the account, so nothing is to be expected then.
        """
        from codex_quota.pace import ConePoint, cone

        span = chart.now - chart.begin
        last = observations[-1] if observations else None
        reset = last.resets_at if last is not None and last.started is not False else None
        if last is None or reset is None or reset <= chart.now:
            return replace(chart, end=chart.now + span * _MARGIN)
        end = chart.now + min(reset - chart.now + span * _MARGIN, span)
        if blocked:
            return replace(chart, end=end, resets_at=reset)
        if last.used_percent is not None and last.used_percent >= 100:
            spent = tuple(ConePoint(at=at, low=100, percent=100, high=100) for at in (last.at, reset))
            return replace(chart, end=end, resets_at=reset, cone=spent)
        steps = min(10 * _STEPS, round(_STEPS * max(1.0, (reset - last.at) / (end - last.at))))
        return replace(chart, end=end, resets_at=reset, cone=cone(observations, last.at, self._working, steps=steps))

    def _readings(self, snapshot: Snapshot, span: timedelta, now: datetime) -> list[Reading]:
        """What is known of the account for as long as it matters, the present figures included."""
        from codex_quota.history import reach

        windows = snapshot.quota.windows if snapshot.quota is not None else ()
        return self._read(snapshot, now - max(span + DAY, reach(windows)), now)

    def _read(self, snapshot: Snapshot, since: datetime, now: datetime) -> list[Reading]:
        """The history up to *now* and the present figures; what is later than both was written by a clock that was wrong."""
        from codex_quota.history import Reading

        at, quota = snapshot.fetched_at, snapshot.quota
        until = now if at is None else max(now, at)
        found = self._history.readings(snapshot.account, since=since, until=until) if self._history is not None else []
        if at is not None and quota is not None and (not found or found[-1].at < at.replace(microsecond=0)):
            found.append(Reading(account=snapshot.account.name, at=at, windows=quota.windows))
        return found


@dataclass(frozen=True, slots=True)
class _Longest:
    daily_before: datetime
    usual: timedelta
    daily: timedelta

    def __call__(self, moment: datetime) -> timedelta:
        return max(self.usual, self.daily) if moment < self.daily_before else self.usual


_Key = tuple[tuple[str, str, str], int]


def _windows(
    snapshot: Snapshot, readings: Sequence[Reading], begin: datetime
) -> Iterator[tuple[_Key, Window, list[Observation]]]:
    """Each window of the account with its observations: those it has now in the usual order, then those it had since *begin*.

    One that was in a single answer only was a mistake of the service.
    """
    from codex_quota.history import numbered
    from codex_quota.pace import observation_of

    seen: dict[_Key, list[Observation]] = {}
    had: dict[_Key, Window] = {}
    for reading in readings:
        for key, window in numbered(reading.windows):
            seen.setdefault(key, []).append(observation_of(window, reading.at))
            if reading.at >= begin:
                had[key] = window
    quota = snapshot.quota
    known = {id(window): key for key, window in numbered(quota.windows)} if quota is not None else {}
    for window in ordered_windows(quota) if quota is not None else []:
        yield known[id(window)], window, seen.get(known[id(window)], [])
    for key, window in had.items():
        if key not in known.values() and sum(one.at >= begin for one in seen[key]) > 1:
            yield key, window, seen[key]
