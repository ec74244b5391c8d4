"""Readings in a few words, and a story that tells the rules one after the other; times are minutes after ``START``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from codex_quota_notify.config import Config
from codex_quota_notify.engine import update
from codex_quota_notify.messages import line, message
from codex_quota_notify.outbox import plan, settle
from codex_quota_notify.records import State
from codex_quota_notify.serial import dump_state, load_state

from codex_quota import Account, CodexQuotaError, Credits, Quota, RateLimit, Snapshot, SpendLimit, Window

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
LENGTHS = {"five_hour": 5 * HOUR, "daily": DAY, "weekly": WEEK, "monthly": 30 * DAY, "other": 9 * HOUR}
Name = Literal["five_hour", "daily", "weekly", "monthly", "other"]
ALL = Config(urls=("json://one",), zone=UTC)


def after(minutes: float) -> datetime:
    """That many minutes after the start."""
    return START + timedelta(minutes=minutes)


def window(name: Name, left: float | None, reset: float | None, *, started: bool | None = True, limit: str = "codex") -> Window:
    """A window with *left* percent left that resets *reset* minutes after the start."""
    minutes = LENGTHS[name]
    label = f"{minutes // DAY} d" if minutes >= DAY else f"{minutes // HOUR} h"
    return Window(
        limit=limit,
        name=name,
        label=label,
        used_percent=None if left is None else 100 - left,
        length=timedelta(minutes=minutes),
        resets_at=None if reset is None else after(reset),
        started=started,
    )


def reading(
    at: float,
    *windows: Window,
    name: str = "work",
    reached: bool | None = None,
    kind: str | None = None,
    spend: SpendLimit | None = None,
    credits: Credits | None = None,  # noqa: A002
    ids: tuple[str, str] | None = None,
    token_ends: float | None = None,
    source: Literal["network", "cache"] = "network",
) -> Snapshot:
    """A fresh reading, made at that minute; *reached* is the service's verdict, which otherwise follows the windows."""
    main = [one for one in windows if one.limit == "codex"]
    verdict = any(one.exhausted for one in main) if reached is None and main else reached
    names = dict.fromkeys(one.limit for one in windows)
    limits = [RateLimit(name=limit, windows=tuple(one for one in windows if one.limit == limit)) for limit in names]
    account_id, user_id = ids or (None, None)
    return Snapshot(
        account=Account(name=name, source="directory", email="me@example.com", account_id=account_id, user_id=user_id),
        quota=Quota(limits=tuple(limits), limit_reached=verdict, limit_reached_type=kind, spend=spend, credits=credits),
        fetched_at=after(at),
        source=source,
        token_expires_at=None if token_ends is None else after(token_ends),
    )


def failure(error: CodexQuotaError, *, name: str = "work") -> Snapshot:
    """A reading that failed."""
    return Snapshot(account=Account(name=name, source="directory"), status="failed", error=error)


@dataclass
class Story:
    """Runs the rules over one update after the other, as the program does, state file and all."""

    config: Config = ALL
    state: State = field(default_factory=State)
    last: dict[str, Snapshot] = field(default_factory=dict)

    def hear(self, at: float, *snapshots: Snapshot) -> list[tuple[str, ...]]:
        """The alerts that an update at that minute raises: rule, account and window or threshold."""
        current = {one.account.name: one for one in snapshots}
        raised, self.state = update(self.state, self.last, current, after(at), self.config)
        self.last |= current
        self.state = load_state(dump_state(self.state, after(at)))
        shown = [(one.rule, one.window.removeprefix("codex/"), "" if one.level is None else f"{one.level:g}") for one in raised]
        return [tuple(part for part in parts if part) for parts in shown]

    def lines(self, at: float) -> list[str]:
        """Everything pending, in words."""
        return [line(one, self.state.accounts[one.account], after(at), self.config) for one in self.state.pending]

    def send(self, at: float, *, fails: Mapping[int, bool] | None = None) -> dict[int, str]:
        """What each target is sent at that minute, by its number, as title and body; those in *fails* do not take it."""
        planned = plan(self.state, after(at), self.config)
        sent = {}
        for target, alerts in planned.items():
            text = message(alerts, self.state.accounts, after(at), self.config)
            sent[target.number] = f"{text.title}\n{text.body}"
        took = [target for target in planned if not (fails or {}).get(target.number)]
        lines = {one: line(one, self.state.accounts[one.account], after(at), self.config) for one in self.state.pending}
        self.state = settle(self.state, planned, took, after(at), self.config, lines)
        self.state = load_state(dump_state(self.state, after(at)))
        return sent

    def turn(self, **choices: object) -> None:
        """Change the configuration."""
        self.config = replace(self.config, **choices)  # type: ignore[arg-type]
