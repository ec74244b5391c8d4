"""Who is let in, what is recorded, and how the server starts and stops."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService

from .asking import NOON, ask, ask_over, ask_with, connected, sign_in


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def expire(service: SimulatedService, account: SimulatedAccount) -> None:
    service.advance(account.token_life)


def rotate(service: SimulatedService, account: SimulatedAccount) -> None:
    service.rotate_token(account)


def sign_out(service: SimulatedService, account: SimulatedAccount) -> None:
    service.sign_out(account)


@pytest.mark.parametrize(
    ("change", "code"),
    [(expire, "token_expired"), (rotate, "token_invalidated"), (sign_out, "token_invalidated")],
)
def test_a_token_that_was_good_is_refused(
    service: SimulatedService, change: Callable[[SimulatedService, SimulatedAccount], None], code: str
) -> None:
    work = service.add("work")
    headers = sign_in(work)
    good = ask_with(service, headers)
    change(service, work)
    refused = ask_with(service, headers)

    assert (good.status, refused.status) == (200, 401)
    assert refused.body == {
        "error": {
            "message": "Your authentication token is not valid. Please try signing in again.",
            "type": "invalid_request_error",
            "code": code,
            "param": None,
        },
        "status": 401,
    }


@pytest.mark.parametrize(
    ("headers", "code", "kind"),
    [
        (bearer("aaa.bbb.ccc"), "token_invalidated", "invalid_request_error"),
        (bearer("garbage"), "unauthorized_unknown", None),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "unauthorized_unknown", None),
        ({}, "unauthorized_unknown", None),
    ],
)
def test_a_stranger_is_refused(service: SimulatedService, headers: dict[str, str], code: str, kind: str | None) -> None:
    service.add("work")
    got = ask_with(service, headers)

    assert (got.status, got.body["error"]["code"], got.body["error"]["type"]) == (401, code, kind)


@pytest.mark.parametrize("name", ["work", None], ids=["by name", "by account"])
def test_the_new_token_is_good(service: SimulatedService, name: str | None) -> None:
    work = service.add("work")
    service.sign_out(name or work)

    token = service.rotate_token(name or work)

    assert token == work.access_token
    assert ask(service, work).status == 200


@pytest.mark.parametrize("sent", [{}, {"ChatGPT-Account-Id": "ws-2"}], ids=["no id", "wrong id"])
def test_a_workspace_is_not_seen_without_its_id(service: SimulatedService, sent: dict[str, str]) -> None:
    work = service.add("work", plan="team", workspace_id="ws-1")
    got = ask_with(service, {**bearer(work.access_token), **sent})

    assert (got.status, got.body) == (
        200,
        {"plan_type": "free", "rate_limit": None, "code_review_rate_limit": None, "credits": None},
    )


def test_a_personal_account_needs_no_id(service: SimulatedService) -> None:
    work = service.add("work")

    assert ask_with(service, bearer(work.access_token)).body["user_id"] == work.user_id


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/backend-api/wham/usage", 200),
        ("GET", "/api/codex/usage", 200),
        ("GET", "/backend-api/wham/usage?x=1", 200),
        ("GET", "/backend-api/api/codex/usage", 404),
        ("GET", "/wham/usage", 404),
        ("GET", "/", 404),
        ("HEAD", "/backend-api/wham/usage", 405),
        ("POST", "/backend-api/wham/usage", 405),
        ("DELETE", "/api/codex/usage", 405),
    ],
)
def test_paths_and_methods(service: SimulatedService, method: str, path: str, status: int) -> None:
    work = service.add("work")

    with connected(service) as connection:
        assert ask_over(connection, sign_in(work), method=method, path=path).status == status
        assert ask_over(connection, sign_in(work)).body["plan_type"] == "plus"


def test_the_addresses_belong_together(service: SimulatedService) -> None:
    assert service.origin.startswith("http://127.0.0.1:")
    assert (service.url, service.usage_url) == (f"{service.origin}/backend-api", f"{service.origin}/backend-api/wham/usage")


def test_there_is_no_address_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        _ = SimulatedService().url


def test_requests_are_recorded_as_they_came(service: SimulatedService) -> None:
    work = service.add("work")
    ask(service, work)
    service.advance(timedelta(minutes=5))
    service.rotate_token(work)
    ask_with(service, {**bearer("a.b.c"), "X-Odd": "Yes"}, path="/elsewhere", method="HEAD")

    first, second = service.requests
    assert (first.account, first.method, first.path, first.at) == ("work", "GET", "/backend-api/wham/usage", NOON)
    assert first.headers["chatgpt-account-id"] == work.account_id
    assert (second.account, second.method, second.path) == (None, "HEAD", "/elsewhere")
    assert (second.headers["x-odd"], second.at) == ("Yes", NOON + timedelta(minutes=5))
    assert service.requests_for("work") == [first]


def test_a_recorded_request_tells_no_token(service: SimulatedService) -> None:
    work = service.add("work")
    ask(service, work)

    (request,) = service.requests
    assert work.access_token in request.headers["authorization"]
    assert work.access_token not in repr(request)


def test_an_old_token_is_still_known_by_name(service: SimulatedService) -> None:
    work = service.add("work")
    headers = sign_in(work)
    service.rotate_token(work)
    ask_with(service, headers)

    assert [request.account for request in service.requests] == ["work"]


def test_requests_under_way_are_counted(service: SimulatedService) -> None:
    ann, bob = service.add("ann"), service.add("bob")
    service.fail(None, Fault.hang(), times=3)
    with ExitStack() as stack:
        for account in (ann, ann, bob):
            connection = stack.enter_context(connected(service))
            connection.request("GET", "/backend-api/wham/usage", headers=sign_in(account))
        service.wait_for_requests(3)

        assert (service.max_in_flight, service.max_in_flight_for("ann"), service.max_in_flight_for("bob")) == (3, 2, 1)


def test_one_after_the_other_is_never_two_at_once(service: SimulatedService) -> None:
    work = service.add("work")
    for _ in range(200):
        ask(service, work)

    assert (len(service.requests), service.max_in_flight, service.max_in_flight_for("work")) == (200, 1, 1)


def test_the_record_can_begin_anew(service: SimulatedService) -> None:
    work = service.add("work")
    ask(service, work)
    service.forget_requests()

    assert (service.requests, service.max_in_flight, service.max_in_flight_for("work")) == ([], 0, 0)


def test_waiting_for_requests_ends(service: SimulatedService) -> None:
    ask(service, service.add("work"))

    assert service.wait_for_requests(1) == service.requests
    with pytest.raises(TimeoutError, match=r"^1 of 2 requests came within 0\.01 s$"):
        service.wait_for_requests(2, timeout=0.01)


def test_a_connection_is_kept_alive(service: SimulatedService) -> None:
    work = service.add("work")
    with connected(service) as connection:
        statuses = [ask_over(connection, sign_in(work)).status for _ in range(3)]

    assert (statuses, service.connections) == ([200, 200, 200], 1)


def test_many_ask_at_the_same_time(service: SimulatedService) -> None:
    accounts = [service.add(f"a{n}", five_hour=n) for n in range(40)]
    service.latency = 0.05
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda account: ask(service, account).body, accounts))

    assert [answer["rate_limit"]["primary_window"]["used_percent"] for answer in answers] == list(range(40))
    assert sorted(request.account or "" for request in service.requests) == sorted(account.name for account in accounts)


def test_an_account_of_its_own_latency_does_not_wait_for_the_service_s() -> None:
    with SimulatedService(now=NOON, latency=3600) as service:
        quick = service.add("quick", latency=0)

        assert ask(service, quick).status == 200
