"""The state file: the last results, so that a restart shows them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import codex_quota
from codex_quota import Snapshot


class StateFile:
    """Keeps the results document in one private file, replaced atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> tuple[list[Snapshot], str | None]:
        """The snapshots kept, and in words what was wrong with the file; one that cannot be read is set aside, not lost."""
        try:
            text = codex_quota.read_regular(self.path, limit=64 << 20).decode()
        except FileNotFoundError:
            return [], None
        except (OSError, ValueError) as error:
            return [], self._set_aside(str(error))
        try:
            return codex_quota.load_results(text), None
        except ValueError as error:
            return [], self._set_aside(str(error))

    def save(self, document: bytes) -> str | None:
        """Keep the results document; in words what kept it from being written."""
        try:
            codex_quota.write_private(self.path, document)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return f"the results cannot be kept in {self.path}: {reason}; check space and permissions, or choose --state-file"
        return None

    def _set_aside(self, reason: str) -> str:
        aside = self.path.with_name(f"{self.path.name}.corrupt")
        try:
            self.path.replace(aside)
        except OSError:
            return f"the state file {self.path} cannot be read ({codex_quota.one_line(reason)}) and is left as it is"
        return f"the state file {self.path} cannot be read ({codex_quota.one_line(reason)}); it is kept as {aside.name}"


def document(snapshots: Sequence[Snapshot], generated_at: datetime, *, emails: bool) -> bytes:
    """The results document; without *emails* each address keeps its first letter and its domain only."""
    shown = list(snapshots) if emails else [_masked(snapshot) for snapshot in snapshots]
    return codex_quota.dump_results(shown, generated_at=generated_at).encode()


def masked(email: str | None) -> str | None:
    """``m…@example.com`` for ``me@example.com``."""
    if not email:
        return None
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if at else "…"


def _masked(snapshot: Snapshot) -> Snapshot:
    from dataclasses import replace

    quota = snapshot.quota and replace(snapshot.quota, email=masked(snapshot.quota.email))
    return replace(snapshot, account=replace(snapshot.account, email=masked(snapshot.account.email)), quota=quota)
