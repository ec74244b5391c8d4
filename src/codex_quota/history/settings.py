"""The history's options, and where its file lies."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import replace
from datetime import time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from ..interfaces import Options
from ..options import Option, positive_seconds

if TYPE_CHECKING:
    from ..pace import Working

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        try:
            begin, end = _DAYS.index(first[:3]), _DAYS.index((last if dash else first)[:3])
        except ValueError:
            raise ArgumentTypeError(f"{text!r} names no days like mon-fri or mon,wed,fri") from None
        found |= {number % 7 for number in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)


def _hours(text: str) -> tuple[time, time]:
    first, _, last = text.replace(" ", "").partition("-")
    try:
        return _clock(first), _clock(last)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} names no hours like 9-18 or 8:30-17:00") from None


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(0) if text in ("24", "24:00") else time(int(hour), int(minute or 0))


GROUP = "history"
HISTORY = Option(flag="--history", group=GROUP, default=True, shown="",
                 help="keep nothing of what is read for forecasts and charts")  # fmt: skip
HISTORY_FILE = Option(flag="--history-file", group=GROUP, convert=str, metavar="FILE", shown="in the platform's state directory",
                      help="file that keeps what was read")  # fmt: skip
HOURLY_AFTER = Option(flag="--history-hourly-after", group=GROUP, convert=positive_seconds, metavar="TIME", default=14 * 86400.0,
                      shown="14d", help="thin what is older to one reading an hour")  # fmt: skip
DAILY_AFTER = Option(flag="--history-daily-after", group=GROUP, convert=positive_seconds, metavar="TIME", default=180 * 86400.0,
                     shown="180d", help="thin what is older to one reading a day")  # fmt: skip
WORKING_DAYS = Option(flag="--working-days", group=GROUP, convert=_days, metavar="DAYS", shown="every day",
                      help="days on which Codex is used, like mon-fri or mon,wed,fri; for forecasts")  # fmt: skip
WORKING_HOURS = Option(flag="--working-hours", group=GROUP, convert=_hours, metavar="HOURS", shown="all day",
                       help="hours of those days, like 9-18 or 8:30-17:00, in local time")  # fmt: skip
SETTINGS = (HISTORY, HISTORY_FILE, HOURLY_AFTER, DAILY_AFTER, WORKING_DAYS, WORKING_HOURS)
FILE_NAME = "codex_quota_history.sqlite3"


def history_file(options: Options) -> Path:
    """The file that *options* ask for, by default in the platform's state directory."""
    given = HISTORY_FILE.value(options.environ)
    return Path(given) if given else state_directory(options.environ) / FILE_NAME


def working_time(environ: Mapping[str, str], tz: tzinfo) -> Working | None:
    """When Codex is used, as the settings in *environ* say; None when they say nothing.

    Raises ``UsageError`` for days or hours that cannot be understood.
    """
    days, hours = WORKING_DAYS.value(environ), WORKING_HOURS.value(environ)
    if days is None and hours is None:
        return None
    from ..pace import Working

    start, end = hours or (time(0), time(0))
    return Working(days=days or frozenset(range(7)), start=start, end=end, tz=tz)


def beside(options: Options, directory: Path) -> Options:
    """*options* whose history lies in *directory*, unless they name a file."""
    if HISTORY_FILE.value(options.environ):
        return options
    return replace(options, environ={**options.environ, HISTORY_FILE.variable: str(directory / FILE_NAME)})


def state_directory(environ: Mapping[str, str]) -> Path:
    """The platform's directory for the state of this program; on Unix ``XDG_STATE_HOME`` of *environ* decides it."""
    import os
    import sys

    home = Options(environ=environ).home()
    if os.name == "posix" and sys.platform != "darwin":
        given = environ.get("XDG_STATE_HOME", "")
        return (Path(given) if given.startswith("/") else home / ".local" / "state") / "codex-quota"
    from platformdirs import PlatformDirs

    path = Path(PlatformDirs("codex-quota", appauthor=False).user_state_dir)
    return home / path.relative_to(Path.home()) if path.is_relative_to(Path.home()) else path
