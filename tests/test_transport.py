"""One request with a deadline, retries, headers and faults, against the simulated service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import codex_quota
from codex_quota import Credential, Event
from codex_quota.signin import parse_credential
from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService
from codex_quota.transport import Settings, Transport


class World:
    """A transport with everything it told."""

    def __init__(self, service: SimulatedService, **settings: object) -> None:
        self.events: list[Event] = []
        self.service = service
        given = {"retry_delay": 0.0, "timeout": 5.0, **settings}
        self.transport = Transport(Settings(**given), tell=self.events.append, now=lambda: datetime.now(UTC))  # type: ignore[arg-type]

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
def world(service: SimulatedService) -> Iterator[World]:
    made = World(service)
    yield made
    made.transport.close()


def test_a_request_carries_exactly_the_agreed_headers(world: World, work: SimulatedAccount) -> None:
    world.ask(work)
    (request,) = world.service.requests
    sent = {name: value for name, value in request.headers.items() if name not in ("host", "connection", "accept-encoding")}
    assert sent == {
        "authorization": f"Bearer {work.access_token}",
        "chatgpt-account-id": "acct-work",
        "accept": "application/json",
        "user-agent": f"codex-quota/{codex_quota.__version__}",
    }
    assert (request.method, request.path) == ("GET", "/backend-api/wham/usage")


def test_the_user_agent_can_be_chosen(service: SimulatedService, work: SimulatedAccount) -> None:
    World(service, environ={"CODEX_QUOTA_USER_AGENT": "mine/1"}).ask(work)
    assert service.requests[0].headers["user-agent"] == "mine/1"


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
    assert raised.value.message == "cannot connect to 127.0.0.1: Connection refused, 4 times"


def test_a_loopback_address_is_asked_without_the_proxy(
    world: World, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert world.ask(work).status == 200


def test_another_address_is_asked_through_the_proxy(
    service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", service.origin)
    monkeypatch.setenv("NO_PROXY", "direct.invalid")
    world = World(service, retries=0)
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


def test_a_socks_proxy_without_its_package_says_what_to_install(
    service: SimulatedService, work: SimulatedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("httpx")
    import sys

    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(codex_quota.NetworkError) as raised:
        World(service, retries=0).transport.ask(credential(work), "http://service.invalid/api/codex/usage")
    assert "httpx[socks]" in raised.value.hint
