"""The gate: decides before anything else whether a request is answered, and as whose."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from .checks import SAFE_METHODS, Environ, check_body, check_site, is_text, wants, wrong_host
from .guarded import Guarded as Guarded
from .hosts import AllowedHosts, Host, parse_host
from .proxies import Asked, Proxies
from .sessions import Session, Sessions, cookie_header, cookie_values, same_secret
from .settings import Settings
from .throttle import Throttle
from .visitor import Refusal as Refusal
from .visitor import Visitor as Visitor

CHALLENGE = ("WWW-Authenticate", 'Bearer realm="codex-quota"')


class Gate:
    """One per process, thread-safe; *now* is a monotonic clock in seconds.

    Paths are those below the base path, which ``Guarded`` has taken off.
    Raises ``UsageError`` for a trusted proxy that is no address.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._token = settings.admin_token
        self._proxies = Proxies(settings.trusted_proxies, settings.base_path)
        self._allowed = AllowedHosts(settings.host, settings.allowed_hosts)
        self._sessions = Sessions(now=now)
        self._throttle = Throttle(now=now)

    def bases(self, environ: Environ) -> tuple[str, ...]:
        """The base paths that a request's path may begin with."""
        return (self._settings.base_path, self._proxies.see(environ).base)

    def check(self, environ: Environ) -> Visitor | Refusal:
        """Who sent this request, or why it is not answered."""
        asked, path, method = self._proxies.see(environ), environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "GET")
        host = parse_host(asked.host)
        if not is_text(path):
            return Refusal(status=400, code="bad_request", text="The path of the address cannot be read.", base=asked.base)
        if path == "/healthz" and method in SAFE_METHODS:
            return Visitor(address=asked.address, scheme=asked.scheme, base=asked.base, host=host)
        if host is None or host not in self._allowed:
            return wrong_host(asked)
        refusal = check_body(environ, path, method, asked) or check_site(environ, method, asked, host)
        if refusal is not None:
            return refusal
        scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer":
            refusal = self._judge(given.strip(), asked)
            return refusal or Visitor(admin=True, address=asked.address, scheme=asked.scheme, base=asked.base, host=host)
        session = self._session(environ, host)
        if self._settings.require_token and session is None and not _is_open(path):
            return _sign_in_first(environ, path, method, asked)
        return Visitor(
            admin=session is not None,
            csrf=session.csrf if session else None,
            address=asked.address,
            scheme=asked.scheme,
            base=asked.base,
            host=host,
            session=session,
        )

    def sign_in(self, visitor: Visitor, token: str) -> str | Refusal:
        """The ``Set-Cookie`` value of a new session, if *token* is the admin token; wrong ones are slowed down."""
        refusal = self._judge(token, Asked(visitor.address, visitor.scheme, "", visitor.base))
        if refusal is not None:
            return refusal
        number, _ = self._sessions.open()
        return self._cookie(visitor, number)

    def sign_out(self, environ: Environ, visitor: Visitor) -> str:
        """The ``Set-Cookie`` value that takes the cookie away; the session is over, whoever may still know its id."""
        if visitor.host is not None:
            for number in cookie_values(environ.get("HTTP_COOKIE", ""), cookie_name(visitor.host)):
                self._sessions.close(number)
        return self._cookie(visitor, "")

    def check_csrf(self, visitor: Visitor, given: str | None) -> Refusal | None:
        """Refuses a form that does not hold the token of the visitor's session; without a session none is needed."""
        if visitor.csrf is None or same_secret(given or "", visitor.csrf):
            return None
        return Refusal(
            status=403,
            code="csrf",
            text="This form does not belong to your session, so nothing was changed.",
            hint="Load the page again and send the form from there.",
            base=visitor.base,
        )

    def _judge(self, token: str, asked: Asked) -> Refusal | None:
        right = same_secret(token, self._token)
        wait = self._throttle.judge(asked.address, right)
        if wait > 0:
            seconds = math.ceil(wait)
            return Refusal(
                status=429,
                code="too_many_tries",
                text="Too many wrong tokens came from your address.",
                hint="Try again in {seconds} seconds.",
                values={"seconds": seconds},
                headers=(("Retry-After", str(seconds)),),
                base=asked.base,
            )
        if right:
            return None
        return Refusal(
            status=401,
            code="wrong_token",
            text="This is not the admin token.",
            hint="It stands in the log of the dashboard, or where it was set; without a set one, each start makes a new one.",
            headers=(CHALLENGE,),
            base=asked.base,
        )

    def _session(self, environ: Environ, host: Host) -> Session | None:
        found = (self._sessions.find(number) for number in cookie_values(environ.get("HTTP_COOKIE", ""), cookie_name(host)))
        return next((session for session in found if session is not None), None)

    def _cookie(self, visitor: Visitor, value: str) -> str:
        name = cookie_name(visitor.host) if visitor.host else cookie_name(Host("", None))
        return cookie_header(name, value, path=visitor.base, secure=visitor.scheme == "https")


def cookie_name(host: Host) -> str:
    """The cookie's name, with the port in it, because browsers send the cookies of one port to all the others."""
    return f"codex_quota_{host.port}" if host.port else "codex_quota"


def _sign_in_first(environ: Environ, path: str, method: str, asked: Asked) -> Refusal:
    to_form = method in ("GET", "HEAD") and wants(environ, "text/html") and not path.startswith("/api/")
    return Refusal(
        status=303 if to_form else 401,
        code="token_needed",
        text="This dashboard shows nothing without the admin token.",
        hint="Sign in at {path}, or send the header 'Authorization: Bearer' with the token.",
        values={"path": f"{asked.base}/auth"},
        headers=(("Location", f"{asked.base}/auth/login?next=/"),) if to_form else (CHALLENGE,),
        base=asked.base,
    )


def _is_open(path: str) -> bool:
    """What needs no token even when everything does: the sign-in form with its style sheet; account pages guard themselves."""
    return path == "/auth" or path.startswith(("/auth/", "/static/"))
