"""``--format json``: the whole answer for programs."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota


class JsonFormatter(codex_quota.Formatter):
    """Writes the document of ``docs/reference/json.md``, emails included: it is read where the sign-ins lie."""

    name = "json"
    summary = "everything that is known, for programs"
    content_type = "application/json"
    tells_problems = True
    shows_pace = True

    def format(self, snapshots: Sequence[codex_quota.Snapshot], style: codex_quota.Style) -> str:
        """The document, indented by two, with ``generated_at`` from the style."""
        return codex_quota.dump_results(snapshots, generated_at=style.now, indent=2) + "\n"


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one formatter of this module."""
    return [JsonFormatter()]
