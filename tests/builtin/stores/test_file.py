"""Store ``file``: the contract, private files, and what a killed process leaves behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codex_quota.builtin.stores.file import FileStore
from codex_quota.interfaces import CacheStore, Options
from codex_quota.testing import CacheStoreContract

PATIENCE = 10


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


class TestFileStore(CacheStoreContract):
    shared = True

    def make(self) -> CacheStore:
        return FileStore()

    def test_files_and_directory_are_private(self, store: CacheStore, directory: Path) -> None:
        before = os.umask(0)
        try:
            with store.lock("key", 0):
                store.set("key", "text")
        finally:
            os.umask(before)
        assert {path.name: mode(path) for path in directory.iterdir()} == {"key.snapshot.json": 0o600, "key.lock": 0o600}
        assert (mode(directory), store.describe()) == (0o700, str(directory))

    def test_reading_makes_nothing(self, store: CacheStore, tmp_path: Path) -> None:
        store.get("key")
        store.delete("key")
        assert (list(store.keys()), list(tmp_path.iterdir())) == ([], [])

    @pytest.mark.parametrize("kind", ["bytes", "directory", "fifo", "loop", "huge"])
    def test_a_file_that_cannot_be_read_is_no_text(self, store: CacheStore, directory: Path, kind: str) -> None:
        store.set("other", "text")
        path = directory / "key.snapshot.json"
        match kind:
            case "bytes":
                path.write_bytes(b"{\xff\xfe")
            case "directory":
                path.mkdir()
            case "fifo":
                os.mkfifo(path)
            case "loop":
                path.symlink_to(path)
            case "huge":
                path.write_bytes(b" " * ((1 << 20) + 1))
        assert (store.get("key"), store.get("other")) == (None, "text")

    def test_what_lies_beside_the_texts_is_no_key(self, store: CacheStore, directory: Path) -> None:
        store.set("key", "text")
        for name in (".0123.tmp", ".hidden.snapshot.json", "key.lock", "notes.txt", "work.auth.json", "key.snapshot.json.bak"):
            (directory / name).write_text("?")
        assert list(store.keys()) == ["key"]

    def test_where_nothing_can_be_written_setting_fails_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = FileStore()
        store.open(Options(cache_dir=tmp_path / "file" / "cache", environ={}))
        with pytest.raises(OSError, match="Not a directory"):
            store.set("key", "text")
        with store.lock("key", 0) as held:
            assert (held, store.get("key")) == (True, None)

    def test_where_locks_do_not_work_everybody_goes_ahead(self, store: CacheStore, monkeypatch: pytest.MonkeyPatch) -> None:
        import fcntl

        def no_locks(*_: object) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(fcntl, "flock", no_locks)
        with store.lock("key", 0) as first, store.lock("key", 0) as second:
            assert (first, second) == (True, True)

    def test_locks_leave_no_open_file_behind(self, store: CacheStore, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[int] = []
        really = os.open

        def note(path: Path, *more: int) -> int:
            opened.append(really(path, *more))
            return opened[-1]

        monkeypatch.setattr(os, "open", note)
        with store.lock("key", 0), store.lock("key", 0):
            assert len(opened) == 2
        for descriptor in opened:
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)


def test_a_directory_that_cannot_be_listed_is_an_error_and_not_empty(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    store = FileStore()
    store.open(Options(environ={}, cache_dir=tmp_path / "taken"))
    with pytest.raises(NotADirectoryError):
        list(store.keys())


def test_by_default_files_lie_in_the_platforms_cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store = FileStore()
    store.open(Options(environ={}))
    store.set("key", "text")
    assert (tmp_path / "codex-quota" / "key.snapshot.json").read_text() == "text"


START = """
import sys
from pathlib import Path
from codex_quota.builtin.stores.file import FileStore
from codex_quota.interfaces import Options
store = FileStore()
store.open(Options(cache_dir=Path(sys.argv[1]), environ={}))
"""
WRITE = (
    START
    + """
for number in range(1_000_000):
    store.set("key", ("a" * 300_000, "b" * 200_000)[number % 2])
    print(number, flush=True)
"""
)


@contextmanager
def child(script: str, directory: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", script, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def opened(directory: Path) -> FileStore:
    store = FileStore()
    store.open(Options(cache_dir=directory, environ={}))
    return store


@pytest.mark.parametrize("writes", [1, 2, 3, 5, 8, 13, 21])
def test_a_writer_that_is_killed_leaves_one_whole_text(directory: Path, writes: int) -> None:
    store = opened(directory)
    seen = set()
    with child(WRITE, directory) as process:
        for _ in range(writes):
            assert line(process).isdigit()
            seen.add(store.get("key"))
        process.kill()
        process.wait(PATIENCE)
    seen.add(store.get("key"))
    assert seen <= {"a" * 300_000, "b" * 200_000}
    assert list(store.keys()) == ["key"]
    store.set("key", "afterwards")
    assert store.get("key") == "afterwards"
