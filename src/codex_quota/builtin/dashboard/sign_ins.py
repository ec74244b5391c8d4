"""What may be shown of a sign-in: never a token, only what it says about itself and its last four characters."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import codex_quota
from codex_quota import Account, CodexQuotaError, CredentialError, CredentialInvalidError

LARGEST = 1 << 20
_SHORTEST_TO_SHOW = 12
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A sign-in that can be sent.

    ``last4`` are the last characters of the access token, empty for one so short that they would tell too much.
    ``expires_at`` (aware, UTC) is None when the token does not say; ``expired`` compares it with the clock.
    """

    account: Account
    plan: str | None
    expires_at: datetime | None
    expired: bool
    last4: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFile:
    """One file of the account directory: what its sign-in says, or the error that keeps it from being used.

    ``link`` is True for a symbolic link, which is not looked into.
    ``same_as`` names an account before it with the same login.
    """

    name: str
    sign_in: Checked | None = None
    error: CodexQuotaError | None = None
    link: bool = False
    same_as: str | None = None

    @property
    def status(self) -> Literal["ok", "expired", "link", "unusable"]:
        """The state of the file in one word, for programs."""
        if self.link:
            return "link"
        if self.sign_in is None:
            return "unusable"
        return "expired" if self.sign_in.expired else "ok"


def checked(text: str | bytes, name: str, now: datetime) -> Checked:
    """The sign-in in *text*, of any shape that the command line reads too; raises ``CredentialError``."""
    credential = codex_quota.parse_credential(decoded(text), name=name, source="directory")
    token, expires = credential.access_token, credential.expires_at
    return Checked(
        account=credential.account,
        plan=credential.plan,
        expires_at=expires,
        expired=expires is not None and expires <= now,
        last4=token[-4:] if len(token) >= _SHORTEST_TO_SHOW else "",
    )


def decoded(text: str | bytes) -> Any:  # noqa: ANN401
    """The JSON in *text*; raises ``CredentialInvalidError`` that quotes nothing of it."""
    hint = "give the whole content of auth.json, which 'codex login' writes to ~/.codex"
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        if not text.strip():
            raise CredentialInvalidError("the sign-in is empty", hint=hint)
        return json.loads(text.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise CredentialInvalidError("the sign-in is not text in UTF-8", hint=hint) from None
    except (ValueError, RecursionError):
        raise CredentialInvalidError("the sign-in is cut off or is not JSON", hint=hint) from None


def described(path: Path, name: str, now: datetime) -> AccountFile:
    """The account file *path* under its *name*; never raises."""
    try:
        name = codex_quota.check_account_name(name)
        if path.is_symlink():
            return AccountFile(name=name, link=True)
        return AccountFile(name=name, sign_in=checked(_read(path), name, now))
    except CredentialError as error:
        return AccountFile(name=codex_quota.one_line(name), error=error)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return AccountFile(
            name=name, error=CredentialInvalidError(f"the file cannot be read: {reason}", hint="check who owns it and its mode")
        )


def _read(path: Path) -> bytes:
    """The bytes of a regular file that is no symbolic link."""
    descriptor = os.open(path, os.O_RDONLY | _CAREFULLY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(data) > LARGEST:
        raise OSError("it is too large")
    return data
