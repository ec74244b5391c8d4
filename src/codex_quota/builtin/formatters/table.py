"""``--format table``: bars for people at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota
from codex_quota import Snapshot, Style


class Table(codex_quota.Formatter):
    """One row for each window with a bar, and below one line for each problem or warning.

    The width is ``style.width``, or 100 columns when there is none.
    Where the columns do not fit, each account gets a line of its own above its windows; numbers and resets are never cut.
    """

    name = "table"
    summary = "bars with percent left and resets, for people"
    tells_problems = True
    shows_pace = True

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole text, ending in a newline."""
        from ._table_text import table_text

        return table_text(snapshots, style)


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one formatter of this module."""
    return [Table()]
