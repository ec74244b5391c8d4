"""Who has shown the admin token: sessions in memory, found through a cookie that says nothing by itself."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe

IDLE_SECONDS = 12 * 3600.0
WHOLE_SECONDS = 7 * 86400.0
DRAFT_SECONDS = 600.0
LIMIT = 64


def same_secret(given: str, expected: str) -> bool:
    """True when both are the same, in a time that tells neither where they differ nor how long *expected* is."""
    digests = (sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, expected))
    return bool(expected) and hmac.compare_digest(*digests)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One browser that has signed in; nothing of it outlives the process.

    ``csrf`` belongs to this session alone and stands in every form that changes something.
    ``notice`` is a message for the next page, a text to translate with its values.
    """

    csrf: str = field(repr=False)
    opened: float
    seen: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    notice: tuple[str, dict[str, object]] | None = None
    _draft: tuple[str, str | bytes, float] | None = field(default=None, repr=False)

    def take_notice(self) -> tuple[str, dict[str, object]] | None:
        """The message, which is then gone."""
        notice, self.notice = self.notice, None
        return notice

    def keep_draft(self, text: str | bytes) -> str:
        """Keep a sign-in that was tried or refused but not saved, so that no page need show it again; returns its id."""
        self._draft = (token_urlsafe(16), text, self.clock())
        return self._draft[0]

    def draft(self, number: str) -> str | bytes | None:
        """The sign-in kept under that id, None when there is none or ten minutes have passed."""
        if self._draft is not None and self.clock() - self._draft[2] > DRAFT_SECONDS:
            self._draft = None
        return self._draft[1] if self._draft is not None and same_secret(number, self._draft[0]) else None

    def forget_draft(self) -> None:
        """Forget the sign-in that was kept."""
        self._draft = None


class Sessions:
    """The open sessions: at most ``LIMIT``, of which the one unused longest gives way.

    A session ends twelve hours after its last use, and seven days after it was opened in any case.
    *now* is a monotonic clock in seconds.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._open: dict[bytes, Session] = {}

    def open(self) -> tuple[str, Session]:
        """A new session and the id that the browser's cookie holds; only the id's digest is kept here."""
        number, now = token_urlsafe(32), self._now()
        session = Session(csrf=token_urlsafe(32), opened=now, seen=now, clock=self._now)
        with self._guard:
            self._drop_ended(now)
            while len(self._open) >= LIMIT:
                del self._open[min(self._open, key=lambda key: self._open[key].seen)]
            self._open[_key(number)] = session
        return number, session

    def find(self, number: str) -> Session | None:
        """The session of that id, None when there is none or it has ended; finding it counts as use."""
        with self._guard:
            session, now = self._open.get(_key(number)), self._now()
            if session is not None and _has_ended(session, now):
                del self._open[_key(number)]
                return None
            if session is not None:
                session.seen = now
            return session

    def close(self, number: str) -> None:
        """End the session of that id, if there is one."""
        with self._guard:
            self._open.pop(_key(number), None)

    def _drop_ended(self, now: float) -> None:
        self._open = {key: session for key, session in self._open.items() if not _has_ended(session, now)}


def cookie_header(name: str, value: str, *, path: str, secure: bool) -> str:
    """A ``Set-Cookie`` value that scripts cannot read and other sites do not send; an empty *value* takes the cookie away."""
    parts = [f"{name}={value}", f"Path={path or '/'}", "HttpOnly", "SameSite=Strict"]
    if secure:
        parts.append("Secure")
    if not value:
        parts.append("Max-Age=0")
    return "; ".join(parts)


def cookie_values(header: str, name: str) -> Iterator[str]:
    """Every value of the cookie *name* in a ``Cookie`` header; anything else in it, however odd, is passed over."""
    for part in header.split(";"):
        key, equals, value = part.strip().partition("=")
        if equals and key == name and value:
            yield value


def _has_ended(session: Session, now: float) -> bool:
    return now - session.seen > IDLE_SECONDS or now - session.opened > WHOLE_SECONDS


def _key(number: str) -> bytes:
    return sha256(number.encode("utf-8", "surrogatepass")).digest()
