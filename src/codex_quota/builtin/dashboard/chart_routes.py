"""``GET /charts``: made once a minute for all who see the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bottle import Bottle, HTTPResponse, request

from .answers import Kept, Ready, ready, send
from .board import Board
from .board_page import ZONE_COOKIE, style_for
from .chart_data import Past
from .chart_page import ChartChoices, live_charts, whole_charts
from .pages import this_language, this_visitor
from .reading_routes import HTML, PAGE_VARIES, no_such_account
from .settings import Settings


class ChartRoutes:
    """The charts of one board's accounts."""

    def __init__(self, board: Board, settings: Settings, past: Past) -> None:
        self._board = board
        self._settings = settings
        self._past = past
        self._kept = Kept[Ready]()

    def add_to(self, app: Bottle) -> None:
        """Mount the route."""
        app.route("/charts", "GET", self.page)

    def page(self) -> HTTPResponse:
        """``GET /charts``: HTML, or its living part (``?fragment=1``)."""
        settings, visitor, language, results = self._settings, this_visitor(), this_language(), self._board.results()
        choices, now = ChartChoices.of(request.query.decode()), _minute(self._board.client.now())
        if choices.account and all(choices.account != one.account.name for one in results.snapshots):
            raise no_such_account(choices.account, results.snapshots)
        style = replace(style_for(settings, language, now, request.get_cookie(ZONE_COOKIE) or ""), emails=False)
        make = live_charts if request.query.get("fragment") else whole_charts
        key = (make.__name__, results.version, now, choices, visitor.base, language.code, str(style.tz))
        answer = self._kept.get(key, lambda: ready(make(results, self._past, style, choices, visitor, language, settings), HTML))
        return send(answer, vary=PAGE_VARIES)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
