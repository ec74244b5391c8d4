"""What can be said against a request without knowing who sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .hosts import Host, is_same_place, parse_origin
from .proxies import Asked
from .visitor import Refusal

Environ = dict[str, Any]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
BODY_LIMITS = {"/auth/upload": 500_000, "/auth/save": 100_000}
OTHER_BODY_LIMIT = 16 << 10


def is_text(path: str) -> bool:
    """True when the bytes of a path are UTF-8, since frameworks differ about what else they mean."""
    try:
        return path.encode("latin-1").decode().isprintable()
    except ValueError:
        return False


def wants(environ: Mapping[str, Any], kind: str) -> bool:
    """True when the client's ``Accept`` header names the media type *kind*."""
    return kind in str(environ.get("HTTP_ACCEPT", "")).lower()


def wants_json(environ: Mapping[str, Any], path: str) -> bool:
    """True for programs: everything below ``/api``, and whoever accepts JSON but no pages."""
    return path.startswith("/api/") or (wants(environ, "application/json") and not wants(environ, "text/html"))


def check_body(environ: Environ, path: str, method: str, asked: Asked) -> Refusal | None:
    """Refuses a body that is larger than *path* needs, or does not tell its length."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or len(length) > 18:
        return Refusal(status=400, code="bad_request", text="The length of the request cannot be read.", base=asked.base)
    limit = OTHER_BODY_LIMIT if method in SAFE_METHODS else BODY_LIMITS.get(path, OTHER_BODY_LIMIT)
    if int(length) > limit:
        return Refusal(
            status=413,
            code="too_large",
            text="The request is larger than {limit} KB, which is more than it needs here.",
            hint="A sign-in file has a few KB; send many of them in several uploads.",
            values={"limit": limit // 1000},
            base=asked.base,
        )
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        return Refusal(status=411, code="length_required", text="The request does not tell its length.", base=asked.base)
    return None


def check_site(environ: Environ, method: str, asked: Asked, host: Host) -> Refusal | None:
    """Refuses what a page of another site makes the browser send."""
    site = environ.get("HTTP_SEC_FETCH_SITE", "")
    origin = environ.get("HTTP_ORIGIN")
    if method in SAFE_METHODS:  # a link from elsewhere may lead here, but no foreign page may load parts of this one
        foreign = site == "cross-site" and environ.get("HTTP_SEC_FETCH_MODE", "navigate") != "navigate"
    else:
        foreign = site in ("cross-site", "same-site")
        if origin is not None and not foreign:
            parsed = parse_origin(origin)
            foreign = parsed is None or not is_same_place(parsed, asked.scheme, host, vouched=site == "same-origin")
    if not foreign:
        return None
    return Refusal(
        status=403,
        code="foreign_origin",
        text="Another site ({origin}) sent this request to {host}, so nothing was done.",
        hint="If a reverse proxy stands between, it must pass on the Host header, or X-Forwarded-Host and --trusted-proxy.",
        values={"origin": (origin or "unknown")[:200], "host": asked.host},
        base=asked.base,
    )


def wrong_host(asked: Asked) -> Refusal:
    """The refusal for a name that is not the dashboard's."""
    return Refusal(
        status=403,
        code="wrong_host",
        text="The dashboard does not answer to the name {name!r}.",
        hint="Open it by its address, or start it with --allowed-host and that name.",
        values={"name": asked.host[:200]},
        base=asked.base,
    )
