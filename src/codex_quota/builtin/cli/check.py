"""``codex-quota check``: a plugin for Nagios, Icinga and whatever else runs such plugins."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from codex_quota import CodexQuotaError, Command, Context, UsageError
from codex_quota.options import Option, add_options

from .missing import directory_warning
from .parser import PROGRAM
from .reading import read_accounts
from .saying import style_of
from .streams import silence

THRESHOLDS = "thresholds"


def below(text: str) -> float:
    """A threshold in percent left, also in the notation of monitoring plugins: ``20``, ``20%``, ``20:``."""
    try:
        value = float(text.removesuffix(":").removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ArgumentTypeError(f"{text!r} is not a percentage from 0 to 100")
    return value


WARN = Option(flag="--warn", short="-w", group=THRESHOLDS, convert=below, metavar="N", default=20.0, shown="20",
              help="warn when less than N percent is left in a window")  # fmt: skip
CRIT = Option(flag="--crit", short="-c", group=THRESHOLDS, convert=below, metavar="N", default=5.0, shown="5",
              help="critical when less than N percent is left in a window, or the account cannot be used")  # fmt: skip
OPTIONS = (WARN, CRIT)


class Check(Command):
    """Prints one line with performance data and one line for each account; everything goes to standard output."""

    name = "check"
    summary = "check what is left, as a plugin for Nagios or Icinga"

    def configure(self, parser: ArgumentParser) -> None:
        """Account names and thresholds."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to check (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0, 1, 2 or 3, as monitoring plugins have them."""
        from .checking import checked

        for option in OPTIONS:
            option.resolve(args, context.environ)
        if args.crit > args.warn:
            raise UsageError(
                f"--crit {args.crit:g} is above --warn {args.warn:g}", hint="both are percent left, so --crit is the lower one"
            )
        snapshots = read_accounts(args, context)
        warning = directory_warning(args, [snapshot.account.source for snapshot in snapshots])
        state, text = checked(snapshots, args.warn, args.crit, style_of(context), warning)
        return _told(state, text, context)

    def tell_error(self, error: CodexQuotaError, context: Context) -> int:
        """Whatever goes wrong is UNKNOWN, also on the command line, and told where a monitoring system reads."""
        from .nagios import State, output

        return _told(State.UNKNOWN, output(State.UNKNOWN, error.line()), context)


def _told(state: int, text: str, context: Context) -> int:
    """*state* once *text* is written; UNKNOWN when it cannot be, since the program's usual status for that means WARNING here."""
    from .nagios import State

    try:
        context.stdout.write(text)
        context.stdout.flush()
    except OSError as error:
        silence(context.stdout)
        print(f"{PROGRAM}: the output cannot be written: {(error.strerror or str(error)).lower()}", file=context.stderr)
        return State.UNKNOWN
    return state
