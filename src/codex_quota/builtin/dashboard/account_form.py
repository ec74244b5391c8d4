"""The form of one account: adding, trying, changing and renaming it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from bottle import HTTPResponse, request

import codex_quota
from codex_quota import CodexQuotaError, CredentialError, Snapshot
from codex_quota.view import block

from .account_errors import AccountExistsError, ExpiredError
from .account_files import AccountFiles
from .account_rows import account_json, checked_json, said, status_of
from .board import Board
from .board_page import ZONE_COOKIE, style_for
from .cards import ticking
from .forms import Form
from .login_routes import Render
from .pages import this_language, this_visitor
from .replies import changed, for_program, json_reply, refused
from .settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the form holds; ``original`` is empty for a new account, ``draft`` names a sign-in that is kept on this side."""

    name: str = ""
    original: str = ""
    draft: str = ""


class AccountForm:
    """Answers for whoever has signed in; a sign-in that came once never goes out again."""

    def __init__(self, board: Board, settings: Settings, files: AccountFiles, render: Render) -> None:
        self._board = board
        self._settings = settings
        self._files = files
        self._render = render

    def new(self) -> HTTPResponse:
        """``GET /auth/new``: the form for a new account, and the one for several files."""
        return self._form(200, Entry())

    def edit(self) -> HTTPResponse:
        """``GET /auth/edit?name=``: the form for an account there is; its sign-in is not shown."""
        try:
            file = self._files.get(request.query.getunicode("name", ""))
        except CodexQuotaError as error:
            return refused(error)
        return json_reply(account_json(file)) if for_program() else self._form(200, Entry(name=file.name, original=file.name))

    def save(self, form: Form) -> HTTPResponse:
        """``POST /auth/save``: keeps a sign-in, or renames an account, or with ``action=try`` only asks the service."""
        session = this_visitor().session
        entry = Entry(name=form.text("name"), original=form.text("original_name"))
        sign_in: str | bytes = form.sign_in() or (session.draft(form.text("draft")) if session else None) or ""
        try:
            if form.text("action") == "try":
                return self._tried(entry, sign_in)
            if sign_in or not entry.original:
                even_expired = form.text("expired") == "yes"
                self._files.save(entry.name, sign_in, entry.original or None, even_expired=even_expired)
            else:
                self._files.rename(entry.original, entry.name)
        except CodexQuotaError as error:
            return refused(error) if for_program() else self._again(entry, sign_in, error)
        self._board.account_files_changed()
        name = codex_quota.check_account_name(entry.name)
        return changed("{name} is saved.", name, {"saved": name})

    def _tried(self, entry: Entry, sign_in: str | bytes) -> HTTPResponse:
        """The form again, with what the service says about the sign-in."""
        name = entry.name or "new"
        found = self._files.check(name, sign_in)
        snapshot = self._files.try_it(sign_in, name)
        if for_program():
            results = codex_quota.dump_results([snapshot], generated_at=self._board.client.now())
            return json_reply({"tried": checked_json(name, found), **json.loads(results)})
        return self._form(200, _with_draft(entry, sign_in), tried=snapshot)

    def _again(self, entry: Entry, sign_in: str | bytes, error: CodexQuotaError) -> HTTPResponse:
        """The form again, with what is wrong; a sign-in that is not at fault need not be given again."""
        about_name = isinstance(error, AccountExistsError) or not _is_name(entry.name)
        about_file = isinstance(error, CredentialError) and not about_name
        return self._form(
            status_of(error),
            entry if about_file else _with_draft(entry, sign_in),
            told=said(error, this_language()),
            wrong="name" if about_name else "sign_in" if about_file else "",
            has_ended=isinstance(error, ExpiredError),
        )

    def _form(self, status: int, entry: Entry, *, tried: Snapshot | None = None, **data: Any) -> HTTPResponse:  # noqa: ANN401
        zone, now = request.get_cookie(ZONE_COOKIE) or "", self._board.client.now()
        style = style_for(self._settings, this_language(), now, zone)
        return self._render(
            "account_form",
            status,
            entry=entry,
            tried=None if tried is None else block(tried, style),
            tick=lambda text, moment: ticking(text, moment, style),
            **{"told": None, "wrong": "", "has_ended": False, **data},
        )


def _with_draft(entry: Entry, sign_in: str | bytes) -> Entry:
    session = this_visitor().session
    return entry if session is None or not sign_in else replace(entry, draft=session.keep_draft(sign_in))


def _is_name(text: str) -> bool:
    try:
        codex_quota.check_account_name(text)
    except CredentialError:
        return False
    return True
