"""The records that rules, state and messages share; plain values without any input or output.

All times are aware UTC datetimes, percentages lie on a scale of 0 to 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from codex_quota import Snapshot

Rule = Literal["low", "exhausted", "back", "early_reset", "sign_in", "token", "unused"]
RULES: tuple[Rule, ...] = get_args(Rule)
Marks = Mapping[str, tuple[datetime | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to tell about one account.

    ``window`` is the key of the window, or of what else keeps the account from working.
    ``level`` is the threshold of ``low``, ``code`` the error's code of ``sign_in``.
    ``cycle`` is the reset that belongs to it, None when the service named none; at ``token`` it is the token's end.
    ``delivered`` has the ids of the targets that took it.
    """

    rule: Rule
    account: str
    window: str = ""
    level: float | None = None
    cycle: datetime | None = None
    code: str = ""
    raised_at: datetime
    delivered: frozenset[str] = frozenset()

    @property
    def mark(self) -> str:
        """What is remembered together with the cycle, so that the alert comes once."""
        return f"{self.rule}:{'' if self.level is None else f'{self.level:g}'}:{self.window}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one account.

    ``seen`` is the last reading that was believed, ``doubt`` a later one that waits for another to confirm it.
    ``marks`` tell by an alert's mark for which cycles it was raised.
    ``broken`` is the error's code while the sign-in cannot be used, since ``broken_at``; ``broken_told`` is the last such alert.
    """

    identity: str | None = None
    heard_at: datetime
    seen: Snapshot | None = None
    doubt: Snapshot | None = None
    marks: Marks = field(default_factory=dict)
    broken: str | None = None
    broken_at: datetime | None = None
    broken_told: datetime | None = None
    token_ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """A target that did not take a message: how often in a row, and when it is tried again."""

    failures: int
    next_try: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message's line that some target took, for people."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that is kept over a restart; ``pending`` are alerts that some target still has to take, oldest first."""

    accounts: Mapping[str, Known] = field(default_factory=dict)
    pending: tuple[Alert, ...] = ()
    targets: Mapping[str, Backoff] = field(default_factory=dict)
    sent: tuple[Sent, ...] = ()
    told: tuple[str, ...] = ()
