"""``codex-quota show``, which is also what plain ``codex-quota`` does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

import codex_quota
from codex_quota import Command, Context, Snapshot, Style, wording
from codex_quota.options import add_options

from .common import OUTPUT_OPTIONS, RAW_OPTIONS
from .screen import style_for
from .status import ExitStatus


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
        snapshots = codex_quota.sort_snapshots(_fetch(args.account, context), args.sort)
        style = style_for(args, stdout=context.stdout, environ=context.environ, now=context.now())
        if not snapshots and formatter.content_type != "application/json":
            raise codex_quota.NoAccountsError(_nothing_found(args))
        if raw:
            _print_raw(snapshots, args, context)
            _print_problems(snapshots, style, context)
        else:
            context.stdout.write(_formatted(formatter, snapshots, style))
            if not formatter.tells_problems:
                _print_problems(snapshots, style, context)
        return status_of(snapshots)


def status_of(snapshots: Sequence[Snapshot]) -> ExitStatus:
    """The exit status for *snapshots*; a stale one did not answer."""
    answered = sum(snapshot.error is None for snapshot in snapshots)
    if answered == 0:
        return ExitStatus.NONE
    return ExitStatus.OK if answered == len(snapshots) else ExitStatus.PARTIAL


def _fetch(names: Sequence[str], context: Context) -> list[Snapshot]:
    try:
        return context.client.fetch_all(names or None)
    except codex_quota.UnknownAccountError as error:
        near = codex_quota.nearest(names[0], context.catalogue.commands)
        if near:
            error.hint += f"; the command is called {near!r}"
        raise


def _formatted(formatter: codex_quota.Formatter, snapshots: Sequence[Snapshot], style: Style) -> str:
    try:
        text = formatter.format(snapshots, style)
        if not isinstance(text, str):
            raise TypeError(f"gave {type(text).__name__}, not text")
    except codex_quota.CodexQuotaError:
        raise
    except Exception as error:
        raise codex_quota.PluginError(f"the format {formatter.name} failed: {type(error).__name__}: {error}") from error
    return text


def _print_problems(snapshots: Sequence[Snapshot], style: Style, context: Context) -> None:
    for snapshot in snapshots:
        for note in wording.notes(snapshot, style):
            if note.kind in ("error", "warning"):
                print(f"{snapshot.account.name}: {note.text}", file=context.stderr)


def _print_raw(snapshots: Sequence[Snapshot], args: Namespace, context: Context) -> None:
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


def _nothing_found(args: Namespace) -> str:
    where = ", ".join(args.source) if args.source else f"{args.account_dir}/*.auth.json, the environment or the Codex home"
    return f"there is no sign-in in {where}"
