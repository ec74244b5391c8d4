"""``codex-quota accounts``: which accounts there are and where they come from; nobody is asked over the network."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from codex_quota import Command, Context, Listing, wording
from codex_quota.options import add_options

from .listing import FORMAT, local_iso, print_list
from .missing import nothing_found, warn_about_directory
from .status import ExitStatus

_COLUMNS = ("account", "plan", "token_expires", "status", "source", "location")


class Accounts(Command):
    """Lists accounts; never a token."""

    name = "accounts"
    summary = "list the accounts, where each sign-in is kept and when its token ends"

    def configure(self, parser: ArgumentParser) -> None:
        """Only the format."""
        add_options(parser, (FORMAT,))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 when every sign-in can be used, 3 when some can, 1 when none can."""
        listings = context.client.accounts()
        errors = {entry.error.code for entry in listings if entry.error is not None}
        words = {
            "plan": wording.plan_text,
            "token_expires": lambda text: _expiry(text, context),
            "status": lambda text: "error" if text in errors else text,
        }
        print_list([_row(entry, context) for entry in listings], _COLUMNS, args, context, words, paths=("location",))
        if not listings:
            raise nothing_found(args)
        warn_about_directory(args, [entry.account.source for entry in listings], context)
        for entry in listings:
            if entry.error is not None:
                print(entry.error.line(), file=context.stderr)
        good = sum(entry.error is None for entry in listings)
        return ExitStatus.OK if good == len(listings) else ExitStatus.PARTIAL if good else ExitStatus.NONE


def _expiry(text: str, context: Context) -> str:
    moment, now = datetime.fromisoformat(text), context.now()
    return f"{wording.countdown(moment - now)} left" if moment > now else "expired"


def _row(entry: Listing, context: Context) -> dict[str, Any]:
    credential = entry.credential
    row: dict[str, Any] = {"account": entry.account.name, "source": entry.account.source, "status": "ok"}
    if entry.error is not None:
        row["status"] = entry.error.code
    if credential is not None:
        row["plan"] = credential.plan
        row["location"] = credential.location
        if credential.expires_at is not None:
            row["token_expires"] = local_iso(credential.expires_at)
            if credential.expires_at <= context.now():
                row["status"] = "expired"
    if entry.shadowed_by is not None:
        row["status"] = f"shadowed by {entry.shadowed_by}"
    elif entry.same_as is not None:
        row["status"] = f"same login as {entry.same_as}"
    return row
