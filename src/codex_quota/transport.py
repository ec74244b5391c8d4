"""Credential → answer: one request with a deadline, and again after temporary failures. Only here httpx may be imported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from . import __version__
from .endpoint import is_loopback
from .errors import BadPayloadError, NetworkError, ServiceError, TimedOutError
from .interfaces import Event
from .model import Answer, Credential
from .statuses import error_for
from .wording import clock
from .workers import within

if TYPE_CHECKING:
    import httpx

BODY_LIMIT = 1 << 20
LONGEST_WAIT = timedelta(seconds=60)
REDACTED = "[redacted]"
_SECRET_WORDS = ("cookie", "token", "auth", "secret", "session", "key", "signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to ask: seconds for a whole attempt, attempts after the first, seconds before the second (doubling, full jitter)."""

    timeout: float = 15.0
    retries: int = 3
    retry_delay: float = 2.0
    concurrency: int = 8
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


class Transport:
    """Asks the service; usable from many threads, closed once."""

    def __init__(self, settings: Settings, *, tell: Callable[[Event], None], now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._tell = tell
        self._now = now
        self._closed = threading.Event()
        self._guard = threading.Lock()
        self._clients: dict[bool, httpx.Client] = {}

    @property
    def patience(self) -> float:
        """Seconds that all attempts for one account together may take, at most two minutes."""
        settings = self._settings
        waits = sum(min(settings.retry_delay * 2.0**n, LONGEST_WAIT.total_seconds()) for n in range(min(settings.retries, 20)))
        return min(settings.timeout * (settings.retries + 1) + waits, 120.0)

    def ask(self, credential: Credential, endpoint: str) -> Answer:
        """The service's answer for *credential*, after retries where they can help; raises ``ServiceError``."""
        name = credential.account.name
        waits: Iterator[float] | None = None
        attempt = 1
        while True:
            self._tell(Event(account=name, kind="attempt", text=f"GET {endpoint} (attempt {attempt})"))
            try:
                return self._attempt(credential, endpoint)
            except ServiceError as error:
                self._tell(Event(account=name, kind="answer", text=error.message))
                again = None if error.retry_at is None else error.retry_at - self._now()
                if again is not None and again > LONGEST_WAIT:
                    raise _later(error, self._now()) from None
                if not error.retryable or attempt > self._settings.retries:
                    raise _after(error, attempt) from None
                waits = waits or _waits(self._settings.retry_delay)
                seconds = max(next(waits), again.total_seconds() if again is not None else 0.0)
            wait = timedelta(seconds=seconds)
            self._tell(Event(account=name, kind="wait", text=f"waiting {seconds:.1f} s", wait=wait))
            if self._closed.wait(seconds):
                raise NetworkError("the reading was stopped", hint="")
            attempt += 1

    def close(self) -> None:
        """End waits and close connections."""
        self._closed.set()
        with self._guard:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _attempt(self, credential: Credential, endpoint: str) -> Answer:
        allowed = self._settings.timeout
        given_up = threading.Event()
        try:
            return within(allowed, lambda: self._send(credential, endpoint, given_up))
        except TimeoutError:
            given_up.set()
            raise TimedOutError(f"no whole answer within {allowed:g} s") from None

    def _send(self, credential: Credential, endpoint: str, given_up: threading.Event) -> Answer:
        import httpx

        try:
            with self._client(endpoint).stream("GET", endpoint, headers=self._headers(credential)) as response:
                body = _read(response, given_up)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _network_error(error, endpoint) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        text = body.decode("utf-8-sig", "replace").replace(credential.access_token, REDACTED)
        failure = error_for(response.status_code, headers, text, now=self._now())
        answer = Answer(status=response.status_code, headers=tuple(_redacted(response.headers.multi_items())), body=text)
        if failure is not None:
            failure.answer = answer
            raise failure
        self._tell(Event(account=credential.account.name, kind="answer", text=f"HTTP {answer.status}, {len(body)} bytes"))
        return answer

    def _headers(self, credential: Credential) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {credential.access_token}",
            "Accept": "application/json",
            "User-Agent": self._settings.environ.get("CODEX_QUOTA_USER_AGENT") or f"codex-quota/{__version__}",
        }
        if credential.account.account_id:
            headers["ChatGPT-Account-Id"] = credential.account.account_id
        if credential.fedramp:
            headers["X-OpenAI-Fedramp"] = "true"
        return headers

    def _client(self, endpoint: str) -> httpx.Client:
        """One client for the service and one for this machine, which neither a proxy nor a certificate concerns."""
        local = is_loopback(endpoint) and endpoint.startswith("http:")
        with self._guard:
            if self._closed.is_set():
                raise NetworkError("the reading was stopped", hint="")
            if local not in self._clients:
                self._clients[local] = _new_client(self._settings, local=local)
            return self._clients[local]


def _new_client(settings: Settings, *, local: bool) -> httpx.Client:
    import ssl
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    from .tls import client_context

    # a context without any authority costs nothing, and plain http to this machine needs none
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if local else client_context(settings.environ)
    keep = max(settings.concurrency, 1)
    try:
        return httpx.Client(
            verify=context,
            trust_env=not local,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=settings.timeout,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=keep),
            follow_redirects=False,
        )
    except ImportError:
        hint = "install it beside codex-quota: pipx inject codex-quota 'httpx[socks]'"
        raise NetworkError("the proxy is a SOCKS proxy, which needs the package socksio", hint=hint) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise NetworkError("the proxy address cannot be used", hint="correct HTTPS_PROXY or ALL_PROXY") from None


def _read(response: httpx.Response, given_up: threading.Event) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise BadPayloadError(f"the answer is larger than {BODY_LIMIT >> 20} MiB", status=response.status_code)
        if given_up.is_set():
            raise TimedOutError("given up")
    return bytes(body)


def _waits(delay: float) -> Iterator[float]:
    import backoff

    steps = backoff.expo(base=2, factor=delay, max_value=LONGEST_WAIT.total_seconds())
    next(steps)
    return (backoff.full_jitter(step) for step in steps)


def _redacted(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        secret = any(word in name.lower() for word in _SECRET_WORDS) or name.lower() == "x-error-json"
        yield name, REDACTED if secret else value


def _network_error(error: Exception, endpoint: str) -> ServiceError:
    import httpx

    from .endpoint import host_of

    host, reason = host_of(endpoint), _reason(error)
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError(f"{host} did not answer in time")
    if isinstance(error, httpx.DecodingError):
        return BadPayloadError("the answer's compression is broken")
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        failure = NetworkError(
            f"the certificate of {host} cannot be verified",
            hint="behind a proxy with a certificate of its own, set CODEX_CA_CERTIFICATE (or SSL_CERT_FILE) to its PEM file",
        )
        failure.retryable = False
        return failure
    if isinstance(error, httpx.ProxyError):
        return NetworkError(f"the proxy refused the connection to {host}: {reason}", hint="check HTTPS_PROXY and NO_PROXY")
    if isinstance(error, httpx.ConnectError):
        return NetworkError(f"cannot connect to {host}: {reason}")
    return NetworkError(f"the connection to {host} broke: {reason}")


def _reason(error: Exception) -> str:
    """The innermost cause's own words, without the number in front."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return str(words)[:200]


def _later(error: ServiceError, now: datetime) -> ServiceError:
    assert error.retry_at is not None
    error.args = (f"{error.message}, to be asked again at {clock(error.retry_at, now, None)}",)
    return error


def _after(error: ServiceError, attempts: int) -> ServiceError:
    if attempts > 1:
        error.args = (f"{error.message}, {attempts} times",)
    return error
