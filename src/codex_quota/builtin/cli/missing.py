"""What is said when there is no account, or none of the name that was asked for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

import codex_quota
from codex_quota import CodexQuotaError, Context, NoAccountsError, UnknownAccountError

from .parser import PROGRAM

_SHOWN = 10


def nothing_found(args: Namespace) -> NoAccountsError:
    """The error for no account at all, which names every place that was looked into."""
    missing = _missing_directory(args)
    places = {"directory": f"{args.account_dir}/*.auth.json", "environment": "the environment", "codex-home": "the Codex home"}
    names = [name for name in args.source or places if not (missing and name == "directory")]
    *others, last = [places.get(name, name) for name in names] or [""]
    nowhere = f"there is no sign-in in {', '.join(others)}{' or ' if others else ''}{last}" if last else ""
    absent = f"the account directory {missing} does not exist" if missing else ""
    return NoAccountsError(", and ".join(filter(None, (absent, nowhere))))


def directory_warning(args: Namespace, sources: Iterable[str]) -> str:
    """That the directory which was asked for is not there, and which *sources* gave the accounts instead, or an empty text."""
    missing, found = _missing_directory(args), " and ".join(sorted(set(sources)))
    return f"the account directory {missing} does not exist; these accounts are from {found}" if missing and found else ""


def warn_about_directory(args: Namespace, sources: Iterable[str], context: Context) -> None:
    """Say ``directory_warning`` on stderr, if there is any."""
    if warning := directory_warning(args, sources):
        print(f"{PROGRAM}: {warning}", file=context.stderr)


def unknown_account(error: UnknownAccountError, args: Namespace, context: Context) -> CodexQuotaError:
    """The error to show for *error*: all unknown names, or that of a source which failed and may have had the account."""
    listings = context.client.accounts()
    for entry in listings:
        if entry.source_failed and entry.error is not None:
            return entry.error
    known = [entry.account.name for entry in listings]
    unknown = unknown_of(args.account, known) or args.account
    missing = _missing_directory(args)
    wanted = " or ".join(map(repr, unknown))
    message = f"there is no account {wanted} in {missing}, which does not exist" if missing else f"there is no account {wanted}"
    commands = [near for near in (codex_quota.nearest(name, context.catalogue.commands) for name in unknown) if near]
    hints = [names_hint(unknown, known)]
    hints += [f"the command is called {near!r}" for near in dict.fromkeys(commands)]
    hints += ["--help tells how to use the program"] if "help" in unknown else []
    return UnknownAccountError(message, hint="; ".join(hints))


def unknown_of(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """Those of *names* that are not *known*, whatever way their accents are written."""
    from unicodedata import normalize

    there = set(known)
    return [name for name in dict.fromkeys(names) if normalize("NFC", name) not in there]


def names_hint(unknown: Iterable[str], known: Sequence[str]) -> str:
    """Which of the *known* names were probably meant, and the first few of them all."""
    guesses = []
    for name in unknown:
        near = next((k for k in known if k.casefold() == name.casefold()), None) or codex_quota.nearest(name, known)
        guesses += [f"did you mean {near!r}?"] if near else []
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return " ".join([*dict.fromkeys(guesses), f"there is: {', '.join(known[:_SHOWN]) or 'none'}{more}"])


def _missing_directory(args: Namespace) -> str | None:
    """The account directory as it was given, and by what, when it does not exist but was asked for."""
    origin = args.origins.get("account_dir")
    if origin is None or (args.source and "directory" not in args.source) or Path(args.account_dir).exists():
        return None
    return f"{args.account_dir} ({origin})"
