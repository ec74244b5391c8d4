"""Answers of the account pages: JSON for programs, pages for people, and the way back after a change."""

from __future__ import annotations

import json
from typing import Any

from bottle import HTTPResponse, request

from codex_quota import CodexQuotaError

from .account_rows import error_json, said, status_of
from .checks import wants, wants_json
from .pages import link, refusal, this_language, this_visitor


def for_program() -> bool:
    """True for whoever accepts JSON but no pages, or sends the token with the request and does not ask for a page."""
    visitor = this_visitor()
    program = visitor.admin and visitor.session is None and not wants(request.environ, "text/html")
    return program or wants_json(request.environ, request.path)


def json_reply(told: dict[str, Any], status: int = 200) -> HTTPResponse:
    """*told* as JSON."""
    body = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    return HTTPResponse(body, status, {"Content-Type": "application/json"})


def refused(error: CodexQuotaError) -> HTTPResponse:
    """*error* as JSON or, raised, as a page of its own."""
    if for_program():
        return json_reply({"error": error_json(error)}, status_of(error))
    raise refusal(status_of(error), *said(error, this_language()))


def changed(text: str, name: str, told: dict[str, Any]) -> HTTPResponse:
    """After a change: *told* as JSON, or the list of accounts with the message *text* about *name*."""
    visitor = this_visitor()
    if visitor.session is not None:
        visitor.session.forget_draft()
        visitor.session.notice = (text, {"name": name})
    return json_reply(told) if for_program() else HTTPResponse("", 303, {"Location": link(visitor.base, "/auth")})


def notice() -> str:
    """The message that the last change left for this session, in the visitor's language; it is told once."""
    session = this_visitor().session
    kept = session.take_notice() if session else None
    return this_language().say(kept[0], **kept[1]) if kept else ""
