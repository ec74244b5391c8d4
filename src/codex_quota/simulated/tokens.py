"""Sign-in tokens that look like the service's own; the third part is no signature, so they are worth nothing anywhere else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def make_token(claims: Mapping[str, Any]) -> str:
    """A JSON Web Token with those claims, base64url without padding."""
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"simulated"))


def make_claims(
    *,
    email: str,
    plan: str,
    account_id: str,
    user_id: str,
    fedramp: bool,
    number: int,
    issued_at: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """The claims that Codex reads; *number* makes each token of an account a different one."""
    auth: dict[str, Any] = {
        "chatgpt_plan_type": plan,
        "chatgpt_account_id": account_id,
        "chatgpt_user_id": user_id,
        "user_id": user_id,
    }
    if fedramp:
        auth["chatgpt_account_is_fedramp"] = fedramp
    return {
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": f"{user_id}-{number}",
        "email": email,
        "https://api.openai.com/auth": auth,
        "https://api.openai.com/profile": {"email": email, "email_verified": True},
    }


def make_uuid(seed: str) -> str:
    """A UUID that is always the same for the same text."""
    digits = hashlib.sha256(seed.encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:32]))
