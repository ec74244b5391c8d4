"""What every answer tells the browser to forbid."""

from __future__ import annotations

from collections.abc import Iterable

Headers = list[tuple[str, str]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_OURS = {name.lower() for name, _ in _ALWAYS} | {"server", "x-powered-by", "via", "access-control-allow-origin"}


def protected(headers: Iterable[tuple[str, str]], *, path: str, admin: bool, https: bool) -> Headers:
    """*headers* of an answer to *path* (without the base path), made strict.

    Account pages and answers that set a cookie are never kept by anybody.
    Whatever else an admin gets may differ from what others get, so only the admin's own browser may keep it.
    An answer that says nothing about it is not kept, or asked for again each time when it has an ``ETag``.
    """
    kept = [(name, value) for name, value in headers if name.lower() not in _OURS]
    names = {name.lower() for name, _ in kept}
    account_page = path == "/auth" or path.startswith("/auth/")
    static = path.startswith("/static/")
    if account_page or "set-cookie" in names:
        kept = [(name, value) for name, value in kept if name.lower() not in ("cache-control", "etag", "last-modified")]
        kept.append(("Cache-Control", "no-store"))
    elif "cache-control" not in names:
        kept.append(("Cache-Control", "no-store" if "etag" not in names else "private, no-cache" if admin else "no-cache"))
    elif admin and not static:
        kept = [(name, _private(value) if name.lower() == "cache-control" else value) for name, value in kept]
    if not static:
        kept = _varying(kept, names)
    if https:  # browsers ignore this over plain http, with a complaint in their console
        kept.append(("Cross-Origin-Opener-Policy", "same-origin"))
    return [*kept, *_ALWAYS]


def _private(value: str) -> str:
    words = [word.strip() for word in value.split(",")]
    if "no-store" in words or "private" in words:
        return value
    return ", ".join(["private", *(word for word in words if word != "public")])


def _varying(headers: Headers, names: set[str]) -> Headers:
    """*headers* whose ``Vary`` names what decides who the visitor is."""
    if "vary" not in names:
        return [*headers, ("Vary", "Cookie, Authorization")]
    wanted = ("Cookie", "Authorization")

    def widened(value: str) -> str:
        given = [word.strip() for word in value.split(",") if word.strip()]
        return ", ".join(dict.fromkeys([*given, *(word for word in wanted if word.lower() not in map(str.lower, given))]))

    return [(name, widened(value) if name.lower() == "vary" else value) for name, value in headers]
