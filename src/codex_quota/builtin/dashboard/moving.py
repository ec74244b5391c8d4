"""Moves of files that never lose one: a name is taken only while it is free, and the former one goes last."""

from __future__ import annotations

import errno
import os
import re
import time
from contextlib import suppress
from pathlib import Path

import codex_quota

_LEFT_BEHIND = re.compile(r"\.[0-9a-f]{16}\.(tmp|new)")
_LEFT_BEHIND_AFTER = 60.0
_NO_HARD_LINKS = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK)


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that is not there yet, wholly and durably or not at all.

    Raises ``FileExistsError`` when there is something of that name, also when it came this very moment.
    """
    temporary = _written(path.parent, data)
    try:
        give_name(temporary, path)
    finally:
        _forget(temporary)
    codex_quota.sync_directory(path.parent)


def write_over(path: Path, data: bytes) -> None:
    """Replace a file by a private one, wholly and durably or not at all."""
    temporary = _written(path.parent, data)
    try:
        temporary.replace(path)
    except OSError:
        _forget(temporary)
        raise
    codex_quota.sync_directory(path.parent)


def give_name(path: Path, name: Path) -> None:
    """Let the file at *path* be found at *name*, which must be free; *path* may be gone afterwards.

    Raises ``FileExistsError`` or another ``OSError``; *path* is then still there.
    """
    try:
        os.link(path, name)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if os.path.lexists(name):
            raise FileExistsError(errno.EEXIST, "is there already", str(name)) from None
        path.rename(name)


def remove_former(former: Path | None, new: Path) -> None:
    """Remove a file that has a successor; if that fails the successor goes instead."""
    if former is None:
        return
    try:
        former.unlink(missing_ok=True)
    except OSError:
        new.unlink()
        raise
    codex_quota.sync_directory(new.parent)


def is_same(one: Path, other: Path) -> bool:
    """True for two spellings of one entry of a directory, which some disks allow; two entries of one file are not the same."""
    return one == other or (one.name.casefold() == other.name.casefold() and one.samefile(other))


def tidy(directory: Path) -> None:
    """Remove what a process that was killed while it wrote has left behind a minute ago or longer; never raises."""
    with suppress(OSError):
        for path in directory.iterdir():
            if _LEFT_BEHIND.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _LEFT_BEHIND_AFTER:
                path.unlink()


def _written(directory: Path, data: bytes) -> Path:
    """A new hidden file with *data*, on the disk."""
    path = directory / f".{os.urandom(8).hex()}.new"
    try:
        codex_quota.write_private(path, data, durable=True)
    except OSError:
        _forget(path)
        raise
    return path


def _forget(path: Path) -> None:
    """Remove a hidden file; if that fails, ``tidy`` does it another time."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
