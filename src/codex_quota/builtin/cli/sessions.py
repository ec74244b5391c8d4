"""Taking what the Codex CLI noted in its session files into the history, where it is sure whose that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import codex_quota
from codex_quota import Account, Context, Credential, CredentialError, HistoryError

from .homes import SIGN_IN, home_at
from .kept import tell
from .screen import width_of

if TYPE_CHECKING:
    from codex_quota import Listing
    from codex_quota.history import History, SessionFiles

SOURCE = "codex-home"
_LARGE = 1 << 25
_OTHER_SIGN_INS = ("auth*.json*", "accounts/*.json", "profiles/*.json")


def take_session_files(history: History, context: Context) -> None:
    """Read what is new in the session files of every home of the Codex CLI that one account alone uses.

    The files do not say whose figures they hold.
    Why those of a home are left out is told once.
    """
    from codex_quota.history import SessionFiles

    listings = _listings(context)
    homes = _homes(listings, context)
    for home in homes:
        try:
            files = SessionFiles(home, history)
            unread = files.unread()
            if not unread:
                continue
            owner = _owner(home, homes, listings, history)
            about = f"session files {_text(home)}"
            if isinstance(owner, Account):
                _take(files, unread, owner, context)
                _note(history, about, "read")
            elif _note(history, about, owner):
                tell(f"the session files in {_text(home)} are left out, because they tell no account and {owner}", context)
        except HistoryError as error:
            tell(error.line(), context)


def _listings(context: Context) -> list[Listing]:
    """Every account that the default sources know, also when only some of them were asked for."""
    options = context.client.options
    everybody = codex_quota.Client(
        account_dir=options.account_dir, catalogue=context.catalogue, environ=options.environ, cache="none", listeners=False
    )
    return everybody.accounts()


def _homes(listings: list[Listing], context: Context) -> list[Path]:
    """The Codex CLI's own home, and those in which the sign-ins of accounts lie."""
    options, sources = context.client.options, context.catalogue.sources
    own = sources[SOURCE].credentials(options) if SOURCE in sources else ()
    found = [*own, *(listing.credential for listing in listings)]
    homes = [home_at(one.location) for one in found if isinstance(one, Credential)]
    return list(dict.fromkeys(home.resolve() for home in homes if home is not None))


def _owner(home: Path, homes: list[Path], listings: list[Listing], history: History) -> Account | str:
    """Whose session files those in *home* are, or why nobody can tell."""
    try:
        signed_in = codex_quota.read_credential(home / SIGN_IN, name="codex", source=SOURCE).account
    except CredentialError as error:
        return f"the sign-in there cannot be read: {error.message}"
    if signed_in.account_id is None or signed_in.user_id is None:
        return "the sign-in there does not tell whose it is"
    noted, digest = f"signed in {_text(home)}", _digest(" ".join(signed_in.identity or ()))
    known = history.note(noted)
    if known not in (None, digest):
        history.set_note(noted, "several")
        return "another account was signed in there before"
    owner, elsewhere = signed_in, []
    for listing in listings:
        account = listing.account
        if listing.credential is None:
            return f"the sign-in of {account.name} cannot be read, which may have been used there"
        if account.identity == signed_in.identity:
            owner = account if owner is signed_in else owner
        elif home_at(listing.credential.location) is None:
            return f"{account.name} is another account, which may have been used there"
        else:
            elsewhere.append(account)
    if other := next((other for other in _sharing(home, homes) if _signed_in(other) != signed_in.identity), None):
        return f"{_text(other)} has the same ones by a link"
    if other := next((path for path, account in _other_sign_ins(home) if account.identity != signed_in.identity), None):
        return f"{_text(other)} is another account's sign-in"
    if others := history.others([owner, *elsewhere]):
        return f"the history knows {others[0]}, which may have been used there"
    if known is None:
        history.set_note(noted, digest)
    return owner


def _sharing(home: Path, homes: list[Path]) -> Iterator[Path]:
    """The other homes that have session files in the same place."""
    from codex_quota.history import SessionFiles

    own = SessionFiles.directories(home)
    linked = [place.parent for place in sorted(own) if (place.parent / SIGN_IN).exists()]
    yield from (other for other in dict.fromkeys([*homes, *linked]) if other != home and own & SessionFiles.directories(other))


def _signed_in(home: Path) -> tuple[str, str] | None:
    with suppress(CredentialError):
        return codex_quota.read_credential(home / SIGN_IN, name="codex", source=SOURCE).account.identity
    return None


def _other_sign_ins(home: Path) -> Iterator[tuple[Path, Account]]:
    """What programs that change the account leave in a home, as far as it can be read."""
    for pattern in _OTHER_SIGN_INS:
        for path in sorted(home.glob(pattern)):
            with suppress(OSError, ValueError, RecursionError, CredentialError):
                data = json.loads(codex_quota.read_regular(path))
                yield path, codex_quota.parse_credential(data, name="other", source=SOURCE).account


def _text(path: Path) -> str:
    """*path* as a terminal and a database can hold it, whatever bytes it is made of."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _digest(identity: str) -> str:
    from hashlib import sha256

    return sha256(identity.encode()).hexdigest()[:24]


def _note(history: History, key: str, value: str) -> bool:
    """Note *value*; False when that was noted before."""
    if history.note(key) == value:
        return False
    history.set_note(key, value)
    return True


def _take(files: SessionFiles, unread: int, owner: Account, context: Context) -> None:
    """Read *files*, with a progress bar on a terminal when that takes a while."""
    if unread < _LARGE or not context.stderr.isatty():
        files.take(owner, context.now())
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(
        file=context.stderr, width=width_of(context.stderr, context.environ), no_color=bool(context.environ.get("NO_COLOR"))
    )
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("session files", total=unread)
        taken = files.take(owner, context.now(), lambda read: progress.advance(task, read))
    tell(f"took {taken} readings from the Codex CLI's session files", context)
