"""One reading of one account: from the cache while that is right, from the service, or the last snapshot with the error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .endpoint import DEFAULT_ENDPOINT, check_token_may_go, usage_endpoint
from .errors import CodexQuotaError, CredentialError, ServiceError, UnauthorizedError, describe, failure
from .freshness import Policy, as_stale, reusable
from .interfaces import CredentialSource, Event
from .keeping import Place, key_for
from .model import Answer, Credential, Snapshot
from .serial import dump_snapshot, load_snapshot
from .signin import check_sendable
from .times import countdown

if TYPE_CHECKING:
    from .accounts import Listing
    from .client import Client

_CLOCK_WARNING = timedelta(minutes=2)


class Reading:
    """Answers for one account, first through ``from_cache`` and, when that gives None, through ``ask``; neither raises.

    ``kept`` is what the cache held before.
    """

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
        self.kept: Snapshot | None = None
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
        credential = self._credential
        self._place = Place(lambda: client.store, key_for(self._endpoint, credential), self._warn) if credential else None

    def from_cache(self) -> Snapshot | None:
        """The snapshot when no request is needed: a cached one that is still good, or the failure of an unusable sign-in."""
        if self._error is not None or self._place is None:
            return self._failed(self._error or CredentialError("there is no sign-in"))
        self._seen = self._place.get()
        self.kept = kept = self._snapshot(self._seen)
        if kept is not None and reusable(kept, self._client.now(), self._policy):
            return self._cached(kept)
        return None

    def ask(self) -> Snapshot:
        """The service's answer; while another reader is asking for the same account, that reader's."""
        assert self._place is not None
        with self._place.lock(self._client.transport.patience):
            text = self._place.get()
            self.kept = kept = self._snapshot(text)
            if kept is not None and reusable(kept, self._client.now(), self._policy, just_answered=text != self._seen):
                return self._cached(kept)
            try:
                return self._from_service(self._place, kept)
            except (Exception, SystemExit) as error:
                return self._failed(failure(error, "the reading"), kept)

    def _from_service(self, place: Place, kept: Snapshot | None) -> Snapshot:
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
        snapshot = Snapshot(
            account=account, quota=quota, fetched_at=at, plan_claim=credential.plan, token_expires_at=credential.expires_at
        )
        self._warn_about_clock(answer, at)
        place.set(dump_snapshot(snapshot))
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
            newer = self._reread(source, credential, error)
            if not isinstance(newer, Credential) or newer.access_token == credential.access_token:
                raise
            if newer.account.account_id != credential.account.account_id:
                raise
            hint = error.hint
        self._tell(Event(account=self._account.name, kind="attempt", text="the sign-in has changed meanwhile, asking once more"))
        check_sendable(newer)
        try:
            return self._client.transport.ask(self._named(newer), self._endpoint), newer
        except UnauthorizedError as again:
            again.hint = hint
            raise

    def _reread(self, source: CredentialSource, credential: Credential, error: UnauthorizedError) -> object:
        """What the source has now, and its advice on the *error*; a source that fails leaves the error as it is."""
        try:
            if error.hint == error.default_hint:
                error.hint = source.sign_in_hint(credential)
            return source.reread(credential, self._client.options)
        except (Exception, SystemExit) as problem:
            self._warn(f"the source {source.name} failed: {describe(problem)}")
            return None

    def _named(self, credential: Credential) -> Credential:
        """*credential* under the name that the account is shown by, which differs where two sources use one name."""
        return replace(credential, account=replace(credential.account, name=self._account.name))

    def _warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.append(text)

    def _snapshot(self, text: str | None) -> Snapshot | None:
        kept = None if text is None else load_snapshot(text)
        if kept is None:
            return None
        mine = replace(self._account, email=self._account.email or kept.account.email)
        return replace(kept, account=mine, source="cache", **self._claims())

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
        return Snapshot(
            account=self._account,
            status="failed",
            error=error,
            warnings=tuple(self._warnings),
            answer=answer,
            **self._claims(),
        )

    def _claims(self) -> dict[str, Any]:
        """What the sign-in says of itself."""
        found = self._credential
        return {} if found is None else {"plan_claim": found.plan, "token_expires_at": found.expires_at}

    def _warn_about_clock(self, answer: Answer, at: datetime) -> None:
        from email.utils import parsedate_to_datetime

        try:
            theirs = parsedate_to_datetime({k.lower(): v for k, v in answer.headers}["date"])
            ahead = at - theirs
        except (KeyError, ValueError, TypeError):
            return
        if abs(ahead) > _CLOCK_WARNING:
            way = "fast" if ahead > timedelta(0) else "slow"
            self._warn(f"this machine's clock is {countdown(abs(ahead))} {way}, so countdowns are off by that much")
