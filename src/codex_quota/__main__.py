"""``python -m codex_quota``."""

import sys

from .builtin.cli.main import main as main

if __name__ == "__main__":
    sys.exit(main())
