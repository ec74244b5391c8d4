"""Credential sources for tests, and the accounts that they make up."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Any

import codex_quota
from codex_quota import hookimpl
from codex_quota.accounts import Listing, list_accounts
from codex_quota.errors import CredentialError, CredentialInvalidError
from codex_quota.interfaces import Options
from codex_quota.model import Account, Credential
from codex_quota.plugins import Catalogue

Found = Iterable[Credential | CredentialError]


class Source(codex_quota.CredentialSource):
    """A source of any name whose sign-ins a function gives."""

    summary = "sign-ins of a test"

    def __init__(self, name: str, give: Callable[[], Any], *, by_default: bool = True, fallback: bool = False) -> None:
        self.name = name  # type: ignore[misc]
        self.by_default = by_default  # type: ignore[misc]
        self.fallback = fallback  # type: ignore[misc]
        self.give = give

    def credentials(self, options: Options) -> Found:
        return self.give()  # type: ignore[no-any-return]


def cred(name: str, account_id: str | None = None, user_id: str | None = None, token: str | None = None) -> Credential:
    """A sign-in of that name; its token is its own unless given."""
    account = Account(name=name, source="whatever it says", account_id=account_id, user_id=user_id)
    return Credential(account=account, access_token=token or f"token-{name}-{account_id}-{user_id}")


def world(*sources: Source, chosen: list[str] | None = None) -> list[Listing]:
    """The accounts where there are just these sources."""
    module = types.ModuleType("sources_of_the_test")
    module.register_credential_sources = hookimpl(lambda: list(sources), specname="register_credential_sources")  # type: ignore[attr-defined]
    catalogue = Catalogue(plugins=[module], find=False)
    assert catalogue.problems == ()
    return list_accounts(catalogue.sources, chosen, Options(environ={}))


def one(name: str, *credentials: Credential | CredentialError, **more: bool) -> Source:
    """A source that gives these."""
    return Source(name, lambda: credentials, **more)


def names(listings: Iterable[Listing]) -> list[tuple[str, str]]:
    """Name and source of each account."""
    return [(entry.account.name, entry.account.source) for entry in listings]


def broken(message: str = "is cut off", account: str | None = "broken") -> CredentialInvalidError:
    """A sign-in that cannot be used."""
    return CredentialInvalidError(message, account=account)
