"""A history to show: two accounts over the last hours, of the real clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from codex_quota import Account, Options
from codex_quota.history import History, Reading, history_file
from program import Program
from snapshots import FIVE, WEEK, window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Remembered:
    """The history of *program*, which knows ``work`` and ``北京``; ``now`` is the real time, to a second."""

    def __init__(self, program: Program) -> None:
        self.path: Path = history_file(Options(environ=program.environ))
        self.history = History(self.path)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.history.add(Account(name="work", source="directory", account_id="a"), list(self._work()))
        self.history.add(Account(name="北京", source="directory", account_id="b"), list(self._office()))

    def ago(self, hours: float) -> datetime:
        """A moment that many hours before ``now``."""
        return self.now - hours * HOUR

    def _work(self) -> list[Reading]:
        """Every hour a reading: a week that was used up to 80 %, its reset 3 hours ago, and a plan that changed 2 hours ago."""
        used = {12: 10, 11: 10, 10: 30, 9: 30, 8: 40, 7: 50, 6: 60, 5: 70, 4: 80, 3: 80, 2: 2, 1: 4, 0: 6}
        return [
            Reading(
                account="work",
                at=self.ago(ago),
                windows=(replace(WEEK, used_percent=percent, resets_at=self.ago(3) + (ago < 3) * 7 * DAY),),
                plan="pro" if ago <= 2 else "plus",
                credits=Decimal("12.50"),
            )
            for ago, percent in used.items()
        ]

    def _office(self) -> list[Reading]:
        """Two windows of another limit, then a sign-in that does not work any more."""
        spark = replace(window("five_hour", 25, 2 * HOUR, limit="GPT-5.3-Codex-Spark"), resets_at=self.now + HOUR)
        odd = replace(window("other", None), resets_at=None)
        return [
            Reading(account="北京", at=self.ago(5), windows=(FIVE, spark, odd)),
            Reading(account="北京", at=self.ago(4), windows=(FIVE, spark, odd)),
            Reading(account="北京", at=self.ago(1), error="unauthorized"),
        ]
