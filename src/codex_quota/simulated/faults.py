"""Answers that go wrong, on demand."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from threading import Lock
from typing import Any, Literal

from .replies import Headers, Reply, json_reply, unauthorized

_HTML: Headers = (("Content-Type", "text/html; charset=UTF-8"),)
_CHALLENGE = b"""<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head>
<body><h1>chatgpt.com</h1><p>Enable JavaScript and cookies to continue</p></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How an answer differs from the usual one; made by the class methods.

    What a fault does not name stays as usual, so ``Fault.trickle()`` is the right body, only slow.
    Waits and intervals are real seconds, whatever the simulated clock says, and end when the service stops.
    """

    reply: Reply | None = None
    extra_headers: Headers = ()
    wait: float = 0.0
    ends: Literal["at once", "after headers", "within body"] | None = None
    slow: Literal["headers", "body"] | None = None
    interval: float = 0.0

    @classmethod
    def status(
        cls,
        status: int,
        body: Any = None,  # noqa: ANN401
        *,
        headers: Mapping[str, str] | None = None,
        retry_after: float | datetime | str | None = None,
    ) -> Fault:
        """That HTTP status.

        *body* is bytes, sent as they are, or any JSON value; *retry_after* is seconds, a moment (aware) or the header's text.
        """
        if isinstance(retry_after, datetime):
            retry_after = format_datetime(retry_after, usegmt=True)
        own = {**(headers or {}), **({} if retry_after is None else {"Retry-After": f"{retry_after}"})}
        if isinstance(body, bytes):
            return cls(reply=Reply(status=status, body=body, headers=tuple(own.items())))
        reply = json_reply(status, {"detail": f"simulated {status}"} if body is None else body)
        kept = () if "content-type" in {name.lower() for name in own} else reply.headers
        return cls(reply=replace(reply, headers=(*kept, *own.items())))

    @classmethod
    def unauthorized(cls, code: str = "token_invalidated") -> Fault:
        """A 401 with that error code, of a token that is otherwise fine."""
        return cls(reply=unauthorized(code))

    @classmethod
    def workspace_deactivated(cls) -> Fault:
        """The 402 of a workspace that is gone."""
        return cls.status(402, {"detail": {"code": "deactivated_workspace"}})

    @classmethod
    def html_challenge(cls) -> Fault:
        """Cloudflare's 403 page with its ``cf-mitigated`` header."""
        headers = (*_HTML, ("cf-mitigated", "challenge"), ("Server", "cloudflare"), ("CF-RAY", "0000000000000000-SIM"))
        return cls(reply=Reply(status=403, body=_CHALLENGE, headers=headers))

    @classmethod
    def html(cls, status: int = 200) -> Fault:
        """A web page instead of an answer, as a captive portal or a proxy sends it."""
        return cls(reply=Reply(status=status, body=b"<!DOCTYPE html><title>Welcome</title><p>Please sign in.</p>", headers=_HTML))

    @classmethod
    def redirect(cls, location: str = "/elsewhere", *, status: int = 302) -> Fault:
        """A redirect; the usual place is on the same server, so that a client that follows shows up among the requests."""
        return cls(reply=Reply(status=status, body=b"", headers=(("Location", location),)))

    @classmethod
    def set_cookie(cls, *cookies: str) -> Fault:
        """The usual answer with cookies, by default one of Cloudflare's and one of a session."""
        chosen = cookies or ("__cf_bm=simulated; path=/; HttpOnly", "session=simulated; path=/; HttpOnly")
        return cls(extra_headers=tuple(("Set-Cookie", cookie) for cookie in chosen))

    @classmethod
    def delay(cls, seconds: float) -> Fault:
        """The usual answer, *seconds* late."""
        return cls(wait=seconds)

    @classmethod
    def hang(cls) -> Fault:
        """No answer, and the connection stays open."""
        return cls(wait=math.inf)

    @classmethod
    def drop(cls, *, after_headers: bool = False) -> Fault:
        """The connection closes without an answer, or after the headers."""
        return cls(ends="after headers" if after_headers else "at once")

    @classmethod
    def cut(cls) -> Fault:
        """The connection closes within the body: ``Content-Length`` promises more."""
        return cls(ends="within body")

    @classmethod
    def trickle(cls, interval: float = 0.05, *, part: Literal["headers", "body"] = "body") -> Fault:
        """The usual answer with its headers or body byte by byte, *interval* seconds apart."""
        return cls(slow=part, interval=interval)

    @classmethod
    def huge(cls, mebibytes: int = 8, *, chunked: bool = False) -> Fault:
        """A well-formed usage answer of that size; *chunked* does not announce its length."""
        body = b'{"plan_type":"plus","padding":"%b"}' % (b"x" * (mebibytes << 20))
        return cls(reply=Reply(status=200, body=body, chunked=chunked))

    @classmethod
    def gzip_bomb(cls, mebibytes: int = 64) -> Fault:
        """A small body that unpacks to that size."""
        import zlib

        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        block = b" " * (1 << 20)
        packed = b"".join((*(packer.compress(block) for _ in range(mebibytes)), packer.compress(b"{}"), packer.flush()))
        return cls(reply=Reply(status=200, body=packed), extra_headers=(("Content-Encoding", "gzip"),))

    @classmethod
    def nested(cls, depth: int = 100_000) -> Fault:
        """A JSON object that deep, more than a recursive reader can follow."""
        return cls(reply=Reply(status=200, body=b'{"rate_limit":' * depth + b"null" + b"}" * depth))

    def after(self, seconds: float) -> Fault:
        """The same fault, *seconds* late: ``Fault.status(503).after(0.2)``."""
        return replace(self, wait=seconds)

    def apply(self, usual: Reply) -> Reply:
        """The answer that comes instead of the usual one."""
        reply = self.reply or usual
        return replace(reply, headers=(*reply.headers, *self.extra_headers)) if self.extra_headers else reply

    def pieces(self, head: bytes, body: bytes) -> Iterator[bytes]:
        """What is sent, in pieces that are ``interval`` seconds apart."""
        if self.ends == "after headers":
            yield head
        elif self.ends == "within body":
            yield head + body[: len(body) // 2]
        elif self.slow == "headers":
            yield from (head[i : i + 1] for i in range(len(head)))
            yield body
        elif self.slow == "body":
            yield head
            yield from (body[i : i + 1] for i in range(len(body)))
        elif self.ends is None:
            yield head + body


class FaultQueue:
    """Faults that wait for their requests, in order; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str | None, deque[tuple[Fault, int | None]]] = {}

    def put(self, account: str | None, fault: Fault, times: int | None) -> None:
        """Add a fault for the next *times* requests of an account, or of any (None); *times* None never ends."""
        with self._lock:
            self._waiting.setdefault(account, deque()).append((fault, times))

    def take(self, account: str | None) -> Fault | None:
        """The fault for a request of that account: its own first, then one for any account."""
        with self._lock:
            for key in dict.fromkeys((account, None)):
                if waiting := self._waiting.get(key):
                    fault, times = waiting.popleft()
                    if times is None or times > 1:
                        waiting.appendleft((fault, None if times is None else times - 1))
                    return fault
            return None

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._waiting.clear()
