"""``codex-quota best``: the account to use now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codex_quota import Command, Context
from codex_quota.options import Option, add_options, whole

from .reading import read_accounts, tell_problems
from .saying import style_of, tell
from .status import ExitStatus
from .streams import is_utf8

CHOICE = "choice"
FOR = Option(flag="--for", group=CHOICE, convert=str, choices=("five_hour", "weekly"), shown="both count",
             help="the window that the work is bound by: only it has to have enough left, and its reset decides")  # fmt: skip
MIN_LEFT = Option(flag="--min-left", group=CHOICE, convert=whole(0, 100), metavar="N",
                  shown="10, or less where no account has that",
                  help="leave out accounts with less than N percent left in a window that counts")  # fmt: skip
PRINT_HOME = Option(flag="--print-home", group="output", default=False,
                    help="print the account's Codex home, for CODEX_HOME, instead of its name")  # fmt: skip
JSON = Option(flag="--json", group="output", default=False, help="print the choice, the reason and the whole ranking as JSON")
OPTIONS = (FOR, MIN_LEFT, PRINT_HOME, JSON)


class Best(Command):
    """Prints the name of the account to use now, and tells a terminal why."""

    name = "best"
    summary = "print which account to use now"

    def configure(self, parser: ArgumentParser) -> None:
        """Account names, and what counts."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to choose from (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 with an account, 4 when none can be used now, 1 when none answered."""
        from .deciding import decide, document, reason
        from .homes import home_of, locations

        for option in OPTIONS:
            option.resolve(args, context.environ)
        snapshots = read_accounts(args, context)
        tell_problems(snapshots, args, context)
        style = style_of(context)
        decision = decide(snapshots, args.min_left, getattr(args, FOR.dest), style.now)
        chosen = decision.chosen
        if args.json:
            import json

            made = document(decision, locations(context), style)
            print(json.dumps(made, indent=2, ensure_ascii=not is_utf8(context.stdout)), file=context.stdout)
        elif chosen is not None:
            home = home_of(chosen.name, locations(context).get(chosen.name)) if args.print_home else None
            print(home or chosen.name, file=context.stdout)
        if chosen is None:
            tell(context, reason(decision, style))
            return ExitStatus.NONE if decision.nobody_answered else ExitStatus.NOT_ENOUGH
        if context.stderr.isatty() and not args.json:
            tell(context, f"{chosen.name}: {reason(decision, style)}")
        return ExitStatus.OK
