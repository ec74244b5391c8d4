"""The program with the store: what it asks, what it says when the server is away, and what it leaves on the server."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import codex_quota_redis
import pytest
from codex_quota_redis import link as link_module
from real_redis import RealRedis, free_port
from redis_worlds import everything

from codex_quota.testing import Ran, SimulatedService, run_cli

Run = Callable[..., Ran]
NAMES = ("home", "team", "work")


@pytest.fixture
def run(service: SimulatedService, tmp_path: Path) -> Run:
    """Runs the program on a machine of that name, which has the three accounts and a home of its own."""
    for name in NAMES:
        service.add(name, five_hour=12)

    def go(*words: str, machine: str = "here", **environ: str) -> Ran:
        service.write_accounts(tmp_path / machine / "account")
        return run_cli(
            *words, plugins=[codex_quota_redis], directory=tmp_path / machine, service=service,
            environ={"CODEX_QUOTA_CACHE": "redis", **environ},
        )  # fmt: skip

    return go


def asked(service: SimulatedService) -> list[int]:
    """How often the service was asked about each account."""
    return [len(service.requests_for(name)) for name in NAMES]


def test_what_one_machine_was_told_answers_another(run: Run, service: SimulatedService, redis: RealRedis) -> None:
    first = run("--redis-url", redis.url, machine="here")
    second = run("--max-age", "5m", machine="there", CODEX_QUOTA_REDIS_URL=redis.unix_url)
    assert (first.status, first.err, second.status, second.err) == (0, "", 0, "")
    assert (second.out, asked(service)) == (first.out.replace("network", "cache"), [1, 1, 1])


def test_what_lies_on_the_server_holds_no_token(run: Run, service: SimulatedService, redis: RealRedis) -> None:
    run(CODEX_QUOTA_REDIS_URL=redis.url)
    there = everything(redis.url)
    assert len(there) == len(NAMES)
    whole = b"".join(name + text for name, text in there.items()).decode()
    for account in service.accounts.values():
        assert account.email in whole
        assert [token for token in (account.access_token, account.auth_json()) if token in whole] == []
    assert [name for name in there if any(word.encode() in name for word in NAMES)] == []


def test_cache_shows_and_clears_it(run: Run, redis: RealRedis) -> None:
    url = f"redis://default:s3cret@127.0.0.1:{redis.port}/0"
    run(CODEX_QUOTA_REDIS_URL=url)
    shown = run("cache", machine="there", CODEX_QUOTA_REDIS_URL=url)
    cleared = run("cache", "clear", "work", machine="there", CODEX_QUOTA_REDIS_URL=url)
    assert [line.split()[0] for line in shown.out.splitlines()[-3:]] == list(NAMES)
    assert shown.err == f"kept in redis://127.0.0.1:{redis.port}/0, keys codex-quota:*\n"
    assert cleared.out == f"cleared 1 of the answers kept in redis://127.0.0.1:{redis.port}/0, keys codex-quota:*\n"
    assert len(everything(redis.url)) == 2


def test_while_the_server_is_away_everybody_is_asked_and_one_line_says_so(run: Run, service: SimulatedService) -> None:
    where = f"127.0.0.1:{free_port()}/0"
    ran = run(CODEX_QUOTA_REDIS_URL=f"redis://me:s3cret@{where}")
    assert (ran.status, asked(service), [name in ran.out for name in NAMES]) == (0, [1, 1, 1], [True] * 3)
    assert ran.err == (
        f"home: the cache cannot be used: no connection to Redis at redis://{where}: connection refused;"
        " start it or check --redis-url; until then the service itself is asked\n"
    )


def test_a_server_that_dies_while_the_service_is_asked_costs_one_line(
    run: Run, service: SimulatedService, own_redis: RealRedis
) -> None:
    own_redis.start()
    service.latency = 0.3

    def kill() -> None:
        service.wait_for_requests(3)
        own_redis.stop()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    ran = run(CODEX_QUOTA_REDIS_URL=own_redis.url)
    killer.join()
    assert (ran.status, asked(service), ran.err.count("\n")) == (0, [1, 1, 1], 1)


def test_the_cache_command_says_that_the_server_is_away(run: Run) -> None:
    where = f"redis://127.0.0.1:{free_port()}/0"
    ran = run("cache", CODEX_QUOTA_REDIS_URL=where)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(
        f"codex-quota: no connection to Redis at {where}: connection refused; start it or check --redis-url"
    )
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "environ", "what"),
    [
        (["--redis-url", "http://me:s3cret@cache.example"], {}, "--redis-url"),
        ([], {"CODEX_QUOTA_REDIS_URL": "http://me:s3cret@cache.example"}, "CODEX_QUOTA_REDIS_URL"),
    ],
)
def test_a_wrong_address_is_an_error_of_use(
    run: Run, service: SimulatedService, words: list[str], environ: dict[str, str], what: str
) -> None:
    ran = run("show", *words, **environ)
    assert (ran.status, ran.out, asked(service)) == (2, "", [0, 0, 0])
    assert ran.err.startswith(f"codex-quota: {what}: not the address of a Redis server, which is redis://")
    assert ("s3cret" in ran.err, ran.err.count("\n")) == (False, 1)


def test_without_the_library_one_line_says_how_to_get_it(
    run: Run, service: SimulatedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    ran = run()
    assert (ran.status, asked(service)) == (0, [1, 1, 1])
    assert ran.err.endswith("; install it with: pipx inject codex-quota redis\n")
    assert ran.err.count("\n") == 1


def test_the_password_is_shown_nowhere(run: Run, own_redis: RealRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PAUSE", 0)
    url = f"redis://me:s3cret@127.0.0.1:{own_redis.port}/0"
    ran = [run(*words, "--verbose", CODEX_QUOTA_REDIS_URL=url) for words in (["show"], ["cache"], ["show", "--format", "json"])]
    own_redis.start()
    ran += [run("show", "--help", CODEX_QUOTA_REDIS_URL=url), run("plugins", CODEX_QUOTA_REDIS_URL=url)]
    ran += [run("show", CODEX_QUOTA_REDIS_URL=url), run("cache", "--debug", "--redis-url", url.replace("me", "default"))]
    assert [one for one in ran if "s3cret" in one.out + one.err] == []


def test_the_help_has_its_settings(run: Run) -> None:
    shown = " ".join(run("show", "--help").out.split())
    assert "redis: --redis-" in shown
    assert "[default: redis://localhost:6379/0; $CODEX_QUOTA_REDIS_URL]" in shown
    assert "[default: codex-quota:; $CODEX_QUOTA_REDIS_PREFIX]" in shown
    assert "[default: 90d; $CODEX_QUOTA_REDIS_KEEP]" in shown
