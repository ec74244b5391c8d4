"""Sign-in files: every known shape of ``auth.json`` → ``Credential``; nothing is ever written or refreshed here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .claims import auth_claims, decode_claims, email_claim, expiry_claim
from .errors import CredentialError, CredentialInvalidError, NotChatGPTLoginError, one_line
from .files import read_regular
from .model import Account, Credential
from .values import moment, word

NAME_LIMIT = 100
REWRITE_PAUSE = 0.15
_OTHER_LOGINS = (
    (("OPENAI_API_KEY",), ("apikey",), "an API key"),
    (("personal_access_token",), ("personalaccesstoken",), "a personal access token"),
    (("agent_identity",), ("agentidentity",), "an agent identity"),
    (("bedrock_api_key", "bedrock_access_keys"), ("bedrockapikey", "bedrockaccesskeys"), "Amazon Bedrock"),
)


def check_account_name(name: str) -> str:
    """The account name in its normal form (NFC).

    Letters, digits and marks of any script, ``._@+-`` and space; no leading dot, no space at either end, 1 to 100 characters.
    Raises ``CredentialInvalidError`` that says which character is not allowed.
    """
    about = {"hint": "rename it: letters and digits of any script, . _ @ + - and spaces", "account": one_line(name)}
    if not name.isascii():
        from unicodedata import category, normalize

        name = normalize("NFC", name)
        bad = [c for c in name if not (c in "._@+- " or category(c)[0] in "LNM")]
    else:
        bad = [c for c in name if not (c in "._@+- " or c.isalnum())]
    if bad:
        raise CredentialInvalidError(f"account name {one_line(name)!r} holds {bad[0]!r}, which is not allowed", **about)
    if not name or name[0] in ". " or name[-1] == " ":
        raise CredentialInvalidError(f"account name {name!r} is empty, or has a dot or a space at its edge", **about)
    if len(name) > NAME_LIMIT:
        raise CredentialInvalidError(f"account name {name[:20]!r}… is longer than {NAME_LIMIT} characters", **about)
    return name


def read_credential(path: Path, *, name: str, source: str) -> Credential:
    """The sign-in in the file *path*, as account *name*.

    A file that is empty or not whole is read again once after a short pause, because Codex rewrites its file in place.
    Raises ``CredentialInvalidError`` or ``NotChatGPTLoginError``, which name the account and the file but nothing from inside it.
    """
    (found,) = read_credentials({name: path}, source=source)
    if isinstance(found, CredentialError):
        raise found
    return found


def read_credentials(files: Mapping[str, Path], *, source: str) -> Iterator[Credential | CredentialError]:
    """``read_credential`` for many *files* by account name, with one pause for all of them; errors are yielded."""
    unfinished: dict[str, Path] = {}
    for name, path in files.items():
        try:
            yield _read(path, name, source)
        except ValueError:
            unfinished[name] = path
        except CredentialError as error:
            yield error
    if unfinished:
        time.sleep(REWRITE_PAUSE)
    for name, path in unfinished.items():
        try:
            yield _read(path, name, source)
        except ValueError as error:
            empty = isinstance(error, json.JSONDecodeError) and not error.doc.strip()
            yield CredentialInvalidError(f"{path} {'is empty' if empty else 'is cut off or is not JSON'}", account=name)
        except CredentialError as error:
            yield error


def _read(path: Path, name: str, source: str) -> Credential:
    """The sign-in in *path*; raises ``ValueError`` when the file is not whole."""
    try:
        return parse_credential(json.loads(read_regular(path)), name=name, source=source, location=str(path))
    except RecursionError:
        raise CredentialInvalidError(f"{path} is cut off or is not JSON", account=name) from None
    except OSError as error:
        reason = str(error) if error.strerror is None else f"cannot be read: {error.strerror.lower()}"
        hint = "check what it is, who owns it and its mode (0600)"
        raise CredentialInvalidError(f"{path} {reason}", account=name, hint=hint) from None
    except CredentialError as error:
        error.account = name
        raise


def parse_credential(data: object, *, name: str, source: str, location: str | None = None) -> Credential:
    """The credential in a decoded sign-in *data*, of whatever known shape.

    Claims of the tokens fill in what the data leaves out: account id, user id, e-mail, plan, expiry.
    Only the access token's expiry counts, since an id token ends after an hour on a working account.
    Raises ``CredentialInvalidError`` or ``NotChatGPTLoginError``.
    """
    where = location or "the sign-in"
    if not isinstance(data, dict):
        raise CredentialInvalidError(f"{where} is JSON, but not a sign-in", account=name)
    keys = ("access_token", "accessToken", "access")
    found = next(((part, token) for part in _parts(data) if (token := _pick(part, *keys))), None)
    if found is None:
        raise _without_token(data, where, name)
    part, token = found
    if token.startswith("at-"):
        raise NotChatGPTLoginError(f"{where} holds a personal access token, which cannot read quota", account=name)
    id_token = _pick(part, "id_token", "idToken") or ""
    access, identity = decode_claims(token), decode_claims(id_token)
    auth = {**auth_claims(identity), **auth_claims(access)}
    account_id = _pick(part, "account_id", "accountId", "chatgpt_account_id", "chatgptAccountId")
    account_id = account_id or _pick(data, "account_id", "accountId") or word(auth.get("chatgpt_account_id"))
    if token in (account_id or ""):
        raise CredentialInvalidError(f"{where} has the access token where the account id belongs", account=name)
    email = email_claim(identity) or email_claim(access) or _pick(part, "email") or _pick(data, "email")
    account = Account(
        name=name,
        source=source,
        account_id=account_id,
        user_id=word(auth.get("chatgpt_user_id")) or word(auth.get("user_id")),
        email=None if token in (email or "") else email,
    )
    credential = Credential(
        account=account,
        access_token=token,
        expires_at=expiry_claim(access) or moment(part.get("expires") or part.get("expired") or part.get("expires_at")),
        plan=word(auth.get("chatgpt_plan_type")),
        fedramp=auth.get("chatgpt_account_is_fedramp") is True,
        location=location,
    )
    check_sendable(credential)
    return credential


def check_sendable(credential: Credential) -> None:
    """Raise ``CredentialInvalidError`` when the token or the account id cannot stand in a request's header."""
    account, where = credential.account, credential.location or "the sign-in"
    for what, value in (("access token", credential.access_token), ("account id", account.account_id or "-")):
        if not (value and value.isascii() and value.isprintable() and " " not in value):
            raise CredentialInvalidError(f"the {what} in {where} holds characters that cannot be sent", account=account.name)


def _parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The places in a sign-in file where tokens lie, most trusted first; other tools keep several providers in one file."""
    profiles = data.get("profiles")
    entries = {**data, **(profiles if isinstance(profiles, dict) else {})}
    named = [entries[key] for key in entries if key == "openai" or key.startswith("openai-codex")]
    for part in (data.get("tokens"), data, *named):
        if isinstance(part, dict):
            yield part


def _pick(part: Mapping[str, Any], *keys: str) -> str | None:
    return next((found for key in keys if (found := word(part.get(key)))), None)


def _without_token(data: Mapping[str, Any], where: str, name: str) -> CredentialError:
    mode = (word(data.get("auth_mode")) or "").lower()
    if any((word(part.get("type")) or "").lower() in ("api", "api_key") for part in _parts(data)):
        mode = "apikey"
    for keys, modes, words in _OTHER_LOGINS:
        if mode in modes or (not mode and any(data.get(key) for key in keys)):
            return NotChatGPTLoginError(f"{where} is signed in with {words}, which has no ChatGPT quota", account=name)
    return CredentialInvalidError(f"{where} holds no access token", account=name)
