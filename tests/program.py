"""The program, run in this process against a world of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codex_quota.simulated import SimulatedService
from codex_quota.testing import Ran, run_cli


@dataclass
class Program:
    """The program in this process, in a world of its own."""

    directory: Path
    environ: dict[str, str]
    service: SimulatedService | None = None
    plugins: list[object] = field(default_factory=list)

    def __call__(self, *words: str, terminal: bool = False, **environ: str) -> Ran:
        return run_cli(
            *words,
            plugins=self.plugins,
            directory=self.directory,
            service=self.service,
            environ={**self.environ, **environ},
            terminal=terminal,
        )

    def serve(self, names: Sequence[str] | None = None) -> None:
        """Write the simulated service's sign-ins into the account directory."""
        assert self.service is not None
        self.service.write_accounts(self.directory / "account")
        for path in (self.directory / "account").iterdir():
            if names is not None and path.name.removesuffix(".auth.json") not in names:
                path.unlink()
