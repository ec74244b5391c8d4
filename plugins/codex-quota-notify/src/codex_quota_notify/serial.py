"""``State`` ↔ the versioned JSON text of the state file; readings are kept as the results document that the program writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import codex_quota
from codex_quota import Snapshot

from .records import RULES, Alert, Backoff, Known, Marks, Sent, State

SCHEMA_VERSION = 1


def dump_state(state: State, now: datetime) -> str:
    """The text that keeps *state*."""
    accounts = state.accounts.items()
    record = {
        "schema_version": SCHEMA_VERSION,
        "accounts": {name: _from_known(known) for name, known in accounts},
        "seen": _from_snapshots({name: known.seen for name, known in accounts}, now),
        "doubt": _from_snapshots({name: known.doubt for name, known in accounts}, now),
        "pending": [_from_alert(alert) for alert in state.pending],
        "targets": {key: {"failures": one.failures, "next_try": _from_time(one.next_try)} for key, one in state.targets.items()},
        "sent": [{"at": _from_time(one.at), "text": one.text} for one in state.sent],
        "told": list(state.told),
    }
    return json.dumps(record, ensure_ascii=True, separators=(",", ":"))


def load_state(text: str) -> State:
    """The state of such a text; raises ``ValueError`` for any other."""
    try:
        record = json.loads(text)
        if record["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version is not {SCHEMA_VERSION}")
        seen, doubt = _to_snapshots(record["seen"]), _to_snapshots(record["doubt"])
        return State(
            accounts={name: _to_known(known, seen.get(name), doubt.get(name)) for name, known in _items(record["accounts"])},
            pending=tuple(_to_alert(one) for one in record["pending"]),
            targets={
                key: Backoff(failures=int(one["failures"]), next_try=_to_moment(one["next_try"]))
                for key, one in _items(record["targets"])
            },
            sent=tuple(Sent(at=_to_moment(one["at"]), text=str(one["text"])) for one in record["sent"]),
            told=tuple(str(one) for one in record["told"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def _from_known(known: Known) -> dict[str, object]:
    return {
        "identity": known.identity,
        "heard_at": _from_time(known.heard_at),
        "marks": {mark: [_from_time(one) for one in cycles] for mark, cycles in known.marks.items()},
        "broken": known.broken,
        "broken_at": _from_time(known.broken_at),
        "broken_told": _from_time(known.broken_told),
        "token_ends": _from_time(known.token_ends),
    }


def _to_known(one: Mapping[str, Any], seen: Snapshot | None, doubt: Snapshot | None) -> Known:
    marks: Marks = {mark: tuple(_to_time(cycle) for cycle in cycles) for mark, cycles in _items(one["marks"])}
    if any(mark.count(":") < 2 for mark in marks):
        raise ValueError("marks: not a mark")
    return Known(
        identity=_to_text(one["identity"]),
        heard_at=_to_moment(one["heard_at"]),
        seen=seen,
        doubt=doubt,
        marks=marks,
        broken=_to_text(one["broken"]),
        broken_at=_to_time(one["broken_at"]),
        broken_told=_to_time(one["broken_told"]),
        token_ends=_to_time(one["token_ends"]),
    )


def _from_alert(alert: Alert) -> dict[str, object]:
    return {
        "rule": alert.rule,
        "account": alert.account,
        "window": alert.window,
        "level": alert.level,
        "cycle": _from_time(alert.cycle),
        "code": alert.code,
        "raised_at": _from_time(alert.raised_at),
        "delivered": sorted(alert.delivered),
    }


def _to_alert(one: Mapping[str, Any]) -> Alert:
    rule = next((rule for rule in RULES if rule == one["rule"]), None)
    if rule is None:
        raise ValueError("pending: an unknown rule")
    return Alert(
        rule=rule,
        account=str(one["account"]),
        window=str(one["window"]),
        level=None if one["level"] is None else float(one["level"]),
        cycle=_to_time(one["cycle"]),
        code=str(one["code"]),
        raised_at=_to_moment(one["raised_at"]),
        delivered=frozenset(str(key) for key in one["delivered"]),
    )


def _from_snapshots(found: Mapping[str, Snapshot | None], now: datetime) -> object:
    # an account that was renamed since has its reading under the name that it has now
    snapshots = [replace(one, account=replace(one.account, name=name)) for name, one in found.items() if one is not None]
    return json.loads(codex_quota.dump_results(snapshots, generated_at=now))


def _to_snapshots(document: object) -> dict[str, Snapshot]:
    return {snapshot.account.name: snapshot for snapshot in codex_quota.load_results(json.dumps(document))}


def _items(value: object) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return list(value.items())


def _from_time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).isoformat()


def _to_time(text: object) -> datetime | None:
    return None if text is None else _to_moment(text)


def _to_moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _to_text(value: object) -> str | None:
    return None if value is None else str(value)
