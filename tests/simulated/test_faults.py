"""Every fault, as a client sees it."""

from __future__ import annotations

import zlib
from datetime import timedelta
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService

from .asking import NOON, Got, ask, ask_over, connected, sign_in


@pytest.fixture
def work(service: SimulatedService) -> SimulatedAccount:
    return service.add("work")


def failing(service: SimulatedService, account: SimulatedAccount, fault: Fault) -> Got:
    service.fail(account, fault)
    return ask(service, account)


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        (Fault.status(503), 503, b'{"detail":"simulated 503"}'),
        (Fault.status(429, {"error": {"type": "usage_limit_reached"}}), 429, b'{"error":{"type":"usage_limit_reached"}}'),
        (Fault.status(500, b""), 500, b""),
        (Fault.status(200, b"\xff"), 200, b"\xff"),
        (Fault.status(599), 599, b'{"detail":"simulated 599"}'),
        (Fault.workspace_deactivated(), 402, b'{"detail":{"code":"deactivated_workspace"}}'),
    ],
)
def test_status(service: SimulatedService, work: SimulatedAccount, fault: Fault, status: int, content: bytes) -> None:
    got = failing(service, work, fault)

    assert (got.status, got.content) == (status, content)


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        (Fault.status(503, retry_after=2), "retry-after", "2"),
        (Fault.status(503, retry_after=0.5), "retry-after", "0.5"),
        (Fault.status(503, retry_after=NOON + timedelta(minutes=1)), "retry-after", "Sun, 22 Nov 2026 12:01:00 GMT"),
        (Fault.status(503, retry_after="soon"), "retry-after", "soon"),
        (Fault.status(503, headers={"X-Odd": "Yes"}), "x-odd", "Yes"),
        (Fault.status(503, headers={"Date": "yesterday"}), "date", "yesterday"),
        (Fault.status(503), "content-type", "application/json"),
        (Fault.status(503, headers={"content-type": "text/plain"}), "content-type", "text/plain"),
        (Fault.redirect(), "location", "/elsewhere"),
        (Fault.html_challenge(), "cf-mitigated", "challenge"),
        (Fault.html(), "content-type", "text/html; charset=UTF-8"),
    ],
)
def test_headers(service: SimulatedService, work: SimulatedAccount, fault: Fault, name: str, value: str) -> None:
    assert failing(service, work, fault).headers[name] == value


def test_a_401_of_a_good_token(service: SimulatedService, work: SimulatedAccount) -> None:
    got = failing(service, work, Fault.unauthorized("token_revoked"))

    assert (got.status, got.body["error"]["code"]) == (401, "token_revoked")


def test_the_challenge_is_a_web_page(service: SimulatedService, work: SimulatedAccount) -> None:
    got = failing(service, work, Fault.html_challenge())

    assert (got.status, got.headers["content-type"]) == (403, "text/html; charset=UTF-8")
    assert got.content.startswith(b"<!DOCTYPE html>")


def test_a_redirect_has_its_status_and_leads_nowhere_else(service: SimulatedService, work: SimulatedAccount) -> None:
    got = failing(service, work, Fault.redirect("/login", status=307))

    assert (got.status, got.headers["location"], got.content) == (307, "/login", b"")


@pytest.mark.parametrize(
    ("fault", "cookies"),
    [
        (Fault.set_cookie("a=1"), ("a=1",)),
        (Fault.set_cookie(), ("__cf_bm=simulated; path=/; HttpOnly", "session=simulated; path=/; HttpOnly")),
    ],
)
def test_cookies_come_with_the_usual_answer(
    service: SimulatedService, work: SimulatedAccount, fault: Fault, cookies: tuple[str, ...]
) -> None:
    got = failing(service, work, fault)

    assert (got.status, got.body["plan_type"], got.cookies) == (200, "plus", cookies)


@pytest.mark.parametrize("fault", [Fault.delay(0.01), Fault.trickle(0.0001), Fault.trickle(0.0001, part="headers")])
def test_a_slow_answer_is_the_usual_one(service: SimulatedService, work: SimulatedAccount, fault: Fault) -> None:
    work.body = {"plan_type": "plus"}

    assert failing(service, work, fault).body == {"plan_type": "plus"}


def test_a_fault_can_come_late(service: SimulatedService, work: SimulatedAccount) -> None:
    assert Fault.status(503).after(0.01).wait == 0.01
    assert failing(service, work, Fault.status(503).after(0.01)).status == 503


