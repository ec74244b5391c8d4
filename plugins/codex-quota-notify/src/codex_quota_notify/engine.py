"""From a state and new readings to alerts and the next state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from codex_quota import Snapshot

from .config import Config
from .cycles import add_mark, blocker, follow, is_marked, seen_at, windows_of, without_old, without_open
from .doubt import judge
from .identity import bare_of, identity_of, renamed
from .records import Alert, Known, Marks, State
from .rules import happened, holds_now
from .truth import still_true

BROKEN = ("unauthorized", "credential", "credential_invalid", "not_chatgpt_login", "workspace_deactivated")
_FORGET = timedelta(days=60)
_CLOCK_SLACK = timedelta(minutes=5)
_SIGN_IN_PAUSE = timedelta(hours=6)


def update(
    state: State, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], now: datetime, config: Config
) -> tuple[tuple[Alert, ...], State]:
    """The alerts that *current* raises for the first time, and the state with them and all others still true pending.

    *previous* helps with accounts that the state does not know yet.
    The same readings in whatever order and however often raise each alert once for each cycle.
    """
    state = renamed(state, current)
    accounts, raised = dict(state.accounts), list[Alert]()
    for name, snapshot in sorted(current.items()):
        if config.wants(name):
            known = accounts.get(name) or Known(heard_at=now, identity=identity_of(snapshot.account))
            accounts[name], alerts = _hear(name, known, previous.get(name), snapshot, now, config)
            raised += alerts
    accounts = {name: known for name, known in accounts.items() if known.heard_at > now - _FORGET}
    pending = [alert for alert in (*state.pending, *raised) if _stands(alert, accounts, now, config)]
    return tuple(raised), replace(state, accounts=accounts, pending=_without_overtaken(pending))


def _hear(
    name: str, known: Known, before: Snapshot | None, snapshot: Snapshot, now: datetime, config: Config
) -> tuple[Known, list[Alert]]:
    known = replace(
        _signed_in(known, snapshot, now),
        heard_at=now,
        identity=identity_of(snapshot.account) or known.identity,
        token_ends=snapshot.token_expires_at or known.token_ends,
        marks=without_old(known.marks, now),
    )
    found: list[Alert] = []
    if snapshot.status == "fresh" and snapshot.quota is not None and snapshot.fetched_at is not None:
        if known.seen is not None and seen_at(known.seen) > now + _CLOCK_SLACK:
            known = replace(known, seen=None, doubt=None)
        if known.seen is None and before is not None and _may_precede(before, snapshot):
            known = replace(known, seen=bare_of(before))
        latest = max((seen_at(one) for one in (known.seen, known.doubt) if one is not None), default=None)
        if latest is None or seen_at(snapshot) > latest:
            known, found = _read(name, known, snapshot, config)
    return _raise(known, [*found, *holds_now(name, known, now, config)], now, config)


def _may_precede(before: Snapshot, snapshot: Snapshot) -> bool:
    """True when *before* is an earlier reading of the same login."""
    logins = {identity_of(before.account), identity_of(snapshot.account)} - {None}
    return before.quota is not None and seen_at(before) < seen_at(snapshot) and len(logins) < 2


def _read(name: str, known: Known, snapshot: Snapshot, config: Config) -> tuple[Known, list[Alert]]:
    """Take a newer reading in."""
    bare = bare_of(snapshot)
    if known.seen is None:
        return replace(known, seen=bare, doubt=None), []
    verdict = judge(known.seen, known.doubt, snapshot, config)
    if verdict != "believe":
        return (replace(known, doubt=bare) if verdict == "doubt" else known), []
    assert known.seen.quota is not None
    assert bare.quota is not None
    old, new = (windows_of(one, side_limits=True) for one in (known.seen.quota, bare.quota))
    marks = follow(known.marks, old, new, seen_at(bare))
    marks = without_open(marks, "exhausted" if blocker(bare.quota) is None else "back")
    return replace(known, seen=bare, doubt=None, marks=marks), list(happened(name, known.seen, snapshot, config))


def _raise(known: Known, candidates: list[Alert], now: datetime, config: Config) -> tuple[Known, list[Alert]]:
    """Mark those *candidates* that were not raised before; a threshold marks the higher ones too."""
    raised: list[Alert] = []
    for alert in candidates:
        if alert.rule == "sign_in":
            told = known.broken_told
            if told is None or (known.broken_at is not None and told < known.broken_at and now - told >= _SIGN_IN_PAUSE):
                known = replace(known, broken_told=now)
                raised.append(alert)
            continue
        if not any(is_marked(known.marks, mark, alert.cycle) for mark in _covering(alert, config)):
            raised.append(alert)
        known = replace(known, marks=_marked(known.marks, alert, config))
    return known, raised


def _covering(alert: Alert, config: Config) -> list[str]:
    """The marks that say that *alert*, or a graver one, was raised."""
    return [alert.mark] if alert.rule != "low" else [replace(alert, level=one).mark for one in _levels(alert, config, below=True)]


def _marked(marks: Marks, alert: Alert, config: Config) -> Marks:
    same = [alert]
    if alert.rule == "low":
        same = [replace(alert, level=one) for one in _levels(alert, config, below=False)]
    elif alert.rule == "exhausted":
        same += [replace(alert, rule="low", level=one) for one in _levels(alert, config, below=False)]
    elif alert.rule == "back":
        same += [replace(alert, rule="early_reset")]
    for one in same:
        if not is_marked(marks, one.mark, one.cycle):
            marks = add_mark(marks, one.mark, one.cycle)
    return marks


def _levels(alert: Alert, config: Config, *, below: bool) -> set[float]:
    every = {level for levels in config.low.values() for level in levels}
    if alert.level is None:
        return every
    return {alert.level, *(one for one in every if (one <= alert.level if below else one >= alert.level))}


def _signed_in(known: Known, snapshot: Snapshot, now: datetime) -> Known:
    code = snapshot.error.code if snapshot.error is not None else None
    if code in BROKEN:
        return replace(known, broken=code, broken_at=known.broken_at if known.broken else now)
    if known.broken_at is not None and snapshot.status == "fresh" and seen_at(snapshot) >= known.broken_at.replace(microsecond=0):
        return replace(known, broken=None, broken_at=None)
    return known


def _stands(alert: Alert, accounts: Mapping[str, Known], now: datetime, config: Config) -> bool:
    known = accounts.get(alert.account)
    return known is not None and config.has(alert.rule) and config.wants(alert.account) and still_true(alert, known, now, config)


def _without_overtaken(pending: list[Alert]) -> tuple[Alert, ...]:
    """*pending* without what a later or graver alert about the same thing says better."""
    latest = {(alert.rule, alert.account, "" if alert.rule == "back" else alert.window): alert for alert in pending}
    kept = [alert for alert in latest.values() if alert.rule != "low" or ("exhausted", alert.account, alert.window) not in latest]
    return tuple(sorted(kept, key=lambda alert: alert.raised_at))
