"""The file: private, in WAL mode, and set aside when it is damaged."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from ..errors import HistoryError
from .schema import migrate

PATIENCE = 2.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """What is written in here is kept, unless something is raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


class Database:
    """Connections to one file, each for one piece of work, so that any thread and any process may use it.

    A damaged file is set aside and a new one begun; ``damage`` then says so.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: str | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection to read with, None while there is no file; raises ``HistoryError``."""
        try:
            there = self.path.exists()
        except OSError as error:
            raise self._error(error, 0) from None
        if not there:
            yield None
            return
        with self.connected() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction, kept unless something is raised; raises ``HistoryError``."""
        with self.connected() as connection, transaction(connection):
            yield connection

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A connection to read and to write with, one ``transaction`` after another; raises ``HistoryError``."""
        opened: list[int] = []
        try:
            with closing(self._open(opened)) as connection:
                yield connection
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                self._set_aside(opened[-1])
            raise self._error(error, code) from None
        except OSError as error:
            raise self._error(error, 0) from None

    def _open(self, opened: list[int]) -> sqlite3.Connection:
        try:
            return self._opened(opened)
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise
        self._set_aside(opened[-1])
        return self._opened(opened)

    def _opened(self, opened: list[int]) -> sqlite3.Connection:
        """A connection; adds to *opened* which file it is to."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        real = Path(os.path.realpath(self.path))
        with suppress(FileExistsError):
            # SQLite gives its other files the mode of this one
            os.close(os.open(real, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # one that is there is never opened here: to close it again would give up the locks of every connection of this process
        found = real.stat()
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EISDIR, "Is a directory" if stat.S_ISDIR(found.st_mode) else "it is no file")
        if not os.access(real, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        opened.append(found.st_ino)
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                _write_ahead(connection)
            if not migrate(connection):
                raise HistoryError(
                    f"the history {self.path} was written by a later version of this program",
                    hint="update codex-quota, or give another file with --history-file",
                )
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_aside(self, damaged: int) -> None:
        """Rename the file, unless another program has begun a new one since *damaged* was opened."""
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino != damaged:
                return
            if _is_text(self.path):
                raise HistoryError(f"{self.path} is no history", hint="give another file with --history-file")
            number = 1
            while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
                number += 1
            for suffix in ("-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            self.path.rename(aside)
            self.damage = f"the history was damaged: it is kept as {aside}, and a new one was begun"

    def _error(self, error: Exception, code: int) -> HistoryError:
        if code in _DAMAGED:
            return HistoryError(self.damage or f"the history {self.path} is damaged", hint="nothing needs to be done")
        if code in _BUSY:
            reason = f"another program held it for {PATIENCE:g} s"
        else:
            reason = getattr(error, "strerror", None) or str(error)
        hint = "check space and permissions, give another file with --history-file, or do without it with --no-history"
        return HistoryError(f"the history {self.path} cannot be used: {reason}", hint=hint)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Change a new file to WAL mode, for which SQLite does not wait while another connection does the same."""
    until = monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or monotonic() > until:
                raise
            sleep(0.01)
        else:
            return


def _is_text(path: Path) -> bool:
    """True for what somebody wrote, and no damage could make of a database: text without a null character."""
    with path.open("rb") as file:
        start = file.read(4096)
    try:
        return "\0" not in getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
