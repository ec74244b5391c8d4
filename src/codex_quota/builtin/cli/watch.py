"""``codex-quota watch``: the table, kept up to date."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import replace
from datetime import timedelta

from codex_quota import Command, Context, Formatter, Snapshot, UnknownAccountError
from codex_quota.options import Option, add_options, seconds

from .common import OUTPUT_OPTIONS
from .missing import nothing_found, unknown_account, unknown_of, warn_about_directory
from .screen import style_for
from .show import with_pace
from .status import ExitStatus


def every(text: str) -> float:
    """A length of time that is not too short to ask a service again and again."""
    from .watch_interval import SHORTEST

    value = seconds(text)
    if value < SHORTEST.total_seconds():
        raise ArgumentTypeError(f"must be at least {SHORTEST.total_seconds():g} seconds")
    return value


INTERVAL = Option(
    flag="--interval",
    group="watching",
    convert=every,
    metavar="TIME",
    default=300.0,
    shown="5m",
    help="how often to ask; up to once a minute where little is left, less often where nothing moves",
)
OPTIONS = (INTERVAL, *OUTPUT_OPTIONS)


class Watch(Command):
    """Shows the table on the whole screen and keeps it up to date, or prints it again and again where there is no screen."""

    name = "watch"
    summary = "show how much quota is left, and keep it up to date"

    def configure(self, parser: ArgumentParser) -> None:
        """Account names, how often to ask, and output options."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to watch (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 however it was ended, as with ``top`` and ``watch``; errors only before the first picture."""
        for option in OPTIONS:
            option.resolve(args, context.environ)
        formatter = context.catalogue.formatters.choose(args.format or ("table" if context.stdout.isatty() else "plain"))
        style = style_for(args, stdout=context.stdout, environ=context.environ, now=context.now())

        _check_accounts(args, context)
        if formatter.shows_pace:
            with_pace([], style, context)  # its settings are wrong now or never

        def prepare(snapshot: Snapshot) -> Snapshot:
            if not formatter.shows_pace:
                return snapshot
            (made,) = with_pace([snapshot], replace(style, now=context.now()), context)
            return made

        from .watch_reading import Readings

        readings = Readings(context.client, args.account, base=timedelta(seconds=args.interval), prepare=prepare)
        if _has_screen(args, context, formatter):
            from .watch_screen import watch_on_screen

            watch_on_screen(args, context, formatter, readings)
        else:
            from .watch_stream import watch_in_lines

            watch_in_lines(args, context, formatter, readings)
        return ExitStatus.OK


def _check_accounts(args: Namespace, context: Context) -> None:
    """Raise ``NoAccountsError`` when there is nothing to watch, ``UnknownAccountError`` for a name that there is not."""
    listings = context.client.accounts()
    if not listings and not args.account:
        raise nothing_found(args)
    if unknown := unknown_of(args.account, (listing.account.name for listing in listings)):
        raise unknown_account(UnknownAccountError(f"there is no account {unknown[0]!r}"), args, context)
    warn_about_directory(args, [listing.account.source for listing in listings], context)


def _has_screen(args: Namespace, context: Context, formatter: Formatter) -> bool:
    """Whether there is a screen for the table, one that no steps are told on."""
    if formatter.name != "table" or not context.stdout.isatty() or (args.verbose and context.stderr.isatty()):
        return False
    return context.environ.get("TERM", "").lower() not in ("dumb", "unknown")
