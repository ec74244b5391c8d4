"""Cache store ``file``: one private file for each account, replaced atomically."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import codex_quota
from codex_quota import Options

SUFFIX = ".snapshot.json"
_POLL = 0.02


class FileStore(codex_quota.CacheStore):
    """Files under ``--cache-dir``, by default the platform's cache directory; locks hold across processes."""

    name = "file"
    summary = "one private file for each account in the platform's cache directory"

    def __init__(self) -> None:
        self._directory = Path()

    def open(self, options: Options) -> None:
        """Choose the directory; nothing is made before something is written."""
        if options.cache_dir is None:
            from platformdirs import user_cache_path

            self._directory = user_cache_path("codex-quota", appauthor=False)
        else:
            self._directory = options.cache_dir

    def get(self, key: str) -> str | None:
        """The text, None when there is none or it cannot be read."""
        try:
            return codex_quota.read_regular(self._path(key)).decode()
        except (OSError, ValueError):
            return None

    def set(self, key: str, text: str) -> None:
        """Write through a temporary file, so that a reader never sees half a text."""
        codex_quota.write_private(self._path(key), text)

    def delete(self, key: str) -> None:
        """Remove the file."""
        self._path(key).unlink(missing_ok=True)

    def keys(self) -> Iterable[str]:
        """The keys of the files that this store wrote; other files in the directory are not its own."""
        try:
            names = os.listdir(self._directory)  # noqa: PTH208 - a glob passes over what it may not read
        except FileNotFoundError:
            return []
        return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX) and not name.startswith("."))

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        """Hold a lock file; where the file system knows no locks, every caller goes ahead."""
        try:
            import fcntl
        except ImportError:
            yield True
            return
        deadline = time.monotonic() + timeout
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._directory / f"{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield True
            return
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    held = True
                except BlockingIOError:
                    held = False
                except OSError:
                    held = True
                if held or time.monotonic() >= deadline:
                    break
                time.sleep(_POLL)
            yield held
        finally:
            os.close(descriptor)

    def describe(self) -> str:
        """The directory."""
        return str(self._directory)

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{SUFFIX}"


@codex_quota.hookimpl
def register_cache_stores() -> Iterable[codex_quota.CacheStore]:
    """The file store."""
    return [FileStore()]
