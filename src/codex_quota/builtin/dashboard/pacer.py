"""The pace of what is on the board, worked out once for each reading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from codex_quota import Client, Snapshot
from codex_quota.wording import local_zone

if TYPE_CHECKING:
    from codex_quota.history import History
    from codex_quota.pace import Working


class Pacer:
    """Adds the pace of every window to the client's snapshots; for one thread at a time."""

    def __init__(self, client: Client, *, utc: bool) -> None:
        self._client = client
        self._utc = utc
        self._kept: dict[str, tuple[Snapshot, Snapshot]] = {}
        self._made: tuple[History | None, Working | None] | None = None

    def paced(self, snapshots: Iterable[Snapshot], now: datetime) -> list[Snapshot]:
        """*snapshots* with the pace that they have at *now*, or had when they were new."""
        found = {snapshot.account.name: self._of(snapshot, now) for snapshot in snapshots}
        self._kept = {name: kept for name, kept in self._kept.items() if name in found}
        return list(found.values())

    def _of(self, snapshot: Snapshot, now: datetime) -> Snapshot:
        from codex_quota.history import paced

        before, made = self._kept.get(snapshot.account.name, (None, snapshot))
        if before is not snapshot:
            (made,) = paced([snapshot], *self._means(), now)
            self._kept[snapshot.account.name] = (snapshot, made)
        return made

    def _means(self) -> tuple[History | None, Working | None]:
        """The history and the working time that the client's options ask for."""
        if self._made is None:
            from codex_quota.history import History, working_time

            options = self._client.options
            zone = UTC if self._utc else local_zone(options.environ)
            self._made = (History.of(options), working_time(options.environ, zone))
        return self._made
