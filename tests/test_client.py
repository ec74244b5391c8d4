"""Accounts, cache and service put together, as a program that uses the library sees them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import codex_quota
from codex_quota import Client, Event, Snapshot
from codex_quota.simulated import Fault, SimulatedService
from codex_quota.simulated.tokens import make_token

MakeClient = Callable[..., Client]


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService(now=datetime(2026, 11, 22, 12, tzinfo=UTC)) as running:
        yield running


@pytest.fixture
def client(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> Iterator[MakeClient]:
    """A maker of clients that live on the service's clock, with the service's accounts in the account directory."""
    made = contextlib.ExitStack()

    def make(**options: Any) -> Client:
        service.write_accounts(tmp_path / "account")
        given = {"environ": environ, "chatgpt_url": service.url, "retry_delay": 0, "now": service.clock, **options}
        return made.enter_context(Client(**given))

    yield make
    made.close()


def summary(snapshot: Snapshot) -> tuple[str, str, str, str | None]:
    return snapshot.account.name, snapshot.status, snapshot.source, snapshot.error.code if snapshot.error else None


def test_every_account_is_answered_by_name(client: MakeClient, service: SimulatedService) -> None:
    for name in ("a10", "a2", "B1"):
        service.add(name)
    assert [summary(s) for s in client().fetch_all()] == [
        ("a2", "fresh", "network", None),
        ("a10", "fresh", "network", None),
        ("B1", "fresh", "network", None),
    ]


def test_a_failing_account_costs_the_others_nothing(client: MakeClient, service: SimulatedService, tmp_path: Path) -> None:
    service.add("good")
    service.fail(service.add("down"), Fault.status(503), times=None)
    one = client(retries=0)
    (tmp_path / "account" / "broken.auth.json").write_text('{"tokens": {"access')
    assert [summary(s) for s in one.fetch_all()] == [
        ("broken", "failed", "network", "credential_invalid"),
        ("down", "failed", "network", "unavailable"),
        ("good", "fresh", "network", None),
    ]


def test_fetch_gives_one_account_and_asks_for_no_other(client: MakeClient, service: SimulatedService) -> None:
    service.add("work", weekly=40)
    service.add("home")
    snapshot = client().fetch("work")
    assert snapshot.quota is not None
    assert snapshot.quota.weekly is not None
    assert (snapshot.quota.weekly.remaining_percent, len(service.requests)) == (60, 1)


def test_fetch_raises_what_went_wrong(client: MakeClient, service: SimulatedService) -> None:
    service.sign_out(service.add("work"))
    with pytest.raises(codex_quota.UnauthorizedError) as raised:
        client().fetch("work")
    assert raised.value.account == "work"
    assert "codex login" in raised.value.hint
    assert "work.auth.json" in raised.value.hint


def test_fetch_of_an_unknown_account_names_the_nearest(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")
    with pytest.raises(codex_quota.UnknownAccountError, match="no account 'wrok'") as raised:
        client().fetch("wrok")
    assert raised.value.hint == "did you mean 'work'? there is: work"


def test_an_ordinary_account_is_asked_every_time(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")
    one = client()
    assert [one.fetch("work").source, one.fetch("work").source] == ["network", "network"]
    assert len(service.requests) == 2


def test_max_age_answers_from_the_cache_while_it_is_young(client: MakeClient, service: SimulatedService) -> None:
    service.add("work", weekly=40)
    client().fetch("work")
    service.advance(timedelta(minutes=4))
    young = client(max_age=timedelta(minutes=5)).fetch("work")
    service.advance(timedelta(minutes=2))
    old = client(max_age=300).fetch("work")
    assert (young.source, young.status, old.source) == ("cache", "fresh", "network")
    assert young.fetched_at == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_exhausted_account_is_answered_from_the_cache_but_asked_every_hour(
    client: MakeClient, service: SimulatedService
) -> None:
    service.add("burned", five_hour=None, weekly=(100, timedelta(days=2)))
    one = client()
    sources = []
    for minutes in (0, 30, 29, 2):
        service.advance(timedelta(minutes=minutes))
        sources.append(one.fetch("burned").source)
    assert sources == ["network", "cache", "cache", "network"]


def test_an_exhausted_account_is_asked_again_once_its_reset_has_passed(client: MakeClient, service: SimulatedService) -> None:
    service.add("burned", five_hour=(100, timedelta(minutes=10)), weekly=20)
    one = client()
    assert one.fetch("burned").usable is False
    service.advance(timedelta(minutes=9))
    assert one.fetch("burned").source == "cache"
    service.advance(timedelta(minutes=2))
    again = one.fetch("burned")
    assert (again.source, again.usable) == ("network", True)


def test_refresh_asks_although_the_cache_could_answer_and_writes_it(client: MakeClient, service: SimulatedService) -> None:
    account = service.add("work", weekly=40)
    client().fetch("work")
    account.use(weekly=20)
    assert client(refresh=True, max_age=3600).fetch("work").source == "network"
    kept = client(max_age=3600).fetch("work")
    assert kept.quota is not None
    assert kept.quota.weekly is not None
    assert (kept.source, kept.quota.weekly.remaining_percent) == ("cache", 40)


def test_when_the_service_is_away_the_last_figures_come_stale_with_the_error(
    client: MakeClient, service: SimulatedService
) -> None:
    service.add("work", weekly=(40, timedelta(days=3)), five_hour=None)
    client().fetch_all()
    service.advance(timedelta(minutes=12))
    service.fail("work", Fault.drop(), times=None)
    (stale,) = client().fetch_all()
    assert summary(stale) == ("work", "stale", "cache", "network")
    assert stale.quota is not None
    assert stale.quota.weekly is not None
    assert stale.quota.weekly.remaining_percent == 60
    assert service.clock() - (stale.fetched_at or service.clock()) == timedelta(minutes=12)
    with pytest.raises(codex_quota.NetworkError):
        client().fetch("work")


def test_a_window_whose_reset_has_passed_is_never_served(client: MakeClient, service: SimulatedService) -> None:
    service.add("work", five_hour=(80, timedelta(hours=1)), weekly=(40, timedelta(days=3)))
    client().fetch_all()
    service.advance(timedelta(hours=2))
    service.fail("work", Fault.drop(), times=None)
    (stale,) = client(max_age=86400).fetch_all()
    assert stale.quota is not None
    assert (stale.status, stale.quota.five_hour) == ("stale", None)
    assert stale.quota.weekly is not None
    assert "5 h" in stale.warnings[0]


def test_a_cache_of_garbage_or_of_a_newer_version_is_ignored(
    client: MakeClient, service: SimulatedService, tmp_path: Path
) -> None:
    service.add("work")
    client().fetch("work")
    (kept,) = (tmp_path / "cache").glob("*.json")
    for text in ("", "{", "[]", kept.read_text().replace('"schema_version":1', '"schema_version":2').replace(": 1,", ": 2,")):
        kept.write_text(text)
        assert client(max_age=3600).fetch("work").source == "network"
    assert client(max_age=3600).fetch("work").source == "cache"


def test_the_cache_knows_the_login_and_not_the_name(client: MakeClient, service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    client().fetch("work")
    (tmp_path / "account" / "work.auth.json").rename(tmp_path / "account" / "office.auth.json")
    one = Client(
        account_dir=tmp_path / "account",
        chatgpt_url=service.url,
        max_age=3600,
        now=service.clock,
        environ={},
        cache_dir=tmp_path / "cache",
    )
    with one:
        (snapshot,) = one.fetch_all()
    assert summary(snapshot) == ("office", "fresh", "cache", None)


def test_two_members_of_one_workspace_keep_their_own_figures(client: MakeClient, service: SimulatedService) -> None:
    service.add("ann", workspace_id="acct-team", weekly=10)
    service.add("ben", workspace_id="acct-team", weekly=70)
    client().fetch_all()
    kept = client(max_age=3600).fetch_all()
    assert [(s.source, s.quota.weekly.used_percent) for s in kept if s.quota and s.quota.weekly] == [("cache", 10), ("cache", 70)]


def test_another_service_address_has_another_cache(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")
    client().fetch("work")
    other = service.origin + "/api/codex/usage"
    assert client(max_age=3600, chatgpt_url=other).fetch("work").source == "network"


def test_another_token_without_a_known_user_has_another_cache(
    client: MakeClient, service: SimulatedService, tmp_path: Path
) -> None:
    service.add("work")
    one = client(max_age=3600)
    path = tmp_path / "account" / "work.auth.json"
    path.write_text('{"access_token": "opaque-1", "account_id": "acct-9"}')
    service.fail(None, Fault.status(200, {"plan_type": "plus", "rate_limit": {"allowed": True}}), times=2)
    assert [one.fetch("work").source, one.fetch("work").source] == ["network", "cache"]
    path.write_text('{"access_token": "opaque-2", "account_id": "acct-9"}')
    assert one.fetch("work").source == "network"


def test_clients_that_share_a_catalogue_keep_their_own_caches(
    client: MakeClient, service: SimulatedService, tmp_path: Path
) -> None:
    service.add("work")
    catalogue = codex_quota.Catalogue()
    first = client(catalogue=catalogue, cache_dir=tmp_path / "one")
    second = client(catalogue=catalogue, cache_dir=tmp_path / "two")
    assert (first.store.describe(), second.store.describe()) == (str(tmp_path / "one"), str(tmp_path / "two"))


@pytest.mark.parametrize("broken", ["open", "lock", "close"])
def test_a_store_that_fails_costs_a_warning_at_most(client: MakeClient, service: SimulatedService, broken: str) -> None:
    service.add("work")

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    memory = codex_quota.Catalogue().stores["memory"]
    store = type("Broken", (type(memory),), {"name": "broken", broken: fail})()
    plugin = type("Plugin", (), {"register_cache_stores": codex_quota.hookimpl(lambda self: [store])})()
    plugin.__class__.register_cache_stores.__name__ = "register_cache_stores"
    one = client(plugins=[plugin], cache="broken")
    snapshot = one.fetch("work")
    one.close()
    assert snapshot.status == "fresh"
    assert all(warning.startswith("the cache cannot be") for warning in snapshot.warnings)


def test_what_is_wrong_with_the_cache_is_said_once(client: MakeClient, service: SimulatedService, tmp_path: Path) -> None:
    service.add("a")
    service.add("b")
    (tmp_path / "taken").write_text("a file")
    snapshots = client(cache_dir=tmp_path / "taken" / "cache").fetch_all()
    assert [len(snapshot.warnings) for snapshot in snapshots] == [1, 0]


def test_a_listener_that_fails_costs_nothing(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")

    def listener(event: Event) -> None:
        raise RuntimeError("no")

    assert client(on_event=listener).fetch("work").status == "fresh"


def test_no_token_is_in_the_cache_and_its_files_are_private(
    client: MakeClient, service: SimulatedService, tmp_path: Path
) -> None:
    account = service.add("work")
    client().fetch("work")
    for path in (tmp_path / "cache").iterdir():
        assert account.access_token not in path.read_text()
        if path.suffix == ".json":
            assert path.stat().st_mode & 0o777 == 0o600


def test_a_cache_that_cannot_be_written_is_a_warning(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")

    class Full(codex_quota.CacheStore):
        name = "full"
        summary = "a full disk"

        def get(self, key: str) -> str | None:
            raise OSError("input/output error")

        def set(self, key: str, text: str) -> None:
            raise OSError(28, "No space left on device")

        def delete(self, key: str) -> None: ...

        def keys(self) -> list[str]:
            return []

        def lock(self, key: str, timeout: float) -> contextlib.AbstractContextManager[bool]:
            return contextlib.nullcontext(True)

    class Plugin:
        @codex_quota.hookimpl
        def register_cache_stores(self) -> list[codex_quota.CacheStore]:
            return [Full()]

    snapshot = client(plugins=[Plugin()], cache="full").fetch("work")
    assert snapshot.status == "fresh"
    assert any("the cache cannot be written: no space left on device" in w for w in snapshot.warnings)


@pytest.mark.parametrize(
    "fault",
    [Fault.html(), Fault.nested(), Fault.status(200, b'{"plan_type": "plus'), Fault.status(200, b""), Fault.status(204, b""),
     Fault.status(200, b"[]"), Fault.status(200, b"null"), Fault.status(200, {"detail": "no"})],
)  # fmt: skip
def test_an_answer_that_is_no_usage_answer_is_never_shown_as_a_figure(
    client: MakeClient, service: SimulatedService, fault: Fault
) -> None:
    service.fail(service.add("work"), fault)
    (snapshot,) = client().fetch_all()
    assert summary(snapshot) == ("work", "failed", "network", "bad_payload")
    assert snapshot.quota is None


def test_after_401_the_sign_in_is_read_once_more(client: MakeClient, service: SimulatedService, tmp_path: Path) -> None:
    account = service.add("work")
    one = client()
    fault = Fault.unauthorized("token_expired")
    service.fail(account, fault, times=1)
    seen = []

    def renew(event: Event) -> None:
        seen.append(event.kind)
        if event.kind == "answer" and "expired" in event.text:
            service.rotate_token(account)
            service.write_accounts(tmp_path / "account")

    one._hear = renew
    assert one.fetch("work").status == "fresh"
    assert len(service.requests) == 2
    assert service.requests[0].headers["authorization"] != service.requests[1].headers["authorization"]


def test_after_401_an_unchanged_sign_in_is_not_sent_again(client: MakeClient, service: SimulatedService) -> None:
    service.sign_out(service.add("work"))
    client().fetch_all()
    assert len(service.requests) == 1


def test_a_sign_in_that_now_belongs_to_somebody_else_is_not_used(
    client: MakeClient, service: SimulatedService, tmp_path: Path
) -> None:
    account, other = service.add("work", workspace_id="acct-1"), service.add("other", workspace_id="acct-2")
    one = client()
    service.sign_out(account)
    one._hear = lambda event: (
        (tmp_path / "account" / "work.auth.json").write_text(other.auth_json()) if event.kind == "answer" else None
    )
    snapshot = one.fetch_all(["work"])[0]
    assert (snapshot.error and snapshot.error.code, len(service.requests)) == ("unauthorized", 1)


def test_the_codex_home_brings_its_own_address(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
    home = tmp_path / "codex"
    home.mkdir()
    (home / "auth.json").write_text(service.add("me").auth_json())
    (home / "config.toml").write_text(f'chatgpt_base_url = "{service.url}/"\n')
    del environ["CODEX_QUOTA_CHATGPT_URL"]
    with Client(environ={**environ, "CODEX_HOME": str(home)}) as one:
        (snapshot,) = one.fetch_all()
    assert summary(snapshot) == ("codex", "fresh", "network", None)


def test_an_address_that_is_given_beats_the_codex_home(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str]
) -> None:
    home = tmp_path / "codex"
    home.mkdir()
    (home / "auth.json").write_text(service.add("me").auth_json())
    (home / "config.toml").write_text('chatgpt_base_url = "http://127.0.0.1:9"\n')
    with Client(environ={**environ, "CODEX_HOME": str(home), "CODEX_QUOTA_CHATGPT_URL": service.url}) as one:
        assert one.fetch("codex").status == "fresh"


def test_a_token_does_not_go_over_plain_http_to_another_machine(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")
    (snapshot,) = client(chatgpt_url="http://example.invalid/backend-api").fetch_all()
    assert snapshot.error is not None
    assert "plain http" in snapshot.error.message
    assert "CODEX_QUOTA_ALLOW_HTTP" in snapshot.error.hint


def test_accounts_are_asked_at_the_same_time_up_to_the_limit(client: MakeClient, service: SimulatedService) -> None:
    for number in range(6):
        service.add(f"a{number}", latency=0.4)
    client(concurrency=3).fetch_all()
    assert service.max_in_flight == 3


def test_two_readers_of_one_account_make_one_request(client: MakeClient, service: SimulatedService) -> None:
    service.add("work", latency=0.3)
    readers = [client(), client()]
    results: list[Snapshot] = []
    threads = [threading.Thread(target=lambda one=one: results.append(one.fetch("work"))) for one in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s.source for s in results) == ["cache", "network"]
    assert len(service.requests) == 1


def test_the_same_login_twice_in_the_directory_says_so(client: MakeClient, service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    one = client()
    (tmp_path / "account" / "copy.auth.json").write_text(service.accounts["work"].auth_json())
    snapshots = one.fetch_all()
    assert [s.account.name for s in snapshots] == ["copy", "work"]
    assert [w for s in snapshots for w in s.warnings] == ["the same login as copy"]


def test_a_wrong_clock_is_a_warning(client: MakeClient, service: SimulatedService) -> None:
    service.add("work")
    (snapshot,) = client(now=lambda: service.clock() - timedelta(minutes=10)).fetch_all()
    assert snapshot.warnings == ("this machine's clock is 10m slow, so countdowns are off by that much",)


def test_another_workspace_in_the_answer_is_a_warning(client: MakeClient, service: SimulatedService) -> None:
    service.add(
        "work", workspace_id="acct-1", body={"plan_type": "team", "account_id": "acct-2", "rate_limit": {"allowed": True}}
    )
    (snapshot,) = client().fetch_all()
    assert snapshot.quota is not None
    assert snapshot.quota.warnings


def test_events_tell_each_step_without_a_secret(client: MakeClient, service: SimulatedService) -> None:
    account = service.add("work")
    service.fail(account, Fault.status(503))
    events: list[Event] = []
    client(on_event=events.append).fetch_all()
    assert [event.kind for event in events] == ["start", "attempt", "answer", "wait", "attempt", "answer", "done"]
    assert account.access_token not in str(events)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"retries": -1},
        {"concurrency": 0},
        {"cache": "nowhere"},
        {"chatgpt_url": "ftp://x"},
    ],
)
def test_options_that_cannot_be_used_are_refused_at_once(options: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(codex_quota.UsageError):
        Client(environ=environ, **options)


def test_a_source_that_does_not_exist_is_a_usage_error(environ: dict[str, str]) -> None:
    with Client(environ=environ, sources=["directry"]) as one, pytest.raises(codex_quota.UsageError, match="directry") as raised:
        one.fetch_all()
    assert raised.value.hint == "did you mean 'directory'?"


def test_a_login_from_two_sources_is_asked_once(client: MakeClient, service: SimulatedService, environ: dict[str, str]) -> None:
    account = service.add("work")
    environ |= {"CODEX_QUOTA_ACCESS_TOKEN": account.access_token, "CODEX_QUOTA_ACCOUNT_ID": account.account_id}
    one = client()
    assert [s.account.name for s in one.fetch_all()] == ["work"]
    assert [(e.account.name, e.shadowed_by) for e in one.accounts()] == [("environment", "work"), ("work", None)]
    assert one.fetch("environment").account.name == "work"


def test_an_opaque_token_with_an_account_id_is_sent(client: MakeClient, tmp_path: Path, service: SimulatedService) -> None:
    service.add("work")
    one = client()
    (tmp_path / "account" / "flat.auth.json").write_text('{"access_token": "opaque-1", "account_id": "acct-9"}')
    one.fetch_all(["flat"])
    assert service.requests[0].headers["chatgpt-account-id"] == "acct-9"
    assert service.requests[0].headers["authorization"] == "Bearer opaque-1"


def test_claims_name_the_account_that_the_file_leaves_out(client: MakeClient, tmp_path: Path, service: SimulatedService) -> None:
    token = make_token({"https://api.openai.com/auth": {"chatgpt_account_id": "acct-7", "chatgpt_plan_type": "team"}})
    one = client()
    (tmp_path / "account").mkdir(exist_ok=True)
    (tmp_path / "account" / "flat.auth.json").write_text(f'{{"access_token": "{token}"}}')
    (snapshot,) = one.fetch_all()
    assert service.requests[0].headers["chatgpt-account-id"] == "acct-7"
    assert (snapshot.plan, snapshot.error and snapshot.error.code) == ("team", "unauthorized")


def test_the_module_functions_take_the_same_options(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> None:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    options = {"environ": environ, "chatgpt_url": service.url, "now": service.clock}
    assert codex_quota.fetch("work", **options).status == "fresh"
    assert [s.account.name for s in codex_quota.fetch_all(**options)] == ["work"]
