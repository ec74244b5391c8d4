"""What every command has to do, as a test class that a command's tests subclass."""

from __future__ import annotations

from pathlib import Path

import pytest

from codex_quota import Command, hookimpl
from codex_quota.simulated import SimulatedService

from .contract import Contract, check_names
from .program import Ran, run_cli


class CommandContract(Contract):
    """Subclass it and let ``make`` give the command; pytest runs the tests under your class's name.

    ``words`` are the arguments with which it can be run beside its name.
    """

    words: tuple[str, ...] = ()

    def make(self) -> Command:
        """The command."""
        raise NotImplementedError("override make")

    def run(self, *words: str, directory: Path, service: SimulatedService | None = None) -> Ran:
        """What ``codex-quota`` does with the command's name and *words*."""
        command = self.make()

        class Plugin:
            @hookimpl
            def register_commands(self) -> list[Command]:
                return [command]

        return run_cli(command.name, *words, plugins=[Plugin()], directory=directory, service=service)

    def test_it_says_what_it_is(self, tmp_path: Path) -> None:
        command = self.make()
        check_names(command)
        ran = self.run("--help", directory=tmp_path)
        assert (ran.status, ran.err) == (0, "")
        assert f"codex-quota {command.name}" in ran.out

    @pytest.mark.parametrize("accounts", [0, 1, 2])
    def test_it_runs_whatever_accounts_there_are(self, tmp_path: Path, accounts: int) -> None:
        with SimulatedService() as service:
            for number in range(accounts):
                service.add(f"account-{number}", weekly=100 * number)
            service.write_accounts(tmp_path / "account")
            ran = self.run(*self.words, directory=tmp_path, service=service)
        assert 0 <= ran.status <= 125
        assert f"the command {self.make().name} failed: " not in ran.err

    def test_an_argument_that_it_does_not_know_is_told_in_one_line(self, tmp_path: Path) -> None:
        ran = self.run(*self.words, "--no-such-argument", directory=tmp_path)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
