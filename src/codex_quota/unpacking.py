"""The bytes of an answer, unpacked where they came packed, and never more than may be held."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from .errors import BadPayloadError

BODY_LIMIT = 1 << 20
_HINT = "something between here and the service may have answered instead; check --chatgpt-url and the proxy"
_GZIP, _ZLIB, _BARE = 31, 15, -15


def whole_body(chunks: Iterable[bytes], coding: str) -> bytes:
    """The body that comes in *chunks*, whose ``Content-Encoding`` is *coding*: none, gzip or deflate.

    Raises ``BadPayloadError`` when it is larger than 1 MiB, as soon as that is known, and for another or a broken coding.
    """
    name = coding.strip().lower().removeprefix("x-")
    if name not in ("", "identity", "gzip", "deflate"):
        raise BadPayloadError("the answer's compression is not one that was asked for", hint=_HINT)
    body, unpacker = bytearray(), None
    for chunk in filter(None, chunks):
        if name in ("gzip", "deflate"):
            unpacker = unpacker or zlib.decompressobj(_GZIP if name == "gzip" else _deflate_kind(chunk))
            try:
                chunk = unpacker.decompress(chunk, BODY_LIMIT + 1 - len(body))
            except zlib.error:
                raise _broken() from None
        body += chunk
        if len(body) > BODY_LIMIT:
            raise BadPayloadError(f"the answer is larger than {BODY_LIMIT >> 20} MiB", hint=_HINT)
    if unpacker is not None and not unpacker.eof:
        raise _broken()
    return bytes(body)


def _deflate_kind(start: bytes) -> int:
    """With zlib's frame, as the standard wants it, or without, as some servers send it."""
    return _ZLIB if start[0] & 0x0F == 8 else _BARE


def _broken() -> BadPayloadError:
    return BadPayloadError("the answer's compression is broken", hint=_HINT)
