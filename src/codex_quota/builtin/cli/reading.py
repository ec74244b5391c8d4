"""Snapshots for commands that name accounts as ``show`` does."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import codex_quota
from codex_quota import Context, Snapshot, wording

from .missing import nothing_found, unknown_account, warn_about_directory
from .saying import style_of, tell


def read_accounts(args: Namespace, context: Context, names: Sequence[str] | None = None) -> list[Snapshot]:
    """The accounts of ``args.account``, of *names*, or all there are.

    Raises ``NoAccountsError`` when there is none, and ``UnknownAccountError`` for a name that there is not.
    """
    try:
        snapshots = context.client.fetch_all(names if names is not None else args.account or None)
    except codex_quota.UnknownAccountError as error:
        if names is not None:
            raise
        raise unknown_account(error, args, context) from None
    if not snapshots and names is None:
        raise nothing_found(args)
    return snapshots


def tell_problems(snapshots: Sequence[Snapshot], args: Namespace, context: Context) -> None:
    """One line on standard error for each account that did not answer, as ``show`` tells it."""
    warn_about_directory(args, [snapshot.account.source for snapshot in snapshots], context)
    style = style_of(context)
    for snapshot in snapshots:
        for note in wording.notes(snapshot, style):
            if note.kind == "error":
                print(f"{wording.one_line(snapshot.account.name)}: {note.text}", file=context.stderr)


def tell_updates(context: Context) -> None:
    """Let plugins hear at once of what was read, because the command has not come to its end for long."""
    for problem in context.client.tell_updates():
        tell(context, problem.line())
