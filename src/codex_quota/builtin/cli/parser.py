"""The parser, assembled out of the commands; the manual page and the completions come from the same one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import IO, Any, NoReturn

import codex_quota
from codex_quota import Command, PluginError, UsageError
from codex_quota.options import Option, add_options, add_settings

from .common import CLIENT_OPTIONS, DEBUG
from .screen import width_of

DEFAULT_COMMAND = "show"
PROGRAM = "codex-quota"
_DESCRIPTION = "Shows how much ChatGPT Codex quota is left, for one account or many."
_EPILOG = (
    "Without a command, 'show' is meant; an account that is called like a command is reached by 'codex-quota show NAME'. "
    "Exit status: 0 every account answered, 3 some did, 1 none did, 2 wrong usage, 130 interrupted."
)


class _Help(argparse.HelpFormatter):
    """The usual help; left to itself it would import shutil and its compressors at every start, to learn the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=width_of(sys.__stdout__ or sys.stdin, os.environ) - 2)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, raised, and whose output goes to *stream*, by default standard output."""

    def __init__(self, *, stream: IO[str] | None = None, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings, allow_abbrev=False, formatter_class=_Help)
        self._stream = stream

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError`` with the message."""
        hint = f"see {self.prog} --help"
        if message.startswith("unrecognized arguments: -"):
            hint += "; a name that begins with a dash stands behind --"
        raise UsageError(message.removeprefix("argument "), hint=hint)

    def _print_message(self, message: str, file: object = None) -> None:
        if message:
            print(message, end="", file=self._stream)


def build_parser(
    commands: Iterable[Command],
    *,
    settings: Sequence[Option] = (),
    stream: IO[str] | None = None,
    tell: Callable[[PluginError], None] = lambda error: None,
) -> Parser:
    """The whole parser, which also carries the default command's arguments: for help, manual page and completions.

    *settings* are the options of plugins' sources, stores, formats and routes.
    A command whose arguments cannot be made is left out, and *tell* hears why.
    """
    whole = Parser(
        stream=stream,
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        usage=f"{PROGRAM} [ACCOUNT ...] [options]\n       {PROGRAM} COMMAND ...",
    )
    whole.add_argument("--version", action="version", version=f"{PROGRAM} {codex_quota.__version__}")
    ordered = sorted(commands, key=lambda command: (command.name != DEFAULT_COMMAND, command.name))
    for command in ordered:
        if command.name == DEFAULT_COMMAND:
            _configure(whole, command, settings)
    section = whole.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for command in ordered:
        try:
            # tried apart first, since a parser that is half made cannot be taken out again
            command_parser(command, settings=settings)
        except PluginError as error:
            tell(error)
            continue
        summary = codex_quota.one_line(command.summary).replace("%", "%%")
        parser = section.add_parser(command.name, help=summary, description=_sentence(command.summary), stream=stream)
        _configure(parser, command, settings)
    return whole


def command_parser(command: Command, *, settings: Sequence[Option] = (), stream: IO[str] | None = None) -> Parser:
    """The parser of one command, which costs a fraction of the whole one.

    Raises ``PluginError`` when the command cannot say what its arguments are.
    """
    parser = Parser(stream=stream, prog=f"{PROGRAM} {command.name}", description=_sentence(command.summary))
    _configure(parser, command, settings)
    return parser


def choose_command(argv: Sequence[str], default: Parser, names: Iterable[str]) -> tuple[str | None, list[str]]:
    """Which command *argv* means and what is left for it; None when only the whole program's help or version is wanted.

    Options may stand before the command, so the first word that is no option and no option's value of the *default* command
    decides.
    """
    table = default._option_string_actions
    rest, position = list(argv), 0
    while position < len(rest) and rest[position] != "--":
        word = rest[position]
        if not word.startswith("-") or word == "-":
            if word in set(names):
                return word, rest[:position] + rest[position + 1 :]
            return DEFAULT_COMMAND, rest
        flag = word if word in table else word[:2] if not word.startswith("--") and word[:2] in table else word
        takes_value = flag in table and table[flag].nargs is None
        if word in ("-h", "--help", "--version"):
            return (None, [word])
        position += 2 if takes_value and word == flag else 1
    return DEFAULT_COMMAND, rest


def _configure(parser: Parser, command: Command, settings: Sequence[Option]) -> None:
    try:
        command.configure(parser)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise PluginError(f"the command {command.name} cannot be set up: {reason}") from error
    options = (*CLIENT_OPTIONS, DEBUG) if command.wants_client else (DEBUG,)
    for action in parser._actions:
        _check_help(parser, action)
    add_options(parser, _free(options, parser))
    if command.wants_client:
        known = len(parser._actions)
        add_settings(parser, _free(settings, parser))
        for action in parser._actions[known:]:
            _check_help(parser, action)


def _free(options: Sequence[Option], parser: Parser) -> list[Option]:
    """Those of *options* whose flags nobody has taken before, without short ones that somebody has."""
    taken, free = set(parser._option_string_actions), list[Option]()
    for option in options:
        if not taken & {option.flag, option.opposite}:
            free.append(replace(option, short=None) if option.short in taken else option)
            taken |= {option.flag, option.opposite, *([option.short] if option.short else [])}
    return free


def _check_help(parser: Parser, action: argparse.Action) -> None:
    """Take a help text literally that argparse could not show, because of a bare percent sign."""
    if "%" not in (action.help or ""):
        return
    try:
        parser._get_formatter()._expand_help(action)
    except (ValueError, TypeError, KeyError):
        action.help = (action.help or "").replace("%", "%%")


def _sentence(summary: str) -> str:
    text = codex_quota.one_line(summary)
    # argparse puts values into a description only when it names the program
    text = text.replace("%", "%%") if "%(prog)" in text else text
    return text[:1].upper() + text[1:].rstrip(".") + "."