def test_a_delayed_answer_is_not_there_early(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.delay(3600))
    with connected(service) as connection:
        connection.timeout = 0.05
        with pytest.raises(TimeoutError):
            ask_over(connection, sign_in(work))


def test_a_trickle_comes_byte_by_byte(work: SimulatedAccount) -> None:
    head, body = b"HTTP/1.1 200 OK\r\n\r\n", b"{}"

    assert list(Fault.trickle().pieces(head, body)) == [head, b"{", b"}"]
    assert list(Fault.trickle(part="headers").pieces(head, body)) == [*(bytes([byte]) for byte in head), body]


def test_a_trickle_pauses_between_its_bytes(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.trickle(3600))
    with connected(service) as connection:
        connection.request("GET", "/backend-api/wham/usage", headers=sign_in(work))
        response = connection.getresponse()
        assert connection.sock is not None
        connection.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            response.read(1)


def test_a_client_that_goes_away_is_under_way_no_more(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.hang())
    with connected(service) as connection:
        connection.request("GET", "/backend-api/wham/usage", headers=sign_in(work))
        service.wait_for_requests(1)
        with pytest.raises(TimeoutError, match=r"^1 requests were still under way after 0\.01 s$"):
            service.wait_until_idle(timeout=0.01)
    service.wait_until_idle()

    assert (ask(service, work).status, service.max_in_flight) == (200, 1)


def test_a_drop_sends_nothing(service: SimulatedService, work: SimulatedAccount) -> None:
    with pytest.raises(RemoteDisconnected):
        failing(service, work, Fault.drop())


@pytest.mark.parametrize(("fault", "got_any"), [(Fault.drop(after_headers=True), False), (Fault.cut(), True)])
def test_a_body_that_breaks_off(service: SimulatedService, work: SimulatedAccount, fault: Fault, got_any: bool) -> None:
    with pytest.raises(IncompleteRead) as caught:
        failing(service, work, fault)

    whole = work.answer()
    assert caught.value.partial == (whole[: len(whole) // 2] if got_any else b"")
    assert caught.value.expected == len(whole) - len(caught.value.partial)


@pytest.mark.parametrize(("chunked", "announced"), [(False, {"content-length"}), (True, {"transfer-encoding"})])
def test_a_huge_body_is_a_usage_answer(
    service: SimulatedService, work: SimulatedAccount, chunked: bool, announced: set[str]
) -> None:
    got = failing(service, work, Fault.huge(2, chunked=chunked))

    assert (got.status, got.body["plan_type"], len(got.content) >> 20) == (200, "plus", 2)
    assert got.headers.keys() & {"content-length", "transfer-encoding"} == announced


def test_a_gzip_bomb_is_small_on_the_way(service: SimulatedService, work: SimulatedAccount) -> None:
    got = failing(service, work, Fault.gzip_bomb(3))

    assert (got.headers["content-encoding"], got.headers["content-type"]) == ("gzip", "application/json")
    assert len(got.content) < 10_000
    assert len(zlib.decompress(got.content, 31)) == (3 << 20) + len(b"{}")


def test_nested_json_is_too_deep_to_read(service: SimulatedService, work: SimulatedAccount) -> None:
    got = failing(service, work, Fault.nested())

    with pytest.raises(RecursionError):
        _ = got.body
    assert got.content.count(b"{") == got.content.count(b"}") == 100_000


def test_faults_queue_up_and_end(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.status(500), times=2)
    service.fail("work", Fault.status(503))

    assert [ask(service, work).status for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_can_last_until_it_is_cleared(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(None, Fault.status(500), times=None)
    lasting = [ask(service, work).status for _ in range(3)]
    service.clear_faults()

    assert (lasting, ask(service, work).status) == ([500, 500, 500], 200)


def test_a_fault_of_one_account_leaves_the_others_alone(service: SimulatedService, work: SimulatedAccount) -> None:
    home = service.add("home")
    service.fail(work, Fault.status(500))

    assert [ask(service, account).status for account in (home, work)] == [200, 500]


def test_an_account_s_own_fault_comes_before_one_for_anyone(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(None, Fault.status(500))
    service.fail(work, Fault.status(503))

    assert [ask(service, work).status for _ in range(3)] == [503, 500, 200]


def test_after_a_status_the_connection_stays(service: SimulatedService, work: SimulatedAccount) -> None:
    service.fail(work, Fault.status(503))
    with connected(service) as connection:
        statuses = [ask_over(connection, sign_in(work)).status for _ in range(2)]

    assert (statuses, service.connections) == ([503, 200], 1)
