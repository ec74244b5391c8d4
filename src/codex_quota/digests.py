"""SHA-256 without OpenSSL, whose loading takes longer than finding an answer in the cache."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

# Python's own implementation, as the standard library's ``random`` takes its own: from 3.12 on, and before
_LEAN = ("_sha2", "_sha256")


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of *data* in hexadecimal digits."""
    return str(_sha256()(data).hexdigest())


@cache
def _sha256() -> Callable[[bytes], Any]:
    for name in _LEAN:
        with suppress(ImportError, AttributeError):
            made: Callable[[bytes], Any] = import_module(name).sha256
            return made
    from hashlib import sha256

    return sha256
