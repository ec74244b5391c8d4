"""One request with a deadline, retries, headers and faults, against the simulated service."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

import codex_quota
from codex_quota import Credential, Event
from codex_quota.signin import parse_credential
from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService
from codex_quota.transport import Settings, Transport


class World:
    """A transport with everything it told; closed after the test."""

    open: ClassVar[list[Transport]] = []

    def __init__(self, service: SimulatedService, **settings: object) -> None:
        self.events: list[Event] = []
        self.service = service
        given = {"retry_delay": 0.0, "timeout": 5.0, **settings}
        self.transport = Transport(Settings(**given), tell=self.events.append, now=lambda: datetime.now(UTC))  # type: ignore[arg-type]
        self.open.append(self.transport)

    def ask(self, account: SimulatedAccount) -> codex_quota.Answer:
        return self.transport.ask(credential(account), self.service.usage_url)

    def error(self, account: SimulatedAccount) -> codex_quota.ServiceError:
        with pytest.raises(codex_quota.ServiceError) as raised:
            self.ask(account)
        assert account.access_token not in str(raised.value) + repr(raised.value) + raised.value.hint
        return raised.value

    @property
    def waits(self) -> list[float]:
        return [event.wait.total_seconds() for event in self.events if event.wait is not None]


def credential(account: SimulatedAccount) -> Credential:
    import json

    return parse_credential(json.loads(account.auth_json()), name=account.name, source="test")


@pytest.fixture
def work(service: SimulatedService) -> SimulatedAccount:
    return service.add("work", workspace_id="acct-work")


@pytest.fixture
def world(service: SimulatedService) -> World:
    return World(service)


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    while World.open:
        World.open.pop().close()


def test_a_request_carries_exactly_the_agreed_headers(world: World, work: SimulatedAccount) -> None:
    world.ask(work)
    (request,) = world.service.requests
    sent = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
    assert sent == {
        "authorization": f"Bearer {work.access_token}",
        "chatgpt-account-id": "acct-work",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"codex-quota/{codex_quota.__version__}",
    }
    assert (request.method, request.path) == ("GET", "/backend-api/wham/usage")


def test_the_user_agent_can_be_chosen(service: SimulatedService, work: SimulatedAccount) -> None:
    World(service, environ={"CODEX_QUOTA_USER_AGENT": "mine/1"}).ask(work)
    assert service.requests[0].headers["user-agent"] == "mine/1"


@pytest.mark.parametrize("name", ["ü", "mine/1\nX-More: 1", "mine\x00", "\u2028", "\udcff"])
def test_a_user_agent_that_cannot_be_sent_is_refused_before_anything_is_asked(service: SimulatedService, name: str) -> None:
    with pytest.raises(codex_quota.UsageError, match=r"^CODEX_QUOTA_USER_AGENT is .* which cannot be sent$"):
        World(service, environ={"CODEX_QUOTA_USER_AGENT": name})


def test_a_fedramp_sign_in_says_so(world: World, service: SimulatedService) -> None:
    world.ask(service.add("gov", fedramp=True))
    assert service.requests[0].headers["x-openai-fedramp"] == "true"


def test_an_unknown_account_id_is_left_out_and_never_empty(world: World, work: SimulatedAccount) -> None:
    known = credential(work)
    world.transport.ask(replace(known, account=replace(known.account, account_id=None)), world.service.usage_url)
    assert "chatgpt-account-id" not in world.service.requests[0].headers


def test_no_cookie_goes_from_one_account_to_the_next(world: World, work: SimulatedAccount, service: SimulatedService) -> None:
    service.fail(work, Fault.set_cookie("__cf_bm=abc; Path=/", "session=def; Path=/"))
    world.ask(work)
    world.ask(service.add("other"))
    assert "cookie" not in service.requests[1].headers


def test_a_redirect_is_not_followed(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.redirect("/backend-api/wham/usage"))
    assert world.error(work).code == "redirected"
    assert len(world.service.requests) == 1


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault.unauthorized("token_invalidated"), "unauthorized", "signed out"),
        (Fault.unauthorized("token_expired"), "unauthorized", "has expired"),
        (Fault.workspace_deactivated(), "workspace_deactivated", "workspace"),
        (Fault.html_challenge(), "blocked", "Cloudflare"),
        (Fault.status(404), "not_found", "no usage endpoint"),
        (Fault.status(418), "unexpected_status", "418"),
        (Fault.huge(2), "bad_payload", "larger than 1 MiB"),
        (Fault.huge(2, chunked=True), "bad_payload", "larger than 1 MiB"),
        (Fault.gzip_bomb(8), "bad_payload", "larger than 1 MiB"),
        (Fault.status(200, b"?", headers={"Content-Encoding": "br"}), "bad_payload", "not one that was asked for"),
        (Fault.status(403, b"?", headers={"Content-Encoding": "br"}), "blocked", "the service refuses the request"),
    ],
)
def test_what_cannot_get_better_is_asked_once(world: World, work: SimulatedAccount, fault: Fault, code: str, words: str) -> None:
    world.service.fail(work, fault, times=None)
    error = world.error(work)
    assert (code, len(world.service.requests)) == (error.code, 1)
    assert words in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.status(408), "unavailable"),
        (Fault.status(429), "rate_limited"),
        (Fault.status(500), "unavailable"),
        (Fault.status(503), "unavailable"),
        (Fault.status(599), "unavailable"),
        (Fault.drop(), "network"),
        (Fault.drop(after_headers=True), "network"),
        (Fault.cut(), "network"),
    ],
)
def test_a_temporary_failure_is_asked_again_until_the_tries_are_used_up(
    world: World, work: SimulatedAccount, fault: Fault, code: str
) -> None:
    world.service.fail(work, fault, times=None)
    error = world.error(work)
    assert (code, 4) == (error.code, len(world.service.requests))
    assert error.message.endswith("4 times")


def test_a_temporary_failure_that_passes_is_not_seen(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.status(503), times=2)
    assert world.ask(work).status == 200
    assert len(world.service.requests) == 3


def test_no_retries_means_one_attempt(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.status(503), times=None)
    error = World(service, retries=0).error(work)
    assert (len(service.requests), error.message) == (1, "the service is in trouble: simulated 503 (HTTP 503)")


@pytest.mark.parametrize("fault", [Fault.hang(), Fault.trickle(0.05, part="headers"), Fault.trickle(0.05, part="body")])
def test_the_timeout_covers_the_whole_attempt(service: SimulatedService, work: SimulatedAccount, fault: Fault) -> None:
    service.fail(work, fault, times=None)
    error = World(service, timeout=0.3, retries=1).error(work)
    assert (error.code, len(service.requests)) == ("timeout", 2)
    assert error.message == "no whole answer within 0.3 s, 2 times"


def test_waits_double_with_full_jitter(
    service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(service, retry_delay=2.0)
    monkeypatch.setattr("random.uniform", lambda low, high: (low, high)[1])
    monkeypatch.setattr(world.transport._closed, "wait", lambda seconds: False)
    service.fail(work, Fault.status(503), times=None)
    world.error(work)
    assert world.waits == [2.0, 4.0, 8.0]


def test_retry_after_is_waited_for(service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(service)
    monkeypatch.setattr(world.transport._closed, "wait", lambda seconds: False)
    service.fail(work, Fault.status(429, retry_after=30))
    assert world.ask(work).status == 200
    assert [round(wait) for wait in world.waits] == [30]


def test_a_long_retry_after_ends_the_tries_and_tells_the_clock_time(world: World, work: SimulatedAccount) -> None:
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    world.service.fail(work, Fault.status(503, retry_after=later), times=None)
    error = world.error(work)
    assert (1, later) == (len(world.service.requests), error.retry_at)
    assert f"{later.astimezone():%H:%M}" in error.message
    assert error.hint == "wait until then; status.openai.com tells of outages"


def test_a_rate_limit_with_a_time_says_to_wait_until_then(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.status(429, retry_after=3600), times=None)
    assert world.error(work).hint == "wait until then; ask less often (--max-age 5m)"


def test_closing_ends_a_wait(service: SimulatedService, work: SimulatedAccount) -> None:
    waiting = threading.Event()
    world = World(service, retry_delay=60.0)
    world.transport._tell = lambda event: waiting.set() if event.wait else None
    service.fail(work, Fault.status(503, retry_after=50), times=None)
    closer = threading.Thread(target=lambda: (waiting.wait(5), world.transport.close()))
    closer.start()
    assert world.error(work).message == "the reading was stopped"
    closer.join()


def test_a_refused_connection_names_the_host(world: World, work: SimulatedAccount) -> None:
    with pytest.raises(codex_quota.NetworkError) as raised:
        world.transport.ask(credential(work), "http://127.0.0.1:9/backend-api/wham/usage")
    assert raised.value.message == "cannot connect to 127.0.0.1: connection refused, 4 times"


def test_a_loopback_address_is_asked_without_the_proxy(service: SimulatedService, work: SimulatedAccount) -> None:
    environ = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    assert World(service, environ=environ).ask(work).status == 200


def test_another_address_is_asked_through_the_proxy(
    service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    world = World(service, retries=0, environ={"HTTP_PROXY": service.origin, "NO_PROXY": "direct.invalid"})
    with pytest.raises(codex_quota.NotFoundError):
        world.transport.ask(credential(work), "http://service.invalid/backend-api/elsewhere/usage")
    assert [request.path for request in service.requests] == ["http://service.invalid/backend-api/elsewhere/usage"]
    with pytest.raises(codex_quota.NetworkError) as raised:
        world.transport.ask(credential(work), "http://direct.invalid/backend-api/wham/usage")
    assert "direct.invalid" in raised.value.message
    assert len(service.requests) == 1


def test_secrets_are_redacted_in_the_answer(world: World, work: SimulatedAccount) -> None:
    body = f'{{"plan_type": "plus", "echo": "{work.access_token}"}}'.encode()
    headers = {"Set-Cookie": "session=abc", "X-Auth-Echo": work.access_token, "X-Request-Id": "r-1"}
    world.service.fail(work, Fault.status(200, body, headers=headers))
    answer = world.ask(work)
    assert work.access_token not in answer.body + str(answer.headers)
    assert {name: value for name, value in answer.headers if name.lower() in ("set-cookie", "x-auth-echo", "x-request-id")} == {
        "set-cookie": "[redacted]",
        "x-auth-echo": "[redacted]",
        "x-request-id": "r-1",
    }


def test_an_error_keeps_the_answer_for_whoever_wants_to_look(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.status(404, b"nowhere"))
    answer = world.error(work).answer
    assert answer is not None
    assert (answer.status, answer.body) == (404, "nowhere")


ELSEWHERE = "https://nohost.invalid/backend-api/wham/usage"


@pytest.mark.parametrize("endpoint", [ELSEWHERE, ELSEWHERE.replace("https", "http")])
@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("http://user:pass@127.0.0.1:9", "cannot connect to the proxy 127.0.0.1:9: connection refused"),
        ("127.0.0.1:9", "cannot connect to the proxy 127.0.0.1:9: connection refused"),
        ("junk.invalid", "cannot connect to the proxy junk.invalid: "),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_named(
    service: SimulatedService, work: SimulatedAccount, endpoint: str, proxy: str, message: str
) -> None:
    with pytest.raises(codex_quota.NetworkError) as raised:
        World(service, retries=0, environ={"ALL_PROXY": proxy}).transport.ask(credential(work), endpoint)
    assert raised.value.message.startswith(message)
    assert raised.value.hint == "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"


def test_a_proxy_that_refuses_is_named(service: SimulatedService, work: SimulatedAccount) -> None:
    environ = {"HTTPS_PROXY": service.origin.replace("//", "//user:pass@")}
    with pytest.raises(codex_quota.NetworkError) as raised:
        World(service, retries=0, environ=environ).transport.ask(credential(work), ELSEWHERE)
    proxy = service.origin.removeprefix("http://")
    assert raised.value.message.startswith(f"the proxy {proxy} refused the connection to nohost.invalid: 501")


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "http://[::1", "http://127.0.0.1:port"])
def test_a_proxy_address_that_cannot_be_used_is_not_tried_again(
    service: SimulatedService, work: SimulatedAccount, proxy: str
) -> None:
    world = World(service, environ={"HTTPS_PROXY": proxy})
    with pytest.raises(codex_quota.NetworkError) as raised:
        world.transport.ask(credential(work), ELSEWHERE)
    assert (raised.value.message, world.waits) == ("the proxy address cannot be used", [])


def test_a_connection_is_used_again(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.status(503), times=2)
    world.ask(work)
    world.ask(work)
    assert (len(world.service.requests), world.service.connections) == (4, 1)


def alive() -> list[threading.Thread]:
    """The program's threads that are still at work a moment later."""
    threads = [thread for thread in threading.enumerate() if thread.name == "codex-quota"]
    until = time.monotonic() + 3
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [thread for thread in threads if thread.is_alive()]


