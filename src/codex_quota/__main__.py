"""``python -m codex_quota``."""

import sys

if __name__ == "__main__":
    from .builtin.cli.program import run

    sys.exit(run())
else:
    from .builtin.cli.main import main as main
