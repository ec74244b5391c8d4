"""The address of the server; it may hold a password, so whatever is wrong with it is told without repeating any of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable

_FORMS = "redis://USER:PASSWORD@HOST:PORT/DB, rediss:// for TLS, or unix:///PATH?db=DB"


def check_url(text: str) -> str:
    """*text* itself when it can be an address; raises ``argparse.ArgumentTypeError``.

    Only the query options below are let through, because the Redis library takes any other for an argument of its own.
    """
    from urllib.parse import parse_qsl, urlsplit

    text = text.strip()
    try:
        parts = urlsplit(text)
        fits = _CHECKS[parts.scheme](parts.hostname, parts.port, parts.path) and not parts.fragment
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except (ValueError, KeyError):
        fits, given = False, []
    if not fits or not text.isprintable():
        raise argparse.ArgumentTypeError(
            f"not the address of a Redis server, which is {_FORMS}; in user and password write %XX for special characters"
        )
    allowed = _PLAIN | _TLS if parts.scheme == "rediss" else _PLAIN
    if not all(name in allowed and _fits(allowed[name], value) for name, value in given):
        raise argparse.ArgumentTypeError(f"has an option after ? that cannot be used; there is {', '.join(allowed)}")
    return text


def shown(url: str) -> str:
    """*url* as people may see it: without user, password and options."""
    return without_user(url).partition("?")[0]


def without_user(url: str) -> str:
    """*url* without user and password."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"


def user_of(url: str) -> tuple[str, str]:
    """User and password in *url*, both empty when it has none."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def _on_a_host(host: str | None, port: int | None, path: str) -> bool:
    # a port without a host is the beginning of a password with a "/" in it
    return (bool(host) or port is None) and port != 0 and (path in ("", "/") or path[1:].isdecimal())


def _on_this_machine(host: str | None, port: int | None, path: str) -> bool:
    return host is None and port is None and len(path) > 1


def _fits(good: Callable[[str], bool], value: str) -> bool:
    try:
        return good(value)
    except ValueError:
        return False


def _short(value: str) -> bool:
    return 0 < float(value) <= 60


_CHECKS: dict[str, Callable[[str | None, int | None, str], bool]] = {
    "redis": _on_a_host,
    "rediss": _on_a_host,
    "unix": _on_this_machine,
}
_PLAIN: dict[str, Callable[[str], bool]] = {"db": str.isdecimal, "socket_timeout": _short, "socket_connect_timeout": _short}
_TLS: dict[str, Callable[[str], bool]] = {
    "ssl_ca_certs": bool,
    "ssl_certfile": bool,
    "ssl_keyfile": bool,
    "ssl_cert_reqs": lambda value: value in ("none", "optional", "required"),
    "ssl_check_hostname": lambda value: value.lower() in ("true", "false"),
}