FOREVER = [Fault.hang(), Fault.trickle(0.15, part="headers"), Fault.trickle(0.15, part="body")]


@pytest.mark.parametrize("fault", FOREVER)
def test_nothing_goes_on_after_a_timeout(service: SimulatedService, work: SimulatedAccount, fault: Fault) -> None:
    world = World(service, timeout=0.2, retries=3)
    service.fail(work, fault, times=None)
    assert world.error(work).code == "timeout"
    assert alive() == []
    service.wait_until_idle()
    assert len(service.requests) == 4


def test_nothing_goes_on_after_a_timeout_on_a_connection_that_is_used_again(
    service: SimulatedService, work: SimulatedAccount
) -> None:
    world = World(service, timeout=0.5, retries=0)
    world.ask(work)
    service.fail(work, Fault.trickle(0.15, part="headers"), times=None)
    assert world.error(work).code == "timeout"
    assert (alive(), service.connections) == ([], 1)
    service.wait_until_idle()


def test_nothing_goes_on_after_a_timeout_within_a_handshake(service: SimulatedService, work: SimulatedAccount) -> None:
    gone = threading.Event()

    def trickle() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not gone.wait(0.1):
                connection.sendall(b"\x02")
        gone.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=trickle, daemon=True).start()
        world = World(service, timeout=0.4, retries=0)
        with pytest.raises(codex_quota.TimedOutError):
            world.transport.ask(credential(work), f"https://127.0.0.1:{server.getsockname()[1]}/api/codex/usage")
        assert alive() == []
        assert gone.wait(5)


