"""Which address is asked, whether a token may go there, and under which name this program asks."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

from . import __version__
from .errors import UsageError

DEFAULT_ENDPOINT = "https://chatgpt.com/backend-api/wham/usage"
_OFFICIAL = ("chatgpt.com", "chat.openai.com")
_UNSAFE = set(' "<>\\^`{|}')  # never stand for themselves in an address, and readers of addresses differ about some


def usage_endpoint(url: str, *, origin: str = "--chatgpt-url") -> str:
    """The usage endpoint for *url*, which is a whole endpoint or a base.

    A base follows the Codex client's own rule: the official hosts get ``/backend-api`` when it is missing; a base with
    ``/backend-api`` in it is followed by ``/wham/usage``, any other by ``/api/codex/usage``.
    Raises ``UsageError``, which names *origin*, when *url* is not an http address.
    """
    text = url.strip()
    parts = _split(text, origin)
    path = parts.path.rstrip("/")
    if not path.endswith("/usage"):
        if parts.hostname in _OFFICIAL and "/backend-api" not in path:
            path += "/backend-api"
        path += "/wham/usage" if "/backend-api" in path else "/api/codex/usage"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def check_token_may_go(endpoint: str, environ: Mapping[str, str]) -> None:
    """Raise ``UsageError`` when *endpoint* is plain http to another machine, unless ``CODEX_QUOTA_ALLOW_HTTP=1`` allows it."""
    parts = urlsplit(endpoint)
    if parts.scheme == "https" or is_loopback(endpoint) or environ.get("CODEX_QUOTA_ALLOW_HTTP") == "1":
        return
    raise UsageError(
        f"a token is not sent over plain http to {parts.hostname}",
        hint="use https, or set CODEX_QUOTA_ALLOW_HTTP=1 if that network is yours",
    )


def user_agent(environ: Mapping[str, str]) -> str:
    """The ``User-Agent``: ``CODEX_QUOTA_USER_AGENT``, else the program's own name.

    Raises ``UsageError`` when the variable holds what cannot stand in a request.
    """
    chosen = environ.get("CODEX_QUOTA_USER_AGENT", "")
    if not (chosen.isascii() and chosen.isprintable()):
        hint = "use letters, digits and signs of ASCII, as in mine/1.0"
        raise UsageError(f"CODEX_QUOTA_USER_AGENT is {chosen!a}, which cannot be sent", hint=hint)
    return chosen.strip() or f"codex-quota/{__version__}"


def is_loopback(endpoint: str) -> bool:
    """True when *endpoint* is on this machine."""
    host = urlsplit(endpoint).hostname or ""
    numbers = host.split(".")
    dotted = len(numbers) == 4 and all(number.isdigit() for number in numbers)
    return host in ("localhost", "::1") or (dotted and numbers[0] == "127")


def host_of(endpoint: str) -> str:
    """The host's name, for messages."""
    return urlsplit(endpoint).hostname or endpoint


def _split(text: str, origin: str) -> SplitResult:
    hint = "give https://HOST/backend-api, or the whole endpoint"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{origin} is not an address: {error}", hint=hint) from None
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{origin} must not hold a user name or password", hint=hint)
    host = parts.hostname or ""
    plain = text.isascii() and text.isprintable() and not set(text) & _UNSAFE
    if parts.scheme not in ("http", "https") or not host.strip(".") or port == 0 or not plain:
        shown = "" if "@" in text else f": {text!r}"
        raise UsageError(f"{origin} is not an http or https address{shown}", hint=hint)
    return parts
