"""The account pages: the list, the form, deleting, and many files at once."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse, request

from codex_quota import CodexQuotaError

from .account_errors import AccountExistsError, AccountFileError
from .account_files import AccountFiles
from .account_form import AccountForm
from .account_rows import account_json, account_row, error_json, said
from .board import Board
from .board_page import ZONE_COOKIE, style_for
from .forms import Form, Upload
from .gate import Gate
from .login_routes import LoginRoutes, Render
from .pages import respond, this_language, this_visitor
from .replies import changed, for_program, json_reply, notice, refused
from .settings import Settings

MOST_UPLOADS = 200


def add_account_routes(
    app: Bottle, *, board: Board, settings: Settings, gate: Gate, files: AccountFiles, render: Render = respond
) -> None:
    """Mount everything below ``/auth`` on *app*; *render* (template, status, data) makes a page."""
    login = LoginRoutes(gate, settings, render)
    form = AccountForm(board, settings, files, render)
    routes = AccountRoutes(board, settings, files, render)
    login.add_to(app)
    for path, page in {
        "/auth": routes.list,
        "/auth/": routes.list,
        "/auth/new": form.new,
        "/auth/upload": form.new,
        "/auth/edit": form.edit,
    }.items():
        app.route(path, "GET", login.for_admin(page))
    for path, act in {"/auth/save": form.save, "/auth/delete": routes.delete, "/auth/upload": routes.upload}.items():
        app.route(path, "POST", login.for_admin_form(act))


class AccountRoutes:
    """Answers for whoever has signed in; programs get JSON."""

    def __init__(self, board: Board, settings: Settings, files: AccountFiles, render: Render) -> None:
        self._board = board
        self._settings = settings
        self._files = files
        self._render = render

    def list(self) -> HTTPResponse:
        """``GET /auth``: every account file, and the names of accounts that come from elsewhere."""
        try:
            found = self._files.list()
        except CodexQuotaError as error:
            return refused(error)
        if for_program():
            return json_reply({"accounts": [account_json(file) for file in found]})
        known = {snapshot.account.name: snapshot for snapshot in self._board.results().snapshots}
        names, language = {file.name for file in found}, this_language()
        style = style_for(self._settings, language, self._board.client.now(), request.get_cookie(ZONE_COOKIE) or "")
        return self._render(
            "account_list",
            rows=[account_row(file, known.get(file.name), style, language) for file in found],
            others=[f"{name} ({snapshot.account.source})" for name, snapshot in known.items() if name not in names],
            directory=str(self._files.directory),
            notice=notice(),
        )

    def delete(self, form: Form) -> HTTPResponse:
        """``POST /auth/delete``: asks a person once more (``confirm=yes``), a program not."""
        try:
            file = self._files.get(form.text("name"))
            if this_visitor().session is not None and form.text("confirm") != "yes":
                return self._render("account_delete", name=file.name, link=file.link)
            self._files.delete(file.name)
        except CodexQuotaError as error:
            return refused(error)
        self._board.account_files_changed()
        return changed("{name} is deleted.", file.name, {"deleted": file.name})

    def upload(self, form: Form) -> HTTPResponse:
        """``POST /auth/upload``: several files at once, each an account named after its file; one result for each."""
        files = [file for file in form.uploads if file.filename]
        if not files:
            return refused(AccountFileError(400, "No file was sent.", "Choose files named like work.auth.json."))
        may_replace = form.text("replace") == "yes"
        outcome = [(file, *self._take(file, may_replace=may_replace)) for file in files[:MOST_UPLOADS]]
        some = any(error is None for _, _, error in outcome)
        if some:
            self._board.account_files_changed()
        if for_program():
            told = [{"file": f.filename, "name": name, "error": error and error_json(error)} for f, name, error in outcome]
            return json_reply({"results": told, "left_out": len(files) - len(outcome)}, 200 if some else 422)
        lines = [(f.filename, name, said(error, this_language()) if error else None) for f, name, error in outcome]
        left_out = len(files) - len(outcome)
        return self._render("account_upload", 200 if some else 422, lines=lines, left_out=left_out, most=MOST_UPLOADS)

    def _take(self, file: Upload, *, may_replace: bool) -> tuple[str, CodexQuotaError | None]:
        try:
            try:
                return self._files.save(file.stem, file.data).account.name, None
            except AccountExistsError:
                if not may_replace:
                    raise
                return self._files.save(file.stem, file.data, file.stem).account.name, None
        except CodexQuotaError as error:
            return file.stem, error
