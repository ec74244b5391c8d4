"""The store itself: texts under ``PREFIXtext:KEY`` and locks under ``PREFIXlock:KEY``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, cast

import codex_quota
from codex_quota.options import Option, positive_seconds

from .address import check_url
from .link import Link
from .locks import Locks

if TYPE_CHECKING:
    from redis import Redis

LARGEST = 1 << 20
_DAY = 86400.0
_KEEP = """
local holder = redis.call('get', KEYS[2])
if holder and holder ~= ARGV[2] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""


def check_prefix(text: str) -> str:
    """*text* itself when keys can begin with it; raises ``argparse.ArgumentTypeError``."""
    if not re.fullmatch(r"[!-~]{1,100}", text):
        raise argparse.ArgumentTypeError("must be 1 to 100 ASCII characters without spaces")
    return text


URL = Option(
    flag="--redis-url", group="redis", convert=check_url, metavar="URL", default="redis://localhost:6379/0",
    help="the server: redis://, rediss:// (TLS) or unix://; keep a password out of the command line and use the variable",
)  # fmt: skip
PREFIX = Option(
    flag="--redis-prefix", group="redis", convert=check_prefix, metavar="TEXT", default="codex-quota:",
    help="what every key begins with",
)  # fmt: skip
KEEP = Option(
    flag="--redis-keep", group="redis", convert=positive_seconds, metavar="TIME", default=90 * _DAY, shown="90d",
    help="forget an answer that was not replaced for so long",
)  # fmt: skip


class RedisStore(codex_quota.CacheStore):
    """Answers and locks on a Redis server, shared by every program that uses the same server, database and prefix.

    *lock_life* (seconds) is how long a lock outlives a holder that died.
    Methods raise ``PluginError`` while the server is away, soon and without any secret.
    """

    name = "redis"
    summary = "a Redis server that several machines share"
    settings: ClassVar[Sequence[Option]] = (URL, PREFIX, KEEP)

    def __init__(self, lock_life: float = 10.0) -> None:
        self._lock_life = lock_life

    def open(self, options: codex_quota.Options) -> None:
        """Read the settings; nobody is asked yet.  Raises ``UsageError`` for a bad one."""
        self._prefix: str = PREFIX.value(options.environ)
        self._keep_ms = round(KEEP.value(options.environ) * 1000) or 1
        self._link = Link(URL.value(options.environ))
        self._locks = Locks(self._link, self._lock_life)

    def get(self, key: str) -> str | None:
        """The text, None when there is none, or what is there cannot be one."""
        name = self._text(key)
        raw = self._link.call(lambda client: _read(client, name))
        try:
            return None if raw is None else raw.decode()
        except UnicodeDecodeError:
            return None

    def set(self, key: str, text: str) -> None:
        """Keep the text, unless this store has lost the lock of *key* to somebody who is asking after it did.

        Raises ``PluginError`` for a text of more than 1 MiB.
        """
        name, raw, token = self._text(key), text.encode(), self._locks.token(self._lock(key))
        if len(raw) > LARGEST:
            raise codex_quota.PluginError(f"an answer of {len(raw)} bytes is not kept", hint=f"at most {LARGEST} bytes are")
        if token is None:
            self._link.call(lambda client: client.set(name, raw, px=self._keep_ms))
        else:
            self._link.call(lambda client: client.eval(_KEEP, 2, name, self._lock(key), raw, token, self._keep_ms))

    def delete(self, key: str) -> None:
        """Forget the text."""
        self._link.call(lambda client: client.delete(self._text(key)))

    def keys(self) -> Iterable[str]:
        """Every key under the prefix, found by SCAN, which goes through all of the database in steps."""
        start = self._text("")
        pattern = re.sub(r"([*?\[\]\\])", r"\\\1", start) + "*"
        names = self._link.call(lambda client: list(client.scan_iter(match=pattern, count=1000, _type="string")))
        return sorted({name[len(start) :].decode() for name in names if name.isascii()})

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        """Hold the key against every program on every machine; freed by itself soon after its holder died."""
        name = self._lock(key)
        token = self._locks.take(name, timeout)
        try:
            yield token is not None
        finally:
            if token is not None:
                self._locks.free(name, token)

    def describe(self) -> str:
        """Server and prefix, without user and password."""
        return f"{self._link.where}, keys {self._prefix}*"

    def close(self) -> None:
        """Free the locks held and disconnect."""
        self._locks.close()
        self._link.close()

    def _text(self, key: str) -> str:
        return f"{self._prefix}text:{key}"

    def _lock(self, key: str) -> str:
        return f"{self._prefix}lock:{key}"


def _read(client: Redis, name: str) -> bytes | None:
    """The bytes under *name*, None when there are none, too many, or something that is no text."""
    from redis.exceptions import ResponseError

    try:
        raw = cast("bytes", client.getrange(name, 0, LARGEST))
    except ResponseError as error:
        if str(error).startswith("WRONGTYPE"):
            return None
        raise
    if not raw and not client.exists(name):
        return None
    return raw if len(raw) <= LARGEST else None
