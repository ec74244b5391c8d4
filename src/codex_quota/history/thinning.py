"""Which old readings may go. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from ..model import Window
from .changes import CORRECTION
from .events import HistoryEvent, found_in
from .records import Reading, has_reset, key_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def superfluous(
    readings: Sequence[Reading], bucket: timedelta, since: datetime | None = None, until: datetime | None = None
) -> set[int]:
    """The places in *readings* (of one account, by time) that tell nothing a bucket's last reading does not.

    Kept are the last reading of each hour or day of UTC, the last before each reset, both ends of a time of errors, and whatever
    it takes so that the same events are found afterwards, but for drains.
    What session files say of one limit is thinned apart from everything else.
    Before *since* and after *until* nothing goes.
    """
    shown = _events(readings)
    places = {
        place
        for place in _repeated(readings, bucket)
        if (since is None or since <= readings[place].at) and (until is None or readings[place].at <= until)
    }
    while True:
        left = _events([reading for place, reading in enumerate(readings) if place not in places])
        wrong = {shown.get(event) or left[event] for event in shown.keys() ^ left.keys()}
        if not wrong:
            return places
        for seen in wrong:
            places -= _around(readings, places, seen, bucket)


def _events(readings: Sequence[Reading]) -> dict[HistoryEvent, datetime]:
    """Every event but drains, each with the moment at which it was seen."""
    return {event: reading.at for event, reading in found_in(readings) if event.kind != "drain"}


def _around(readings: Sequence[Reading], places: set[int], seen: datetime, bucket: timedelta) -> set[int]:
    """Those of *places* that are near to a moment, on each side the nearest at least."""
    near = {place for place in places if abs(readings[place].at - seen) <= bucket}
    near.add(max((place for place in places if readings[place].at <= seen), default=-1))
    near.add(min((place for place in places if readings[place].at >= seen), default=-1))
    return near


def _repeated(readings: Sequence[Reading], bucket: timedelta) -> Iterator[int]:
    seconds = int(bucket.total_seconds())
    telling = set(_telling(readings))
    for places in _strands(readings):
        for place, following in pairwise(places):
            now, then = readings[place], readings[following]
            same_bucket = int(now.at.timestamp()) // seconds == int(then.at.timestamp()) // seconds
            if same_bucket and now.error == then.error and place not in telling and not _ends_a_cycle(now, then):
                yield place


def _strands(readings: Sequence[Reading]) -> list[list[int]]:
    """The places of what this program read, and for each limit those of what session files say."""
    found: dict[object, list[int]] = {}
    for place, reading in enumerate(readings):
        strand = None if reading.origin == "reading" else frozenset(map(key_of, reading.windows))
        found.setdefault(strand, []).append(place)
    return list(found.values())


def _telling(readings: Sequence[Reading]) -> Iterator[int]:
    """The places of readings that showed an event, and of the answers before and after them, which prove it."""
    shown = {id(reading) for _, reading in found_in(readings)}
    yield from (place for place, reading in enumerate(readings) if id(reading) in shown)
    answered = [place for place, one in enumerate(readings) if one.origin == "reading" and one.error is None]
    for number, place in enumerate(answered):
        if id(readings[place]) in shown:
            yield from answered[max(number - 1, 0) : number + 2]


def _ends_a_cycle(before: Reading, after: Reading) -> bool:
    then = {key_of(window): window for window in before.windows}
    found = [(then.get(key_of(window)), window) for window in after.windows]
    if len(then) != len(after.windows) or any(old is None for old, _ in found):
        return True
    return any(old is not None and (has_reset(old, new) or _used(old) - _used(new) > CORRECTION) for old, new in found)


def _used(window: Window) -> float:
    return window.used_percent or 0.0
