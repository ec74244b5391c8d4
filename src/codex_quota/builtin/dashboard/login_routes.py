"""Signing in with the admin token, and out again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from bottle import Bottle, HTTPResponse, request

from .checks import wants_json
from .forms import Form, posted
from .gate import CHALLENGE, Gate
from .hosts import parse_origin
from .pages import link, refusal, this_language, this_visitor
from .settings import Settings
from .visitor import Refusal

Render = Callable[..., HTTPResponse]
_PLACES = re.compile(r"/(auth(/new|/edit\?name=[A-Za-z0-9%._~@+-]{1,1000})?)?")


class LoginRoutes:
    """``/auth/login`` and ``/auth/logout``, and the guard of every other account page."""

    def __init__(self, gate: Gate, settings: Settings, render: Render) -> None:
        self._gate = gate
        self._settings = settings
        self._render = render

    def add_to(self, app: Bottle) -> None:
        """Mount the routes."""
        app.route("/auth/login", "GET", self.form)
        app.route("/auth/login", "POST", self.sign_in)
        app.route("/auth/logout", "POST", self.for_admin_form(self.sign_out))

    def for_admin(self, page: Callable[[], HTTPResponse]) -> Callable[[], HTTPResponse]:
        """*page* for whoever has signed in; others get the form to sign in, and ``?token=`` is taken for the token."""

        def guarded() -> HTTPResponse:
            if "token" in request.query:
                return self._exchange(self._here())
            if this_visitor().admin:
                return page()
            return self._onward(self._here()) if _from_elsewhere() else self._ask(self._here())

        return guarded

    def for_admin_form(self, act: Callable[[Form], HTTPResponse]) -> Callable[[], HTTPResponse]:
        """*act* for whoever has signed in and sends a form of this very session."""

        def guarded() -> HTTPResponse:
            visitor = this_visitor()
            if not visitor.admin:
                return self._ask("/auth", lost=True)
            form = posted()
            foreign = self._gate.check_csrf(visitor, form.text("csrf"))
            if foreign is not None:
                raise refusal(foreign.status, *_said(foreign))
            return act(form)

        return guarded

    def form(self) -> HTTPResponse:
        """``GET /auth/login``: the form, or on to where the visitor wanted to go."""
        place = self._wanted(request.query.getunicode("next", ""))
        if "token" in request.query:
            return self._exchange(place)
        if this_visitor().admin:
            return self._go(place)
        return self._onward(place) if _from_elsewhere() else self._login_page(200, place)

    def sign_in(self) -> HTTPResponse:
        """``POST /auth/login``: a session for the right token."""
        form = posted()
        return self._open(form.text("token"), self._wanted(form.text("next")))

    def sign_out(self, form: Form) -> HTTPResponse:
        """``POST /auth/logout``: the session is over."""
        cookie = self._gate.sign_out(request.environ, this_visitor())
        return self._go("/", cookie)

    def _exchange(self, place: str) -> HTTPResponse:
        """The address without its token; whoever has signed in already does not need it."""
        token = request.query.getunicode("token", "")
        return self._go(place) if this_visitor().session is not None else self._open(token.strip(), place)

    def _open(self, token: str, place: str) -> HTTPResponse:
        answer = self._gate.sign_in(this_visitor(), token)
        if isinstance(answer, Refusal):
            return self._page(answer, place)
        return self._onward(place, answer) if _from_elsewhere() else self._go(place, answer)

    def _ask(self, place: str, *, lost: bool = False) -> HTTPResponse:
        """The form to sign in, where an account page would be, or for a form whose session is over."""
        text, hint = "This needs the admin token.", "Send it in the header 'Authorization: Bearer', or sign in with it."
        if lost and not wants_json(request.environ, request.path):
            text, hint = "You are not signed in any more, so nothing was changed.", "Sign in, then send the form again."
        needed = Refusal(status=401, code="token_needed", text=text, hint=hint, headers=(CHALLENGE,))
        return self._page(needed, place, silent=not lost)

    def _page(self, refused: Refusal, place: str, *, silent: bool = False) -> HTTPResponse:
        if wants_json(request.environ, request.path):
            told = {"code": refused.code, "message": refused.message, "hint": refused.advice}
            body = json.dumps({"error": told}, ensure_ascii=False) + "\n"
            return HTTPResponse(body, refused.status, {"Content-Type": "application/json", **dict(refused.headers)})
        answer = self._login_page(refused.status, place, None if silent else _said(refused))
        for name, value in refused.headers:
            answer.set_header(name, value)
        return answer

    def _login_page(self, status: int, place: str, told: tuple[str, str] | None = None) -> HTTPResponse:
        return self._render("login", status, told=told, place=place, made=not self._settings.token_is_given)

    def _onward(self, place: str, cookie: str | None = None) -> HTTPResponse:
        """A page that leads on by itself.

        After a link on another site the browser keeps a ``SameSite=Strict`` cookie back, and after each redirect from there too,
        but not when a page of this site asks.
        """
        answer = self._render("onward", 200, place=place)
        answer.set_header("Refresh", f"0; url={this_visitor().base}{place}")
        if cookie is not None:
            answer.set_header("Set-Cookie", cookie)
        return answer

    def _go(self, place: str, cookie: str | None = None) -> HTTPResponse:
        answer = HTTPResponse("", 303, {"Location": this_visitor().base + place})
        if cookie is not None:
            answer.set_header("Set-Cookie", cookie)
        return answer

    def _here(self) -> str:
        """The address of this page without the token."""
        name = request.query.getunicode("name", "")
        return self._wanted(link("", request.path.rstrip("/"), name=name if request.path == "/auth/edit" else ""))

    def _wanted(self, text: str) -> str:
        """*text* when it is a page to go to, so that nobody is led elsewhere; else where most want to go."""
        return text if _PLACES.fullmatch(text) else "/" if self._settings.require_token else "/auth"


def _said(refused: Refusal) -> tuple[str, str]:
    say = this_language().say
    return say(refused.text, **refused.values), say(refused.hint, **refused.values)


def _from_elsewhere() -> bool:
    """True when a link on another site led here, as far as the browser tells."""
    site: str | None = request.headers.get("Sec-Fetch-Site")
    referer: str | None = request.headers.get("Referer")
    if site is not None or referer is None:
        return site == "cross-site"
    origin, host = parse_origin("/".join(referer.split("/", 3)[:3])), this_visitor().host
    return origin is None or host is None or origin[1].name != host.name
