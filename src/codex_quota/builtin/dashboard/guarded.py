"""The WSGI application around the application: the gate before it, strict headers behind it, and no traceback past it."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from codex_quota import one_line

from .checks import Environ, wants, wants_json
from .headers import Headers, protected
from .visitor import Refusal, Visitor

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

    from .gate import Gate

VISITOR = "codex_quota.visitor"
Page = Callable[[Environ, Refusal], str]


class Guarded:
    """*app* behind *gate*; the visitor stands in ``environ["codex_quota.visitor"]``.

    *app* sees paths below the base path, may raise anything, and its answers are collected before the first byte goes out.
    *page* makes the HTML of a refusal, *log* takes one line without secrets for each failure of *app*.
    """

    def __init__(
        self,
        app: WSGIApplication,
        gate: Gate,
        *,
        page: Page | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._app = app
        self._gate = gate
        self._page = page or _plain_page
        self._log = log or _to_stderr

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; raises nothing."""
        answer = _Answer()
        refusal: Refusal | None = None
        admin, https, path = False, False, ""
        try:
            _take_off(environ, self._gate.bases(environ))
            path = environ["PATH_INFO"]
            visitor = self._gate.check(environ)
            if isinstance(visitor, Refusal):
                refusal = visitor
            else:
                admin, https = visitor.admin, visitor.scheme == "https"
                environ[VISITOR] = visitor
                answer.collect(self._app(environ, answer.start))
        except (Exception, SystemExit) as error:
            refusal = self._failed(error, environ)
        if refusal is not None:
            answer = self._refused(environ, path, refusal)
        if environ.get("REQUEST_METHOD") == "HEAD":
            answer.body = b""
        start_response(answer.status, protected(answer.headers, path=path, admin=admin, https=https))
        return [answer.body]

    def _refused(self, environ: Environ, path: str, refusal: Refusal) -> _Answer:
        if wants_json(environ, path):
            about = {"code": refusal.code, "message": refusal.message, "hint": refusal.advice}
            kind, body = "application/json", json.dumps({"error": about}) + "\n"
        elif wants(environ, "text/html"):
            kind = "text/html"
            try:
                body = self._page(environ, refusal)
            except Exception as error:
                self._failed(error, environ)
                body = _plain_page(environ, refusal)
        else:
            kind, body = "text/plain", f"{refusal.message} {refusal.advice}".strip() + "\n"
        data = body.encode("utf-8", "replace")
        headers = [*refusal.headers, ("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(data)))]
        return _Answer(f"{refusal.status} {HTTPStatus(refusal.status).phrase}", headers, data)

    def _failed(self, error: BaseException, environ: Environ) -> Refusal:
        """Log where it happened; the error's own text is left out, since it may hold what was sent."""
        number, visitor = token_hex(4), environ.get(VISITOR)
        method, path = str(environ.get("REQUEST_METHOD"))[:10], str(environ.get("PATH_INFO", ""))[:100]
        self._log(one_line(f"internal error {number} at {method} {path}: {type(error).__name__} in {_place(error)}"))
        return Refusal(
            status=500,
            code="internal",
            text="Something went wrong in the dashboard.",
            hint="Its log tells where, under the number {number}.",
            values={"number": number},
            base=visitor.base if isinstance(visitor, Visitor) else "",
        )


class _Answer:
    """A whole answer, as an application gives it."""

    def __init__(self, status: str = "", headers: Headers | None = None, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers or []
        self.body = body

    def start(self, status: str, headers: Headers, exc_info: Any = None, /) -> Callable[[bytes], object]:  # noqa: ANN401
        """WSGI's ``start_response``."""
        self.status, self.headers = status, headers
        return self._write

    def collect(self, parts: Iterable[bytes]) -> None:
        """Take the whole body."""
        try:
            self.body += b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        if not self.status:
            raise RuntimeError("the application did not start its answer")

    def _write(self, data: bytes) -> None:
        self.body += data


def _take_off(environ: Environ, bases: Iterable[str]) -> None:
    """Move the base path from ``PATH_INFO`` to ``SCRIPT_NAME``; a proxy may have taken it off already."""
    path = environ.get("PATH_INFO") or "/"
    for base in bases:
        if base and (path == base or path.startswith(f"{base}/")):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + base
            path = path.removeprefix(base) or "/"
            break
    environ["PATH_INFO"] = path


def _plain_page(environ: Environ, refusal: Refusal) -> str:
    title, text, hint = (html.escape(part) for part in (HTTPStatus(refusal.status).phrase, refusal.message, refusal.advice))
    return f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n<h1>{text}</h1>\n<p>{hint}</p>\n'


def _place(error: BaseException) -> str:
    """File and line of the innermost frame."""
    trace = error.__traceback__
    if trace is None:
        return "an unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
