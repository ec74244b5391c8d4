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
    NOT_ENOUGH = 4
    """The accounts answered, and not enough is left."""
    CANNOT_RUN = 126
    """The command to measure is there but cannot be run."""
    NOT_FOUND = 127
    """There is no such command to measure."""
    INTERRUPTED = 130
    """Ctrl-C."""
