"""Times as people give them: a length before now, a day, or a moment."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta

from codex_quota import UsageError
from codex_quota.options import Option, ago_or_moment, seconds

HISTORY = "stretch of time"


def since(default: str) -> Option:
    """``--since``."""
    length = timedelta(seconds=seconds(default))
    return Option(flag="--since", group=HISTORY, convert=ago_or_moment, metavar="TIME", default=length, shown=default,
                  help="from how long ago, like 24h or 30d, or from a time like 2026-11-22T12:00")  # fmt: skip


UNTIL = Option(flag="--until", group=HISTORY, convert=ago_or_moment, metavar="TIME", shown="now", help="up to when, likewise")


def stretch(args: Namespace, now: datetime) -> tuple[datetime, datetime]:
    """The moments (aware) that ``--since`` and ``--until`` mean; raises ``UsageError`` when they are the wrong way round."""
    begin, end = _moment(args.since, now), now if args.until is None else _moment(args.until, now)
    if begin > end:
        raise UsageError("--since lies after --until", hint="give them the other way round")
    return begin, end


def _moment(given: timedelta | datetime, now: datetime) -> datetime:
    return given if isinstance(given, datetime) else now - given
