"""Connections that another thread can end, and connections that are used again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from codex_quota.lines import Line, Lines


class Client:
    """Stands in for an HTTP client."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Stream:
    """Stands in for a network stream."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def get_extra_info(self, name: str) -> socket.socket:
        assert name == "socket"
        return self._connection


class Wire:
    """A connection with both of its ends."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.theirs.settimeout(5)

    def connect(self, line: Line) -> None:
        line.trace("connection.connect_tcp.started", {})
        line.trace("connection.connect_tcp.complete", {"return_value": Stream(self.ours)})

    def ended(self) -> bool:
        self.theirs.setblocking(False)
        try:
            return self.theirs.recv(1) == b""
        except BlockingIOError:
            return False


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.ours.close()
    made.theirs.close()


def lines(spare: int = 2) -> Lines:
    def make(proxy: str | None, local: bool) -> Any:
        return Client()

    return Lines(make, spare)


def closed(line: Line) -> int:
    return line.client.closed  # type: ignore[attr-defined, no-any-return]


def answered(pool: Lines, line: Line) -> None:
    line.reusable = True
    line.leave()
    pool.give_back(line)


def test_a_line_is_used_again_for_the_same_way_only() -> None:
    pool = lines()
    first = pool.take("http://proxy", False)
    answered(pool, first)
    assert pool.take(None, False) is not first
    assert pool.take("http://proxy", True) is not first
    assert pool.take("http://proxy", False) is first
    assert pool.take("http://proxy", False) is not first


def test_a_line_whose_request_is_over_and_cannot_take_another_is_closed() -> None:
    pool = lines()
    line = pool.take(None, False)
    line.leave()
    pool.give_back(line)
    assert closed(line) == 1
    assert pool.take(None, False) is not line


def test_no_more_lines_wait_than_are_wanted() -> None:
    pool = lines(spare=1)
    two = [pool.take(None, False), pool.take(None, False)]
    for line in two:
        answered(pool, line)
    assert [closed(line) for line in two] == [0, 1]


def test_a_request_that_nobody_waits_for_loses_its_connection_and_closes_the_line_itself(wire: Wire) -> None:
    pool = lines()
    line = pool.take(None, False)
    wire.connect(line)
    assert (line.connected, wire.ended()) == (True, False)
    pool.give_back(line)
    assert (wire.ended(), closed(line)) == (True, 0)
    line.leave()
    assert closed(line) == 1


def test_a_connection_that_is_made_too_late_ends_at_once(wire: Wire) -> None:
    pool = lines()
    line = pool.take(None, False)
    pool.give_back(line)
    wire.connect(line)
    assert wire.ended()


def test_a_new_connection_takes_the_place_of_the_old_one(wire: Wire) -> None:
    line, old = lines().take(None, False), Wire()
    old.connect(line)
    old.ours.close()
    wire.connect(line)
    assert (old.ended(), wire.ended()) == (True, False)
    line.cut()
    assert wire.ended()
    old.theirs.close()


def test_between_two_connections_nothing_is_connected(wire: Wire) -> None:
    line = lines().take(None, False)
    wire.connect(line)
    line.trace("connection.connect_tcp.started", {})
    assert line.connected is False


def test_closing_ends_lines_in_use_and_closes_the_others(wire: Wire) -> None:
    pool = lines()
    idle, busy = pool.take(None, True), pool.take(None, False)
    answered(pool, idle)
    wire.connect(busy)
    pool.close()
    assert (closed(idle), closed(busy), wire.ended()) == (1, 0, True)
    busy.leave()
    assert closed(busy) == 1


def test_a_line_that_is_given_back_or_taken_after_closing_is_not_kept(wire: Wire) -> None:
    pool = lines()
    line = pool.take(None, False)
    pool.close()
    answered(pool, line)
    late = pool.take(None, False)
    wire.connect(late)
    assert (closed(line) > 0, wire.ended()) == (True, True)
