"""Accounts in a few words, at one Sunday noon, and every format by its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any, Literal

from codex_quota_statusbar.formats import FORMATS

from codex_quota import Account, Quota, RateLimit, Snapshot, Style, TimedOutError, UnauthorizedError, Window
from codex_quota.testing import SAMPLE_NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORMATTERS = {made.name: made for made in (make() for make in FORMATS)}
_LABELS = {"five_hour": "5 h", "weekly": "7 d", "monthly": "30 d", "other": "9 h"}
HOSTILE = "\x1b[31mA\n---\r|#{pid}#[fg=red]#S%{F#f00}<b>&amp;</b>\"'$(id)`id`\\n!:x:{e}\u202e%H"
CLEANED = "[31mA --- |#{pid}#[fg=red]#S%{F#f00}<b>&amp;</b>\"'$(id)`id`\\n!:x:{e} %H"


def window(
    name: Literal["five_hour", "weekly", "monthly", "other"],
    left: float | None,
    after: timedelta | None = HOUR,
    *,
    limit: str = "codex",
) -> Window:
    """A window with *left* percent left that resets *after* that time."""
    used = None if left is None else 100 - left
    resets_at = None if after is None else SAMPLE_NOW + after
    return Window(limit=limit, name=name, label=_LABELS[name], used_percent=used, length=None, resets_at=resets_at, started=True)


def quota(*windows: Window, **more: Any) -> Quota:
    """An answer with these windows, sorted into their limits."""
    names = dict.fromkeys(one.limit for one in windows)
    limits = tuple(RateLimit(name=name, windows=tuple(one for one in windows if one.limit == name)) for name in names)
    return Quota(**({"plan": "plus", "limits": limits, "limit_reached": False} | more))


def snapshot(name: str, *windows: Window, **more: Any) -> Snapshot:
    """A fresh reading of an account with an e-mail address; the quota's fields may be given too."""
    fields = {key: more.pop(key) for key in tuple(more) if key in Quota.__dataclass_fields__}
    account = Account(name=name, source="directory", email=f"{name}@example.com")
    return Snapshot(account=account, **({"quota": quota(*windows, **fields), "fetched_at": SAMPLE_NOW} | more))


def usual(name: str, five_hour: float = 88, weekly: float = 59) -> Snapshot:
    """An account with a five-hour and a weekly window."""
    return snapshot(name, window("five_hour", five_hour, 3 * HOUR), window("weekly", weekly, 4 * DAY))


def exhausted(name: str, after: timedelta | None = DAY) -> Snapshot:
    """An account without anything left in its weekly window."""
    return snapshot(name, window("five_hour", 99), window("weekly", 0, after), limit_reached=True)


def old(name: str, *windows: Window) -> Snapshot:
    """An account whose figures are twelve minutes old."""
    late = TimedOutError("no whole answer within 15 s", account=name)
    fetched_at = SAMPLE_NOW - timedelta(minutes=12)
    return snapshot(name, *windows, status="stale", source="cache", fetched_at=fetched_at, error=late)


def failed(name: str) -> Snapshot:
    """An account that is signed out."""
    error = UnauthorizedError("the service does not accept the access token", account=name)
    return snapshot(name, quota=None, status="failed", fetched_at=None, error=error)


def style(show: Literal["left", "used"] = "left", *, color: bool = False, unicode: bool = True, **settings: str) -> Style:
    """The usual style in UTC; *settings* are those of the formats by their variables without prefix: ``line_low="30"``."""
    environ = {f"CODEX_QUOTA_{name.upper()}": value for name, value in settings.items()}
    return Style(now=SAMPLE_NOW, tz=UTC, show=show, color=color, unicode=unicode, environ=environ)


def written(form: str, *snapshots: Snapshot, **settings: Any) -> str:
    """What the format makes of the accounts in the style of *settings*."""
    return FORMATTERS[form].format(snapshots, style(**settings))


def page_accounts() -> Sequence[Snapshot]:
    """The accounts of the page about status bars: one that is low, an exhausted one, and one that failed."""
    home = snapshot("home", window("five_hour", 99), window("weekly", 0, 30 * HOUR), plan="pro", limit_reached=True)
    return usual("work", 8), home, failed("lab")
