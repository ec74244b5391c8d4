"""Store ``none``: keeps nothing, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path

from codex_quota.builtin.stores.none import NoStore
from codex_quota.interfaces import CacheStore
from codex_quota.testing import CacheStoreContract


class TestNoStore(CacheStoreContract):
    keeps = False

    def make(self) -> CacheStore:
        return NoStore()

    def test_what_is_set_is_gone(self, store: CacheStore, tmp_path: Path) -> None:
        store.set("key", "text")
        assert (store.get("key"), list(store.keys()), list(tmp_path.iterdir())) == (None, [], [])

    def test_nobody_waits_for_anybody(self, store: CacheStore) -> None:
        with store.lock("key", 0) as first, store.lock("key", 0) as second:
            assert (first, second) == (True, True)
