"""SHA-256, with and without what only some versions of Python have."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from codex_quota import digests

# FIPS 180-2, appendix B.1, and the digest of nothing
KNOWN = {
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


@pytest.fixture(params=[(), ("_sha2",), ("_sha2", "_sha256")], ids=["everything", "before 3.12", "elsewhere"])
def missing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in request.param:
        monkeypatch.setitem(sys.modules, name, None)
    digests._sha256.cache_clear()
    yield
    digests._sha256.cache_clear()


@pytest.mark.usefixtures("missing")
def test_the_digests_are_those_of_the_standard() -> None:
    assert {data: digests.sha256_hex(data) for data in KNOWN} == KNOWN