@pytest.mark.parametrize("fault", FOREVER)
def test_closing_ends_a_request(service: SimulatedService, work: SimulatedAccount, fault: Fault) -> None:
    world = World(service, timeout=60.0)
    service.fail(work, fault, times=None)
    closer = threading.Thread(target=lambda: (service.wait_for_requests(1), world.transport.close()))
    closer.start()
    begun = time.monotonic()
    assert world.error(work).message == "the reading was stopped"
    assert time.monotonic() - begun < 20
    closer.join()
    assert alive() == []
    service.wait_until_idle()
    assert len(service.requests) == 1


def test_a_closed_transport_asks_nobody(world: World, work: SimulatedAccount) -> None:
    world.transport.close()
    assert (world.error(work).message, world.service.requests) == ("the reading was stopped", [])


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 503])
@pytest.mark.parametrize("piece", [slice(None), slice(40), slice(-5)], ids=["whole", "start", "most"])
@pytest.mark.parametrize("write", [str, escaped])
def test_no_road_brings_the_token_out(
    service: SimulatedService, work: SimulatedAccount, status: int, piece: slice, write: Callable[[str], str]
) -> None:
    secret = work.access_token[piece]
    echo, long = write(secret), "x" * 970
    words = f'{{"plan_type": "{echo}", "error": {{"message": "no {long} {echo}", "code": "{echo}"}}}}'
    headers = {
        "X-Echo": secret,
        "Location": f"https://elsewhere.example/login?access={secret}",
        "X-Error-Json": base64_of(words),
        "X-Openai-Ide-Error-Code": secret,
    }
    for body in (words.encode(), b"", f'{{"error": "{echo}"}}'.encode(), f"no JSON {echo}".encode()):
        service.fail(work, Fault.status(status, body, headers=headers))
        world, answer = World(service, retries=0), None
        try:
            answer, said = world.ask(work), ""
        except codex_quota.ServiceError as failure:
            answer, said = failure.answer, f"{failure.line()} {failure!r}"
        assert answer is not None
        read = answer.body.encode().decode("unicode_escape")
        assert secret[:24] not in f"{said} {answer} {answer.body} {read} {world.events}"


def test_a_broken_answer_is_quoted_without_the_token(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.status(200, b"", headers={f"bad header {work.access_token}": "x"}))
    error = World(service, retries=0).error(work)
    assert (error.code, "[redacted]" in error.message) == ("network", True)


def test_a_reason_ends_without_a_full_stop(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.drop(), times=None)
    message = "the connection to 127.0.0.1 broke: server disconnected without sending a response, 4 times"
    assert world.error(work).message == message


def test_an_answer_that_is_too_large_is_not_there_to_be_shown(world: World, work: SimulatedAccount) -> None:
    world.service.fail(work, Fault.huge(2))
    assert "--raw-json" not in world.error(work).hint


def test_a_socks_proxy_without_its_package_says_what_to_install(
    service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("httpx")
    import sys

    monkeypatch.setitem(sys.modules, "socksio", None)
    world = World(service, environ={"ALL_PROXY": "socks5://127.0.0.1:9"})
    with pytest.raises(codex_quota.NetworkError) as raised:
        world.transport.ask(credential(work), "http://service.invalid/api/codex/usage")
    assert raised.value.hint == "install it beside codex-quota: pipx inject codex-quota socksio"
    assert world.waits == []
