"""Exit statuses."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the program tells the shell."""

    OK = 0
    """Every account answered."""
    NONE = 1
    """No account answered, or there is none."""
    USAGE = 2
    """The command line, the environment or an account name is wrong."""
    PARTIAL = 3
    """Some accounts answered, some did not."""
    INTERRUPTED = 130
    """Ctrl-C."""
