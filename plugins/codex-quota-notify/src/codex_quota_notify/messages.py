"""Alerts in plain words. Pure; the words of figures and times are the program's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from codex_quota import Quota, Snapshot, Style, Window
from codex_quota.wording import (
    UNKNOWN,
    back_text,
    binding_window,
    countdown,
    moment_text,
    one_line,
    ordered_windows,
    percent_text,
    period_text,
    reset_moment,
    reset_text,
    window_text,
)

from .config import Config
from .cycles import is_due, windows_of
from .records import Alert, Known, Rule

Kind = Literal["info", "success", "warning", "failure"]
_KINDS: dict[Rule, Kind] = {
    "low": "warning", "exhausted": "failure", "back": "success", "early_reset": "success", "sign_in": "failure",
    "token": "warning", "unused": "info",
}  # fmt: skip
_GRAVITY: tuple[Kind, ...] = ("info", "success", "warning", "failure")
_SIGN_IN = {
    "unauthorized": "the service does not accept the sign-in any more",
    "workspace_deactivated": "the workspace is deactivated",
    "not_chatgpt_login": "the sign-in is not a ChatGPT sign-in",
    "credential_invalid": "the sign-in cannot be read",
}
_SIGN_IN_REMEDY = {
    "workspace_deactivated": "ask the workspace's owner",
    # mostly a keyring that is locked or not there, where a new sign-in would help nobody
    "credential": "'codex-quota accounts' tells why",
}
_BLOCKED = {
    "spend": "the spend limit is reached",
    "credits": "the workspace's credits are used up",
    "workspace": "the workspace's usage limit is reached",
}
_MOST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a target is sent: ``title`` is one line, ``body`` one or more."""

    title: str
    body: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Words:
    headline: str
    detail: str


def message(alerts: Sequence[Alert], accounts: Mapping[str, Known], now: datetime, config: Config) -> Message:
    """One message with all of *alerts*, of which there is at least one; of too many the least grave are counted only."""
    kind = max((_KINDS[alert.rule] for alert in alerts), key=_GRAVITY.index)
    if len(alerts) == 1:
        (alert,) = alerts
        words = _words(alert, accounts[alert.account], now, config)
        return Message(title=f"Codex quota: {shown_name(alert.account, config)}: {words.headline}", body=words.detail, kind=kind)
    shown = list(alerts)
    if len(shown) > _MOST_LINES:
        shown = sorted(alerts, key=lambda alert: -_GRAVITY.index(_KINDS[alert.rule]))[:_MOST_LINES]
    lines = [line(alert, accounts[alert.account], now, config) for alert in shown]
    if len(shown) < len(alerts):
        lines.append(f"and {len(alerts) - len(shown)} more")
    return Message(title=f"Codex quota: {len(alerts)} alerts", body="\n".join(lines), kind=kind)


def line(alert: Alert, known: Known, now: datetime, config: Config) -> str:
    """One alert in one line that begins with the account's name."""
    words = _words(alert, known, now, config)
    return f"{shown_name(alert.account, config)}: {words.headline}; {words.detail}"


def shown_name(account: str, config: Config) -> str:
    """The account's name, with an address in it masked unless addresses are wanted."""
    name, at, domain = one_line(account).rpartition("@")
    return f"{name[:1]}…@{domain}" if at and not config.emails else one_line(account)


def figures(snapshot: Snapshot | None, style: Style) -> str:
    """The main limit's windows in one line."""
    quota = snapshot.quota if snapshot is not None else None
    if quota is None:
        return "no figures"
    shown = [w for w in ordered_windows(quota) if quota.main is not None and w in quota.main.windows]
    parts = [f"{period_text(w)} {percent_text(w.remaining_percent)} % left, {_reset(w, quota, style)}" for w in shown]
    return "; ".join(parts) or "no usage window"


def _words(alert: Alert, known: Known, now: datetime, config: Config) -> _Words:
    style = Style(now=now, tz=config.zone)
    if alert.rule == "sign_in":
        headline = _SIGN_IN.get(alert.code, "the sign-in cannot be used")
        return _Words(headline, _SIGN_IN_REMEDY.get(alert.code, "sign in again with 'codex login'"))
    if alert.rule == "token" and alert.cycle is not None:
        when = moment_text(alert.cycle, style)
        return _Words(f"the sign-in's token ends {when}", "use Codex with this account and it is renewed, or sign in again")
    quota = known.seen.quota if known.seen is not None and known.seen.quota is not None else Quota()
    if alert.rule == "exhausted":
        return _Words(_blocked(quota), back_text(quota, style) or "nobody knows until when")
    if alert.rule == "back":
        return _Words("works again" + _earlier(alert), figures(known.seen, style))
    window = windows_of(quota, side_limits=True).get(alert.window)
    name, left, reset = one_line(alert.window), percent_text(None), ""
    if window is not None:
        name, left, reset = window_text(window), percent_text(window.remaining_percent), _reset(window, quota, style)
    if alert.rule == "early_reset":
        announced = f", announced was {moment_text(alert.cycle, style)}" if alert.cycle is not None else ""
        return _Words(f"{name} was reset{_earlier(alert)}", f"{left} % left{announced}")
    return _Words(f"{name} {left} % left", f"{reset}, and what is left then is lost" if alert.rule == "unused" else reset)


def _earlier(alert: Alert) -> str:
    if alert.cycle is None or is_due(alert.cycle, alert.raised_at):
        return ""
    return f", {countdown(alert.cycle - alert.raised_at)} earlier than announced"


def _blocked(quota: Quota) -> str:
    window = binding_window(quota)
    if window is None:
        return _BLOCKED.get(quota.limited_by or "", "the service says that a limit is reached")
    left = window.remaining_percent
    if window.exhausted or (left is not None and left <= 1):
        return f"{period_text(window)} limit is used up"
    return f"{period_text(window)} limit is closed by the service with {percent_text(left)} % left"


def _reset(window: Window, quota: Quota, style: Style) -> str:
    text = reset_text(window, quota, style)
    if text == UNKNOWN:
        return "reset time unknown"
    return text if window is binding_window(quota) or reset_moment(window, quota) is None else f"resets {text}"
