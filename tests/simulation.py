"""Commands on the clock of the simulated service, which stands still until it is moved."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import codex_quota
from codex_quota import Catalogue, Client, Command, Context
from codex_quota.builtin.cli.common import CLIENT_OPTIONS, make_client
from codex_quota.builtin.cli.parser import command_parser
from codex_quota.simulated import SimulatedService
from codex_quota.testing import Ran, Screen, clean_environ


@dataclass
class Simulation:
    """Runs commands below *directory* against *service*; ``slept`` has the seconds that were waited, which moved the clock."""

    directory: Path
    service: SimulatedService
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Wait on the service's clock."""
        self.slept.append(seconds)
        self.service.advance(timedelta(seconds=seconds))

    def run(self, command: Command, *words: str, terminal: bool = False, environ: Mapping[str, str] | None = None) -> Ran:
        """What *command* does with *words*, with the sign-ins of the service; a ``CodexQuotaError`` is raised."""
        self.service.write_accounts(self.directory / "account")
        out, err = Screen(), Screen(terminal=terminal)
        world = {**clean_environ(self.directory, self.service), **(environ or {})}
        args = command_parser(command).parse_args(words)
        for option in CLIENT_OPTIONS:
            option.resolve(args, world)
        catalogue, made = Catalogue(environ={}, strangers=False), list[Client]()

        def client() -> codex_quota.Client:
            if not made:
                made.append(make_client(args, catalogue=catalogue, environ=world, on_event=None))
                made[0].now = self.service.clock
            return made[0]

        context = Context(
            catalogue=catalogue,
            make_client=client,
            stdin=io.StringIO(),
            stdout=out,
            stderr=err,
            environ=world,
            now=self.service.clock,
        )
        try:
            status = command.run(args, context)
        finally:
            for one in made:
                one.close()
        return Ran(int(status), out.getvalue(), err.getvalue())
