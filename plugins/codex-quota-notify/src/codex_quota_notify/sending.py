"""One update: state, rules, messages, delivery and state again, one process at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from codex_quota import PluginError, Snapshot

from .engine import update
from .messages import line, message
from .outbox import plan, settle
from .places import state_path
from .reading import Setup, read_setup
from .records import State
from .storage import load, lock, save

_SLACK_SECONDS = 5.0


def send_alerts(
    previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], environ: Mapping[str, str], now: datetime
) -> None:
    """Find the alerts in new readings and send them.

    The state with the alerts is kept before anything is sent and again when that is done, so that a program that is killed
    in between repeats one message and loses none.
    Raises one ``CodexQuotaError`` for everything that went wrong, when all that could be done is done.
    """
    setup = read_setup(environ)
    if not setup.config.urls:
        return
    # a clock that is behind those of the readings must not make them readings of the future
    now = max([now, *(one.fetched_at for one in current.values() if one.fetched_at is not None)])
    path, patience = state_path(environ), setup.config.time_limit.total_seconds() + _SLACK_SECONDS
    with lock(path, patience) as held:
        if not held:
            raise PluginError(
                f"another program has been sending alerts for {patience:g} s; those of this reading come with the next one",
                hint="see 'codex-quota notify status'",
            )
        state, damage = load(path)
        state, problems = _warned(state, setup)
        _, state = update(state, previous, current, now, setup.config)
        save(path, state, now)
        problems = [*([damage] if damage else []), *problems, *_deliver(state, setup, now, environ)]
    if problems:
        raise PluginError("; ".join(problems), hint="see 'codex-quota notify status'")


def _deliver(state: State, setup: Setup, now: datetime, environ: Mapping[str, str]) -> list[str]:
    planned = plan(state, now, setup.config)
    if not planned:
        return []
    from .delivery import deliver

    messages = {target: message(alerts, state.accounts, now, setup.config) for target, alerts in planned.items()}
    lines = {alert: line(alert, state.accounts[alert.account], now, setup.config) for alert in state.pending}
    outcomes = deliver(messages, setup.config.time_limit)
    took = [one.target for one in outcomes if not one.reason]
    save(state_path(environ), settle(state, planned, took, now, setup.config, lines), now)
    failed = [f"{one.target}: {one.reason}" for one in outcomes if one.reason]
    return [f"alerts were not taken by {', '.join(failed)}; they are tried again"] if failed else []


def _warned(state: State, setup: Setup) -> tuple[State, list[str]]:
    """What has not been warned of before, and the state that remembers it."""
    new = [warning for warning in setup.warnings if warning not in state.told]
    return replace(state, told=setup.warnings), new
