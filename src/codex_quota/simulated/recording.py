"""What the simulated service was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedRequest:
    """One request as it arrived.

    ``account`` is the name of the account whose token came along, also of one that is not valid any more, else None.
    ``headers`` have lower-case names and hold the token, so they stay out of ``repr``.
    ``at`` is the simulated clock's time (aware, UTC).
    """

    account: str | None
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    at: datetime


class Recorder:
    """A list of requests that any number of threads may write and wait for."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._requests: list[RecordedRequest] = []
        self._under_way: set[RecordedRequest] = set()
        self._most: Counter[str | None] = Counter()
        self._most_of_all = 0

    def arrive(self, request: RecordedRequest) -> None:
        """Note a request that is now under way."""
        with self._changed:
            self._requests.append(request)
            self._under_way.add(request)
            same = sum(other.account == request.account for other in self._under_way)
            self._most[request.account] = max(self._most[request.account], same)
            self._most_of_all = max(self._most_of_all, len(self._under_way))
            self._changed.notify_all()

    def leave(self, request: RecordedRequest) -> None:
        """Note that a request is answered or given up; a second time does nothing."""
        with self._changed:
            self._under_way.discard(request)
            self._changed.notify_all()

    def requests(self) -> list[RecordedRequest]:
        """Every request so far, in order of arrival."""
        with self._changed:
            return list(self._requests)

    def most(self, account: str | None = None) -> int:
        """The most requests that were ever under way at once, of one account or of all."""
        with self._changed:
            return self._most_of_all if account is None else self._most[account]

    def clear(self) -> None:
        """Forget the requests and begin counting anew; requests under way count on."""
        with self._changed:
            self._requests.clear()
            self._most = Counter(request.account for request in self._under_way)
            self._most_of_all = len(self._under_way)

    def wait(self, count: int, timeout: float) -> list[RecordedRequest]:
        """Wait until there were that many requests and return them all; raises ``TimeoutError`` after *timeout* seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
                raise TimeoutError(f"{len(self._requests)} of {count} requests came within {timeout} s")
            return list(self._requests)

    def wait_until_idle(self, timeout: float) -> None:
        """Wait until no request is under way; raises ``TimeoutError`` after *timeout* seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._under_way, timeout):
                raise TimeoutError(f"{len(self._under_way)} requests were still under way after {timeout} s")
