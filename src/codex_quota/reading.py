"""One reading of one account: from the cache while that is right, from the service, or the last snapshot with the error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .endpoint import DEFAULT_ENDPOINT, check_token_may_go, usage_endpoint
from .errors import CodexQuotaError, CredentialError, ServiceError, UnauthorizedError
from .freshness import Policy, as_stale, reusable
from .interfaces import Event
from .model import Answer, Credential, Snapshot
from .plugins import describe, failure
from .serial import dump_snapshot, load_snapshot
from .signin import check_sendable

if TYPE_CHECKING:
    from .accounts import Listing
    from .client import Client

_CLOCK_WARNING = timedelta(minutes=2)
_LOCK_SLACK = 5.0


class Reading:
    """Answers for one account, first through ``from_cache`` and, when that gives None, through ``ask``; neither raises."""

    def __init__(
        self, *, client: Client, listing: Listing, endpoint: str | None, policy: Policy, tell: Callable[[Event], None]
    ) -> None:
        self._client = client
        self._policy = policy
        self._credential = listing.credential
        self._account = listing.account
        self._tell = tell
        self._warnings = [f"the same login as {listing.same_as}"] if listing.same_as else []
        self._seen: str | None = None
        self._error: CodexQuotaError | None = listing.error
        self._endpoint = endpoint or DEFAULT_ENDPOINT
        try:
            if self._credential is not None:
                base = self._credential.base_url
                if endpoint is None and base is not None:
                    self._endpoint = usage_endpoint(base, origin="chatgpt_base_url in the Codex configuration")
                check_token_may_go(self._endpoint, client.options.environ)
        except CodexQuotaError as error:
            self._error = error
        self._key = self._make_key()

    def from_cache(self) -> Snapshot | None:
        """The snapshot when no request is needed: a cached one that is still good, or the failure of an unusable sign-in."""
        if self._error is not None or self._credential is None:
            return self._failed(self._error or CredentialError("there is no sign-in"))
        self._seen = self._text()
        kept = self._snapshot(self._seen)
        if kept is not None and reusable(kept, self._client.now(), self._policy):
            return self._cached(kept)
        return None

    def ask(self) -> Snapshot:
        """The service's answer; while another reader is asking for the same account, that reader's."""
        client = self._client
        try:
            with client.store.lock(self._key, client.transport.timeout + _LOCK_SLACK):
                text = self._text()
                kept = self._snapshot(text)
                if kept is not None and reusable(kept, client.now(), self._policy, just_answered=text != self._seen):
                    return self._cached(kept)
                return self._from_service(kept)
        except (Exception, SystemExit) as error:
            return self._failed(failure(error, f"the cache store {client.store.name}"))

    def _from_service(self, kept: Snapshot | None) -> Snapshot:
        from .payload import parse_usage

        answer: Answer | None = None
        try:
            answer, credential = self._answer()
            at = self._client.now()
            quota = parse_usage(answer.body, answered_at=at, asked_account_id=credential.account.account_id)
        except CodexQuotaError as error:
            if isinstance(error, ServiceError):
                error.answer = error.answer or answer
            return self._failed(error, kept)
        account = replace(
            self._account,
            account_id=self._account.account_id or quota.account_id,
            user_id=self._account.user_id or quota.user_id,
            email=self._account.email or quota.email,
        )
        snapshot = Snapshot(account=account, quota=quota, fetched_at=at, plan_claim=credential.plan)
        self._warn_about_clock(answer, at)
        try:
            self._client.store.set(self._key, dump_snapshot(snapshot))
        except (Exception, SystemExit) as error:
            self._warnings.append(f"the answer could not be kept in the cache: {describe(error)}")
        self._tell(Event(account=account.name, kind="done", text="answered by the service"))
        return replace(snapshot, warnings=tuple(self._warnings), answer=answer)

    def _answer(self) -> tuple[Answer, Credential]:
        """The answer and the credential it was given for; after HTTP 401 the sign-in is read once more."""
        assert self._credential is not None
        credential = self._credential
        try:
            return self._client.transport.ask(self._named(credential), self._endpoint), credential
        except UnauthorizedError as error:
            source = self._client.catalogue.sources.get(self._account.source)
            if source is None:
                raise
            error.hint = source.sign_in_hint(credential)
            newer = source.reread(credential, self._client.options)
            if not isinstance(newer, Credential) or newer.access_token == credential.access_token:
                raise
            if newer.account.account_id != credential.account.account_id:
                raise
        self._tell(Event(account=self._account.name, kind="attempt", text="the sign-in has changed meanwhile, asking once more"))
        check_sendable(newer)
        try:
            return self._client.transport.ask(self._named(newer), self._endpoint), newer
        except UnauthorizedError as error:
            error.hint = source.sign_in_hint(credential)
            raise

    def _named(self, credential: Credential) -> Credential:
        """*credential* under the name that the account is shown by, which differs where two sources use one name."""
        return replace(credential, account=replace(credential.account, name=self._account.name))

    def _text(self) -> str | None:
        try:
            return self._client.store.get(self._key)
        except (Exception, SystemExit) as error:
            warning = f"the cache could not be read: {describe(error)}"
            if warning not in self._warnings:
                self._warnings.append(warning)
            return None

    def _snapshot(self, text: str | None) -> Snapshot | None:
        kept = None if text is None else load_snapshot(text)
        if kept is None:
            return None
        mine = replace(self._account, email=self._account.email or kept.account.email)
        return replace(kept, account=mine, source="cache", plan_claim=self._credential.plan if self._credential else None)

    def _cached(self, kept: Snapshot) -> Snapshot:
        self._tell(Event(account=self._account.name, kind="cache", text=f"answered from the cache, read {kept.fetched_at}"))
        self._tell(Event(account=self._account.name, kind="done", text="answered from the cache"))
        return replace(kept, warnings=(*kept.warnings, *self._warnings))

    def _failed(self, error: CodexQuotaError, kept: Snapshot | None = None) -> Snapshot:
        error.account = self._account.name
        answer = error.answer if isinstance(error, ServiceError) else None
        stale = as_stale(kept, self._client.now(), error) if kept is not None else None
        self._tell(Event(account=self._account.name, kind="done", text=error.message))
        if stale is not None:
            return replace(stale, warnings=(*stale.warnings, *self._warnings), answer=answer)
        claim = self._credential.plan if self._credential else None
        return Snapshot(
            account=self._account, status="failed", error=error, warnings=tuple(self._warnings), plan_claim=claim, answer=answer
        )

    def _warn_about_clock(self, answer: Answer, at: datetime) -> None:
        from email.utils import parsedate_to_datetime

        try:
            theirs = parsedate_to_datetime({k.lower(): v for k, v in answer.headers}["date"])
            ahead = at - theirs
        except (KeyError, ValueError, TypeError):
            return
        if abs(ahead) > _CLOCK_WARNING:
            minutes = round(abs(ahead).total_seconds() / 60)
            way = "fast" if ahead > timedelta(0) else "slow"
            self._warnings.append(f"this machine's clock is {minutes} min {way}, so countdowns are off by that much")

    def _make_key(self) -> str:
        """One key for each login and address, file-name-safe.

        Members of one workspace share the account id, so while the user is not known the account's name stands for it.
        """
        from hashlib import sha256

        account = self._account
        who = (
            (account.account_id or "", account.user_id)
            if account.user_id
            else (account.account_id or "", account.source, account.name)
        )
        return sha256("\0".join((self._endpoint, *who)).encode()).hexdigest()[:40]
