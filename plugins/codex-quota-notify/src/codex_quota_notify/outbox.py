"""Who gets which alerts now, and what is left to do afterwards. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .config import Config, Target
from .records import Alert, Backoff, Sent, State

_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=1)
_SENT_KEPT = 20


def plan(state: State, now: datetime, config: Config) -> dict[Target, tuple[Alert, ...]]:
    """The alerts that each target shall get in one message now: not in quiet hours, and not while it is left alone."""
    found: dict[Target, tuple[Alert, ...]] = {}
    for target in config.targets:
        backoff = state.targets.get(target.key)
        alerts = tuple(one for one in state.pending if target.key not in one.delivered and not is_held(one, now, config))
        if alerts and (backoff is None or backoff.next_try <= now or backoff.next_try > now + 2 * _LONGEST_RETRY):
            found[target] = alerts
    return found


def is_held(alert: Alert, now: datetime, config: Config) -> bool:
    """True while quiet hours keep it back."""
    quiet = config.quiet
    return quiet is not None and alert.rule not in quiet.urgent and quiet.until(now, config.zone) is not None


def settle(
    state: State,
    planned: Mapping[Target, Sequence[Alert]],
    took: Iterable[Target],
    now: datetime,
    config: Config,
    lines: Mapping[Alert, str],
) -> State:
    """The state after an attempt: *took* are the targets of *planned* that have their message, *lines* says alerts in words.

    A target that failed is left alone for a minute, then twice as long each time, up to an hour.
    """
    done = set(took)
    targets = dict(state.targets)
    for target in planned:
        failures = targets[target.key].failures + 1 if target.key in targets else 1
        wait = min(_FIRST_RETRY * 2 ** min(failures - 1, 20), _LONGEST_RETRY)
        targets[target.key] = Backoff(failures=failures, next_try=now + wait)
        if target in done:
            del targets[target.key]
    keys, pending, sent = {target.key for target in config.targets}, list[Alert](), list[Sent]()
    for alert in state.pending:
        got = {target.key for target in done if alert in planned[target]}
        if got and not alert.delivered:
            sent.append(Sent(at=now, text=lines[alert]))
        delivered = alert.delivered | got
        if not keys <= delivered:
            pending.append(replace(alert, delivered=delivered))
    targets = {key: backoff for key, backoff in targets.items() if key in keys}
    return replace(state, pending=tuple(pending), targets=targets, sent=(*state.sent, *sent)[-_SENT_KEPT:])
