"""Credential source ``keyring``: the Codex CLI's entries in the system keyring, and our own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import codex_quota
from codex_quota import Credential, CredentialError, CredentialInvalidError, Options
from codex_quota.options import Option

from . import own
from .asking import CODEX_SERVICE, OWN_SERVICE, Call, Reply, Trouble, ask
from .codex_homes import CodexHome, codex_homes, store_key
from .settings import HOMES, TIMEOUT, UNLOCK

KEEP_SECONDS = 60.0
KEEP_UNANSWERED_SECONDS = 300.0
Found = Credential | CredentialError


class KeyringSource(codex_quota.CredentialSource):
    """The keyring, asked only when a Codex home or an entry of our own is known to be in it.

    What it answers is good for a minute, since a program that runs for long lists its accounts every few seconds;
    a window that nobody answered does not come back for five.
    """

    name = own.SOURCE
    summary = "sign-ins in the system keyring: the Codex CLI's own, and those added with 'codex-quota keyring add'"
    settings: ClassVar[Sequence[Option]] = (HOMES, UNLOCK, TIMEOUT)

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._kept: tuple[float, Sequence[Call], Mapping[str, str], Reply] | None = None

    def credentials(self, options: Options) -> Iterator[Found]:
        """Own entries by name, then the Codex homes; one login that is both is one account under its own name.

        Raises ``CredentialInvalidError`` when the list of our own entries is damaged, after all that can be read without it.
        """
        damaged: CredentialInvalidError | None = None
        try:
            names = own.names(options.environ)
        except CredentialInvalidError as error:
            names, damaged = [], error
        homes = codex_homes(options)
        asked = [home for home in homes if not home.uses_vault and (home.path.is_dir() or not home.named)]
        calls = [own.call("get", name) for name in names]
        calls += [Call("get", CODEX_SERVICE, store_key(home.path)) for home in asked]
        outcomes = iter(self._ask(calls, options) if calls else ())
        mine = [own.sign_in(name, next(outcomes)) for name in names]
        theirs = [_codex_sign_in(home, next(outcomes) if home in asked else None) for home in homes]
        yield from _without_twins(mine, [found for found in theirs if found is not None])
        if damaged is not None:
            raise damaged

    def reread(self, credential: Credential, options: Options) -> Found | None:
        """The same account, with the keyring asked anew."""
        with self._guard:
            self._kept = None
        return super().reread(credential, options)

    def sign_in_hint(self, credential: Credential) -> str:
        """Codex renews what it put there; what was copied there has to be copied again."""
        if (credential.location or "").startswith(f"keyring entry {OWN_SERVICE}/"):
            return own.again(credential.account.name)
        return "run 'codex' once so that it renews its sign-in; if that does not help, 'codex login'"

    def _ask(self, calls: Sequence[Call], options: Options) -> tuple[str | Trouble | None, ...]:
        with self._guard:
            environ, now = options.environ, self._clock()
            if self._kept is not None:
                until, known, world, reply = self._kept
                if now < until and (known, world) == (calls, environ):
                    return reply.outcomes
            unlock = UNLOCK.value(environ)
            reply = ask(calls, environ=environ, timeout=TIMEOUT.value(environ), unlock=unlock)
            kinds = {each.kind for each in reply.outcomes if isinstance(each, Trouble)}
            unanswered = "no_answer" in kinds or (unlock and "locked" in kinds)
            keep = KEEP_UNANSWERED_SECONDS if unanswered else KEEP_SECONDS
            self._kept = (self._clock() + keep, calls, dict(environ), reply)
            return reply.outcomes


def _codex_sign_in(home: CodexHome, found: str | Trouble | None) -> Found | None:
    """The sign-in of a Codex home in what the keyring answered, None when Codex goes on with the file instead."""
    if isinstance(found, str):
        read = own.read(found, home.name, f"keyring entry {CODEX_SERVICE}/{store_key(home.path)}")
        return replace(read, base_url=home.base_url) if isinstance(read, Credential) else read
    if home.vault.exists() and (home.uses_vault or found is None):
        return CredentialInvalidError(
            f"Codex keeps its sign-in in {home.vault}, which only Codex can read",
            hint=f"set secret_auth_storage = false below [features] in {home.path / 'config.toml'} and run 'codex login'",
            account=home.name,
        )
    if home.is_signed_in_by_file:
        return None
    if isinstance(found, Trouble):
        return found.error(home.name)
    if home.named and not home.path.is_dir():
        return CredentialInvalidError(f"there is no directory {home.path}", hint=f"correct {HOMES.flag}", account=home.name)
    return CredentialInvalidError(
        f"the keyring holds no sign-in of Codex for {home.path}", hint="run 'codex login'", account=home.name
    )


def _without_twins(mine: Sequence[Found], theirs: Sequence[Found]) -> Iterator[Found]:
    """All of both, where a login of Codex's that is also one of *mine* is only that, with the token that lasts longer."""
    merged = list(mine)
    for found in theirs:
        twin = next((place for place, each in enumerate(merged[: len(mine)]) if _same_login(each, found)), None)
        if twin is None:
            merged.append(found)
        else:
            merged[twin] = _longer_lasting(merged[twin], found)
    yield from merged


def _same_login(one: Found, other: Found) -> bool:
    if isinstance(one, CredentialError) or isinstance(other, CredentialError):
        return False
    return bool(one.account.user_id) and one.account.identity is not None and one.account.identity == other.account.identity


def _longer_lasting(one: Found, other: Found) -> Found:
    """*other* under the name of *one*, unless the token of *one* ends later."""
    assert isinstance(one, Credential)
    assert isinstance(other, Credential)
    if one.expires_at is not None and other.expires_at is not None and one.expires_at > other.expires_at:
        return one
    return replace(other, account=replace(other.account, name=one.account.name))
