"""What a JSON Web Token says about itself; signatures are not checked, the service is the judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

AUTH_CLAIM = "https://api.openai.com/auth"
PROFILE_CLAIM = "https://api.openai.com/profile"


def decode_claims(token: str) -> Mapping[str, Any]:
    """The claims of *token*, empty when it is not a readable JWT."""
    from base64 import urlsafe_b64decode

    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def auth_claims(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of *claims* that names ChatGPT account, user and plan."""
    part = claims.get(AUTH_CLAIM)
    return part if isinstance(part, dict) else {}


def email_claim(claims: Mapping[str, Any]) -> str | None:
    """The e-mail address in *claims*, at either of its two places."""
    profile = claims.get(PROFILE_CLAIM)
    return text(claims.get("email")) or text(profile.get("email") if isinstance(profile, dict) else None)


def expiry_claim(claims: Mapping[str, Any]) -> datetime | None:
    """When the token ends (aware, UTC), None when it does not say."""
    return moment(claims.get("exp"))


def moment(value: object) -> datetime | None:
    """A time given as Unix seconds, Unix milliseconds or ISO text, as aware UTC; None when it is none of these."""
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            parsed = datetime.fromisoformat(value.strip())
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def text(value: object) -> str | None:
    """*value* when it is a text that says something, else None."""
    return value.strip() if isinstance(value, str) and value.strip() else None
