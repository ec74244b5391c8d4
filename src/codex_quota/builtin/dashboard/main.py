"""``codex-quota-web``, which is ``codex-quota web``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the dashboard with the process's own arguments and return its exit status."""
    from codex_quota.__main__ import main as whole

    return whole(["web", *sys.argv[1:]])
