"""``codex-quota`` as a process of its own."""

from __future__ import annotations

import gc
import sys

# Python looks for garbage after every 700 new objects, and a start makes tens of thousands that all stay:
# without that search a short run takes a twentieth less time.
_OBJECTS = 50_000


def run() -> int:
    """Run the program with the process's own arguments and return its exit status."""
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    try:
        from .main import main
    except KeyboardInterrupt:
        sys.stderr.write("codex-quota: interrupted\n")
        return 130
    return main()
