"""Which Codex home an account's sign-in lies in."""

from __future__ import annotations

from pathlib import Path

from codex_quota import Context, CredentialError

SIGN_IN = "auth.json"
_LINKS = 40


def locations(context: Context) -> dict[str, str]:
    """Where each account's sign-in was read, as far as its source tells."""
    listings = context.client.accounts()
    return {one.account.name: one.credential.location for one in listings if one.credential and one.credential.location}


def home_at(location: str | None) -> Path | None:
    """The directory of the ``auth.json`` that *location* is or links to; None when it is no such file."""
    path = Path(location).absolute() if location else None
    for _ in range(_LINKS):
        if path is None or not path.is_file():
            return None
        if path.name == SIGN_IN:
            return path.parent
        path = path.parent / path.readlink() if path.is_symlink() else None
    return None


def home_of(name: str, location: str | None) -> Path:
    """The Codex home of the account *name*; raises ``CredentialError`` when its sign-in lies in none."""
    home = home_at(location)
    if home is None:
        raise CredentialError(
            f"its sign-in, {location or 'which has no file'}, lies in no Codex home",
            hint=f"sign in with a CODEX_HOME of its own, and make this file a link to the {SIGN_IN} there",
            account=name,
        )
    return home
