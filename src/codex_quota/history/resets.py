"""The coming resets as a calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from ..errors import one_line
from ..model import MAIN_LIMIT, Snapshot, Window
from ..wording import period_text

_LINE_OCTETS = 75
_LENGTH = timedelta(minutes=5)
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//codex-quota//EN",
    "CALSCALE:GREGORIAN",
    "NAME:Codex quota",
    "X-WR-CALNAME:Codex quota",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
)
# a calendar without any component is none
_NO_EVENT = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def calendar(snapshots: Iterable[Snapshot], *, now: datetime) -> str:
    """The resets of started windows after *now* as an iCalendar (RFC 5545, with names of RFC 7986).

    The event of a window keeps its identity, so it moves with the reset instead of being doubled.
    """
    resets = [(snapshot, *one) for snapshot in snapshots for one in _resets(snapshot, now)]
    events = [line for snapshot, window, at, number in resets for line in _event(snapshot, window, at, number, now)]
    lines = [*_HEAD, *(events or _NO_EVENT), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _resets(snapshot: Snapshot, now: datetime) -> Iterator[tuple[Window, datetime, int]]:
    """Windows with their resets, each numbered among those that are called alike."""
    called: dict[tuple[str, ...], int] = {}
    for window in snapshot.quota.windows if snapshot.quota else ():
        name = (window.limit, window.name, window.label)
        called[name] = called.get(name, 0) + 1
        if window.resets_at is not None and window.resets_at > now and window.started is not False:
            yield window, window.resets_at, called[name]


def _event(snapshot: Snapshot, window: Window, at: datetime, number: int, now: datetime) -> list[str]:
    limit = "" if window.limit == MAIN_LIMIT else f"{window.limit} "
    summary = f"Codex {snapshot.account.name}: {limit}{period_text(window)} resets"
    left = window.remaining_percent
    identity = "\0".join((snapshot.account.name, window.limit, window.name, window.label, str(number)))
    return [
        "BEGIN:VEVENT",
        f"UID:{sha256(identity.encode('utf-8', 'replace')).hexdigest()[:32]}@codex-quota",
        f"DTSTAMP:{_stamp(snapshot.fetched_at or now)}",
        f"DTSTART:{_stamp(at)}",
        f"DTEND:{_stamp(at + _LENGTH)}",
        f"SUMMARY:{_escaped(summary)}",
        *([f"DESCRIPTION:{_escaped(f'{left:g} % left at the last reading')}"] if left is not None else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A text value (RFC 5545, 3.3.11)."""
    clean = one_line(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return clean.encode("utf-8", "replace").decode()


def _folded(line: str) -> Iterator[str]:
    """*line* in parts of at most 75 octets, all but the first behind a space (RFC 5545, 3.1), never within a character."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part
