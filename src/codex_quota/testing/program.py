"""The program, run in this process against a world of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .world import clean_environ, make_catalogue

if TYPE_CHECKING:
    from codex_quota.simulated import SimulatedService


class Screen(io.StringIO):
    """A text stream in UTF-8 that may call itself a terminal."""

    encoding = "utf-8"

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self.terminal


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program left behind: its exit status, and what stands on stdout and stderr."""

    status: int
    out: str
    err: str


def run_cli(
    *words: str,
    plugins: Sequence[object] = (),
    directory: Path,
    service: SimulatedService | None = None,
    environ: Mapping[str, str] | None = None,
    terminal: bool = False,
    stdin: str = "",
    strangers: bool = False,
) -> Ran:
    """Run ``codex-quota`` with *words* in this process, in the world of ``clean_environ``, and wait for its end.

    It has the built-in plugins and *plugins*; *strangers* True adds whatever else is installed.
    *environ* is added to that world; with *terminal* True stdout and stderr are a terminal of 80 columns.
    """
    from codex_quota.__main__ import main

    out, err = Screen(terminal=terminal), Screen(terminal=terminal)
    world = {**clean_environ(directory, service), **(environ or {})}
    catalogue = make_catalogue(plugins, world, strangers=strangers)
    status = main(list(words), environ=world, stdin=io.StringIO(stdin), stdout=out, stderr=err, catalogue=catalogue)
    return Ran(int(status), out.getvalue(), err.getvalue())
