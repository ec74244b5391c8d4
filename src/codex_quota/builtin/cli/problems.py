"""What went wrong with plugins, told before a command begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

import codex_quota

from .parser import PROGRAM


def tell_problems(problems: Iterable[codex_quota.Problem], stderr: TextIO) -> None:
    """One line for each plugin that something is missing of; one that is only slow is no news at every start."""
    told: set[tuple[str, str]] = set()
    for problem in problems:
        who = (problem.plugin, problem.distribution)
        if who in told or problem.stage == "slow":
            continue
        told.add(who)
        what = "could not be loaded" if problem.stage == "import" else "has a problem"
        print(
            f"{PROGRAM}: plugin {problem.plugin} (distribution {problem.distribution}) {what}: {problem.reason}; "
            "'codex-quota plugins' tells more",
            file=stderr,
        )
