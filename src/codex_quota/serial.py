"""``Snapshot`` ↔ JSON text: one schema, version 1, for the cache, ``--format json``, the HTTP API and the state file.

The schema is described field by field in ``docs/reference/json.md``.
Times are written to whole seconds; the service's raw ``Answer`` and tokens are never written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

from .jsonfields import Fields, mapping, need, one_of, take, time
from .model import Account, Credits, Quota, Snapshot, SpendLimit, Window
from .serial_pace import pace_to_dict
from .serial_read import snapshot_from_dict as snapshot_from_dict

SCHEMA_VERSION = 1


def snapshot_to_dict(snapshot: Snapshot) -> dict[str, object]:
    """One entry of ``results``, ready for ``json.dumps``; identity is the account's, else what the answer itself names."""
    quota, account, error = snapshot.quota or Quota(), snapshot.account, snapshot.error
    return {
        "account": account.name,
        "email": account.email or quota.email,
        "account_id": account.account_id or quota.account_id,
        "user_id": account.user_id or quota.user_id,
        "plan": snapshot.plan,
        "token_expires_at": _from_time(snapshot.token_expires_at),
        "source": snapshot.source,
        "status": snapshot.status,
        "fetched_at": _from_time(snapshot.fetched_at),
        "limit_reached": quota.limit_reached,
        "limit_reached_type": quota.limit_reached_type,
        "usable": snapshot.usable,
        "limited_by": snapshot.limited_by,
        "available_at": _from_time(snapshot.available_at),
        "five_hour": _from_window(quota.five_hour),
        "weekly": _from_window(quota.weekly),
        "monthly": _from_window(quota.monthly),
        "limits": [
            {"name": one.name, "feature": one.feature, "allowed": one.allowed, "limit_reached": one.limit_reached}
            for one in quota.limits
        ],
        "windows": [_from_window(window) for window in quota.windows],
        "credits": _from_credits(quota.credits),
        "spend": _from_spend(quota.spend),
        "reset_credits": quota.reset_credits,
        "unavailable_models": list(quota.unavailable_models),
        "warnings": list(dict.fromkeys((*snapshot.warnings, *quota.warnings))),
        "error": None if error is None else {"code": error.code, "message": error.message, "hint": error.hint},
    }


def dump_snapshot(snapshot: Snapshot) -> str:
    """The text a cache keeps: one result with ``schema_version``, exact enough to load as the same snapshot.

    ``answer`` holds what the answer itself said of its account, and the result only what the account says;
    what the sign-in claims (plan, end of the token) is left out, because the next sign-in may claim something else.
    """
    quota, account = snapshot.quota, snapshot.account
    own = None if quota is None else {**_identity(quota), "warnings": list(quota.warnings)}
    record = {
        "schema_version": SCHEMA_VERSION,
        **snapshot_to_dict(replace(snapshot, plan_claim=None, token_expires_at=None)),
        **_identity(account),
        "warnings": list(snapshot.warnings),
        "account_source": account.source,
        "answer": own,
    }
    return json.dumps(record, allow_nan=False, separators=(",", ":"))


def load_snapshot(text: str) -> Snapshot | None:
    """The snapshot of a cache's text; None for garbage and for a text of another version; never raises."""
    try:
        record = mapping(json.loads(text), "record")
        _check_version(record)
        return snapshot_from_dict(record)
    except (ValueError, TypeError, RecursionError):
        return None


def dump_results(snapshots: Sequence[Snapshot], *, generated_at: datetime, indent: int | None = None) -> str:
    """The whole document; *generated_at* is aware, and the document says it in UTC.

    ``status`` tells how many accounts answered this time: a stale snapshot did not.
    """
    fresh = sum(snapshot.status == "fresh" for snapshot in snapshots)
    document = {
        "schema_version": SCHEMA_VERSION,
        "status": "error" if not fresh else "success" if fresh == len(snapshots) else "partial",
        "generated_at": _from_time(generated_at),
        "results": [snapshot_to_dict(snapshot) for snapshot in snapshots],
    }
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "replace").decode("utf-8")


def load_results(text: str) -> list[Snapshot]:
    """The snapshots of a document that ``dump_results`` wrote, in its order; raises ``ValueError`` for anything else."""
    try:
        document = mapping(json.loads(text), "document")
    except RecursionError:
        raise ValueError("document: nested too deeply") from None
    _check_version(document)
    one_of(document, "status", ("success", "partial", "error"))
    time(document, "generated_at")
    return [snapshot_from_dict(one) for one in need(document, "results", list)]


def _identity(who: Account | Quota) -> dict[str, object]:
    return {"email": who.email, "account_id": who.account_id, "user_id": who.user_id}


def _from_window(window: Window | None) -> dict[str, object] | None:
    if window is None:
        return None
    return {
        "limit": window.limit,
        "name": window.name,
        "label": window.label,
        "used_percent": _from_percent(window.used_percent),
        "remaining_percent": _from_percent(window.remaining_percent),
        "window_seconds": None if window.length is None else int(window.length.total_seconds()),
        "resets_at": _from_time(window.resets_at),
        "started": window.started,
        "pace": None if window.pace is None else pace_to_dict(window.pace, _from_time),
    }


def _from_credits(found: Credits | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "has_credits": found.has_credits,
        "unlimited": found.unlimited,
        "overage_limit_reached": found.overage_limit_reached,
        "balance": _from_decimal(found.balance),
    }


def _from_spend(spend: SpendLimit | None) -> dict[str, object] | None:
    if spend is None:
        return None
    return {
        "reached": spend.reached,
        "limit": _from_decimal(spend.limit),
        "used": _from_decimal(spend.used),
        "remaining": _from_decimal(spend.remaining),
        "used_percent": _from_percent(spend.used_percent),
        "resets_at": _from_time(spend.resets_at),
    }


def _from_time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _from_percent(value: float | None) -> float | None:
    """Six decimals at most; a whole number without any."""
    if value is None or not isfinite(value):
        return None
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _from_decimal(value: Decimal | None) -> str | None:
    """Plain digits without an exponent; zero is "0", whatever its exponent."""
    if value is None or not value.is_finite():
        return None
    return format(value, "f") if value else "0"


def _check_version(fields: Fields) -> None:
    if take(fields, "schema_version", int) != SCHEMA_VERSION:
        raise ValueError(f"schema_version: not {SCHEMA_VERSION}")
