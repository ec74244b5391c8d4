"""The connection: a server that is away costs little, and is used again as soon as it is back; no secret is in any words."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from codex_quota_redis import link as link_module
from codex_quota_redis.link import PAUSE, Link
from real_redis import RealRedis, free_port
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError

from codex_quota import PluginError
from codex_quota.testing import SimulatedService

PATIENCE = 10.0
MEANWHILE = "until then the service itself is asked"


class Clock:
    """A monotonic clock that moves when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(link_module, "monotonic", clock)
    return clock


class Mute:
    """A server that takes connections and says nothing."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self._listening.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listening.close()
        for one in self.taken:
            one.close()


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mute]:
    monkeypatch.setattr(link_module, "ANSWER_SECONDS", 0.2)
    server = Mute()
    yield server
    server.close()


def line(link: Link) -> str:
    """What asking the server comes to: an error's line, or how it went."""
    try:
        return "answered" if link.call(lambda client: client.echo("x")) else "no answer"
    except PluginError as error:
        return error.line()


def ids(link: Link) -> int:
    """The server's number of the connection that is used."""
    return int(link.call(lambda client: client.client_id()))


def test_nobody_is_there() -> None:
    port = free_port()
    assert line(Link(f"redis://me:s3cret@127.0.0.1:{port}/0")) == (
        f"no connection to Redis at redis://127.0.0.1:{port}/0: connection refused; start it or check --redis-url; {MEANWHILE}"
    )


def test_no_such_socket(redis: RealRedis) -> None:
    assert line(Link(f"unix://{redis.directory}/Other.sock")) == (
        f"no connection to Redis at unix://{redis.directory}/Other.sock: no such file or directory;"
        f" start it or check --redis-url; {MEANWHILE}"
    )


def test_a_server_that_says_nothing_is_given_up_soon_and_left_alone(mute: Mute) -> None:
    link = Link(f"redis://me:s3cret@127.0.0.1:{mute.port}/0")
    began = monotonic()
    said = {line(link) for _ in range(20)}
    assert monotonic() - began < 2
    assert said == {
        f"Redis at redis://127.0.0.1:{mute.port}/0 does not answer in time; check --redis-url and the server; {MEANWHILE}"
    }
    assert len(mute.taken) == 1


def test_an_address_can_ask_for_more_patience(mute: Mute, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "ANSWER_SECONDS", 3600)
    assert "does not answer in time" in line(Link(f"redis://127.0.0.1:{mute.port}?socket_timeout=0.1"))


def test_after_the_pause_one_call_tries_while_the_others_fail_at_once(mute: Mute, clock: Clock) -> None:
    link = Link(f"redis://127.0.0.1:{mute.port}/0")
    line(link)
    clock.now += PAUSE
    inside, leave = threading.Event(), threading.Event()

    def slow(_: object) -> None:
        inside.set()
        leave.wait(PATIENCE)

    one = threading.Thread(target=link.call, args=(slow,), daemon=True)
    one.start()
    assert inside.wait(PATIENCE)
    assert "does not answer in time" in line(link)
    assert len(mute.taken) == 1
    leave.set()
    one.join(PATIENCE)
    assert link.call(lambda _: "at once again") == "at once again"


def test_calls_that_fail_together_say_the_same(redis: RealRedis) -> None:
    link = Link(redis.url)
    both_inside = threading.Barrier(2)
    said: list[str] = []

    def fail(reason: str) -> None:
        def act(_: object) -> None:
            both_inside.wait(PATIENCE)
            raise RedisConnectionError(reason)

        with pytest.raises(PluginError) as caught:
            link.call(act)
        said.append(caught.value.message)

    threads = [threading.Thread(target=fail, args=(reason,), daemon=True) for reason in ("reset", "refused")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(said) == 2
    assert len(set(said)) == 1


def test_a_server_that_was_started_later_is_used_after_the_pause(own_redis: RealRedis, clock: Clock) -> None:
    link = Link(own_redis.url)
    said = [line(link)]
    own_redis.start()
    for wait in (0, PAUSE - 0.1, 0.1):
        clock.now += wait
        said.append(line(link))
    assert ["connection refused" in text for text in said] == [True, True, True, False]
    assert said[-1] == "answered"


def test_a_restart_between_two_calls_is_not_noticed(own_redis: RealRedis) -> None:
    own_redis.start()
    link = Link(own_redis.url)
    assert line(link) == "answered"
    own_redis.stop()
    own_redis.start()
    assert line(link) == "answered"


def test_an_idle_connection_is_not_trusted(redis: RealRedis, clock: Clock) -> None:
    link = Link(redis.url)
    first = ids(link)
    clock.now += 29
    soon = ids(link)
    clock.now += 31
    assert (soon == first, ids(link) == first) == (True, False)


@pytest.mark.parametrize("user", [":wrong-s3cret", "me:wrong-s3cret", ""])
def test_a_wrong_password(user: str) -> None:
    server = RealRedis("--requirepass", "right-s3cret").start()
    try:
        place = f"127.0.0.1:{server.port}/0"
        said = line(Link(f"redis://{user}@{place}" if user else f"redis://{place}"))
        right = line(Link(f"redis://:right-s3cret@{place}"))
    finally:
        server.remove()
    assert (said, right) == (
        f"Redis at redis://{place} refuses the user or the password; check both; {MEANWHILE}",
        "answered",
    )


def test_what_the_server_refuses_is_told_and_the_server_is_not_left_alone(redis: RealRedis) -> None:
    link = Link(redis.url)
    with pytest.raises(PluginError) as caught:
        link.call(lambda client: client.execute_command("NOSUCH", "with-s3cret"))
    assert caught.value.line() == (
        f"Redis at {redis.url} refuses: unknown command 'NOSUCH'; check the server and the rights of the user"
    )
    assert line(link) == "answered"


@pytest.mark.parametrize("said", ["this user has no permissions", "User me has no permissions", "User a b has no permissions"])
def test_a_refusal_does_not_name_the_user(redis: RealRedis, said: str) -> None:
    def refuse(client: object) -> None:
        raise NoPermissionError(f"{said} to run the 'set' command")

    with pytest.raises(PluginError) as caught:
        Link(redis.url).call(refuse)
    assert caught.value.message == f"Redis at {redis.url} refuses: this user has no permissions to run the 'set' command"


def test_what_is_no_redis_is_told(service: SimulatedService) -> None:
    where = service.origin.replace("http", "redis")
    said = line(Link(where + "/0"))
    assert said.startswith(f"no connection to Redis at {where}/0: ")
    assert said.endswith(MEANWHILE)


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link("redis://localhost")
    monkeypatch.setitem(sys.modules, "redis", None)
    assert line(link) == (
        "the Python library redis cannot be used: import of redis halted; None in sys.modules;"
        " install it with: pipx inject codex-quota redis"
    )


def test_nothing_shows_the_password(redis: RealRedis) -> None:
    link = Link(f"redis://default:s3cret@127.0.0.1:{redis.port}/0")
    assert line(link) == "answered"
    with pytest.raises(PluginError) as caught:
        link.call(lambda client: client.execute_command("NOSUCH"))
    shown = [repr(link), link.where, repr(caught.value), str(caught.value), link.call(repr), str(caught.getrepr(style="short"))]
    assert [text for text in shown if "s3cret" in text] == []
