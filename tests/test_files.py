"""Files: replaced atomically and privately, read without ever waiting."""

from __future__ import annotations

import os
import runpy
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codex_quota import files
from codex_quota.files import read_regular, write_private


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Name and descriptor of every file that is opened from now on."""
    found: list[tuple[str, int]] = []
    really = os.open

    def note(path: Path, *more: int) -> int:
        descriptor = really(path, *more)
        found.append((Path(path).name, descriptor))
        return descriptor

    monkeypatch.setattr(os, "open", note)
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o000, 0o077], ids="umask {:03o}".format)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_a_written_file_and_its_directory_are_private(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "key.json"
    write_private(path, "grün")
    assert (path.read_bytes(), mode(path), mode(path.parent)) == ("grün".encode(), 0o600, 0o700)


def test_writing_replaces_text_and_mode_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("a much longer old text")
    path.chmod(0o666)
    write_private(path, b"new")
    assert (path.read_bytes(), mode(path), [p.name for p in tmp_path.iterdir()]) == (b"new", 0o600, ["key.json"])


def test_a_directory_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_private(tmp_path / "key.json", "new")
    assert mode(tmp_path) == 0o755


def test_a_link_in_the_way_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target, path = tmp_path / "precious", tmp_path / "key.json"
    target.write_text("precious")
    path.symlink_to(target)
    write_private(path, "new")
    assert (target.read_text(), path.read_text(), path.is_symlink()) == ("precious", "new", False)


def test_a_write_that_fails_leaves_the_old_text_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.json"
    write_private(path, "old")

    def full(file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(path, "new", durable=True)
    assert (path.read_text(), [p.name for p in tmp_path.iterdir()]) == ("old", ["key.json"])


def test_a_text_that_has_no_bytes_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "key.json", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_two_programs_with_one_process_id_never_share_a_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[tuple[str, int]]
) -> None:
    """Containers on one volume have mostly the same process id."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    for program in ("one", "two"):
        runpy.run_path(files.__file__)["write_private"](tmp_path / "key.json", program)
    (one, _), (two, _) = opened
    assert one != two
    assert (one[0], two[0]) == (".", ".")


def test_durable_waits_for_the_file_and_for_its_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: kinds.append("directory" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"))
    write_private(tmp_path / "key.json", "one")
    assert kinds == []
    write_private(tmp_path / "key.json", "two", durable=True)
    assert kinds == ["file", "directory"]


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00\xff" * 50_000)
    assert read_regular(tmp_path / "file") == b"\x00\xff" * 50_000


@pytest.mark.parametrize("size", [7, 8, 9])
def test_only_a_file_within_the_limit_is_read(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    if size <= 8:
        assert read_regular(tmp_path / "file", limit=8) == b"x" * size
    else:
        with pytest.raises(OSError, match="larger"):
            read_regular(tmp_path / "file", limit=8)


def test_the_limit_is_told_in_mebibytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(OSError, match=r"^is larger than 1 MiB$"):
        read_regular(tmp_path / "file")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a directory, not a file"),
        (os.mkfifo, "is a special file, not a file"),
        (lambda path: path.symlink_to("/dev/null"), "is a special file, not a file"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
        (lambda path: None, "No such file or directory"),
    ],
    ids=["directory", "fifo", "device", "loop", "dangling", "missing"],
)
def test_what_is_no_regular_file_is_refused_at_once_and_left_closed(
    tmp_path: Path, make: Callable[[Path], object], words: str, opened: list[tuple[str, int]]
) -> None:
    make(tmp_path / "thing")
    with pytest.raises(OSError, match=words):
        read_regular(tmp_path / "thing")
    for _, descriptor in opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
