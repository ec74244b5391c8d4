"""The routes that only read: the page, the results in every format, refresh and health."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from bottle import Bottle, HTTPError, HTTPResponse, request

import codex_quota
from codex_quota import Snapshot, Style, sort_snapshots

from .answers import Kept, Ready, ready, reply, send
from .board import Board, Refresh, Results
from .board_page import ZONE_COOKIE, bucket, live_part, style_for, whole_page
from .chart_data import Past
from .checks import wants_json
from .choices import Choices
from .openapi import openapi_document
from .pages import link, refusal, this_language, this_visitor
from .plain_text import WIDTH, text_page, wants_text
from .settings import Settings
from .sparks import Sparks
from .static_files import serve_static

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

REFRESH_SECONDS = 3.0
MOST_WAITING = 3
HTML, TEXT, JSON = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json"
PAGE_VARIES = "Accept, Accept-Language, Authorization, Cookie, User-Agent"
_API_VARIES = "Authorization, Cookie"


class ReadingRoutes:
    """Answers about one board; what several visitors may see alike is made once."""

    def __init__(self, board: Board, settings: Settings) -> None:
        self._board = board
        self._settings = settings
        self.past = Past.of(board, settings)
        self._sparks = Sparks(self.past)
        self._kept = Kept[Ready]()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def add_to(self, app: Bottle) -> None:
        """Mount every route."""
        app.route("/", "GET", self.page)
        app.route("/static/<file>", "GET", serve_static)
        app.route("/refresh", ["GET", "POST"], self.refresh)
        app.route("/healthz", "GET", self.health)
        app.route("/api/results", "GET", self.results)
        app.route("/api/results.<name>", "GET", self.formatted)
        app.route("/api/openapi.json", "GET", self.openapi)

    def page(self) -> HTTPResponse:
        """``GET /``: HTML, its living part (``?fragment=1``), or plain text for programs that show text."""
        settings, visitor, language, results = self._settings, this_visitor(), this_language(), self._board.results()
        choices, now = Choices.of(request.query.decode()), bucket(self._board.client.now())
        style = style_for(settings, language, now, request.get_cookie(ZONE_COOKIE) or "")
        if wants_text(request.headers.get("Accept", ""), request.headers.get("User-Agent", "")):
            kind, make = TEXT, lambda: ready(self._text(results, style, choices), TEXT)
        else:
            render = live_part if request.query.get("fragment") else whole_page
            shown = (results, style, choices, visitor, language, settings, self._sparks)
            kind, make = render.__name__, lambda: ready(render(*shown), HTML)
        what = (kind, results.version, results.refreshing, results.problems, now, choices)
        whom = (visitor.admin, visitor.base, language.code, str(style.tz))
        return send(self._kept.get((what, whom), make), vary=PAGE_VARIES)

    def results(self) -> HTTPResponse:
        """``GET /api/results``: the results document, of one account with ``?account=NAME``."""
        results, admin = self._board.results(), this_visitor().admin
        if name := request.query.getunicode("account"):
            return send(ready(_document(_only(_snapshots(results, admin), name), results), JSON), vary=_API_VARIES)
        return send(self._whole(results, admin), vary=_API_VARIES)

    def before(self, app: WSGIApplication) -> WSGIApplication:
        """*app*, with plain ``GET /api/results`` answered before Bottle takes the request apart, which costs most of its time."""

        def answered(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"] != "/api/results" or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
                return app(environ, start_response)
            answer = self._whole(self._board.results(), environ["codex_quota.visitor"].admin)
            body, status, headers = reply(answer, environ, vary=_API_VARIES)
            if status == 200:
                headers.append(("Content-Length", str(len(body))))
            start_response("200 OK" if status == 200 else "304 Not Modified", headers)
            return [body]

        return answered

    def _whole(self, results: Results, admin: bool) -> Ready:
        body = results.json_full if admin else results.json
        return self._kept.get((results.version, admin, "document"), lambda: ready(body, JSON))

    def formatted(self, name: str) -> HTTPResponse:
        """``GET /api/results.<format>``: what the formatter makes of the results; it sees no more of them than the visitor."""
        formatters, language = self._board.client.catalogue.formatters, this_language()
        formatter, say = formatters.get(name), language.say
        if formatter is None:
            offered = say("There is {names}.", names=", ".join(formatters))
            raise refusal(404, say("There is no format {name}.", name=codex_quota.one_line(name)), offered)
        results, admin, account = self._board.results(), this_visitor().admin, request.query.getunicode("account") or ""
        now = bucket(self._board.client.now())

        def make() -> Ready:
            snapshots = _snapshots(results, admin)
            environ = self._board.client.options.environ
            style = replace(style_for(self._settings, language, now, ""), emails=admin, environ=environ)
            text = formatter.format(_only(snapshots, account) if account else snapshots, style)
            if not isinstance(text, str):
                raise TypeError(f"the format {name} gave {type(text).__name__}, not text")
            return ready(text, formatter.content_type)

        key = (results.version, admin, language.code, account, name, now)
        return send(self._kept.get(key, make), vary=_API_VARIES)

    def refresh(self) -> HTTPResponse:
        """``GET`` or ``POST /refresh``: asks now, waits a little, and leads back to the page, or tells in JSON what was begun."""
        names = request.query.decode().getall("account") or None
        if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
            begun = Refresh()
        else:
            # Each wait holds one of the server's threads, and a page must never wait for somebody else's refresh.
            may_wait = self._waiting.acquire(blocking=False)
            try:
                begun = self._board.refresh(names, wait=REFRESH_SECONDS if may_wait else 0.0)
            finally:
                if may_wait:
                    self._waiting.release()
        if begun.unknown:
            raise no_such_account(min(begun.unknown), self._board.results().snapshots)
        if wants_json(request.environ, request.path):
            told = {kind: sorted(getattr(begun, kind)) for kind in ("started", "running", "too_soon")}
            return HTTPResponse(json.dumps(told, ensure_ascii=False), 200, {"Content-Type": JSON, "Cache-Control": "no-store"})
        back = link(this_visitor().base, "/", **Choices.of(request.query.decode()).query())
        return HTTPResponse("", 303, {"Location": back, "Cache-Control": "no-store"})

    def health(self) -> HTTPResponse:
        """``GET /healthz``: 200 while the server answers; tells nothing about the accounts."""
        return HTTPResponse('{"status": "ok"}', 200, {"Content-Type": JSON, "Cache-Control": "no-store"})

    def openapi(self) -> HTTPResponse:
        """``GET /api/openapi.json``: this API described."""
        base = this_visitor().base
        formatters = tuple(self._board.client.catalogue.formatters.values())
        make = partial(openapi_document, base, formatters)
        return send(self._kept.get((base, "openapi"), lambda: ready(json.dumps(make(), ensure_ascii=False), JSON)))

    def _text(self, results: Results, style: Style, choices: Choices) -> str:
        shown = sort_snapshots(results.snapshots, choices.sort)
        asking = bool(results.refreshing)
        return text_page(shown, replace(style, emails=False, width=WIDTH), self._board.client.catalogue, asking=asking)


@lru_cache(2)
def _loaded(document: bytes) -> tuple[Snapshot, ...]:
    return tuple(codex_quota.load_results(document.decode()))


def _snapshots(results: Results, admin: bool) -> tuple[Snapshot, ...]:
    """What formatters get: the document read back, so that no plugin sees more than its visitor may."""
    return _loaded(results.json_full if admin else results.json)


def _only(snapshots: Sequence[Snapshot], name: str) -> tuple[Snapshot, ...]:
    """The snapshot of that account; refuses a name that no account has."""
    found = tuple(snapshot for snapshot in snapshots if snapshot.account.name == name)
    if not found:
        raise no_such_account(name, snapshots)
    return found


def _document(snapshots: Sequence[Snapshot], results: Results) -> str:
    return codex_quota.dump_results(snapshots, generated_at=results.generated_at)


def no_such_account(name: str, snapshots: Sequence[Snapshot]) -> HTTPError:
    """What a route raises when no account has that name."""
    say, names = this_language().say, [snapshot.account.name for snapshot in snapshots]
    near = codex_quota.nearest(name, names)
    hint = say("Did you mean {name}?", name=near) if near else say("/api/results names all accounts.")
    return refusal(404, say("There is no account {name}.", name=codex_quota.one_line(name)), hint)
