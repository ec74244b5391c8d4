"""One account's place in a cache store; a store that fails costs a warning and never an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .digests import sha256_hex
from .errors import CodexQuotaError, describe
from .interfaces import CacheStore
from .model import Credential


class Place:
    """Reads, writes and locks one key; what goes wrong is told to *warn*, each thing once."""

    def __init__(self, open_store: Callable[[], CacheStore], key: str, warn: Callable[[str], None]) -> None:
        self._open_store = open_store
        self._key = key
        self._warn = warn

    def get(self) -> str | None:
        """The text kept, None when there is none."""
        text = self._try("read", lambda: self._open_store().get(self._key))
        return text if isinstance(text, str) else None

    def set(self, text: str) -> None:
        """Keep *text*."""
        self._try("written", lambda: self._open_store().set(self._key, text))

    @contextmanager
    def lock(self, patience: float) -> Iterator[None]:
        """Hold the key for up to *patience* seconds of waiting; whoever cannot have it goes ahead without."""
        manager: Any = self._try("locked", lambda: self._open_store().lock(self._key, patience))
        entered = manager is not None and self._try("locked", lambda: (manager.__enter__(),)) is not None
        try:
            yield
        finally:
            if entered:
                self._try("unlocked", lambda: manager.__exit__(None, None, None))

    def _try(self, what: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401
        try:
            return act()
        except CodexQuotaError as error:
            self._warn(f"the cache cannot be used: {error.line()}")
            return None
        except (Exception, SystemExit) as error:
            reason = getattr(error, "strerror", None) or describe(error)
            self._warn(f"the cache cannot be {what}: {str(reason).lower() if isinstance(error, OSError) else reason}")
            return None


def key_for(endpoint: str, credential: Credential) -> str:
    """One key for each login and address, file-name-safe, from which neither can be told.

    Members of one workspace share the account id, so while the user is not known the token stands for the user.
    """
    account = credential.account
    who = account.user_id or f"{account.source}\0{credential.access_token}"
    return sha256_hex("\0".join((endpoint, account.account_id or "", who)).encode())[:40]
