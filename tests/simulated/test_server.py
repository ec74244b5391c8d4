"""What goes over the wire, and how the server starts and stops."""

from __future__ import annotations

import socket
from threading import Event
from urllib.parse import urlsplit

import pytest

from codex_quota.simulated import Fault, SimulatedService
from codex_quota.simulated.server import Exchange, Server

from .asking import ask, ask_over, connected, sign_in

NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Length: 22\r\n"
    b"Content-Type: application/json\r\n\r\n"
)


@pytest.mark.parametrize(("method", "body"), [("GET", b'{"detail":"Not Found"}'), ("HEAD", b"")])
def test_an_answer_comes_in_one_piece(service: SimulatedService, method: str, body: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(service.url).port or 0), timeout=5) as raw:
        raw.sendall(f"{method} /nowhere HTTP/1.1\r\n\r\n".encode())
        answer = raw.recv(4096)

    assert answer == NOT_FOUND + body
    assert list(Fault().pieces(b"head", b"body")) == [b"headbody"]


def test_the_body_of_a_request_is_not_taken_for_the_next_one(service: SimulatedService) -> None:
    work = service.add("work")
    with connected(service) as connection:
        connection.request("POST", "/backend-api/wham/usage", body=b"GET /nowhere HTTP/1.1\r\n\r\n")
        first = connection.getresponse()
        first.read()

        assert (first.status, ask_over(connection, sign_in(work)).status) == (405, 200)
    assert [request.method for request in service.requests] == ["POST", "GET"]


def test_a_request_is_over_before_its_answer_is_whole() -> None:
    may_leave = Event()

    def leave() -> None:
        may_leave.wait(5)

    exchange = Exchange(head=b"HTTP/1.1 200 OK\r\n\r\n", body=b"whole", fault=Fault(), wait=0, leave=leave)
    server = Server(0, lambda *_: exchange)
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.05) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with pytest.raises(TimeoutError):
            raw.recv(4096)
        may_leave.set()
        raw.settimeout(5)
        answer = raw.recv(4096)
    server.stop()

    assert answer == b"HTTP/1.1 200 OK\r\n\r\nwhole"


@pytest.mark.parametrize("fault", [Fault.hang(), Fault.trickle(3600), Fault.trickle(3600, part="headers")])
def test_stop_ends_requests_that_hang(service: SimulatedService, fault: Fault) -> None:
    work = service.add("work")
    service.fail(work, fault)
    with connected(service) as connection:
        connection.request("GET", "/backend-api/wham/usage", headers=sign_in(work))
        service.wait_for_requests(1)
        service.stop()
        assert connection.sock is not None
        rest = b"".join(iter(lambda: connection.sock.recv(4096), b""))

    assert b"plan_type" not in rest


def test_stop_ends_idle_connections_and_lets_nobody_in(service: SimulatedService) -> None:
    work = service.add("work")
    with connected(service) as connection:
        ask_over(connection, sign_in(work))
        service.stop()
        assert connection.sock is not None
        assert connection.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        ask(service, work)


def test_a_stopped_service_comes_back_at_the_same_address(service: SimulatedService) -> None:
    work = service.add("work")
    ask(service, work)
    before = service.url
    service.stop()
    service.stop()
    service.start()
    service.start()

    assert (ask(service, work).status, service.url) == (200, before)
    assert (len(service.requests), service.connections) == (2, 2)
