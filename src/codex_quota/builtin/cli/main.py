"""``codex-quota``: argv → command → exit status."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, TypeVar

import codex_quota
from codex_quota import CodexQuotaError, Command, Context, UsageError
from codex_quota.options import with_settings

from .common import CLIENT_OPTIONS, DEBUG, make_client
from .interrupts import ignore_interrupts, mind_repeated_interrupts
from .parser import DEFAULT_COMMAND, PROGRAM, build_parser, choose_command, command_parser
from .problems import tell_problems
from .status import ExitStatus
from .streams import forgiving, preceded, silence, standing

if TYPE_CHECKING:
    from codex_quota import Catalogue, Client

Result = TypeVar("Result")


def main(
    argv: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
    plugins: Sequence[object] = (),
    catalogue: Catalogue | None = None,
) -> int:
    """Run the program with *argv* (by default the process's own) and return its exit status.

    *plugins* are added to the installed ones, *catalogue* stands in for all of them.
    Every error is one line on *stderr*; only with ``--debug`` it is raised.
    A standard stream that is closed takes nothing and gives nothing.
    """
    if argv is None:
        mind_repeated_interrupts()
    stdin = standing(stdin or sys.stdin, "r")
    stdout, stderr = standing(stdout or sys.stdout, "w"), standing(stderr or sys.stderr, "w")
    environ = os.environ if environ is None else environ
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (stdout, stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    stderr = forgiving(stderr)
    try:
        catalogue = catalogue or codex_quota.Catalogue(plugins=plugins, environ=environ)
        status = _run(words, environ, stdin, stdout, stderr, catalogue)
        stdout.flush()
    except KeyboardInterrupt:
        if argv is None:
            ignore_interrupts()
        print(f"{PROGRAM}: interrupted", file=stderr)
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        silence(stdout)
        return ExitStatus.OK
    except CodexQuotaError as error:
        if _wants_debug(words, environ):
            raise
        print(f"{PROGRAM}: {error.line()}", file=stderr)
        return ExitStatus.USAGE if isinstance(error, (UsageError, codex_quota.UnknownAccountError)) else ExitStatus.NONE
    except OSError as error:
        if _wants_debug(words, environ):
            raise
        print(f"{PROGRAM}: {error.strerror or error}: {error.filename or 'output'}; check space and permissions", file=stderr)
        return ExitStatus.NONE
    return status


def _run(
    words: list[str], environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO, catalogue: Catalogue
) -> int:
    commands, settings = catalogue.commands, catalogue.settings
    if DEFAULT_COMMAND not in commands:
        reasons = "; ".join(problem.reason for problem in catalogue.problems) or "the plugin cli is disabled"
        raise UsageError(
            f"there are no commands: {reasons}", hint="install codex-quota anew, or unset CODEX_QUOTA_DISABLED_PLUGINS"
        )
    parser = command_parser(commands[DEFAULT_COMMAND], settings=settings, stream=stdout)
    name, rest = choose_command(words, parser, commands)
    debug = _wants_debug(words, environ)
    context = Context(
        catalogue=catalogue, make_client=_no_client, stdin=stdin, stdout=stdout, stderr=stderr, environ=environ,
        now=lambda: datetime.now(UTC),
    )  # fmt: skip
    try:
        if name is None:
            tell = lambda error: print(f"{PROGRAM}: {error.line()}", file=stderr)  # noqa: E731
            build_parser(commands.values(), settings=settings, stream=stdout, tell=tell).parse_args(rest)
            return ExitStatus.OK
        if name != DEFAULT_COMMAND:
            parser = command_parser(commands[name], settings=settings, stream=stdout)
        args = _guarded(name, lambda: parser.parse_args(rest), debug=debug)
    except SystemExit:
        return ExitStatus.OK
    except CodexQuotaError as error:
        return _told(error, name, context, debug=debug)
    try:
        return _run_command(commands[name], args, context)
    except CodexQuotaError as error:
        return _told(error, name, context, debug=debug)


def _told(error: CodexQuotaError, name: str | None, context: Context, *, debug: bool) -> int:
    """The exit status with which the command *name* tells *error*; raises the error when it does not."""
    if name is not None and not debug:
        status = _guarded(name, lambda: context.catalogue.commands[name].tell_error(error, context), debug=debug)
        if status is not None:
            return int(status)
    raise error


def _run_command(command: Command, args: Namespace, context: Context) -> int:
    from dataclasses import replace

    DEBUG.resolve(args, context.environ)
    if not command.wants_client:
        return _guarded(command.name, lambda: _status(command, args, context), debug=args.debug)
    for option in CLIENT_OPTIONS:
        option.resolve(args, context.environ)
    environ = with_settings(context.catalogue.settings, args, context.environ)
    from .screen import width_of
    from .steps import Steps

    tell_problems(context.catalogue.problems, context.stderr)
    made: list[Client] = []
    with Steps(context.stderr, verbose=args.verbose, width=width_of(context.stderr, context.environ)) as steps:

        def client() -> Client:
            if not made:
                made.append(make_client(args, catalogue=context.catalogue, environ=environ, on_event=steps.on_event))
            return made[0]

        world = replace(
            context,
            make_client=client,
            environ=environ,
            stdout=preceded(context.stdout, steps.stop),
            stderr=preceded(context.stderr, steps.stop),
        )
        try:
            return _guarded(command.name, lambda: _status(command, args, world), debug=args.debug)
        finally:
            for one in made:
                with suppress(OSError):
                    world.stdout.flush()
                try:
                    for problem in one.tell_updates():
                        print(f"{PROGRAM}: {problem.line()}", file=world.stderr)
                finally:
                    one.close()


def _status(command: Command, args: Namespace, context: Context) -> int:
    """The exit status that *command* returns; one that ends the program itself has failed."""
    try:
        status = command.run(args, context)
    except SystemExit as error:
        raise codex_quota.PluginError(
            f"the command {command.name} failed: SystemExit: {error}", hint="it has to return its exit status"
        ) from error
    if not isinstance(status, int):
        raise TypeError(f"gave {type(status).__name__}, not an exit status")
    return int(status)


def _guarded(name: str, act: Callable[[], Result], *, debug: bool) -> Result:
    """What *act* gives; a stranger's command *name* that raises costs one line, unless the traceback is asked for."""
    try:
        return act()
    except (CodexQuotaError, OSError):
        raise
    except Exception as error:
        if debug:
            raise
        raise codex_quota.PluginError(
            f"the command {name} failed: {type(error).__name__}: {error}", hint="--debug shows where"
        ) from error


def _wants_debug(words: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether tracebacks are wanted, also where the command line could not be read yet."""
    own = words[: words.index("--")] if "--" in words else words
    flags = [word for word in own if word in (DEBUG.flag, DEBUG.opposite)]
    args = Namespace(debug=flags[-1] == DEBUG.flag if flags else None)
    try:
        DEBUG.resolve(args, environ)
    except UsageError:
        return False
    return bool(args.debug)


def _no_client() -> Client:
    raise UsageError("this command has no client", hint="set wants_client in the command's class")
