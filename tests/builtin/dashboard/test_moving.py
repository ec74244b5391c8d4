"""Moves that never lose a file: what ``test_account_files`` cannot reach from outside."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from codex_quota.builtin.dashboard.moving import give_name, is_same, remove_former, write_new, write_over


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("2")
    return one, other


def no_hard_links(*_: Any) -> None:
    raise OSError(errno.EOPNOTSUPP, "not supported")


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_name_that_is_taken_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard_links: bool) -> None:
    one, taken, dangling = (tmp_path / name for name in ("one", "taken", "dangling"))
    one.write_text("1")
    taken.write_text("2")
    dangling.symlink_to(tmp_path / "nowhere")
    if not hard_links:
        monkeypatch.setattr(os, "link", no_hard_links)
    for name in (taken, dangling):
        with pytest.raises(FileExistsError):
            give_name(one, name)
        with pytest.raises(FileExistsError):
            write_new(name, b"3")
    assert (one.read_text(), taken.read_text(), dangling.is_symlink()) == ("1", "2", True)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_former_file_that_cannot_be_removed_makes_its_successor_go(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    former, new = two
    unlink = Path.unlink

    def held(self: Path, missing_ok: bool = False) -> None:
        if self == former:
            raise PermissionError(errno.EPERM, "not permitted")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(PermissionError):
        remove_former(former, new)
    assert (former.exists(), new.exists()) == (True, False)


def test_files_are_private_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_new(path, b"old")
    reader = path.open()
    write_over(path, b"new")
    assert (reader.read(), path.read_text(), path.stat().st_mode & 0o777) == ("old", "new", 0o600)
    reader.close()


def test_two_entries_of_one_file_are_not_the_same(two: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = two
    twin = tmp_path / "twin"
    os.link(one, twin)
    assert (is_same(one, one), is_same(one, twin), is_same(one, other)) == (True, False, False)
