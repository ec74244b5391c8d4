"""What a JSON Web Token says about itself; signatures are not checked, the service is the judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .values import moment, word

AUTH_CLAIM = "https://api.openai.com/auth"
PROFILE_CLAIM = "https://api.openai.com/profile"


def decode_claims(jwt: str) -> Mapping[str, Any]:
    """The claims of *jwt*, empty when it is not a readable JWT."""
    from base64 import urlsafe_b64decode

    parts = jwt.split(".")
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
    return word(claims.get("email")) or word(profile.get("email") if isinstance(profile, dict) else None)


def expiry_claim(claims: Mapping[str, Any]) -> datetime | None:
    """When the token ends (aware, UTC), None when it does not say."""
    return moment(claims.get("exp"))
