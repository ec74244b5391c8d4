"""One simulated account: its windows, its sign-in and the usage body that follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .tokens import make_claims, make_token, make_uuid
from .windows import SimulatedWindow, SpendCap

FEATURES = {"GPT-5.3-Codex-Spark": "codex_bengalfox", "gpt-reserve": "base_model_inference"}
ID_TOKEN_LIFE = timedelta(hours=1)
_SLOTS = ("primary_window", "secondary_window", "tertiary_window")


@dataclass(kw_only=True, eq=False)
class SimulatedAccount:
    """An account of the simulated service; made by ``SimulatedService.add``, which explains the fields.

    Every plain attribute may be changed at any time and counts from the next request on.
    Tokens stay out of ``repr``.
    """

    name: str
    clock: Callable[[], datetime] = field(repr=False)
    plan: str = "plus"
    windows: dict[str, SimulatedWindow] = field(default_factory=dict)
    limits: dict[str, tuple[SimulatedWindow, ...]] = field(default_factory=dict)
    credits: str = "0"
    spend: SpendCap | None = None
    reset_credits: int = 0
    unavailable_models: tuple[str, ...] = ()
    allowed: bool | None = None
    limit_reached: bool | None = None
    reached_type: str | None = None
    email: str = ""
    workspace_id: str | None = None
    fedramp: bool = False
    token_life: timedelta = timedelta(days=10)
    latency: float | None = None
    body: Any = field(default=None, repr=False)
    signed_out: bool = False
    access_token: str = field(default="", init=False, repr=False)
    id_token: str = field(default="", init=False, repr=False)
    refresh_token: str = field(default="", init=False, repr=False)
    issued_at: datetime = field(init=False)
    _issued: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.email = self.email or f"{self.name if self.name.isascii() and self.name.isalnum() else self.user_id}@example.com"
        self.issue_tokens()

    @property
    def user_id(self) -> str:
        """The person's id, ``user-`` and 24 hexadecimal digits, always the same for the same name."""
        return "user-" + make_uuid(f"user {self.name}").replace("-", "")[:24]

    @property
    def account_id(self) -> str:
        """What a sign-in sends as ``ChatGPT-Account-Id``: the workspace's id, or the person's own UUID."""
        return self.workspace_id or make_uuid(f"account {self.name}")

    @property
    def expires_at(self) -> datetime:
        """When the access token expires (aware, UTC)."""
        return self.issued_at + self.token_life

    def issue_tokens(self) -> None:
        """Give the account new tokens; the service does not know the old ones any more."""
        self._issued += 1
        self.issued_at = self.clock().replace(microsecond=0)
        self.signed_out = False

        def token(life: timedelta) -> str:
            claims = make_claims(
                email=self.email,
                plan=self.plan,
                account_id=self.account_id,
                user_id=self.user_id,
                fedramp=self.fedramp,
                number=self._issued,
                issued_at=self.issued_at,
                expires_at=self.issued_at + life,
            )
            return make_token(claims)

        self.access_token, self.id_token = token(self.token_life), token(ID_TOKEN_LIFE)
        self.refresh_token = f"rt_simulated_{self.user_id}_{self._issued}"

    def auth_json(self) -> str:
        """The sign-in as Codex itself writes it to ``auth.json``."""
        tokens = {
            "id_token": self.id_token,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "account_id": self.account_id,
        }
        refreshed = self.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        data = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": refreshed}
        return json.dumps(data, indent=2) + "\n"

    def use(self, **percents: float) -> None:
        """Use more of some windows, by name: ``use(five_hour=10, weekly=2)``; a window that had not started starts now.

        Raises ``KeyError`` for a window that the account does not have.
        """
        now = self.clock()
        for name, percent in percents.items():
            self.windows[name] = self.windows[name].use(percent, now)

    def reset(self) -> None:
        """Put every window of the main limit back to 0 %, not started, as an early reset does."""
        self.windows = {name: SimulatedWindow(length=window.length) for name, window in self.windows.items()}

    def usage(self) -> dict[str, Any]:
        """The usage body of this moment, with the fields and types of the real one; ``body`` is not looked at."""
        now = self.clock()
        spend = self.spend.at(now) if self.spend else None
        full = any(window.at(now).used >= 100 for window in self.windows.values())
        spent = spend is not None and spend.reached
        reached = (full and not self._covered()) or spent if self.limit_reached is None else self.limit_reached
        reason = self.reached_type or ("workspace_member_usage_limit_reached" if spent else "rate_limit_reached")
        return {
            "user_id": self.user_id,
            "account_id": self.workspace_id or self.user_id,
            "email": self.email,
            "plan_type": self.plan,
            "rate_limit": _rate_limit(tuple(self.windows.values()), now, allowed=self.allowed, reached=reached),
            "code_review_rate_limit": None,
            "additional_rate_limits": [_named_limit(name, windows, now) for name, windows in self.limits.items()] or None,
            "model_usage": {
                "gpt-5.3-codex": {"available": True, "available_at": None, "credits_would_enable": False},
                **{m: {"available": False, "available_at": None, "credits_would_enable": False} for m in self.unavailable_models},
            },
            "credits": {
                "has_credits": self._covered(),
                "unlimited": self.credits == "unlimited",
                "overage_limit_reached": False,
                "balance": None if self.credits == "unlimited" else self.credits,
                "approx_local_messages": [0, 0],
                "approx_cloud_messages": [0, 0],
            },
            "spend_control": {"reached": spent, "individual_limit": spend.body(now) if spend else None},
            "rate_limit_reached_type": {"type": reason, "details": "default"} if reached or self.reached_type else None,
            "promo": None,
            "rate_limit_reset_credits": {
                "available_count": self.reset_credits,
                "applicable_available_count": self.reset_credits if reached else 0,
            },
        }

    def answer(self) -> bytes:
        """What the service sends: ``body`` when there is one (bytes as they are, anything else as JSON), else ``usage()``."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.usage() if self.body is None else self.body, separators=(",", ":")).encode()

    def _covered(self) -> bool:
        try:
            return self.credits == "unlimited" or Decimal(self.credits) > 0
        except InvalidOperation:
            return False


def _rate_limit(
    windows: tuple[SimulatedWindow, ...], now: datetime, *, allowed: bool | None = None, reached: bool = False
) -> dict[str, Any] | None:
    if not windows:
        return None
    bodies: dict[str, Any] = dict.fromkeys(_SLOTS[:2])
    bodies.update(zip(_SLOTS, (window.body(now) for window in windows), strict=False))
    return {"allowed": not reached if allowed is None else allowed, "limit_reached": reached, **bodies}


def _named_limit(name: str, windows: tuple[SimulatedWindow, ...], now: datetime) -> dict[str, Any]:
    return {
        "limit_name": name,
        "metered_feature": FEATURES.get(name) or "codex_" + "".join(c if c.isalnum() else "_" for c in name.lower()),
        "rate_limit": _rate_limit(windows, now, reached=any(window.at(now).used >= 100 for window in windows)),
        "normal_model_slug": None,
    }
