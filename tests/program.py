"""The program, run in this process against a world of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codex_quota.builtin.cli.main import main
from codex_quota.simulated import SimulatedService


class Screen(io.StringIO):
    """A text stream that may call itself a terminal."""

    encoding = "utf-8"
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@dataclass
class Ran:
    """What a run of the program left behind."""

    status: int
    out: str
    err: str


@dataclass
class Program:
    """The program in this process, in a world of its own."""

    directory: Path
    environ: dict[str, str]
    service: SimulatedService | None = None
    plugins: list[object] = field(default_factory=list)

    def __call__(self, *words: str, terminal: bool = False, **environ: str) -> Ran:
        out, err = Screen(), Screen()
        out.terminal = err.terminal = terminal
        status = main(
            list(words), environ={**self.environ, **environ}, stdin=io.StringIO(), stdout=out, stderr=err, plugins=self.plugins
        )
        return Ran(status, out.getvalue(), err.getvalue())

    def serve(self, names: Sequence[str] | None = None) -> None:
        """Write the simulated service's sign-ins into the account directory."""
        assert self.service is not None
        self.service.write_accounts(self.directory / "account")
        for path in (self.directory / "account").iterdir():
            if names is not None and path.name.removesuffix(".auth.json") not in names:
                path.unlink()
