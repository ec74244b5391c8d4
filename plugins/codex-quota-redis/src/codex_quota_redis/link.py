"""The connection to the server, which may go away and come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from codex_quota import PluginError, one_line

from .address import shown, user_of, without_user

if TYPE_CHECKING:
    from redis import Redis

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
PAUSE = 5.0
IDLE = 30.0
_LONGEST = 200

T = TypeVar("T")


class Link:
    """Thread-safe; imports the Redis library and connects at the first call.

    A server that does not answer is left alone for ``PAUSE`` seconds, in which every call fails at once with the same words;
    then one call tries it, while the others go on failing at once until that one has got through.
    """

    def __init__(self, url: str) -> None:
        self.where = shown(url)
        self._url = url
        self._guard = Lock()
        self._client: Redis | None = None
        self._trouble: tuple[str, str] | None = None
        self._again = 0.0
        self._used = 0.0

    def call(self, act: Callable[[Redis], T]) -> T:
        """What *act* gives; raises ``PluginError``, without any secret, for whatever goes wrong with the server."""
        client, before = self._ready()
        from redis.exceptions import RedisError

        try:
            answer = act(client)
        except (RedisError, OSError, ValueError) as error:
            message, hint, away = self._explained(error)
            if away:
                with self._guard:
                    if self._trouble is None or self._trouble is before:
                        self._trouble, self._again = (message, hint), monotonic() + PAUSE
                    # calls that fail together say the same, so that people are told once
                    message, hint = self._trouble
            raise PluginError(message, hint=hint) from None
        with self._guard:
            self._trouble = None
        return answer

    def close(self) -> None:
        """Close every idle connection; one in use ends with its call, and a later call would make a new one."""
        with self._guard:
            client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.connection_pool.disconnect(inuse_connections=False)

    def _ready(self) -> tuple[Redis, tuple[str, str] | None]:
        with self._guard:
            now = monotonic()
            if self._trouble is not None:
                if now < self._again:
                    message, hint = self._trouble
                    raise PluginError(message, hint=hint)
                self._again = now + PAUSE
            if self._client is None:
                self._client = _connected(self._url)
            elif now - self._used > IDLE:
                # a firewall may have forgotten an idle connection, which then takes a command and never answers
                self._client.connection_pool.disconnect(inuse_connections=False)
            self._used = now
            return self._client, self._trouble

    def _explained(self, error: Exception) -> tuple[str, str, bool]:
        """What happened, what to do, and whether the server is away."""
        from redis import exceptions

        text = one_line(str(error)).partition(", with args")[0][:_LONGEST]
        meanwhile = "until then the service itself is asked"
        match error:
            case exceptions.AuthenticationError():
                message, hint = f"Redis at {self.where} refuses the user or the password", f"check both; {meanwhile}"
            case exceptions.ResponseError():
                # newer servers name the user
                text = re.sub(r"^User .* has no permissions", "this user has no permissions", text)
                return f"Redis at {self.where} refuses: {text}", "check the server and the rights of the user", False
            case exceptions.TimeoutError():
                message, hint = f"Redis at {self.where} does not answer in time", f"check --redis-url and the server; {meanwhile}"
            case _:
                message = f"no connection to Redis at {self.where}: {_reason(error) or text}"
                hint = f"start it or check --redis-url; {meanwhile}"
        return message, hint, True


def _connected(url: str) -> Redis:
    """A client of the library that gives up soon and repeats nothing, since the reading must go on; nothing is sent yet."""
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.credentials import UsernamePasswordCredentialProvider
        from redis.retry import Retry
    except ImportError as error:
        raise PluginError(
            f"the Python library redis cannot be used: {error}", hint="install it with: pipx inject codex-quota redis"
        ) from None
    user, password = user_of(url)
    return Redis.from_url(
        # some releases of the library show a password that stands in the address in the client's repr
        without_user(url),
        credential_provider=UsernamePasswordCredentialProvider(user, password) if user or password else None,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


def _reason(error: BaseException) -> str:
    """The system's own words about a connection that failed, in lower case, empty when there are none."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return one_line(getattr(cause, "verify_message", "") or cause.strerror or "").lower()
        cause = cause.__cause__ or cause.__context__
    return ""
