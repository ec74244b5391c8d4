"""Credential → answer: one request with a deadline, and again after temporary failures. Only here httpx may be imported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .endpoint import host_of, is_loopback, user_agent
from .errors import BadPayloadError, NetworkError, RateLimitedError, ServiceError, TimedOutError
from .interfaces import Event
from .lines import Line, Lines
from .model import Answer, Credential
from .proxy import proxy_for, shown_proxy
from .redaction import redactor, shown_headers
from .statuses import error_for
from .unpacking import whole_body
from .wording import clock
from .workers import within

if TYPE_CHECKING:
    import ssl

    import httpx

LONGEST_WAIT = timedelta(seconds=60)
_PROXY_HINT = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to ask: seconds for a whole attempt, attempts after the first, seconds before the second (doubling, full jitter)."""

    timeout: float = 15.0
    retries: int = 3
    retry_delay: float = 2.0
    concurrency: int = 8
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


class Transport:
    """Asks the service; usable from many threads, closed once.

    Proxies, certificate authorities and the ``User-Agent`` are those of the settings' ``environ``.
    Raises ``UsageError`` when ``CODEX_QUOTA_USER_AGENT`` cannot be sent.
    """

    def __init__(self, settings: Settings, *, tell: Callable[[Event], None], now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._tell = tell
        self._now = now
        self._closed = threading.Event()
        self._guard = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._user_agent = user_agent(settings.environ)
        self._lines = Lines(self._new_client, max(settings.concurrency, 1))
        self._outcomes: dict[str, int] = {}

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
                answer = self._attempt(credential, endpoint)
                self._count(str(answer.status))
                return answer
            except ServiceError as error:
                self._count(str(error.status or error.code))
                if self._closed.is_set():
                    raise _stopped() from None
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
                raise _stopped()
            attempt += 1

    def outcomes(self) -> dict[str, int]:
        """How many requests ended how: by HTTP status, or by the error's code where there was none."""
        with self._guard:
            return dict(self._outcomes)

    def _count(self, outcome: str) -> None:
        with self._guard:
            self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1

    def close(self) -> None:
        """End waits, requests under way and connections."""
        self._closed.set()
        self._lines.close()

    def _attempt(self, credential: Credential, endpoint: str) -> Answer:
        """One request; when the time is up its connection is ended, so that nothing of it goes on."""
        if self._closed.is_set():
            raise _stopped()
        allowed, local = self._settings.timeout, endpoint.startswith("http:") and is_loopback(endpoint)
        line = self._lines.take(None if local else proxy_for(endpoint, self._settings.environ), local)
        try:
            return within(allowed, lambda: self._send(line, credential, endpoint))
        except TimeoutError:
            way = f"connection to the proxy {shown_proxy(line.proxy)}" if line.proxy and not line.connected else "whole answer"
            raise TimedOutError(f"no {way} within {allowed:g} s") from None
        finally:
            self._lines.give_back(line)

    def _send(self, line: Line, credential: Credential, endpoint: str) -> Answer:
        import httpx

        redact = redactor(credential.access_token)
        try:
            with line.client.stream(
                "GET", endpoint, headers=self._headers(credential), extensions={"trace": line.trace}
            ) as response:
                wire = response.extensions["network_stream"].get_extra_info("socket")
                body = _body(response)
            line.reusable = wire.fileno() >= 0
        except httpx.TimeoutException:
            raise TimeoutError from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise _network_error(error, host_of(endpoint), line, redact(_reason(error))) from None
        finally:
            line.leave()
        headers = {name.lower(): value for name, value in response.headers.items()}
        text = redact(body.decode("utf-8-sig", "replace"))
        failure = error_for(response.status_code, headers, text, now=self._now(), redact=redact)
        shown = tuple(shown_headers(response.headers.multi_items(), redact))
        answer = Answer(status=response.status_code, headers=shown, body=text)
        if failure is not None:
            failure.answer = answer
            raise failure
        self._tell(Event(account=credential.account.name, kind="answer", text=f"HTTP {answer.status}, {len(body)} bytes"))
        return answer

    def _headers(self, credential: Credential) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {credential.access_token}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": self._user_agent,
        }
        if credential.account.account_id:
            headers["ChatGPT-Account-Id"] = credential.account.account_id
        if credential.fedramp:
            headers["X-OpenAI-Fedramp"] = "true"
        return headers

    def _new_client(self, proxy: str | None, local: bool) -> httpx.Client:
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        try:
            return httpx.Client(
                verify=self._tls(local),
                proxy=proxy,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=self._settings.timeout,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                follow_redirects=False,
            )
        except ImportError:
            hint = "install it beside codex-quota: pipx inject codex-quota socksio"
            raise _lasting(NetworkError("the proxy is a SOCKS proxy, which needs the package socksio", hint=hint)) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            failure = NetworkError("the proxy address cannot be used", hint="correct HTTPS_PROXY or ALL_PROXY")
            raise _lasting(failure) from None

    def _tls(self, local: bool) -> ssl.SSLContext:
        import ssl

        from .tls import client_context

        if local:  # a context without any authority costs nothing, and plain http to this machine needs none
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with self._guard:
            self._context = self._context or client_context(self._settings.environ)
            return self._context


