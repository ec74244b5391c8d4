"""What can go wrong with account files, in words for people; every text can be translated."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

import codex_quota

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class AccountFileError(codex_quota.CodexQuotaError):
    """An account file could not be changed; what was there before still is.

    ``text`` and ``advice`` are messages to translate, with *values* for their places; ``status`` is the HTTP status.
    """

    code = "account_file"

    def __init__(self, status: int, text: str, advice: str, **values: object) -> None:
        super().__init__(text.format(**values), hint=advice.format(**values))
        self.status = status
        self.text = text
        self.advice = advice
        self.values: Mapping[str, object] = values


class AccountExistsError(AccountFileError):
    """Another account has that name already."""

    code = "account_exists"

    def __init__(self, name: str) -> None:
        text = "There is an account named {name} already."
        super().__init__(409, text, "Choose another name, or edit that account.", name=name)


class NoSuchAccountError(AccountFileError):
    """There is no account file of that name."""

    code = "unknown_account"

    def __init__(self, name: str) -> None:
        super().__init__(404, "There is no account file named {name}.", "Look at the list of accounts.", name=name)


class ExpiredError(AccountFileError):
    """The sign-in has ended, so that it would be of no use."""

    code = "expired"

    def __init__(self) -> None:
        super().__init__(
            422,
            "This sign-in has ended, so the service would refuse it.",
            "Run codex once, or 'codex login', and give the new auth.json.",
        )


def problem(error: OSError, directory: Path, name: str = "") -> AccountFileError:
    """The error for what the operating system said about *directory* or the file of account *name*."""
    place = str(directory)
    if isinstance(error, FileExistsError):
        return AccountExistsError(name)
    if error.errno in _FULL:
        return AccountFileError(
            507, "There is no space left in {place}.", "Free some; the account files are as they were.", place=place
        )
    if error.errno in _READ_ONLY:
        return AccountFileError(
            403,
            "The dashboard may not change {place}.",
            "Mount it writable and check who owns it; the account files are as they were.",
            place=place,
        )
    if error.errno == errno.ENAMETOOLONG:
        return AccountFileError(422, "The name is too long for a file on this disk.", "Choose a shorter name.")
    reason = (error.strerror or type(error).__name__).lower()
    return AccountFileError(
        500, "The account files in {place} cannot be used: {reason}.", "They are as they were.", place=place, reason=reason
    )
