"""What every cache store has to do, as a test class that a store's tests subclass."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import ClassVar

import pytest

from codex_quota import CacheStore, Options

from .contract import Contract, check_names, only_if

TEXTS = {
    "json": '{"schema_version": 1}',
    "empty": "",
    "odd": "zwei\nZeilen \x00 ü 日本 \U0001f600",
    "line ends": "a\r\nb\rc\n\n",
    "hostile": "%s {} $HOME ${x} \\n \\0 '\" ; -- \u2028 \x1b[31m \u202e",
    "long": "x" * 500_000,
}
KEYS = ("0123456789abcdef" * 4, "a-key_with.marks", "k" * 100)
CHILD = """
import pickle, sys
store, options = pickle.load(sys.stdin.buffer)
store.open(options)
with store.lock("key", 10) as held:
    store.set("from-the-child", store.get("from-the-test") or "nothing")
    print(held, flush=True)
    sys.stdin.buffer.readline()
store.close()
print("free", flush=True)
"""


class CacheStoreContract(Contract):
    """Subclass it and let ``make`` give a new store, not opened; pytest runs the tests under your class's name.

    ``keeps`` False is for a store that forgets at once, ``shared`` True for one whose texts and locks hold between processes.
    ``patience`` is how many seconds a test waits for a lock that is due, also after its holder was killed.
    A shared store must be picklable before it is opened, because another process opens it too.
    """

    keeps: ClassVar[bool] = True
    shared: ClassVar[bool] = False
    patience: ClassVar[float] = 10

    def make(self) -> CacheStore:
        """A new store, not opened."""
        raise NotImplementedError("override make")

    def options(self, directory: Path) -> Options:
        """The options for a place of its own, always the same for the same empty *directory*."""
        return Options(cache_dir=directory / "cache", environ={"HOME": str(directory / "home")})

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[CacheStore]:
        """An opened store; as in a client it is a copy of the one that was made."""
        store = copy(self.make())
        store.open(self.options(tmp_path))
        yield store
        store.close()

    @pytest.fixture
    def other(self, tmp_path: Path) -> Iterator[CacheStore]:
        """Another store that was made and opened in the same place."""
        store = copy(self.make())
        store.open(self.options(tmp_path))
        yield store
        store.close()

    def test_it_says_what_it_is(self, store: CacheStore) -> None:
        check_names(store)
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
        with pytest.raises(ZeroDivisionError), store.lock("key", self.patience):
            raise ZeroDivisionError

    def test_closing_is_nothing_bad_even_twice(self, store: CacheStore) -> None:
        store.set("key", "text")
        store.close()
        store.close()
        assert store.describe() != ""

    def test_closing_one_copy_leaves_the_others_open(self, tmp_path: Path) -> None:
        made = self.make()
        first, second = copy(made), copy(made)
        for each in (first, second):
            each.open(self.options(tmp_path))
        first.close()
        second.set("key", "text")
        assert second.get("key") == ("text" if self.keeps else None)
        with second.lock("key", 0) as held:
            assert held is True
        second.close()

    @only_if("keeps")
    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_a_text_comes_back_as_it_was(self, store: CacheStore, text: str) -> None:
        store.set("key", text)
        assert store.get("key") == text

    @only_if("keeps")
    def test_the_last_text_counts(self, store: CacheStore) -> None:
        store.set("key", "a longer first text")
        store.set("key", "second")
        assert (store.get("key"), list(store.keys())) == ("second", ["key"])

    @only_if("keeps")
    def test_keys_do_not_touch_each_other(self, store: CacheStore) -> None:
        for key in ("b", "a", *KEYS):
            store.set(key, f"text of {key}")
        store.delete("b")
        assert sorted(store.keys()) == sorted(["a", *KEYS])
        assert [store.get(key) for key in ("a", "b", *KEYS)] == ["text of a", None, *(f"text of {key}" for key in KEYS)]

    @only_if("keeps")
    def test_a_lock_is_not_a_text(self, store: CacheStore) -> None:
        with store.lock("key", 0):
            assert (store.get("key"), list(store.keys())) == (None, [])
            store.set("key", "text")
        assert (store.get("key"), list(store.keys())) == ("text", ["key"])

    @only_if("keeps")
    def test_forgetting_a_key_leaves_its_lock_held(self, store: CacheStore) -> None:
        store.set("key", "text")
        with store.lock("key", 0):
            store.delete("key")
            with store.lock("key", 0) as again:
                assert again is False

    @only_if("keeps")
    def test_a_lock_that_somebody_holds_is_not_got_in_time(self, store: CacheStore) -> None:
        with store.lock("key", 0) as first, store.lock("key", 0) as second, store.lock("key", 0.05) as third:
            assert (first, second, third) == (True, False, False)
        with store.lock("key", 0) as again:
            assert again is True

    @only_if("keeps")
    def test_who_did_not_get_a_lock_does_not_free_it(self, store: CacheStore) -> None:
        with store.lock("key", 0):
            with store.lock("key", 0):
                pass
            with store.lock("key", 0) as other:
                assert other is False

    @only_if("keeps")
    def test_locks_of_two_keys_have_nothing_to_do_with_each_other(self, store: CacheStore) -> None:
        with store.lock("a", 0) as first, store.lock("b", 0) as second:
            assert (first, second) == (True, True)

    @only_if("keeps")
    def test_an_exception_frees_the_lock(self, store: CacheStore) -> None:
        with pytest.raises(ZeroDivisionError), store.lock("key", 0):
            raise ZeroDivisionError
        with store.lock("key", 0) as held:
            assert held is True

    @only_if("keeps")
    def test_a_lock_holds_against_other_threads_and_is_handed_on(self, store: CacheStore) -> None:
        got: list[bool] = []
        waiting = threading.Event()

        def wait_for_it() -> None:
            with store.lock("key", 0) as held:
                got.append(held)
            waiting.set()
            with store.lock("key", self.patience) as held:
                got.append(held)

        other = threading.Thread(target=wait_for_it, daemon=True)
        with store.lock("key", 0):
            other.start()
            assert waiting.wait(self.patience)
        other.join(self.patience)
        assert got == [False, True]

    @only_if("keeps")
    def test_one_at_a_time_is_inside(self, store: CacheStore) -> None:
        store.set("count", "0")

        def count() -> None:
            for _ in range(25):
                with store.lock("count", self.patience):
                    store.set("count", str(int(store.get("count") or "") + 1))

        threads = [threading.Thread(target=count, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self.patience)
        assert store.get("count") == "100"

    @only_if("shared")
    def test_another_store_in_the_same_place_shares_texts_and_locks(self, store: CacheStore, other: CacheStore) -> None:
        store.set("key", "text")
        with store.lock("key", 0), other.lock("key", 0) as held:
            assert (other.get("key"), list(other.keys()), held) == ("text", ["key"], False)
        other.delete("key")
        assert store.get("key") is None

    @only_if("shared")
    def test_texts_outlive_the_store(self, store: CacheStore, other: CacheStore) -> None:
        store.set("key", "text")
        store.close()
        assert other.get("key") == "text"

    @only_if("shared")
    def test_another_process_shares_texts_and_locks(self, store: CacheStore, tmp_path: Path) -> None:
        store.set("from-the-test", "text")
        with self.child(tmp_path) as process:
            assert _line(process) == "True"
            with store.lock("key", 0) as held, store.lock("other", 0) as other:
                assert (held, other, store.get("from-the-child")) == (False, True, "text")
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
            with store.lock("key", self.patience) as held:
                assert held is True
            assert _line(process) == "free"

    @only_if("shared")
    def test_a_process_that_is_killed_holds_nothing(self, store: CacheStore, tmp_path: Path) -> None:
        with self.child(tmp_path) as process:
            assert _line(process) == "True"
            with store.lock("key", 0) as held:
                assert held is False
            process.kill()
            process.wait()
            with store.lock("key", self.patience) as held:
                assert held is True

    @contextmanager
    def child(self, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A process that opens the store, holds ``key`` until it is told a line, and copies a text."""
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", CHILD]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:  # noqa: S603
            assert process.stdin is not None
            try:
                process.stdin.write(pickle.dumps((self.make(), self.options(directory))))
                process.stdin.flush()
                yield process
            finally:
                process.kill()


def _line(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()
