"""``codex-quota completion``: a completion script for a shell, made from the parser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codex_quota import Command, Context

from .parser import build_parser
from .status import ExitStatus

SHELLS = ("bash", "zsh", "fish")


class Completion(Command):
    """Prints the script; the shell's own documentation says where it belongs."""

    name = "completion"
    summary = "print the completion script for a shell"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """The shell."""
        parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0."""
        import shtab

        print(shtab.complete(build_parser(context.catalogue.commands.values()), args.shell), file=context.stdout)
        return ExitStatus.OK
