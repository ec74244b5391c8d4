"""Sign-ins for tests, full of secrets that nothing may tell."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from typing import Any

from codex_quota.claims import AUTH_CLAIM
from codex_quota.errors import CodexQuotaError
from codex_quota.simulated.tokens import make_token

EXPIRY = datetime(2026, 12, 1, tzinfo=UTC)
CLAIMS: dict[str, Any] = {
    "exp": EXPIRY.timestamp(),
    "email": "ann@example.com",
    AUTH_CLAIM: {"chatgpt_account_id": "acct-claimed", "chatgpt_user_id": "user-ann", "chatgpt_plan_type": "team"},
}
TOKEN = make_token(CLAIMS)
ID_TOKEN = make_token({**CLAIMS, "exp": 1})
OPAQUE = "opaque-0123456789"
SECRETS = (TOKEN, OPAQUE, "rt-secret", "sk-secret", "at-secret", "sesame")
CODEX: dict[str, Any] = {
    "auth_mode": "chatgpt",
    "OPENAI_API_KEY": None,
    "tokens": {"id_token": ID_TOKEN, "access_token": TOKEN, "refresh_token": "rt-secret", "account_id": "acct-file"},
    "last_refresh": "2026-09-01T00:00:00.123Z",
}


def login(account_id: str | None = None, user_id: str | None = None, **claims: object) -> str:
    """A token that claims to belong to this account and user."""
    auth = {"chatgpt_account_id": account_id, "chatgpt_user_id": user_id}
    return make_token({AUTH_CLAIM: {key: value for key, value in auth.items() if value}, **claims})


def assert_tells_nothing(error: CodexQuotaError) -> None:
    """Neither the error nor its traceback holds anything out of a sign-in."""
    told = "".join((str(error), repr(error), error.hint, error.line(), *traceback.format_exception(error)))
    assert [secret for secret in SECRETS if secret in told] == []
