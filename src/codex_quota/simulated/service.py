"""The simulated service itself: accounts, a clock, faults and a record of what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import codex_quota

from .accounts import SimulatedAccount
from .faults import Fault, FaultQueue
from .recording import RecordedRequest, Recorder
from .replies import Reply, json_reply, unauthorized
from .server import Exchange, Server
from .windows import FIVE_HOURS, MONTH, WEEK, SimulatedWindow, SpendCap, Use

_USAGE_PATHS = ("/backend-api/wham/usage", "/api/codex/usage")
_NO_WORKSPACE = {"plan_type": "free", "rate_limit": None, "code_review_rate_limit": None, "credits": None}
_USUAL = Fault()


class SimulatedService:
    """A stand-in for the service on a loopback port.

    ``with SimulatedService() as service:`` starts and stops it; ``start()`` and ``stop()`` do the same.
    *now* (aware) sets the clock to that moment and lets it stand still; without it the clock shows real time.
    *port* 0 takes a free one, *latency* (real seconds) is how long each answer takes.
    """

    def __init__(self, *, now: datetime | None = None, port: int = 0, latency: float = 0.0) -> None:
        if now is not None and now.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self.latency = latency
        self.accounts: dict[str, SimulatedAccount] = {}
        self._now = None if now is None else now.astimezone(UTC)
        self._advanced = timedelta(0)
        self._port = port
        self._server: Server | None = None
        self._connections = 0
        self._holders: dict[str, SimulatedAccount] = {}
        self._faults = FaultQueue()
        self._recorder = Recorder()

    @classmethod
    def demo(cls, *, now: datetime | None = None, port: int = 0, latency: float = 0.0) -> Self:
        """A service, not started yet, with accounts in telling states; ``codex-quota demo`` shows them."""
        from .demo import add_demo_accounts

        service = cls(now=now, port=port, latency=latency)
        add_demo_accounts(service)
        return service

    def start(self) -> Self:
        """Begin to answer; a service that was stopped comes back on the same port."""
        if self._server is None:
            self._server = Server(self._port, self._exchange)
            self._port = self._server.port
        return self

    def stop(self) -> None:
        """Close every connection, also of requests that hang; the accounts, faults and requests stay."""
        if self._server is not None:
            server, self._server = self._server, None
            server.stop()
            self._connections += server.connections

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``, a base under which Codex asks for ``/api/codex/usage``.

        Raises ``RuntimeError`` before the first start, while the port is not known.
        """
        if not self._port:
            raise RuntimeError("the simulated service was not started yet")
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base address, for ``--chatgpt-url``: Codex's path rule makes ``/wham/usage`` of it."""
        return f"{self.origin}/backend-api"

    @property
    def usage_url(self) -> str:
        """The whole address of the usage answer."""
        return self.origin + _USAGE_PATHS[0]

    def clock(self) -> datetime:
        """The service's time (aware, UTC)."""
        return (self._now or datetime.now(UTC)) + self._advanced

    def advance(self, length: timedelta) -> None:
        """Move the clock on; windows whose reset has passed are not started any more."""
        self._advanced += length

    def add(
        self,
        name: str,
        *,
        plan: str = "plus",
        five_hour: Use | None = 25,
        weekly: Use | None = 40,
        monthly: Use | None = None,
        windows: Mapping[str, tuple[timedelta, Use]] | None = None,
        limits: Mapping[str, tuple[Use | None, Use | None]] | None = None,
        credits: str = "0",  # noqa: A002
        spend: tuple[str, str] | None = None,
        reset_credits: int = 0,
        unavailable_models: Iterable[str] = (),
        allowed: bool | None = None,
        limit_reached: bool | None = None,
        reached_type: str | None = None,
        email: str = "",
        workspace_id: str | None = None,
        fedramp: bool = False,
        token_life: timedelta = timedelta(days=10),
        latency: float | None = None,
        body: Any = None,  # noqa: ANN401
    ) -> SimulatedAccount:
        """Add an account.

        ``five_hour``, ``weekly``, ``monthly``: percent used, or (percent used, time to the reset).
        A bare 0 has not started, any other bare percent resets half a window ahead, None is not there.
        ``windows``: further ones of the main limit by a name of your own, each (length, use).
        ``limits``: additional limits by display name, each (five-hour use, weekly use).
        ``credits``: the balance as decimal text, or ``unlimited``; a balance above 0 covers use beyond a full window.
        ``spend``: (limit, used) of a workspace's monthly spend cap, as decimal text.
        ``allowed``, ``limit_reached``, ``reached_type``: the verdict; None lets it follow the percentages, credits and spend cap.
        ``workspace_id``: makes it a member of that workspace, which is asked for by its ``ChatGPT-Account-Id``.
        ``token_life``: how long access tokens live on the service's clock.
        ``latency``: real seconds to each answer, in place of the service's.
        ``body``: sent in place of the usage body: bytes as they are, any other value as JSON.
        Raises ``ValueError`` when there is an account of that name.
        """
        if name in self.accounts:
            raise ValueError(f"there is an account {name!r} already")
        now = self.clock()
        uses = {"five_hour": (FIVE_HOURS, five_hour), "weekly": (WEEK, weekly), "monthly": (MONTH, monthly), **(windows or {})}
        account = SimulatedAccount(
            name=name,
            clock=self.clock,
            plan=plan,
            windows={key: SimulatedWindow.of(length, use, now) for key, (length, use) in uses.items() if use is not None},
            limits={key: _pair(*pair, now) for key, pair in (limits or {}).items()},
            credits=credits,
            spend=SpendCap.of(*spend, now) if spend else None,
            reset_credits=reset_credits,
            unavailable_models=tuple(unavailable_models),
            allowed=allowed,
            limit_reached=limit_reached,
            reached_type=reached_type,
            email=email,
            workspace_id=workspace_id,
            fedramp=fedramp,
            token_life=token_life,
            latency=latency,
            body=body,
        )
        self.accounts[name] = self._holders[account.access_token] = account
        return account

    def rotate_token(self, account: SimulatedAccount | str) -> str:
        """Give the account new tokens, as Codex's own refresh does, and return the access token.

        The old one is refused from now on.
        """
        found = self._find(account)
        found.issue_tokens()
        self._holders[found.access_token] = found
        return found.access_token

    def sign_out(self, account: SimulatedAccount | str) -> None:
        """Refuse the account's token until ``rotate_token``."""
        self._find(account).signed_out = True

    def write_accounts(self, directory: Path | str) -> list[Path]:
        """Write ``<name>.auth.json`` for every account, readable by the owner only; returns the paths in order of adding."""
        paths = [Path(directory) / f"{name}.auth.json" for name in self.accounts]
        for path, account in zip(paths, self.accounts.values(), strict=True):
            codex_quota.write_private(path, account.auth_json())
        return paths

    def fail(self, account: SimulatedAccount | str | None, fault: Fault, *, times: int | None = 1) -> None:
        """Let the next *times* usage requests of an account, or of anyone (None), go wrong; *times* None means all of them.

        Faults queue up; an account's own come before those for anyone.
        """
        self._faults.put(None if account is None else self._find(account).name, fault, times)

    def clear_faults(self) -> None:
        """Forget every fault that has not happened yet."""
        self._faults.clear()

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, in order of arrival."""
        return self._recorder.requests()

    def requests_for(self, name: str) -> list[RecordedRequest]:
        """The requests that came with a token of that account."""
        return [request for request in self._recorder.requests() if request.account == name]

    def forget_requests(self) -> None:
        """Begin the record anew."""
        self._recorder.clear()

    def wait_for_requests(self, count: int, timeout: float = 5.0) -> list[RecordedRequest]:
        """Wait until *count* requests have arrived, answered or not; raises ``TimeoutError`` after *timeout* real seconds."""
        return self._recorder.wait(count, timeout)

    def wait_until_idle(self, timeout: float = 5.0) -> None:
        """Wait until every request is answered or given up; raises ``TimeoutError`` after *timeout* real seconds."""
        self._recorder.wait_until_idle(timeout)

    @property
    def max_in_flight(self) -> int:
        """The most requests that were ever under way at the same time."""
        return self._recorder.most()

    def max_in_flight_for(self, name: str) -> int:
        """The most requests of one account that were ever under way at the same time."""
        return self._recorder.most(name)

    @property
    def connections(self) -> int:
        """How many connections were ever taken; a client that keeps one alive needs one."""
        return self._connections + (self._server.connections if self._server else 0)

    def _find(self, account: SimulatedAccount | str) -> SimulatedAccount:
        return self.accounts[account] if isinstance(account, str) else account

    def _exchange(self, method: str, path: str, headers: Mapping[str, str]) -> Exchange:
        now = self.clock()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else ""
        account = self._holders.get(token)
        request = RecordedRequest(account=account.name if account else None, method=method, path=path, headers=headers, at=now)
        self._recorder.arrive(request)
        fault = _USUAL
        if path.partition("?")[0] not in _USAGE_PATHS:
            reply = json_reply(404, {"detail": "Not Found"})
        elif method != "GET":
            reply = json_reply(405, {"detail": "Method Not Allowed"}, ("Allow", "GET"))
        else:
            fault = self._faults.take(request.account) or _USUAL
            reply = fault.apply(_usage(account, token, headers.get("chatgpt-account-id"), now))
        latency = self.latency if account is None or account.latency is None else account.latency
        return Exchange(
            head=reply.head(format_datetime(now, usegmt=True)),
            body=reply.wire_body(),
            fault=fault,
            wait=latency + fault.wait,
            leave=partial(self._recorder.leave, request),
        )


def _pair(five_hour: Use | None, weekly: Use | None, now: datetime) -> tuple[SimulatedWindow, ...]:
    pairs = ((FIVE_HOURS, five_hour), (WEEK, weekly))
    return tuple(SimulatedWindow.of(length, use, now) for length, use in pairs if use is not None)


def _usage(account: SimulatedAccount | None, token: str, account_id: str | None, now: datetime) -> Reply:
    if account is None or account.signed_out or token != account.access_token:
        return unauthorized("token_invalidated" if token.count(".") == 2 else "unauthorized_unknown")
    if now >= account.expires_at:
        return unauthorized("token_expired")
    if account.workspace_id is not None and account_id != account.workspace_id:
        return json_reply(200, _NO_WORKSPACE)
    return Reply(status=200, body=account.answer())
