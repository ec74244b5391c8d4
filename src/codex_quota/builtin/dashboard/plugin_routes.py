"""The routes that plugins add."""

from __future__ import annotations

from functools import partial

from bottle import Bottle, HTTPError, HTTPResponse, request

import codex_quota
from codex_quota import Route, RouteAnswer, RouteRequest

from .answers import ready, reply
from .board import Board
from .pages import this_visitor

_SECRET = {"authorization", "cookie", "proxy-authorization"}


def add_plugin_routes(app: Bottle, board: Board) -> None:
    """Mount every route that plugins offer; one whose path is the dashboard's own, or another's, is a problem on the board."""
    for route in board.client.catalogue.routes.values():
        if _is_taken(app, route.path):
            board.problem(
                f"route {route.name}", f"the route {route.name} of a plugin is left out: its path {route.path} is taken"
            )
        else:
            app.route(route.path, "GET", partial(_answer, route, board))


def _is_taken(app: Bottle, path: str) -> bool:
    if path.split("/")[1] in ("auth", "static"):  # what needs no token even when everything does
        return True
    try:
        app.match({"PATH_INFO": path, "REQUEST_METHOD": "GET"})
    except HTTPError:
        return False
    return True


def _answer(route: Route, board: Board) -> HTTPResponse:
    """What *route* answers; it sees no more of the results than the visitor."""
    visitor, client, results = this_visitor(), board.client, board.results()
    document = results.json_full if visitor.admin else results.json
    answer = route.answer(
        RouteRequest(
            snapshots=tuple(codex_quota.load_results(document.decode())),
            now=client.now(),
            options=client.options,
            admin=visitor.admin,
            query=dict(request.query.decode().items()),
            headers={name.lower(): value for name, value in request.headers.items() if name.lower() not in _SECRET},
            requests=client.requests,
            base=visitor.base,
        )
    )
    if not isinstance(answer, RouteAnswer):
        raise TypeError(f"the route {route.name} gave {type(answer).__name__}, not a RouteAnswer")
    accepted = {"HTTP_ACCEPT_ENCODING": request.get_header("Accept-Encoding", "")}
    body, _, headers = reply(ready(answer.body, answer.content_type), accepted, cache="no-store")
    return HTTPResponse(body, answer.status, headers)
