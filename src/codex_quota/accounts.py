"""Asking the sources: which accounts there are, under which names, and which of them are the same login."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .errors import CodexQuotaError, CredentialError, UnknownAccountError, failure, one_line
from .interfaces import CredentialSource, Options
from .model import Account, Credential
from .plugins import Offers, nearest
from .signin import check_account_name, check_sendable
from .wording import natural_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One account that a source found: with a credential, or with the error that says why there is none.

    ``account`` has the name to show; the credential's own account keeps the name its source gave, which may occur twice.

    ``shadowed_by`` names the account that is the same login from an earlier source; this one is then not asked.
    ``same_as`` names an account of the same source with the same login.
    ``source_failed`` marks the entry that stands for a source which failed, or for a thing it gave that is no account.
    """

    account: Account
    credential: Credential | None = None
    error: CodexQuotaError | None = None
    shadowed_by: str | None = None
    same_as: str | None = None
    source_failed: bool = False


def list_accounts(sources: Offers[CredentialSource], chosen: Sequence[str] | None, options: Options) -> list[Listing]:
    """Every account of the *chosen* sources, or of the default ones, by name.

    By default the fallback sources are asked only while no other source found an account, usable or not.
    A source that fails is itself an entry, with its error.
    Raises ``UsageError`` for a source that does not exist.
    """
    if chosen:
        found = [entry for name in dict.fromkeys(chosen) for entry in _ask(sources.choose(name), options)]
    else:
        default = [source for source in sources.values() if source.by_default]
        found = [entry for source in default if not source.fallback for entry in _ask(source, options)]
        for source in default:
            if source.fallback and all(entry.source_failed for entry in found):
                found += _ask(source, options)
    return sorted(_distinct(found), key=lambda entry: natural_key(entry.account.name))


def find(listings: Iterable[Listing], name: str) -> Listing:
    """The listing of that *name*, the first of its login when it is shadowed.

    Raises ``UnknownAccountError`` with the names there are.
    """
    from unicodedata import normalize

    by_name = {entry.account.name: entry for entry in listings}
    wanted = normalize("NFC", name)
    entry = by_name.get(wanted)
    if entry is not None:
        return by_name[entry.shadowed_by] if entry.shadowed_by else entry
    near = next((n for n in by_name if n.casefold() == wanted.casefold()), None) or nearest(wanted, by_name)
    names = ", ".join(by_name) or "none"
    guess = f"did you mean {near!r}? " if near else ""
    raise UnknownAccountError(f"there is no account {name!r}", hint=f"{guess}there is: {names}")


def _ask(source: CredentialSource, options: Options) -> Iterable[Listing]:
    try:
        for found in source.credentials(options):
            yield _entry(found, source.name)
    except (Exception, SystemExit) as error:
        yield _failed(error, source.name)


def _entry(found: object, source: str) -> Listing:
    try:
        if isinstance(found, CredentialError):
            raise found
        if not isinstance(found, Credential):
            raise TypeError(f"gave {type(found).__name__}, not a Credential")
        account = replace(found.account, name=check_account_name(found.account.name), source=source)
        credential = replace(found, account=account)
        _check_types(credential)
        check_sendable(credential)
        return Listing(account=account, credential=credential)
    except CredentialError as error:
        error.account = one_line(error.account or "") or source
        return Listing(account=Account(name=error.account, source=source), error=error)
    except Exception as error:
        return _failed(error, source)


def _failed(error: BaseException, source: str) -> Listing:
    problem = failure(error, f"the source {source}")
    problem.account = problem.account or source
    return Listing(account=Account(name=problem.account, source=source), error=problem, source_failed=True)


def _check_types(credential: Credential) -> None:
    """Raise ``TypeError`` for values of a wrong type, which would fail where nothing else could be shown any more."""
    account = credential.account
    texts = (account.account_id, account.user_id, account.email, credential.plan, credential.location, credential.base_url)
    if not isinstance(credential.access_token, str) or not all(value is None or isinstance(value, str) for value in texts):
        raise TypeError(f"gave something else than texts for the account {account.name!r}")
    if credential.expires_at is not None and credential.expires_at.utcoffset() is None:
        raise TypeError(f"gave an expiry without a time zone for the account {account.name!r}")


def _distinct(found: Iterable[Listing]) -> Iterable[Listing]:
    """Unique names, and each login once over all sources."""
    names: set[str] = set()
    logins: dict[tuple[str, ...], Listing] = {}
    for entry in found:
        account, credential = entry.account, entry.credential
        if account.name in names:
            base = name = f"{account.name}@{account.source}"
            number = 2
            while name in names:
                name, number = f"{base}-{number}", number + 1
            account = replace(account, name=name)
            if entry.error is not None:
                entry.error.account = name
        names.add(account.name)
        entry = replace(entry, account=account)
        if credential is not None:
            first = logins.setdefault(_login(credential), entry)
            if first is not entry and first.account.source != account.source:
                entry = replace(entry, shadowed_by=first.account.name)
            elif first is not entry:
                entry = replace(entry, same_as=first.account.name)
        yield entry


def _login(credential: Credential) -> tuple[str, ...]:
    """What makes two sign-ins the same: account and user, or account and token while the user is not known."""
    account = credential.account
    if account.account_id and account.user_id:
        return (account.account_id, account.user_id)
    return (account.account_id or "", "", credential.access_token)
