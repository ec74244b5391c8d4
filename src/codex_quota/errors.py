"""The error tree.

::

    CodexQuotaError
    ├── UsageError                  usage                  the program was asked something impossible
    ├── NoAccountsError             no_accounts            no source found any account
    ├── UnknownAccountError         unknown_account        no account of that name
    ├── PluginError                 plugin                 a plugin failed while it was being used
    ├── HistoryError                history                the history cannot be read or written
    ├── CredentialError             credential             the sign-in cannot be used
    │   ├── CredentialInvalidError  credential_invalid     unreadable, truncated, unsafe or without a token
    │   └── NotChatGPTLoginError    not_chatgpt_login      API key, personal access token, other providers
    └── ServiceError                service                the service was asked, or could not be
        ├── UnauthorizedError       unauthorized           HTTP 401
        ├── WorkspaceDeactivatedError  workspace_deactivated  HTTP 402 of a workspace that is gone
        ├── BlockedError            blocked                HTTP 403: a Cloudflare page, or a refusal
        ├── NotFoundError           not_found              HTTP 404: wrong path for the base URL
        ├── RedirectedError         redirected             HTTP 3xx, never followed
        ├── RateLimitedError        rate_limited           HTTP 429
        ├── UnavailableError        unavailable            HTTP 408 and 5xx
        ├── UnexpectedStatusError   unexpected_status      any other HTTP status
        ├── TimedOutError           timeout                no whole answer in time
        ├── NetworkError            network                no connection, or one that broke
        └── BadPayloadError         bad_payload            an answer that is not a usage answer
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .model import Answer


class CodexQuotaError(Exception):
    """Base of every error that this library raises or puts into a snapshot.

    ``str(error)`` is one line that says what happened.
    ``code`` is stable and meant for programs, ``hint`` says what to do next, ``account`` is the account's name or None.
    """

    code: ClassVar[str] = "error"
    default_hint: ClassVar[str] = "run again with --verbose to see each step"

    def __init__(self, message: str, *, hint: str | None = None, account: str | None = None) -> None:
        super().__init__(one_line(message))
        self.hint = one_line(hint if hint is not None else self.default_hint)
        self.account = account

    @property
    def message(self) -> str:
        """What happened, in one line."""
        return str(self.args[0])

    def line(self) -> str:
        """The whole error in one line: account, what happened, what to do next."""
        subject = f"{self.account}: " if self.account else ""
        return f"{subject}{self.message}; {self.hint}" if self.hint else f"{subject}{self.message}"


class UsageError(CodexQuotaError):
    """The program or the library was asked something impossible."""

    code = "usage"
    default_hint = "see codex-quota --help"


class NoAccountsError(CodexQuotaError):
    """No credential source found any account."""

    code = "no_accounts"
    default_hint = (
        "sign in with 'codex login', or put a sign-in at account/<name>.auth.json; 'codex-quota demo' shows how it looks"
    )


class UnknownAccountError(CodexQuotaError):
    """There is no account of that name."""

    code = "unknown_account"
    default_hint = "'codex-quota accounts' lists the accounts"


class PluginError(CodexQuotaError):
    """A plugin failed while it was being used, or a name it offers cannot be chosen."""

    code = "plugin"
    default_hint = "'codex-quota plugins' tells which distribution it comes from"


class HistoryError(CodexQuotaError):
    """The history cannot be read or written; what was read is shown all the same."""

    code = "history"
    default_hint = "give another file with --history-file, or do without it with --no-history"


class CredentialError(CodexQuotaError):
    """A sign-in cannot be used."""

    code = "credential"
    default_hint = "sign in again with 'codex login'"


class CredentialInvalidError(CredentialError):
    """The sign-in is unreadable, truncated, unsafe to send or holds no access token."""

    code = "credential_invalid"


class NotChatGPTLoginError(CredentialError):
    """The sign-in is not a ChatGPT login, so no ChatGPT quota belongs to it."""

    code = "not_chatgpt_login"
    default_hint = "choose 'Sign in with ChatGPT' in 'codex login'"


class ServiceError(CodexQuotaError):
    """The service did not give a usable answer.

    ``status`` is the HTTP status, None when there was no answer.
    ``retry_at`` is when the service wants to be asked again (aware, UTC), None when it did not say.
    ``answer`` is what came, when anything whole did.
    """

    code = "service"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        account: str | None = None,
        status: int | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message, hint=hint, account=account)
        self.status = status
        self.retry_at = retry_at
        self.answer: Answer | None = None


class UnauthorizedError(ServiceError):
    """The service does not accept the access token (HTTP 401)."""

    code = "unauthorized"
    default_hint = "sign in again with 'codex login'"


class WorkspaceDeactivatedError(ServiceError):
    """The workspace of this sign-in is gone; the sign-in itself may be fine (HTTP 402)."""

    code = "workspace_deactivated"
    default_hint = "ask the workspace's owner, or sign in to another workspace with 'codex login'"


class BlockedError(ServiceError):
    """The request was refused on its way, mostly by Cloudflare; this says nothing about the sign-in (HTTP 403)."""

    code = "blocked"
    default_hint = "try from another network or through HTTPS_PROXY, or set CODEX_QUOTA_USER_AGENT"


class NotFoundError(ServiceError):
    """There is no usage endpoint at that address (HTTP 404)."""

    code = "not_found"
    default_hint = "check --chatgpt-url: give the base (https://chatgpt.com/backend-api) or the whole endpoint"


class RedirectedError(ServiceError):
    """The service answered with a redirect, which is not followed: the token would go with it (HTTP 3xx)."""

    code = "redirected"
    default_hint = "check --chatgpt-url, or whether a sign-in page of this network stands in between"


class RateLimitedError(ServiceError):
    """The service was asked too often (HTTP 429)."""

    code = "rate_limited"
    default_hint = "wait a few minutes and ask less often (--max-age 5m)"
    retryable = True


class UnavailableError(ServiceError):
    """The service is in trouble (HTTP 408 or 5xx)."""

    code = "unavailable"
    default_hint = "try again in a few minutes; status.openai.com tells of outages"
    retryable = True


class UnexpectedStatusError(ServiceError):
    """The service answered with a status that has no meaning here."""

    code = "unexpected_status"
    default_hint = "check --chatgpt-url; --raw-headers --raw-json shows the whole answer"


class TimedOutError(ServiceError):
    """The whole answer was not there within the time allowed for one attempt."""

    code = "timeout"
    default_hint = "check the network or the proxy, or allow more time with --timeout"
    retryable = True


class NetworkError(ServiceError):
    """No connection could be made, or it broke before the answer was whole."""

    code = "network"
    default_hint = "check the network, HTTPS_PROXY and NO_PROXY"
    retryable = True


class BadPayloadError(ServiceError):
    """The answer is not a usage answer."""

    code = "bad_payload"
    default_hint = "see what came with --raw-json; something between here and the service may have answered instead"


def all_errors() -> tuple[type[CodexQuotaError], ...]:
    """Every error class, base first, in the order of the tree."""

    def walk(cls: type[CodexQuotaError]) -> Iterable[type[CodexQuotaError]]:
        yield cls
        for sub in cls.__subclasses__():
            yield from walk(sub)

    return tuple(cls for cls in walk(CodexQuotaError) if cls.__module__ == __name__)


def one_line(text: str) -> str:
    """*text* on one line: control characters, among them a terminal's escapes, become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def describe(error: BaseException) -> str:
    """An error somebody else raised, in one line: its kind and its text."""
    try:
        text = str(error)
    except Exception:  # somebody else's class may fail at that too
        text = ""
    return one_line(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def failure(error: BaseException, who: str) -> CodexQuotaError:
    """*error* itself when it is one of ours, else a ``PluginError`` that names *who* failed."""
    return error if isinstance(error, CodexQuotaError) else PluginError(f"{who} failed: {describe(error)}")