def _body(response: httpx.Response) -> bytes:
    """The body, bounded; one that cannot be read is nothing when the status says enough."""
    try:
        return whole_body(response.iter_raw(), response.headers.get("content-encoding", ""))
    except BadPayloadError as error:
        if not response.is_success:
            return b""
        error.status = response.status_code
        raise


def _waits(delay: float) -> Iterator[float]:
    import backoff

    steps = backoff.expo(base=2, factor=delay, max_value=LONGEST_WAIT.total_seconds())
    next(steps)
    return (backoff.full_jitter(step) for step in steps)


def _network_error(error: Exception, host: str, line: Line, reason: str) -> ServiceError:
    """The error for what httpx raised; as long as nothing was connected, a proxy that is used is the one that failed."""
    import httpx

    proxy = shown_proxy(line.proxy) if line.proxy else None
    if proxy is not None and not line.connected:
        return NetworkError(f"cannot connect to the proxy {proxy}: {reason}", hint=_PROXY_HINT)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        hint = "behind a proxy with a certificate of its own, set CODEX_CA_CERTIFICATE (or SSL_CERT_FILE) to its PEM file"
        return _lasting(NetworkError(f"the certificate of {host} cannot be verified", hint=hint))
    if isinstance(error, httpx.ProxyError):
        return NetworkError(f"the proxy {proxy} refused the connection to {host}: {reason}", hint=_PROXY_HINT)
    if isinstance(error, httpx.ConnectError):
        return NetworkError(f"cannot connect to {host}: {reason}")
    return NetworkError(f"the connection to {host} broke: {reason}")


def _reason(error: Exception) -> str:
    """The innermost cause's own words, without the number in front."""
    cause: BaseException = error
    while cause.__cause__ is not None or cause.__context__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    words = str(getattr(cause, "strerror", None) or cause or type(cause).__name__).rstrip(". ")
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _lasting(error: NetworkError) -> NetworkError:
    """*error* as one that no further try can mend."""
    error.retryable = False
    return error


def _stopped() -> NetworkError:
    return NetworkError("the reading was stopped", hint="")


def _later(error: ServiceError, now: datetime) -> ServiceError:
    assert error.retry_at is not None
    error.args = (f"{error.message}, to be asked again at {clock(error.retry_at, now, None)}",)
    rest = "ask less often (--max-age 5m)" if isinstance(error, RateLimitedError) else "status.openai.com tells of outages"
    error.hint = f"wait until then; {rest}"
    return error


def _after(error: ServiceError, attempts: int) -> ServiceError:
    if attempts > 1:
        error.args = (f"{error.message}, {attempts} times",)
    return error
