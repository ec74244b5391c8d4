"""The last week in a line of text: a small picture in each card of the quota page."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from codex_quota import HistoryError, Snapshot, Style

from .cards import key_of
from .chart_data import SPANS, Past, steady
from .charts import Chart, spark

BUDGET = 0.1
_SPAN = SPANS["7d"]


class Sparks:
    """Pictures of the longest usual window of each account, made once for each reading.

    The quota page must not wait for the history: it draws one, and more for *budget* seconds; the next page goes on from there.
    """

    def __init__(self, past: Past, *, budget: float = BUDGET) -> None:
        self._past = past
        self._budget = budget
        self._drawn: dict[str, tuple[object, str]] = {}

    def drawn(self, snapshots: Iterable[Snapshot], style: Style) -> dict[str, str]:
        """Markup by the key of the account's card, without those that are not drawn yet or have nothing to draw."""
        until, now = 0.0, steady(style.now, _SPAN)
        shown, found = list(snapshots), dict[str, str]()
        for gone in self._drawn.keys() - {snapshot.account.name for snapshot in shown}:
            self._drawn.pop(gone, None)
        for snapshot in shown:
            name = snapshot.account.name
            made_of = (snapshot.account, snapshot.fetched_at, now, style.show)
            if self._drawn.get(name, ("", ""))[0] != made_of and (not until or monotonic() < until):
                until = until or monotonic() + self._budget
                self._drawn[name] = (made_of, self._draw(snapshot, style))
            if drawn := self._drawn.get(name, ("", ""))[1]:
                found[key_of(name)] = drawn
        return found

    def _draw(self, snapshot: Snapshot, style: Style) -> str:
        quota = snapshot.quota
        window = (quota.weekly or quota.monthly) if quota is not None else None
        if window is None:
            return ""
        try:
            line = self._past.line(snapshot, window, _SPAN, style.now)
        except HistoryError:  # which the page of charts tells
            return ""
        if sum(map(len, line.parts)) < 2:
            return ""
        return spark(Chart(begin=style.now - _SPAN, now=style.now, end=style.now, line=line), style)
