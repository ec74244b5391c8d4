"""``codex-quota guard``: is there enough left? Waits until there is, if that is wanted."""

from __future__ import annotations

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable

from codex_quota import Command, Context, UsageError
from codex_quota.options import Option, add_options, positive_seconds, seconds, whole

SHORTEST = 15.0
WISH, WAITING = "what is wanted", "waiting"


def pause(text: str) -> float:
    """A length of time that is not too short to ask a service again."""
    value = seconds(text)
    if value < SHORTEST:
        raise ArgumentTypeError(f"must be at least {SHORTEST:g} seconds")
    return value


ANY = Option(flag="--any", group=WISH, default=False, help="one account with enough left will do; its name is printed")
MIN_LEFT = Option(flag="--min-left", group=WISH, convert=whole(0, 100), metavar="N", default=10,
                  help="percent that have to be left in every window that counts")  # fmt: skip
WINDOW = Option(flag="--window", group=WISH, convert=str, choices=("five_hour", "daily", "weekly", "monthly", "annual"),
                shown="every window of the main limit, and the spend limit",
                help="the window that counts, where an account has it")  # fmt: skip
WAIT = Option(flag="--wait", group=WAITING, default=False, help="wait until there is enough")
TIMEOUT = Option(flag="--wait-timeout", short="--timeout", group=WAITING, convert=positive_seconds, metavar="TIME",
                 shown="none", help="how long to wait at most, like 30m or 2h")  # fmt: skip
EVERY = Option(flag="--every", group=WAITING, convert=pause, metavar="TIME", default=300.0, shown="5m",
               help="look again at least this often, since a reset may come early")  # fmt: skip
OPTIONS = (ANY, MIN_LEFT, WINDOW, WAIT, TIMEOUT, EVERY)


class Guard(Command):
    """Answers by its exit status; *sleep* waits that many seconds."""

    name = "guard"
    summary = "exit with 0 when enough quota is left and with 4 when not, or wait for it"

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def configure(self, parser: ArgumentParser) -> None:
        """Account names, what is wanted and how to wait; ``--timeout`` is about waiting here."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account that needs enough (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 when there is enough, 4 when there is not, 1 when nobody knows."""
        from .watching import Watch

        for option in OPTIONS:
            option.resolve(args, context.environ)
        if args.wait_timeout is not None and not args.wait:
            if args.origins[TIMEOUT.dest] == TIMEOUT.flag:
                hint = "the time for one attempt is $CODEX_QUOTA_TIMEOUT here"
                raise UsageError("--timeout is how long to wait, so it needs --wait", hint=hint)
            args.wait_timeout = None
        return Watch(args, context, self._sleep).result()
