"""Slowing down whoever guesses the admin token; nobody is made to sleep, the answer is to come back later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

FREE_TRIES = 5
LONGEST_WAIT = 60.0
FORGET_AFTER = 900.0
LIMIT = 1024


@dataclass(slots=True)
class _Record:
    failures: int
    until: float
    last: float


class Throttle:
    """Counts failed tries per address; thread-safe, remembers at most ``LIMIT`` addresses.

    After five failures the next try has to wait a second, then two, four and so on up to a minute.
    A try that came too early is not looked at and does not make the wait longer, so a guesser cannot lock others out for good.
    *now* is a monotonic clock in seconds.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._records: dict[str, _Record] = {}

    def judge(self, address: str, right: bool) -> float:
        """Take note of a try that was *right* or wrong.

        Returns 0 when the try counts, else the seconds to wait, and then nothing may be told about whether it was right.
        One step under one lock, so that many tries at the same moment are not more than one after the other.
        """
        key, now = _place(address), self._now()
        with self._guard:
            record = self._records.get(key)
            if record is not None and now - record.last > FORGET_AFTER:
                del self._records[key]
                record = None
            if record is not None and now < record.until:
                return record.until - now
            if right:
                self._records.pop(key, None)
                return 0.0
            if record is None:
                record = self._new(key, now)
            record.failures += 1
            record.last = now
            if record.failures >= FREE_TRIES:
                record.until = now + min(LONGEST_WAIT, 2.0 ** min(record.failures - FREE_TRIES, 16))
            return 0.0

    def _new(self, key: str, now: float) -> _Record:
        """A record for a new address, for which the one with the fewest failures, then the oldest, may have to go."""
        if len(self._records) >= LIMIT:
            del self._records[min(self._records, key=lambda k: (self._records[k].failures, self._records[k].last))]
        record = self._records[key] = _Record(failures=0, until=now, last=now)
        return record


def _place(address: str) -> str:
    """The address, or the /64 network of an IPv6 one, since a single customer gets all of it."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
