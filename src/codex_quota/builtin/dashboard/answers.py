"""Answers that are made once and sent often: bytes with an ETag, compressed where the client can read that."""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from bottle import HTTPResponse, request

REVALIDATE = "private, no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
_WORTH_PACKING = 512
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Ready:
    """A body ready to be sent; ``packed`` is the same in gzip, None when that would not be shorter."""

    body: bytes
    packed: bytes | None
    etag: str
    content_type: str


def ready(body: bytes | str, content_type: str) -> Ready:
    """*body* with its ETag, which is weak because the compressed body has the same one (RFC 9110, 8.8.1)."""
    whole = body.encode() if isinstance(body, str) else body
    packed = _gzip(whole) if len(whole) >= _WORTH_PACKING else whole
    digest = sha256(content_type.encode() + b"\0" + whole).hexdigest()[:24]
    return Ready(whole, packed if len(packed) < len(whole) else None, f'W/"{digest}"', content_type)


def send(answer: Ready, *, cache: str = REVALIDATE, vary: str = "") -> HTTPResponse:
    """The answer to the request that Bottle is serving: whole, compressed, or 304 when the client has it already."""
    return HTTPResponse(*reply(answer, request.environ, cache=cache, vary=vary))


def reply(
    answer: Ready, environ: Mapping[str, Any], *, cache: str = REVALIDATE, vary: str = ""
) -> tuple[bytes, int, list[tuple[str, str]]]:
    """Body, status and headers for the request in *environ*."""
    headers = [
        ("Cache-Control", cache),
        ("ETag", answer.etag),
        ("Vary", f"Accept-Encoding, {vary}" if vary else "Accept-Encoding"),
    ]
    if _knows(environ.get("HTTP_IF_NONE_MATCH", ""), answer.etag):
        return b"", 304, headers
    headers.append(("Content-Type", answer.content_type))
    if answer.packed is None or not _reads_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        return answer.body, 200, headers
    headers.append(("Content-Encoding", "gzip"))
    return answer.packed, 200, headers


class Kept(Generic[Made]):
    """The last few answers, or parts of them, by what they were made of; the one that rested longest goes first.

    There are at most *most*.
    However many ask at the same time, one of them makes the answer and the others wait for it.
    """

    def __init__(self, most: int = 24) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Made] = OrderedDict()
        self._makers: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The answer under *key*, made now if need be; what *make* raises is passed on."""
        with self._guard:
            found = self._found(key)
            if found is not None:
                return found
            maker = self._makers.setdefault(key, threading.Lock())
        with maker:
            try:
                with self._guard:
                    found = self._found(key)
                if found is None:
                    found = make()
                    self._keep(key, found)
                return found
            finally:
                with self._guard:
                    self._makers.pop(key, None)

    def _found(self, key: Hashable) -> Made | None:
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def _keep(self, key: Hashable, made: Made) -> None:
        with self._guard:
            self._answers[key] = made
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def _knows(header: str, etag: str) -> bool:
    """True when an If-None-Match *header* names *etag*, compared weakly (RFC 9110, 13.1.2)."""
    plain = etag.removeprefix("W/")
    return any(tag.strip().removeprefix("W/") in (plain, "*") for tag in header.split(",")) if header else False


def _reads_gzip(header: str) -> bool:
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
