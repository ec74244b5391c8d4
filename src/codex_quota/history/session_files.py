"""The Codex CLI's session files, read bit by bit into the history; never written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ..model import Account
from .records import JITTER, Reading
from .rollouts import MOST_BYTES, Scanner
from .store import History

ROOTS = ("sessions", "archived_sessions")
_CHUNK = 1 << 20
_AT_ONCE, _READINGS_AT_ONCE = 1 << 26, 1000


@dataclass(frozen=True, slots=True)
class _Unread:
    """A file of which something was not read: how large it is, and where to go on."""

    path: Path
    size: int
    begin: int


class SessionFiles:
    """The session files in one home of the Codex CLI, as far as *history* has not read them.

    A file is known by its name, which the CLI never gives twice, so one that was archived is not read again.
    Files that the CLI has compressed (``.jsonl.zst``) are left out.
    """

    def __init__(self, home: Path, history: History) -> None:
        self._home = home
        self._history = history
        self._known = history.session_files()

    @staticmethod
    def directories(home: Path) -> frozenset[Path]:
        """Where the session files of *home* really lie, which is elsewhere when they are linked."""
        return frozenset(Path(os.path.realpath(home / root)) for root in ROOTS)

    def unread(self) -> int:
        """How many bytes there are to read."""
        return sum(one.size - one.begin for one in self._unread())

    def take(self, account: Account, now: datetime, tell: Callable[[int], None] = lambda read: None) -> int:
        """Read what is new, as *account*'s, the newest files first; returns how many readings the history has more.

        *tell* hears from time to time how many bytes were read since it was called last.
        What was read stays when this is interrupted; raises ``HistoryError``.
        """
        found: list[Reading] = []
        files: dict[str, tuple[int, int]] = {}
        taken = held = 0
        for unread in self._unread():
            readings, done = _read(unread, account.name, tell)
            found += [reading for reading in readings if reading.at <= now + JITTER]
            files[_name(unread.path)] = (unread.size, done)
            held += unread.size - unread.begin
            if held > _AT_ONCE or len(found) > _READINGS_AT_ONCE:
                taken += self._history.take(account, found, files)
                found, files, held = [], {}, 0
        if files:
            taken += self._history.take(account, found, files)
        if taken:
            self._history.thin(now, account)
        return taken

    def _unread(self) -> Iterator[_Unread]:
        for root in ROOTS:
            for path, size in _files(self._home / root):
                known, done = self._known.get(_name(path), (-1, 0))
                if size != known:
                    yield _Unread(path, size, done if done <= size else 0)


def _name(path: Path) -> str:
    """The name of *path* as a database can hold it, whatever bytes it is made of."""
    return path.name.encode("utf-8", "backslashreplace").decode()


def _files(directory: Path) -> Iterator[tuple[Path, int]]:
    """Every session file below *directory* with its size, the newest first; what cannot be looked into is left out."""
    with suppress(OSError):
        with os.scandir(directory) as entries:
            found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.name.startswith("rollout-") and entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    yield Path(entry.path), entry.stat(follow_symlinks=False).st_size


def _read(unread: _Unread, account: str, tell: Callable[[int], None]) -> tuple[list[Reading], int]:
    """The readings in the part that is new, and up to where the file is done with; nothing when it cannot be read."""
    scanner = Scanner(account, fresh=unread.begin == 0)
    try:
        with unread.path.open("rb", buffering=_CHUNK) as stream:
            stream.seek(unread.begin)
            lines = _Lines(stream, tell)
            readings = list(scanner.readings(lines))
    except OSError:
        return [], unread.begin
    # a file is begun anew as long as nothing in it counts yet
    return readings, unread.begin + lines.done if scanner.live else 0


class _Lines(Iterable[bytes]):
    """The whole lines of a stream, long ones cut; ``done`` counts the bytes of those that were given."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        self._stream = stream
        self._tell = tell
        self.done = 0

    def __iter__(self) -> Iterator[bytes]:
        told = 0
        while line := self._stream.readline(MOST_BYTES + 1):
            size, part = len(line), line
            while not part.endswith(b"\n"):
                part = self._stream.readline(_CHUNK)
                size += len(part)
                if not part:
                    break
            if not part:
                break  # still being written
            self.done += size
            yield line
            if self.done - told > _CHUNK:
                self._tell(self.done - told)
                told = self.done
        self._tell(self.done - told)
