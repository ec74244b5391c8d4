"""What the dashboard was started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every choice of the dashboard, made once at the start.

    ``base_path`` is empty or like ``/quota``, without a slash at its end.
    ``trusted_proxies`` are addresses or networks whose ``X-Forwarded-*`` headers count.
    ``allowed_hosts`` are host names besides the machine's own.
    ``admin_token`` opens the account pages; ``token_is_given`` is False when it was made at this start.
    """

    host: str = "0.0.0.0"  # noqa: S104
    port: int = 8081
    interval: timedelta = timedelta(hours=1)
    account_dir: Path = Path("account")
    state_file: Path = Path("account/codex_quota_web_results.json")
    account_name: str | None = None
    base_path: str = ""
    trusted_proxies: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    require_token: bool = False
    admin_token: str = field(repr=False)
    token_is_given: bool = False
    show: Literal["left", "used"] = "left"
    time: Literal["clock", "countdown", "both"] = "both"
    utc: bool = False
