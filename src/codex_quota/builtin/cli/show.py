"""``codex-quota show``, which is also what plain ``codex-quota`` does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

import codex_quota
from codex_quota import Command, Context, Snapshot, Style, wording
from codex_quota.options import add_options

from .common import OUTPUT_OPTIONS, RAW_OPTIONS
from .missing import nothing_found, unknown_account, warn_about_directory
from .parser import PROGRAM
from .screen import style_for
from .status import ExitStatus
from .streams import json_for, write_utf8


class Show(Command):
    """Reads every account, or those named, and prints what a formatter makes of them."""

    name = "show"
    summary = "show how much quota is left (the default command)"

    def configure(self, parser: ArgumentParser) -> None:
        """Account names and output options."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to ask about (default: every account)")
        add_options(parser, (*OUTPUT_OPTIONS, *RAW_OPTIONS))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 when every account answered, 3 when some did, 1 when none did."""
        for option in (*OUTPUT_OPTIONS, *RAW_OPTIONS):
            option.resolve(args, context.environ)
        raw = args.raw_json or args.raw_headers
        args.refresh = args.refresh or raw
        chosen = args.format or ("table" if context.stdout.isatty() else "plain")
        formatter = context.catalogue.formatters.choose(chosen)
        snapshots = codex_quota.sort_snapshots(_fetch(args, context), args.sort)
        style = style_for(args, stdout=context.stdout, environ=context.environ, now=context.now())
        if formatter.shows_pace and not raw:
            snapshots = with_pace(snapshots, style, context)
        if not snapshots:
            if formatter.content_type != "application/json" or raw:
                raise nothing_found(args)
            print(f"{PROGRAM}: {nothing_found(args).line()}", file=context.stderr)
        warn_about_directory(args, [snapshot.account.source for snapshot in snapshots], context)
        if raw:
            _print_raw(snapshots, args, context)
            _print_problems(snapshots, style, context)
        else:
            text = formatted(formatter, snapshots, style)
            if formatter.content_type.startswith("text/calendar"):
                write_utf8(context.stdout, newline="")  # RFC 5545, 3.1 and 3.1.4
            context.stdout.write(json_for(context.stdout, text) if formatter.content_type == "application/json" else text)
            if not formatter.tells_problems:
                _print_problems(snapshots, style, context)
        return status_of(snapshots)


def status_of(snapshots: Sequence[Snapshot]) -> ExitStatus:
    """The exit status for *snapshots*; a stale one did not answer."""
    answered = sum(snapshot.error is None for snapshot in snapshots)
    if answered == 0:
        return ExitStatus.NONE
    return ExitStatus.OK if answered == len(snapshots) else ExitStatus.PARTIAL


def _fetch(args: Namespace, context: Context) -> list[Snapshot]:
    try:
        return context.client.fetch_all(args.account or None)
    except codex_quota.UnknownAccountError as error:
        raise unknown_account(error, args, context) from None


def with_pace(snapshots: Sequence[Snapshot], style: Style, context: Context) -> list[Snapshot]:
    """*snapshots* with the pace of every window; raises ``UsageError`` for settings about time that cannot be used."""
    from codex_quota.history import History, paced, working_time

    options = context.client.options
    working = working_time(options.environ, style.tz or wording.local_zone(options.environ))
    return paced(snapshots, History.of(options), working, style.now)


def formatted(formatter: codex_quota.Formatter, snapshots: Sequence[Snapshot], style: Style) -> str:
    """What *formatter* makes of *snapshots*; raises ``PluginError`` when it fails."""
    try:
        text = formatter.format(snapshots, style)
        if not isinstance(text, str):
            raise TypeError(f"gave {type(text).__name__}, not text")
    except codex_quota.CodexQuotaError:
        raise
    except (Exception, SystemExit) as error:
        raise codex_quota.PluginError(f"the format {formatter.name} failed: {type(error).__name__}: {error}") from error
    return text


def _print_problems(snapshots: Sequence[Snapshot], style: Style, context: Context) -> None:
    for snapshot in snapshots:
        for note in wording.notes(snapshot, style):
            if note.kind in ("error", "warning"):
                print(f"{snapshot.account.name}: {note.text}", file=context.stderr)


def _print_raw(snapshots: Sequence[Snapshot], args: Namespace, context: Context) -> None:
    write_utf8(context.stdout)  # which an unchanged body is
    for number, snapshot in enumerate(snapshots):
        answer = snapshot.answer
        if len(snapshots) > 1:
            print(("\n" if number else "") + f"== {snapshot.account.name} ==", file=context.stdout)
        if answer is None:
            continue
        if args.raw_headers:
            print(f"HTTP {answer.status}", file=context.stdout)
            for name, value in answer.headers:
                print(f"{name}: {codex_quota.one_line(value)}", file=context.stdout)
        if args.raw_json:
            if args.raw_headers:
                print(file=context.stdout)
            print(answer.body.removesuffix("\n"), file=context.stdout)
