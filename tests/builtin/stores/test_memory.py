"""Store ``memory``: the contract, and nothing outlives the store."""

from __future__ import annotations

from pathlib import Path

from codex_quota.builtin.stores.memory import MemoryStore
from codex_quota.interfaces import CacheStore
from codex_quota.testing import CacheStoreContract


class TestMemoryStore(CacheStoreContract):
    def make(self) -> CacheStore:
        return MemoryStore()

    def test_another_store_knows_nothing_of_it(self, store: CacheStore) -> None:
        store.set("key", "text")
        assert self.make().get("key") is None

    def test_nothing_is_written(self, store: CacheStore, tmp_path: Path) -> None:
        with store.lock("key", 0):
            store.set("key", "text")
        assert list(tmp_path.iterdir()) == []
