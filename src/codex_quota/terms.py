"""What figures, plans and windows are called; part of the public room ``wording``, where everything here can be found too.

*say* translates a message, English when it is left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .errors import CodexQuotaError, one_line
from .interfaces import Say, as_written
from .model import MAIN_LIMIT, Window

UNKNOWN = "-"
Level = Literal["good", "low", "critical", "empty", "unknown"]

_PERIODS = {"five_hour": "5 h", "daily": "daily", "weekly": "weekly", "monthly": "monthly", "annual": "annual"}
_LENGTHS = {"d": "{count} d", "h": "{count} h", "min": "{count} min", "s": "{count} s"}
_PLANS = {
    "guest": "Guest", "free": "Free", "free_workspace": "Free Workspace", "go": "Go", "plus": "Plus",
    "pro": "Pro", "prolite": "Pro Lite", "promax": "Pro Max", "team": "Team",
    "business": "Business", "self_serve_business_usage_based": "Business Usage",
    "self_serve_business_prolite": "Business Pro Lite",
    "enterprise": "Enterprise", "ent26": "Enterprise", "hc": "Enterprise",
    "enterprise_cbp_automation": "Enterprise Automation", "enterprise_cbp_usage_based": "Enterprise Usage",
    "edu": "Edu", "edu_plus": "Edu Plus", "edu_pro": "Edu Pro", "education": "Education", "k12": "K-12", "quorum": "Quorum",
}  # fmt: skip
_ERRORS = {
    "plugin": "a plugin failed",
    "credential": "the sign-in cannot be used",
    "credential_invalid": "the sign-in cannot be read",
    "not_chatgpt_login": "not a ChatGPT sign-in",
    "service": "no usable answer",
    "unauthorized": "the sign-in is not accepted",
    "workspace_deactivated": "the workspace is deactivated",
    "blocked": "the request is refused",
    "not_found": "wrong address",
    "redirected": "redirected elsewhere",
    "rate_limited": "asked too often",
    "unavailable": "the service is in trouble",
    "unexpected_status": "unexpected status",
    "timeout": "no answer in time",
    "network": "no connection",
    "bad_payload": "not a usage answer",
}


def percent_text(value: float | None) -> str:
    """A percentage with at most one decimal; never "0" or "100" unless it is exactly that, "-" when it is not known."""
    if value is None:
        return UNKNOWN
    if value > 999:
        return ">999"
    text = f"{value:.1f}".removesuffix(".0")
    if text == "0" and value > 0:
        return "<1"
    if text == "100" and value < 100:
        return ">99"
    return text


def amount_text(value: Decimal) -> str:
    """An amount of credits or money with two decimals, or none when it is whole."""
    if not value.is_finite() or value.adjusted() > 15:
        return f"{value:.3g}"
    cents = round(value, 2)
    if not cents and value > 0:
        return "<0.01"
    return f"{cents:.0f}" if cents == cents.to_integral_value() else f"{cents:.2f}"


def plan_text(plan: str | None, say: Say = as_written) -> str:
    """A short readable name of a plan type; one that is not known here stays as it is, "-" when there is none."""
    if plan is None:
        return UNKNOWN
    key = plan.strip().casefold().removeprefix("chatgpt").lstrip("-_ ")
    return say(_PLANS[key]) if key in _PLANS else one_line(plan) or UNKNOWN


def period_text(window: Window, say: Say = as_written) -> str:
    """What a window is called by its length alone: "5 h", "weekly", "9 h"."""
    if window.name in _PERIODS:
        return say(_PERIODS[window.name])
    label = one_line(window.label)
    number, _, unit = label.partition(" ")
    if number.isdecimal() and unit in _LENGTHS:
        return say(_LENGTHS[unit]).format(count=number)
    return say("other") if label == "other" else label or say("window")


def window_text(window: Window, say: Say = as_written) -> str:
    """What a window is called: its period, after the name of its limit unless that is the main one."""
    return f"{limit_text(window)} {period_text(window, say)}".lstrip()


def limit_text(window: Window) -> str:
    """The name of a window's limit, empty for the main one."""
    return "" if window.limit == MAIN_LIMIT else one_line(window.limit)


def error_word(error: CodexQuotaError, say: Say = as_written) -> str:
    """What went wrong, in a word or two: the error's code, which is English enough, or what it means in another language."""
    if error.code not in _ERRORS:
        return one_line(error.code)
    said = say(_ERRORS[error.code])
    return error.code if said == _ERRORS[error.code] else said


def level(remaining: float | None) -> Level:
    """How much is left in one word: "low" from 20 percent down, "critical" from 5, "empty" at 0."""
    if remaining is None:
        return "unknown"
    if remaining <= 0:
        return "empty"
    if remaining <= 5:
        return "critical"
    return "low" if remaining <= 20 else "good"
