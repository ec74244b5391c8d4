"""``codex-quota cache``: look at what is kept, and forget it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import codex_quota
from codex_quota import CacheStore, CodexQuotaError, Command, Context, Snapshot, UnknownAccountError
from codex_quota.options import add_options

from .listing import FORMAT, local_iso, print_list
from .missing import names_hint, unknown_of
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
        """Exit status 0, also when nothing is kept; raises ``UnknownAccountError`` for a name that nobody knows."""
        store = context.client.store
        kept = _kept(store)
        if args.account:
            names = sorted({snapshot.account.name for snapshot in kept.values() if snapshot is not None})
            unknown = unknown_of(args.account, names)
            unknown = unknown and unknown_of(unknown, (entry.account.name for entry in context.client.accounts()))
            if unknown:
                wanted = " or ".join(map(repr, unknown))
                raise UnknownAccountError(f"nothing is kept for an account {wanted}", hint=names_hint(unknown, names))
            kept = {key: s for key, s in kept.items() if s is not None and not unknown_of([s.account.name], args.account)}
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


def _kept(store: CacheStore) -> dict[str, Snapshot | None]:
    try:
        return {key: codex_quota.load_snapshot(store.get(key) or "") for key in store.keys()}  # noqa: SIM118
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CodexQuotaError(
            f"the cache in {store.describe()} cannot be read: {reason}", hint="check --cache-dir and its mode"
        ) from error
