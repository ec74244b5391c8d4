"""What an HTTP status and its body mean: anything but a success → the error to show. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .errors import (
    BlockedError,
    NotFoundError,
    RateLimitedError,
    RedirectedError,
    ServiceError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedStatusError,
    WorkspaceDeactivatedError,
    one_line,
)
from .values import json_value, moment, text

_LONGEST = timedelta(days=400)
_UNAUTHORIZED = {
    "token_expired": "the access token has expired",
    "token_invalidated": "signed out: the access token was invalidated, mostly by a newer sign-in",
    "token_revoked": "signed out: the access token was revoked",
    "app_session_terminated": "signed out: the session was ended",
    "unauthorized_unknown": "the service cannot read the access token",
    "account_deactivated": "the account is deactivated",
    "invalid_workspace_selected": "the sign-in does not belong to this workspace any more",
}
_HINTS = {"account_deactivated": "no new sign-in helps: ask the workspace's owner, or help.openai.com"}


def error_for(
    status: int, headers: Mapping[str, str], body: str, *, now: datetime, redact: Callable[[str], str] = str
) -> ServiceError | None:
    """The error that an answer stands for, None for a success (2xx).

    *headers* have lower-case names, *now* is the answer's moment (aware, UTC), *redact* takes secrets out of decoded text.
    The error's text never quotes a page of HTML, and ``retry_at`` is set when the service said when to come back.
    """
    if 200 <= status < 300:
        return None
    code, said = _details(headers, body, redact)
    again = retry_at(headers, body, now)
    if 300 <= status < 400:
        return RedirectedError(f"the service answered with a redirect (HTTP {status}), which is not followed", status=status)
    if status == 401:
        words = _UNAUTHORIZED.get(code or "", f"the service does not accept the access token{_quote(said)}")
        return UnauthorizedError(f"{words} (HTTP 401)", hint=_HINTS.get(code or ""), status=status)
    if status == 402 and code == "deactivated_workspace":
        return WorkspaceDeactivatedError("the workspace of this sign-in is deactivated (HTTP 402)", status=status)
    if status == 403:
        page = "challenge" in headers.get("cf-mitigated", "") or body.lstrip()[:1] == "<"
        what = "a Cloudflare page stands in the way" if page else f"the service refuses the request{_quote(said)}"
        return BlockedError(f"{what} (HTTP 403)", status=status)
    if status == 404:
        return NotFoundError(f"there is no usage endpoint at this address{_quote(said)} (HTTP 404)", status=status)
    if status == 429:
        what = "the service says the usage limit is reached" if code == "usage_limit_reached" else "asked too often"
        return RateLimitedError(f"{what} (HTTP 429)", status=status, retry_at=again)
    if status == 408 or status >= 500:
        return UnavailableError(f"the service is in trouble{_quote(said)} (HTTP {status})", status=status, retry_at=again)
    return UnexpectedStatusError(f"the service answered HTTP {status}{_quote(said)}", status=status)


def retry_at(headers: Mapping[str, str], body: str, now: datetime) -> datetime | None:
    """When the service wants to be asked again (aware, UTC): ``Retry-After`` in seconds or as a date, else the body's reset."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return _later(now, int(value[:12]))
    if value:
        return _after(now, _http_date(value))
    error = _json(body).get("error")
    if isinstance(error, dict):
        seconds = error.get("resets_in_seconds")
        if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds > 0:
            return _later(now, seconds)
        return _after(now, moment(error.get("resets_at")))
    return None


def _later(now: datetime, seconds: float) -> datetime | None:
    return now + min(timedelta(seconds=min(seconds, 1e9)), _LONGEST) if seconds > 0 else None


def _after(now: datetime, at: datetime | None) -> datetime | None:
    return min(at, now + _LONGEST) if at is not None and at > now else None


def _http_date(value: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _details(headers: Mapping[str, str], body: str, redact: Callable[[str], str]) -> tuple[str | None, str | None]:
    """The service's error code and its own words, from the body or from the header that repeats it."""
    data = _json(body)
    if not data and "x-error-json" in headers:
        from base64 import b64decode

        try:
            data = _json(redact(b64decode(headers["x-error-json"]).decode()))
        except ValueError:
            data = {}
    code = said = None
    for part in (data.get("error"), data.get("detail"), data):
        if isinstance(part, dict):
            code = code or text(part.get("code")) or text(part.get("type"))
            said = said or text(part.get("message"))
        elif isinstance(part, str):
            said = said or text(part)
    return code or text(headers.get("x-openai-ide-error-code")), said


def _json(body: str) -> Mapping[str, Any]:
    try:
        data = json_value(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _quote(said: str | None) -> str:
    return f": {one_line(said)[:120].rstrip('. ')}" if said else ""
