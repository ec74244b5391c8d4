"""The dashboard as one WSGI application: routes, guarded, with errors in the form that the client reads."""

from __future__ import annotations

import json
from collections.abc import Callable

from bottle import Bottle, HTTPError, request, response

from .account_files import AccountFiles
from .account_routes import add_account_routes
from .board import Board
from .chart_routes import ChartRoutes
from .checks import Environ, wants_json
from .gate import Gate, Guarded, Refusal, Visitor
from .language import Language, choose
from .pages import render, this_language, this_visitor
from .plain_text import wants_text
from .plugin_routes import add_plugin_routes
from .reading_routes import ReadingRoutes
from .settings import Settings

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "too_many_requests"}


def make_app(
    board: Board, settings: Settings, gate: Gate, files: AccountFiles, log: Callable[[str], None] | None = None
) -> Guarded:
    """The WSGI application; *board* gives the figures, *gate* decides who may enter, *files* are the accounts managed."""
    reading = ReadingRoutes(board, settings)
    app = make_routes(reading, board, settings, gate, files)

    def refusal_page(environ: Environ, refusal: Refusal) -> str:
        language = choose(environ.get("HTTP_ACCEPT_LANGUAGE"))
        heading, hint = (language.say(text, **refusal.values) for text in (refusal.text, refusal.hint))
        visitor = Visitor(base=refusal.base)
        return render("error", visitor, language, settings, status=refusal.status, heading=heading, hint=hint)

    return Guarded(reading.before(app), gate, page=refusal_page, log=log)


def make_routes(reading: ReadingRoutes, board: Board, settings: Settings, gate: Gate, files: AccountFiles) -> Bottle:
    """The Bottle application with every route, not guarded yet."""
    app = Bottle()
    app.catchall = False  # Guarded logs what goes wrong without the texts that Bottle would write
    app.config["codex_quota.settings"] = settings
    app.default_error_handler = _error
    reading.add_to(app)
    ChartRoutes(board, settings, reading.past).add_to(app)
    add_account_routes(app, board=board, settings=settings, gate=gate, files=files)
    add_plugin_routes(app, board)
    return app


def _error(error: HTTPError) -> str:
    """The body of an error: JSON below ``/api`` and where it was asked for, a line of text for curl, else a small page."""
    language, status = this_language(), error.status_code
    message, hint = _explained(error, language)
    response.set_header("Cache-Control", "no-store")
    if status == 405 and "GET" in error.get_header("Allow", ""):
        response.set_header("Allow", error.get_header("Allow") + ",HEAD")
    if wants_json(request.environ, request.environ["PATH_INFO"]):
        response.content_type = "application/json"
        told = {"code": _CODES.get(status, "refused"), "message": message, "hint": hint}
        return json.dumps({"error": told}, ensure_ascii=False)
    if wants_text(request.headers.get("Accept", ""), request.headers.get("User-Agent", "")):
        response.content_type = "text/plain; charset=utf-8"
        return f"{message} {hint}".rstrip() + "\n"
    response.content_type = "text/html; charset=utf-8"
    settings = request.app.config["codex_quota.settings"]
    return render("error", this_visitor(), language, settings, status=status, heading=message, hint=hint)


def _explained(error: HTTPError, language: Language) -> tuple[str, str]:
    """The sentences of a refusal; Bottle's own errors, which have no hint, get sentences here."""
    if hasattr(error, "hint"):
        return str(error.body), error.hint
    if error.status_code == 404:
        return language.say("There is no such page."), language.say("Check the address.")
    if error.status_code == 405:
        return language.say("This address does not take {method}.", method=request.method), ""
    return language.say("The request cannot be understood."), ""
