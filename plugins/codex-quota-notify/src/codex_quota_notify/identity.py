"""Which account a reading belongs to, whatever it is called, and what of a reading may be kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from codex_quota import Account, Snapshot

from .records import State


def identity_of(account: Account) -> str | None:
    """One login, however the account is called; None unless both ids are known, as people in one workspace share the first."""
    if account.account_id is None or account.user_id is None:
        return None
    return sha256(f"{account.account_id}\0{account.user_id}".encode()).hexdigest()[:16]


def bare_of(snapshot: Snapshot) -> Snapshot:
    """*snapshot* as it is kept: without addresses, ids and what an error said."""
    account = Account(name=snapshot.account.name, source=snapshot.account.source)
    quota = snapshot.quota and replace(snapshot.quota, email=None, account_id=None, user_id=None, warnings=())
    return Snapshot(account=account, quota=quota, fetched_at=snapshot.fetched_at, source=snapshot.source)


def renamed(state: State, current: Mapping[str, Snapshot]) -> State:
    """*state* with what is known of an account under the name that its login has now."""
    logins = {name: identity_of(snapshot.account) for name, snapshot in current.items()}
    moved: dict[str, str] = {}
    for name, login in logins.items():
        here = state.accounts.get(name)
        if login is None or (here is not None and here.identity == login):
            continue
        # a login may have several names at the same time, and then none of them is a former one
        was = (old for old, known in state.accounts.items() if known.identity == login and logins.get(old) != login)
        former = next((old for old in was if old not in moved), None)
        if former is not None:
            moved[former] = name
    taken = {
        name
        for name, known in state.accounts.items()
        if name in current and known.identity is not None and logins[name] not in (None, known.identity) and name not in moved
    }
    accounts = {name: known for name, known in state.accounts.items() if name not in moved and name not in taken}
    accounts |= {new: state.accounts[old] for old, new in moved.items()}
    pending = tuple(
        replace(alert, account=moved.get(alert.account, alert.account)) for alert in state.pending if alert.account not in taken
    )
    return replace(state, accounts=accounts, pending=pending)
