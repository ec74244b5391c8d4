"""``codex-quota cache``: look at what is kept, and forget it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import codex_quota
from codex_quota import Command, Context
from codex_quota.options import add_options

from .listing import FORMAT, local_iso, print_list
from .status import ExitStatus

_COLUMNS = ("account", "plan", "usable", "read_at", "key")


class Cache(Command):
    """Shows or clears the chosen cache store."""

    name = "cache"
    summary = "show what the cache keeps, or clear it"

    def configure(self, parser: ArgumentParser) -> None:
        """What to do, and for which accounts."""
        parser.add_argument("action", nargs="?", choices=("show", "clear"), default="show", help="what to do (default: show)")
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="only these accounts (default: all that is kept)")
        add_options(parser, (FORMAT,))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0, also when nothing is kept."""
        store = context.client.store
        kept = {key: codex_quota.load_snapshot(store.get(key) or "") for key in store.keys()}  # noqa: SIM118
        if args.account:
            kept = {key: s for key, s in kept.items() if s is not None and s.account.name in args.account}
        if args.action == "clear":
            for key in kept:
                store.delete(key)
            print(f"cleared {len(kept)} of the answers kept in {store.describe()}", file=context.stdout)
            return ExitStatus.OK
        rows = []
        for key, snapshot in sorted(kept.items(), key=lambda item: item[1].account.name if item[1] else ""):
            row: dict[str, object] = {"account": "(unreadable)", "key": key}
            if snapshot is not None:
                usable = {True: "yes", False: "no", None: None}[snapshot.usable]
                read_at = local_iso(snapshot.fetched_at)
                row |= {"account": snapshot.account.name, "plan": snapshot.plan, "usable": usable, "read_at": read_at}
            rows.append(row)
        print_list(rows, _COLUMNS, args, context)
        print(f"kept in {store.describe()}", file=context.stderr)
        return ExitStatus.OK
