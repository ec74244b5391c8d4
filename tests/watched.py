"""How the tests of ``codex-quota watch`` start it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from terminals import Tty

PROGRAM = [sys.executable, "-m", "codex_quota"]
RUN = "import sys\nfrom codex_quota.__main__ import main\nsys.exit(main({words!r}))\n"
# the same rules with shorter times, so that nobody has to wait for a minute
QUICK = """
from datetime import timedelta
from codex_quota.builtin.cli import watch_interval, watch_reading
watch_reading.SHORTEST = timedelta(0)
watch_interval.FLOOR = watch_reading.FLOOR = timedelta(seconds=0.2)
watch_reading.BATCH = timedelta(0)
"""
Watch = Callable[..., Tty]
