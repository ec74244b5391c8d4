"""Entries of our own: what one holds, how it is read, and the list of their names.

Most keyrings cannot tell which entries they hold, so the names stand in a file beside them.
A name is written before its entry and taken out after it, so that no entry lies about that nobody knows of.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota import Credential, CredentialError, CredentialInvalidError, Options

from .asking import OWN_SERVICE, Call, Trouble

SOURCE = "keyring"
VERSION = 1


def index_path(environ: Mapping[str, str]) -> Path:
    """The file with the names: in ``$XDG_DATA_HOME`` (by default ``~/.local/share``), or what the system has in its place."""
    home = Options(environ=environ).home()
    data = Path(environ.get("XDG_DATA_HOME") or ".")
    if sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    elif sys.platform == "win32":
        data = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif not data.is_absolute():
        data = home / ".local" / "share"
    return data / "codex-quota" / "keyring.json"


def names(environ: Mapping[str, str]) -> list[str]:
    """The names of the accounts that were put into the keyring, sorted.

    Raises ``CredentialInvalidError`` when the file is damaged or cannot be read.
    """
    import json

    path = index_path(environ)
    try:
        data = json.loads(codex_quota.read_regular(path))
        version, known = data["version"], {codex_quota.check_account_name(name) for name in data["accounts"]}
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = str(error) if error.strerror is None else f"cannot be read: {error.strerror.lower()}"
        raise CredentialInvalidError(f"{path} {reason}", hint="check what it is, who owns it and its mode (0600)") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CredentialError):
        hint = "delete it and add each account again with 'codex-quota keyring add'"
        raise CredentialInvalidError(f"{path} is damaged", hint=hint) from None
    if version != VERSION:
        raise CredentialInvalidError(f"{path} is of another version", hint="update the plugin codex-quota-keyring")
    return sorted(known)


def remember(name: str, environ: Mapping[str, str]) -> bool:
    """Put *name* into the file; False when it stood there before.

    Raises ``CredentialInvalidError`` as ``names`` does, and ``OSError``.
    """
    with _alone(environ):
        known = names(environ)
        if name not in known:
            _write([*known, name], environ)
        return name not in known


def forget(name: str, environ: Mapping[str, str]) -> bool:
    """Take *name* out of the file; False when it did not stand there.

    Raises ``CredentialInvalidError`` as ``names`` does, and ``OSError``.
    """
    with _alone(environ):
        known = names(environ)
        if name in known:
            _write([each for each in known if each != name], environ)
        return name in known


def _write(known: list[str], environ: Mapping[str, str]) -> None:
    import json

    text = json.dumps({"version": VERSION, "accounts": sorted(known)}, ensure_ascii=False, indent=2)
    codex_quota.write_private(index_path(environ), f"{text}\n", durable=True)


@contextmanager
def _alone(environ: Mapping[str, str]) -> Iterator[None]:
    """Hold the file against another ``codex-quota keyring``; where the system knows no such locks, everybody goes ahead."""
    path = index_path(environ)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def entry_text(data: object, credential: Credential) -> str:
    """What is kept of the sign-in *data*: what *credential* needs, and never the refresh token or another provider's secrets."""
    import json

    account = credential.account
    ends = credential.expires_at
    tokens = {
        "access_token": credential.access_token,
        "id_token": _id_token(data, credential.access_token),
        "account_id": account.account_id,
        "email": account.email,
        "expires_at": ends and ends.isoformat(),
    }
    return json.dumps({"tokens": {key: value for key, value in tokens.items() if value}})


def _id_token(data: object, access_token: str) -> str | None:
    """The identity token that stands beside *access_token*, wherever that is in the sign-in."""
    parts: list[Any] = [data]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if access_token in part.values():
                found = part.get("id_token") or part.get("idToken")
                return found if isinstance(found, str) else None
            parts += part.values()
    return None


def call(operation: Any, name: str, value: str | None = None) -> Call:  # noqa: ANN401
    """The call about the entry of the account *name*."""
    return Call(operation, OWN_SERVICE, name, value)


def again(name: str) -> str:
    """What a person does to sign the account *name* in again."""
    from shlex import quote

    return f"sign in again with 'codex login', then \"codex-quota keyring add {quote(name)} FILE\" with its auth.json"


def sign_in(name: str, found: str | Trouble | None) -> Credential | CredentialError:
    """The sign-in of the account *name* in what the keyring answered."""
    if isinstance(found, Trouble):
        return found.error(name)
    if found is None:
        from shlex import quote

        remedy = (
            f'"codex-quota keyring add {quote(name)} FILE" puts it there, "codex-quota keyring remove {quote(name)}" forgets it'
        )
        return CredentialInvalidError("its entry is no longer in the keyring", hint=remedy, account=name)
    credential = read(found, name, f"keyring entry {OWN_SERVICE}/{name}")
    if isinstance(credential, CredentialInvalidError):
        credential.hint = again(name)
    return credential


def read(text: str, name: str, location: str) -> Credential | CredentialError:
    """The sign-in in an entry's *text*, as the account *name*."""
    import json

    try:
        return codex_quota.parse_credential(json.loads(text), name=name, source=SOURCE, location=location)
    except CredentialError as error:
        error.account = name
        return error
    except (ValueError, RecursionError):
        return CredentialInvalidError(f"{location} is not a sign-in", account=name)
