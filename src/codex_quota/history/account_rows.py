"""Accounts as rows: which is which, what it is called, and when it was thinned."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..digests import sha256_hex
from ..model import Account


def account_number(connection: sqlite3.Connection, account: Account) -> int:
    """The number of *account*, which is entered when it is new and renamed when it is called otherwise now.

    What is known of its identity is filled in once it is known, so an account is the same before and after its first answer.
    """
    number, keys = find_account(connection, account), _keys(account)
    if number is None:
        added = connection.execute("INSERT INTO account (name, account_key, user_key) VALUES (?, ?, ?)", (account.name, *keys))
        return int(added.lastrowid or 0)
    known = connection.execute("SELECT name, account_key, user_key FROM account WHERE id = ?", (number,)).fetchone()
    wanted = (account.name, *(new or old for new, old in zip(keys, known[1:], strict=True)))
    if known != wanted:
        connection.execute("UPDATE account SET name = ?, account_key = ?, user_key = ? WHERE id = ?", (*wanted, number))
    return number


def find_account(connection: sqlite3.Connection, account: Account | str) -> int | None:
    """The number of *account*, or of the one read last of those with that name; None when there is none."""
    name, (account_key, user_key) = (account, ("", "")) if isinstance(account, str) else (account.name, _keys(account))
    row = connection.execute(
        "SELECT a.id FROM account a WHERE (a.account_key = :account AND a.user_key = :user AND :account <> '') "
        "OR (a.name = :name AND (:account = '' OR a.account_key IN ('', :account)) "
        "AND (:user = '' OR a.user_key IN ('', :user))) ORDER BY a.account_key = :account DESC, a.user_key = :user DESC, "
        "(SELECT max(at) FROM reading WHERE account = a.id) DESC LIMIT 1",
        {"account": account_key, "user": user_key, "name": name},
    ).fetchone()
    return None if row is None else int(row[0])


def is_called_otherwise(connection: sqlite3.Connection, account: Account) -> bool:
    """True when the history knows this login under another name."""
    number = find_account(connection, account)
    known = connection.execute("SELECT name FROM account WHERE id = ?", (number,)).fetchone()
    return known not in (None, (account.name,))


def accounts(connection: sqlite3.Connection) -> list[tuple[str, int, int, int]]:
    """Name, first moment, last moment and number of readings of every account that has any."""
    return connection.execute(
        "SELECT a.name, min(r.at), max(r.at), count(*) FROM account a JOIN reading r ON r.account = a.id "
        "GROUP BY a.id ORDER BY max(r.at) DESC, a.name"
    ).fetchall()


def names(connection: sqlite3.Connection) -> list[str]:
    """The names of all accounts that have readings."""
    found = connection.execute("SELECT DISTINCT name FROM account a WHERE EXISTS (SELECT 1 FROM reading WHERE account = a.id)")
    return [name for (name,) in found]


def others(connection: sqlite3.Connection, accounts: Iterable[Account]) -> list[str]:
    """The names of the accounts with readings that are none of *accounts*."""
    known = {find_account(connection, account) for account in accounts}
    found = connection.execute("SELECT id, name FROM account a WHERE EXISTS (SELECT 1 FROM reading WHERE account = a.id)")
    return [name for number, name in found if number not in known]


def unthinned(connection: sqlite3.Connection, rules: str, now: datetime, every: timedelta) -> list[tuple[int, datetime | None]]:
    """The numbers of the accounts that were not thinned by these rules for that long, each with the time when they were last."""
    moment = int(now.timestamp())
    found = connection.execute(
        "SELECT id, iif(thinned_by = :rules AND thinned <= :now, thinned, NULL) FROM account "
        "WHERE thinned_by IS NOT :rules OR thinned NOT BETWEEN :before AND :now ORDER BY thinned",
        {"rules": rules, "now": moment, "before": moment - int(every.total_seconds()) + 1},
    )
    return [(number, None if at is None else datetime.fromtimestamp(at, UTC)) for number, at in found]


def set_thinned(connection: sqlite3.Connection, account: int, rules: str, now: datetime) -> None:
    """Remember that an account was thinned now."""
    connection.execute("UPDATE account SET thinned = ?, thinned_by = ? WHERE id = ?", (int(now.timestamp()), rules, account))


def _keys(account: Account) -> tuple[str, str]:
    return _digest(account.account_id), _digest(account.user_id)


def _digest(identity: str | None) -> str:
    return sha256_hex(identity.encode("utf-8", "surrogatepass"))[:24] if identity else ""
