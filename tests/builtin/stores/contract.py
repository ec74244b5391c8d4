"""What every cache store has to do, as test classes that a store's tests subclass."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from codex_quota.interfaces import CacheStore, Options

PATIENCE = 10


class StoreContract:
    """For every store, also for one that keeps nothing; ``make`` gives a new one."""

    def make(self) -> CacheStore:
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> CacheStore:
        store = self.make()
        store.open(Options(cache_dir=tmp_path / "cache", environ={}))
        return store

    def test_it_says_what_it_is(self, store: CacheStore) -> None:
        assert store.name == store.name.strip().lower() != ""
        assert store.summary.isprintable()
        assert store.describe().isprintable()
        assert store.describe() != ""

    def test_a_key_that_was_never_set_holds_nothing(self, store: CacheStore) -> None:
        assert (store.get("key"), list(store.keys())) == (None, [])

    def test_forgetting_what_is_not_there_is_nothing_bad(self, store: CacheStore) -> None:
        store.delete("key")
        assert store.get("key") is None

    def test_a_free_lock_is_held_at_once_and_again(self, store: CacheStore) -> None:
        held = []
        for _ in range(2):
            with store.lock("key", 0) as got:
                held.append(got)
        assert held == [True, True]

    def test_an_exception_passes_through_a_lock(self, store: CacheStore) -> None:
        with pytest.raises(ZeroDivisionError), store.lock("key", PATIENCE):
            raise ZeroDivisionError

    def test_closing_is_nothing_bad(self, store: CacheStore) -> None:
        store.set("key", "text")
        store.close()
        assert store.describe() != ""


class KeepingStoreContract(StoreContract):
    """For every store that keeps what it is given."""

    @pytest.mark.parametrize(
        "text", ["{}", "", "zwei\nZeilen \x00 ü 日本 \U0001f600", "x" * 500_000], ids=["json", "empty", "odd", "long"]
    )
    def test_a_text_comes_back_as_it_was(self, store: CacheStore, text: str) -> None:
        store.set("key", text)
        assert store.get("key") == text

    def test_the_last_text_counts(self, store: CacheStore) -> None:
        store.set("key", "a longer first text")
        store.set("key", "second")
        assert (store.get("key"), list(store.keys())) == ("second", ["key"])

    def test_keys_do_not_touch_each_other(self, store: CacheStore) -> None:
        for key in ("b", "a", "c"):
            store.set(key, f"text of {key}")
        store.delete("b")
        assert sorted(store.keys()) == ["a", "c"]
        assert [store.get(key) for key in "abc"] == ["text of a", None, "text of c"]

    def test_a_lock_is_not_a_text(self, store: CacheStore) -> None:
        with store.lock("key", 0):
            assert (store.get("key"), list(store.keys())) == (None, [])
            store.set("key", "text")
        assert (store.get("key"), list(store.keys())) == ("text", ["key"])

    def test_a_lock_that_somebody_holds_is_not_got_in_time(self, store: CacheStore) -> None:
        with store.lock("key", 0) as first, store.lock("key", 0) as second, store.lock("key", 0.05) as third:
            assert (first, second, third) == (True, False, False)
        with store.lock("key", 0) as again:
            assert again is True

    def test_who_did_not_get_a_lock_does_not_free_it(self, store: CacheStore) -> None:
        with store.lock("key", 0):
            with store.lock("key", 0):
                pass
            with store.lock("key", 0) as other:
                assert other is False

    def test_locks_of_two_keys_have_nothing_to_do_with_each_other(self, store: CacheStore) -> None:
        with store.lock("a", 0) as first, store.lock("b", 0) as second:
            assert (first, second) == (True, True)

    def test_an_exception_frees_the_lock(self, store: CacheStore) -> None:
        with pytest.raises(ZeroDivisionError), store.lock("key", 0):
            raise ZeroDivisionError
        with store.lock("key", 0) as held:
            assert held is True

    def test_a_lock_holds_against_other_threads_and_is_handed_on(self, store: CacheStore) -> None:
        got: list[bool] = []
        waiting = threading.Event()

        def wait_for_it() -> None:
            with store.lock("key", 0) as held:
                got.append(held)
            waiting.set()
            with store.lock("key", PATIENCE) as held:
                got.append(held)

        other = threading.Thread(target=wait_for_it, daemon=True)
        with store.lock("key", 0):
            other.start()
            assert waiting.wait(PATIENCE)
        other.join(PATIENCE)
        assert got == [False, True]

    def test_one_at_a_time_is_inside(self, store: CacheStore) -> None:
        store.set("count", "0")

        def count() -> None:
            for _ in range(25):
                with store.lock("count", PATIENCE):
                    store.set("count", str(int(store.get("count") or "") + 1))

        threads = [threading.Thread(target=count, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert store.get("count") == "100"
