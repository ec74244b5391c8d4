"""``codex-quota completion``: a completion script for a shell, made from the parser."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace
from typing import Any

from codex_quota import Catalogue, Command, Context

from .parser import PROGRAM, build_parser
from .status import ExitStatus

SHELLS = ("bash", "zsh", "fish")
_NAMES = "codex-quota accounts --format plain 2>/dev/null | tail -n +2 | cut -f1"
_ACCOUNTS = "_codex_quota_accounts"
# A name keeps its spaces: bash wants it quoted unless the user has begun a quotation, zsh quotes by itself.
_BASH = f"""
{_ACCOUNTS}() {{
  local name begun="${{1//[\\\\\\"\\']/}}"
  {_NAMES} | while IFS= read -r name; do
    if [[ "$name" == "$begun"* ]]; then
      if [[ "$1" == [\\"\\']* ]]; then printf '%s\\n' "$name"; else printf '%q\\n' "$name"; fi
    fi
  done
}}
_shtab_codex_quota_pos_0_COMPGEN={_ACCOUNTS}
"""
_ZSH = f"""
{_ACCOUNTS}() {{
  local -a names
  names=(${{(f)"$({_NAMES})"}})
  compadd -a names
}}
functions[_codex_quota_first_word]=$functions[_shtab_codex_quota_commands]
_shtab_codex_quota_commands() {{
  _codex_quota_first_word
  {_ACCOUNTS}
}}
"""
_FISH = f"""
complete -c {PROGRAM} -n _shtab_codex_quota_using -a '({_NAMES})'
"""


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

        whole = build_parser(context.catalogue.commands.values(), settings=context.catalogue.settings)
        for action in list(whole._actions):
            # a list of account names in front would hide the commands from the first word
            if action.dest == "account":
                whole._actions.remove(action)
            elif isinstance(action.choices, dict):
                for parser in action.choices.values():
                    _complete(parser, context.catalogue)
        _complete(whole, context.catalogue)
        before = {"bash": _BASH, "zsh": _ZSH}.get(args.shell, "")
        script = shtab.complete(whole, args.shell, preamble=before)
        print(script + (_FISH if args.shell == "fish" else ""), file=context.stdout)
        return ExitStatus.OK


def _complete(parser: ArgumentParser, catalogue: Catalogue) -> None:
    """Tell for each argument of *parser* what may stand there."""
    import shtab

    names = {"format": list(catalogue.formatters), "source": list(catalogue.sources), "cache": list(catalogue.stores)}
    accounts = {"bash": _ACCOUNTS, "zsh": _ACCOUNTS, "fish": f"({_NAMES})"}
    paths: dict[str, Any] = {"DIR": shtab.DIRECTORY, "FILE": shtab.FILE}
    for action in parser._actions:
        if action.dest in ("account", "account_name"):
            _set(action, accounts)
        elif isinstance(action.metavar, str) and action.metavar in paths:
            _set(action, paths[action.metavar])
        elif action.option_strings and action.choices is None and action.dest in names:
            action.choices = names[action.dest]


def _set(action: Action, completer: object) -> None:
    action.complete = completer  # type: ignore[attr-defined]
