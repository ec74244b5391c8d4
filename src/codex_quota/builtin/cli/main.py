"""``codex-quota``: argv → command → exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

import codex_quota
from codex_quota import CodexQuotaError, Command, Context, UsageError

from .common import CLIENT_OPTIONS, DEBUG, make_client
from .parser import DEFAULT_COMMAND, PROGRAM, Parser, build_parser, choose_command, command_parser
from .status import ExitStatus

if TYPE_CHECKING:
    from argparse import Namespace

    from codex_quota import Client


def main(
    argv: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    plugins: Sequence[object] = (),
) -> int:
    """Run the program with *argv* (by default the process's own) and return its exit status.

    Every error is one line on *stderr*; only with ``--debug`` it is raised.
    """
    stdin, stdout, stderr = stdin or sys.stdin, stdout or sys.stdout, stderr or sys.stderr
    environ = os.environ if environ is None else environ
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (stdout, stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(words, environ, stdin, stdout, stderr, plugins)
        stdout.flush()
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=stderr)
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        _silence(stdout)
        return ExitStatus.OK
    except CodexQuotaError as error:
        if "--debug" in words:
            raise
        print(f"{PROGRAM}: {error.line()}", file=stderr)
        return ExitStatus.USAGE if isinstance(error, (UsageError, codex_quota.UnknownAccountError)) else ExitStatus.NONE
    except OSError as error:
        if "--debug" in words:
            raise
        print(f"{PROGRAM}: {error.strerror or error}: {error.filename or 'output'}; check space and permissions", file=stderr)
        return ExitStatus.NONE
    return status


def _run(
    words: list[str], environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO, plugins: Sequence[object]
) -> int:
    catalogue = codex_quota.Catalogue(plugins=plugins, environ=environ)
    commands = catalogue.commands
    if DEFAULT_COMMAND not in commands:
        reasons = "; ".join(problem.reason for problem in catalogue.problems) or "the plugin cli is disabled"
        raise UsageError(
            f"there are no commands: {reasons}", hint="install codex-quota anew, or unset CODEX_QUOTA_DISABLED_PLUGINS"
        )
    Parser.stream = stdout
    parser = command_parser(commands[DEFAULT_COMMAND])
    name, rest = choose_command(words, parser, commands)
    try:
        if name is None:
            build_parser(commands.values()).parse_args(rest)
            return ExitStatus.OK
        if name != DEFAULT_COMMAND:
            parser = command_parser(commands[name])
        args = parser.parse_args(rest)
    except SystemExit:
        return ExitStatus.OK
    command = commands[name]
    return _run_command(command, args, Context(
        catalogue=catalogue, make_client=_no_client, stdin=stdin, stdout=stdout, stderr=stderr, environ=environ,
        now=lambda: datetime.now(UTC),
    ))  # fmt: skip


def _run_command(command: Command, args: Namespace, context: Context) -> int:
    from dataclasses import replace

    DEBUG.resolve(args, context.environ)
    if not command.wants_client:
        return _guarded(command, args, context)
    for option in CLIENT_OPTIONS:
        option.resolve(args, context.environ)
    from .steps import Steps

    made: list[Client] = []
    with Steps(context.stderr, verbose=args.verbose) as steps:

        def client() -> Client:
            if not made:
                made.append(make_client(args, catalogue=context.catalogue, environ=context.environ, on_event=steps.on_event))
            return made[0]

        try:
            return _guarded(command, args, replace(context, make_client=client))
        finally:
            for one in made:
                one.close()


def _guarded(command: Command, args: Namespace, context: Context) -> int:
    """A stranger's command that raises costs one line, unless the traceback is asked for."""
    try:
        return int(command.run(args, context))
    except (CodexQuotaError, OSError):
        raise
    except Exception as error:
        if args.debug:
            raise
        raise codex_quota.PluginError(
            f"the command {command.name} failed: {type(error).__name__}: {error}", hint="--debug shows where"
        ) from error


def _no_client() -> Client:
    raise UsageError("this command has no client", hint="set wants_client in the command's class")


def _silence(stdout: TextIO) -> None:
    """Keep the interpreter from complaining at exit that nobody reads any more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
    except (OSError, ValueError):
        return
