"""One decoded result of the JSON schema → ``Snapshot``: the reading half of ``serial``."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, get_args

from .errors import CodexQuotaError, all_errors
from .jsonfields import Fields, amount, count, mapping, need, one_of, percent, take, texts, time
from .model import Account, Credits, Quota, RateLimit, Snapshot, SpendLimit, Window, WindowName
from .serial_pace import pace_from_dict

SOURCES: tuple[Literal["network", "cache"], ...] = ("network", "cache")
STATUSES: tuple[Literal["fresh", "stale", "failed"], ...] = ("fresh", "stale", "failed")


class _ForeignError(CodexQuotaError):
    """A loaded error whose code this version does not know; the code is kept."""

    def __init__(self, message: str, *, code: str, hint: str, account: str) -> None:
        super().__init__(message, hint=hint, account=account)
        self.__dict__["code"] = code


def snapshot_from_dict(data: object, *, account: Account | None = None) -> Snapshot:
    """The snapshot of one entry of ``results``; *account*, when given, stands for the one the entry names.

    Absent nullable fields count as null, unknown fields are ignored, figures that follow from others are only checked.
    Raises ``ValueError`` for anything that does not fit.
    """
    fields = mapping(data, "result")
    named = Account(
        name=need(fields, "account", str),
        source=take(fields, "account_source", str) or "",
        account_id=take(fields, "account_id", str),
        user_id=take(fields, "user_id", str),
        email=take(fields, "email", str),
    )
    status = one_of(fields, "status", STATUSES)
    own = take(fields, "answer", dict)
    quota: Quota | None = _to_quota(fields, {**fields, "warnings": []} if own is None else own)
    if own is None and ("answer" in fields or status == "failed"):
        quota = None
    return Snapshot(
        account=account or named,
        quota=quota,
        fetched_at=time(fields, "fetched_at"),
        source=one_of(fields, "source", SOURCES),
        status=status,
        warnings=texts(fields, "warnings"),
        error=_to_error(fields, named.name),
        plan_claim=take(fields, "plan", str) if quota is None else None,
        token_expires_at=time(fields, "token_expires_at"),
    )


def _to_quota(fields: Fields, said: Fields) -> Quota:
    """The quota of a result; *said* holds identity and warnings. What follows from other fields is only checked."""
    for key in ("five_hour", "weekly", "monthly"):
        if (headline := take(fields, key, dict)) is not None:
            _to_window(headline)
    take(fields, "usable", bool)
    take(fields, "limited_by", str)
    time(fields, "available_at")
    return Quota(
        plan=take(fields, "plan", str),
        limits=_to_limits(fields),
        limit_reached=take(fields, "limit_reached", bool),
        limit_reached_type=take(fields, "limit_reached_type", str),
        credits=_to_credits(take(fields, "credits", dict)),
        spend=_to_spend(take(fields, "spend", dict)),
        reset_credits=count(fields, "reset_credits"),
        unavailable_models=texts(fields, "unavailable_models"),
        email=take(said, "email", str),
        account_id=take(said, "account_id", str),
        user_id=take(said, "user_id", str),
        warnings=texts(said, "warnings"),
    )


def _to_limits(fields: Fields) -> tuple[RateLimit, ...]:
    """The limits with their windows; ``limits`` may be absent, then the windows name them."""
    windows = [_to_window(one) for one in need(fields, "windows", list)]
    names: list[object] = [{"name": name} for name in dict.fromkeys(window.limit for window in windows)]
    found: dict[str, RateLimit] = {}
    for value in take(fields, "limits", list) or names:
        one = mapping(value, "limit")
        name = need(one, "name", str)
        if name in found:
            raise ValueError(f"limits: {name} twice")
        found[name] = RateLimit(
            name=name,
            feature=take(one, "feature", str),
            allowed=take(one, "allowed", bool),
            limit_reached=take(one, "limit_reached", bool),
            windows=tuple(window for window in windows if window.limit == name),
        )
    if not {window.limit for window in windows} <= found.keys():
        raise ValueError("windows: of a limit that is not in limits")
    return tuple(found.values())


def _to_window(value: object) -> Window:
    fields = mapping(value, "window")
    seconds = count(fields, "window_seconds", least=1)
    percent(fields, "remaining_percent")
    try:
        length = None if seconds is None else timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError("window_seconds: out of range") from None
    used, resets_at, pace = percent(fields, "used_percent"), time(fields, "resets_at"), take(fields, "pace", dict)
    return Window(
        limit=need(fields, "limit", str),
        name=one_of(fields, "name", get_args(WindowName)),
        label=need(fields, "label", str),
        used_percent=used,
        length=length,
        resets_at=resets_at,
        started=take(fields, "started", bool),
        pace=None if pace is None else pace_from_dict(pace, used_percent=used, resets_at=resets_at),
    )


def _to_credits(fields: Fields | None) -> Credits | None:
    if fields is None:
        return None
    return Credits(
        has_credits=take(fields, "has_credits", bool),
        unlimited=take(fields, "unlimited", bool),
        overage_limit_reached=take(fields, "overage_limit_reached", bool),
        balance=amount(fields, "balance"),
    )


def _to_spend(fields: Fields | None) -> SpendLimit | None:
    if fields is None:
        return None
    return SpendLimit(
        reached=take(fields, "reached", bool),
        limit=amount(fields, "limit"),
        used=amount(fields, "used"),
        remaining=amount(fields, "remaining"),
        used_percent=percent(fields, "used_percent"),
        resets_at=time(fields, "resets_at"),
    )


def _to_error(fields: Fields, account: str) -> CodexQuotaError | None:
    error = take(fields, "error", dict)
    if error is None:
        return None
    code, message, hint = need(error, "code", str), need(error, "message", str), take(error, "hint", str) or ""
    for kind in all_errors():
        if kind.code == code:
            return kind(message, hint=hint, account=account)
    return _ForeignError(message, code=code, hint=hint, account=account)
