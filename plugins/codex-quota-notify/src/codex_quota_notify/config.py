"""What the user chose; ``reading`` makes it out of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from fnmatch import fnmatchcase
from hashlib import sha256

from .quiet import Quiet
from .records import Rule

WINDOWS = ("five_hour", "daily", "weekly", "monthly", "annual", "other", "spend")
USUAL_LEVELS = (20.0, 5.0)


@dataclass(frozen=True, slots=True)
class Target:
    """One place that alerts go to; its URL is a secret, ``str`` shows no more than the schema."""

    number: int
    url: str = field(repr=False)

    @property
    def key(self) -> str:
        """A name for the state file, from which the URL cannot be read."""
        return sha256(self.url.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return f"target {self.number} ({self.url.partition('://')[0]}://…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """When to tell that much is left shortly before a reset: from ``left`` percent on, ``within`` this time before it."""

    left: float = 30
    within: timedelta = timedelta(hours=24)
    windows: tuple[str, ...] = ("weekly", "monthly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every choice with its default.

    ``accounts`` are names or patterns like ``team-*``, empty means all; ``zone`` None is the local one.
    ``low`` has the thresholds (percent left, highest first) by window name, empty turns the rule off.
    ``jump`` is by how many points a figure may fall at once and still be believed.
    """

    urls: tuple[str, ...] = field(default=(), repr=False)
    accounts: tuple[str, ...] = ()
    zone: tzinfo | None = None
    time_limit: timedelta = timedelta(seconds=15)
    emails: bool = False
    side_limits: bool = False
    jump: float = 40
    low: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: dict.fromkeys(WINDOWS, USUAL_LEVELS))
    exhausted: bool = True
    back: bool = True
    early_reset: bool = True
    sign_in: bool = True
    token: timedelta | None = None
    unused: Unused | None = field(default_factory=Unused)
    quiet: Quiet | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """The places that alerts go to, each URL once."""
        return tuple(Target(number, url) for number, url in enumerate(dict.fromkeys(self.urls), 1))

    def has(self, rule: Rule) -> bool:
        """True when the rule is on."""
        return bool(getattr(self, rule))

    def wants(self, account: str) -> bool:
        """True when alerts about that account are wanted."""
        return not self.accounts or any(fnmatchcase(account, pattern) for pattern in self.accounts)
