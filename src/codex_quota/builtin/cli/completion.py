"""``codex-quota completion``: a completion script for a shell, made from the parser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codex_quota import Command, Context

from .parser import build_parser
from .status import ExitStatus

SHELLS = ("bash", "zsh", "fish")
_ACCOUNT_NAMES = "codex-quota accounts --format plain 2>/dev/null | tail -n +2 | cut -f1"


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

        whole = build_parser(context.catalogue.commands.values())
        for action in whole._get_positional_actions():
            # a list of account names in front would hide the commands from the first word
            if action.dest == "account":
                whole._actions.remove(action)
            elif isinstance(action.choices, dict):
                for parser in action.choices.values():
                    _complete_accounts(parser, shtab.cmd(_ACCOUNT_NAMES))
        print(shtab.complete(whole, args.shell), file=context.stdout)
        return ExitStatus.OK


def _complete_accounts(parser: ArgumentParser, completer: object) -> None:
    for action in parser._get_positional_actions():
        if action.dest == "account":
            action.complete = completer  # type: ignore[attr-defined]
