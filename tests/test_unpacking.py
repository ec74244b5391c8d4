"""The bytes of an answer: unpacked, whole, and bounded."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from codex_quota.errors import BadPayloadError
from codex_quota.unpacking import BODY_LIMIT, whole_body

TEXT = b'{"plan_type": "plus"}' * 50


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = [
    ("", TEXT),
    ("identity", TEXT),
    ("gzip", gzip.compress(TEXT)),
    (" X-GZIP ", gzip.compress(TEXT)),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", bare(TEXT)),
]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(("coding", "packed"), PACKED)
def test_a_body_is_whole_however_it_comes(coding: str, packed: bytes, size: int) -> None:
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert whole_body([b"", *chunks, b""], coding) == TEXT


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_no_body_is_empty(coding: str) -> None:
    assert whole_body([], coding) == b""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_exactly_the_limit_is_allowed(pack: type[bytes]) -> None:
    coding = "" if pack is bytes else "gzip"
    assert len(whole_body([pack(b"x" * BODY_LIMIT)], coding)) == BODY_LIMIT
    with pytest.raises(BadPayloadError, match=r"^the answer is larger than 1 MiB$"):
        whole_body([pack(b"x" * (BODY_LIMIT + 1))], coding)


def test_a_body_that_never_ends_is_not_read_to_its_end() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 65536

    with pytest.raises(BadPayloadError):
        whole_body(endless(), "")
    assert read == 17


def test_a_small_body_that_unpacks_to_a_lot_takes_little_memory() -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    tracemalloc.start()
    with pytest.raises(BadPayloadError, match="larger than 1 MiB"):
        whole_body([bomb], "gzip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip, identity", "x"])
def test_another_coding_is_refused(coding: str) -> None:
    with pytest.raises(BadPayloadError, match="compression is not one that was asked for") as raised:
        whole_body([TEXT], coding)
    assert "--raw-json" not in raised.value.hint


@pytest.mark.parametrize(
    ("coding", "packed"), [("gzip", TEXT), ("gzip", gzip.compress(TEXT)[:-9]), ("deflate", TEXT), ("deflate", bare(TEXT)[:-3])]
)
def test_a_broken_coding_is_refused(coding: str, packed: bytes) -> None:
    with pytest.raises(BadPayloadError, match="compression is broken"):
        whole_body([packed], coding)
