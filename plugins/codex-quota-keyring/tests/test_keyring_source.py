"""The credential source: what it finds, and when it asks the keyring at all."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from codex_quota_keyring import KeyringSource
from codex_quota_keyring.codex_homes import store_key
from keyring_world import KEYRING_MODE, KeyringWorld

import codex_quota
from codex_quota import Credential, CredentialError, Options
from codex_quota.simulated import SimulatedService, make_token
from codex_quota.testing import SAMPLE_NOW, CredentialSourceContract


def make_source() -> KeyringSource:
    """A source whose every look at the clock is an hour after the one before, so that it keeps nothing."""
    return KeyringSource(clock=itertools.count(0, 3600).__next__)


def sign_in(login: str, *, days: int = 9, token: str | None = None) -> dict[str, Any]:
    """A sign-in like Codex's own; *days* is when its token ends, counted from the samples' now."""
    claims = {
        "exp": int((SAMPLE_NOW + timedelta(days=days)).timestamp()),
        "https://api.openai.com/auth": {"chatgpt_account_id": f"account-{login}", "chatgpt_user_id": f"user-{login}"},
    }
    access = token or make_token(claims)
    return {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": {"access_token": access, "refresh_token": "rt-secret"}}


def token_of(given: Mapping[str, Any]) -> str:
    return str(given["tokens"]["access_token"])


def found(world: KeyringWorld, source: KeyringSource | None = None) -> dict[str, str]:
    """What the source says in that world: each account's token, or its error in one line."""
    return {
        (each.account if isinstance(each, CredentialError) else each.account.name) or "": (
            each.line() if isinstance(each, CredentialError) else each.access_token
        )
        for each in (source or make_source()).credentials(world.options)
    }


@pytest.fixture
def world(tmp_path: Path) -> KeyringWorld:
    return KeyringWorld(tmp_path)


class TestOwnEntries(CredentialSourceContract):
    def make(self) -> codex_quota.CredentialSource:
        return make_source()

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        world = KeyringWorld(directory)
        world.put(name, sign_in)
        return world.options

    def remove(self, directory: Path, name: str) -> Options:
        world = KeyringWorld(directory)
        if world.index.exists():
            world.index.unlink()
        return world.options


class TestEntryOfCodex(CredentialSourceContract):
    several = False

    def make(self) -> codex_quota.CredentialSource:
        return make_source()

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        world = KeyringWorld(directory)
        world.put_codex(sign_in)
        return world.options

    def remove(self, directory: Path, name: str) -> Options:
        world = KeyringWorld(directory)
        world.codex_home("")
        return world.options


@pytest.mark.parametrize("config", ["", 'cli_auth_credentials_store = "file"', 'cli_auth_credentials_store = "ephemeral"', "]"])
def test_a_keyring_that_nobody_uses_is_not_asked(world: KeyringWorld, config: str) -> None:
    world.put_codex(sign_in("work"), config=config)

    assert found(world) == {}
    assert world.calls == []


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_the_home_of_codex_is_found_where_codex_looks_for_it(world: KeyringWorld, tmp_path: Path, store: str) -> None:
    config = f'cli_auth_credentials_store = "{store}"\nchatgpt_base_url = "https://chatgpt.example/backend-api"\n'
    given = sign_in("work")
    home = world.put_codex(given, tmp_path / "elsewhere", config)
    world.extra["CODEX_HOME"] = str(home)

    (credential,) = make_source().credentials(world.options)

    assert isinstance(credential, Credential)
    assert credential.account.name == "codex"
    assert credential.access_token == token_of(given)
    assert credential.base_url == "https://chatgpt.example/backend-api"
    assert credential.location == f"keyring entry Codex Auth/{store_key(home)}"


def test_the_key_is_that_of_the_official_client() -> None:
    # its own test has this pair, with a home that does not exist
    assert store_key(Path("~/.codex")) == "cli|940db7b1d0e4eb40"


def test_a_home_behind_a_link_has_the_key_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert store_key(tmp_path / "link") == store_key(tmp_path / "real")
    assert store_key(tmp_path / "link" / ".." / "real") == store_key(tmp_path / "real")
    assert store_key(tmp_path / "other") != store_key(tmp_path / "real")


def test_a_home_whose_path_is_not_text_has_a_key(tmp_path: Path) -> None:
    home = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        home.mkdir()
    except OSError:
        pytest.skip("this file system takes only names that are text")

    assert store_key(home) == store_key(tmp_path / "caf\ufffd")


def test_several_homes_are_several_accounts(world: KeyringWorld, tmp_path: Path) -> None:
    given = {name: sign_in(name) for name in ("one", "two", "three", "four")}
    for name, place in (("one", ".codex"), ("two", ".codex-two"), ("three", "a/.codex"), ("four", "b")):
        world.put_codex(given[name], world.home / place, config="")
    world.extra["CODEX_QUOTA_KEYRING_HOME"] = f"~/.codex,{world.home}/.codex-two,{world.home}/a/.codex, 工作={world.home}/b"

    assert found(world) == {
        "codex": token_of(given["one"]),
        "codex-two": token_of(given["two"]),
        "codex-2": token_of(given["three"]),
        "工作": token_of(given["four"]),
    }


def test_the_setting_is_an_option_too(world: KeyringWorld, tmp_path: Path) -> None:
    for name in ("a", "b"):
        world.put_codex(sign_in(name), tmp_path / name, config="")

    ran = world.run("accounts", "--keyring-home", str(tmp_path / "a"), "--keyring-home", f"second={tmp_path}/b", "-f", "json")

    assert [(row["account"], row["source"]) for row in json.loads(ran.out)] == [("a", "keyring"), ("second", "keyring")]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("/no/such/home", "home: there is no directory /no/such/home; correct --keyring-home"),
        ("work=/no/such/home", "work: there is no directory /no/such/home; correct --keyring-home"),
    ],
)
def test_a_home_that_is_not_there_is_told(world: KeyringWorld, value: str, line: str) -> None:
    world.extra["CODEX_QUOTA_KEYRING_HOME"] = value

    assert list(found(world).values()) == [line]
    assert world.calls == []


def test_a_name_that_cannot_be_one_is_told(world: KeyringWorld) -> None:
    ran = world.run("accounts", "--keyring-home", "a:b=/somewhere")

    assert ran.status == 1
    assert "--keyring-home a:b=/somewhere: account name 'a:b' holds ':', which is not allowed" in ran.err


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_a_keyring_without_a_sign_in_of_codex_is_told(world: KeyringWorld, store: str) -> None:
    home = world.codex_home(f'cli_auth_credentials_store = "{store}"')

    assert found(world) == {"codex": f"codex: the keyring holds no sign-in of Codex for {home}; run 'codex login'"}


def test_with_keyring_a_file_that_was_left_behind_is_not_the_sign_in_of_codex(world: KeyringWorld) -> None:
    home = world.codex_home(KEYRING_MODE)
    (home / "auth.json").write_text(json.dumps(sign_in("old")), encoding="utf-8")

    assert found(world) == {"codex": f"codex: the keyring holds no sign-in of Codex for {home}; run 'codex login'"}


@pytest.mark.parametrize("does", ["", "stay locked"])
def test_with_auto_codex_goes_on_with_the_file_and_so_do_we(world: KeyringWorld, does: str) -> None:
    home = world.codex_home('cli_auth_credentials_store = "auto"')
    (home / "auth.json").write_text(json.dumps(sign_in("work")), encoding="utf-8")
    world.extra["KEYRING_DOES"] = does

    assert found(world) == {}
    rows = json.loads(world.run("accounts", "-f", "json").out)
    assert [(row["account"], row["source"], row["location"]) for row in rows] == [("codex", "codex-home", f"{home}/auth.json")]


def test_with_auto_the_keyring_goes_before_the_file(world: KeyringWorld) -> None:
    given = sign_in("work", days=5)
    home = world.put_codex(given, config='cli_auth_credentials_store = "auto"')
    (home / "auth.json").write_text(json.dumps(sign_in("work")), encoding="utf-8")

    assert found(world) == {"codex": token_of(given)}


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (KEYRING_MODE, "which only Codex can read"),
        (f"{KEYRING_MODE}[features]\nsecret_auth_storage = true\n", "which only Codex can read"),
        (f"{KEYRING_MODE}[features]\nsecret_auth_storage = 1\n", "which only Codex can read"),
    ],
)
def test_a_sign_in_in_the_encrypted_file_of_codex_is_told(world: KeyringWorld, config: str, line: str) -> None:
    home = world.codex_home(config)
    (home / "secrets").mkdir()
    (home / "secrets" / "cli_auth.age").write_bytes(b"age-encryption.org/v1")

    assert line in found(world)["codex"]


def test_with_the_encrypted_file_on_an_older_entry_is_not_used(world: KeyringWorld) -> None:
    home = world.put_codex(sign_in("old"), config=f"{KEYRING_MODE}[features]\nsecret_auth_storage = true\n")
    (home / "secrets").mkdir()
    (home / "secrets" / "cli_auth.age").write_bytes(b"age-encryption.org/v1")

    assert "which only Codex can read" in found(world)["codex"]
    assert world.calls == []


def test_with_the_encrypted_file_off_an_older_file_does_not_matter(world: KeyringWorld) -> None:
    given = sign_in("work")
    home = world.put_codex(given, config=f"{KEYRING_MODE}[features]\nsecret_auth_storage = false\n")
    (home / "secrets").mkdir()
    (home / "secrets" / "cli_auth.age").write_bytes(b"age-encryption.org/v1")

    assert found(world) == {"codex": token_of(given)}


def test_an_own_entry_that_is_gone_is_told_and_hides_no_other(world: KeyringWorld) -> None:
    world.put("gone", sign_in("gone"))
    world.put("work home", sign_in("work"))
    world.file.write_text(json.dumps({key: text for key, text in world.entries.items() if "gone" not in key}), encoding="utf-8")

    assert found(world) == {
        "gone": "gone: its entry is no longer in the keyring; "
        '"codex-quota keyring add gone FILE" puts it there, "codex-quota keyring remove gone" forgets it',
        "work home": token_of(sign_in("work")),
    }


def test_a_damaged_list_of_names_costs_our_own_entries_alone(world: KeyringWorld) -> None:
    given = sign_in("codex")
    world.put("work", sign_in("work"))
    world.put_codex(given)
    world.index.write_text("{", encoding="utf-8")

    ran = world.run("accounts", "-f", "plain")

    assert [line.split("\t")[0] for line in ran.out.splitlines()[1:]] == ["codex", "keyring"]
    assert ran.err == (
        f"keyring: {world.index} is damaged; delete it and add each account again with 'codex-quota keyring add'\n"
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 1}', '{"version": 1, "accounts": ["../x"]}', '{"version": 1, "accounts": [1]}', "[" * 99999],
)
def test_whatever_is_in_the_list_of_names_it_is_one_error(world: KeyringWorld, text: str) -> None:
    world.index.parent.mkdir(parents=True)
    world.index.write_text(text, encoding="utf-8")

    with pytest.raises(CredentialError) as caught:
        list(make_source().credentials(world.options))

    assert caught.value.message == f"{world.index} is damaged"


def test_a_list_of_names_of_the_future_is_told(world: KeyringWorld) -> None:
    world.index.parent.mkdir(parents=True)
    world.index.write_text('{"version": 2, "accounts": []}', encoding="utf-8")

    with pytest.raises(CredentialError, match="is of another version"):
        list(make_source().credentials(world.options))


@pytest.mark.parametrize(("days", "kept"), [(3, "codex"), (9, "codex"), (12, "mine")])
def test_one_login_of_both_kinds_is_one_account_with_the_token_that_lasts_longer(
    world: KeyringWorld, days: int, kept: str
) -> None:
    mine, codex = sign_in("work", days=days), sign_in("work", days=9)
    world.put("工作", mine)
    world.put_codex(codex)

    assert found(world) == {"工作": token_of(mine if kept == "mine" else codex)}


def test_members_of_one_workspace_are_two_accounts(world: KeyringWorld) -> None:
    mine, codex = sign_in("work"), sign_in("work")
    claims = {"https://api.openai.com/auth": {"chatgpt_account_id": "account-work", "chatgpt_user_id": "user-other"}}
    codex["tokens"]["access_token"] = make_token(claims)
    world.put("work", mine)
    world.put_codex(codex)

    assert found(world) == {"work": token_of(mine), "codex": token_of(codex)}


def test_where_nobody_knows_the_user_two_entries_are_two_accounts(world: KeyringWorld) -> None:
    mine, codex = ({"tokens": {"access_token": f"opaque-{number}", "account_id": "acc-1"}} for number in (1, 2))
    world.put("work", mine)
    world.put_codex(codex)

    assert found(world) == {"work": "opaque-1", "codex": "opaque-2"}


def test_a_login_that_other_sources_show_too_is_listed_once(tmp_path: Path) -> None:
    with SimulatedService() as service:
        world = KeyringWorld(tmp_path, service)
        work = service.add("work")
        service.write_accounts(tmp_path / "account")
        world.put_codex(work.auth_json())

        rows = json.loads(world.run("accounts", "-f", "json").out)
        shown = json.loads(world.run("-f", "json").out)

    assert [(row["account"], row["source"], row["status"]) for row in rows] == [
        ("codex", "keyring", "shadowed by work"),
        ("work", "directory", "ok"),
    ]
    assert [each["account"] for each in shown["results"]] == ["work"]
    assert len(service.requests) == 1


def test_codex_home_is_not_asked_when_the_keyring_has_its_sign_in(tmp_path: Path) -> None:
    with SimulatedService() as service:
        world = KeyringWorld(tmp_path, service)
        work = service.add("work")
        home = world.put_codex(work.auth_json())
        (home / "auth.json").write_text(work.auth_json(), encoding="utf-8")

        rows = json.loads(world.run("accounts", "-f", "json").out)
        both = json.loads(world.run("accounts", "-f", "json", "--source", "codex-home", "--source", "keyring").out)

    assert [(row["account"], row["source"]) for row in rows] == [("codex", "keyring")]
    assert [(row["account"], row["status"]) for row in both] == [("codex", "ok"), ("codex@keyring", "shadowed by codex")]


def test_quota_is_read_with_the_entries(tmp_path: Path) -> None:
    with SimulatedService() as service:
        world = KeyringWorld(tmp_path, service)
        world.put("北京", service.add("北京", weekly=30).auth_json())
        world.put_codex(service.add("live", weekly=80).auth_json())

        results = json.loads(world.run("-f", "json").out)["results"]

    assert [(each["account"], each["weekly"]["used_percent"]) for each in results] == [("codex", 80), ("北京", 30)]


def test_after_401_the_keyring_is_asked_again(tmp_path: Path) -> None:
    with SimulatedService() as service:
        world = KeyringWorld(tmp_path, service)
        live = service.add("live", weekly=80)
        world.put_codex(live.auth_json())
        # without strangers, since this plugin may be installed too
        catalogue = codex_quota.Catalogue(plugins=[_plugin(KeyringSource())], strangers=False)
        client = codex_quota.Client(environ=world.environ, catalogue=catalogue, cache="none")
        (listing,) = [entry for entry in client.accounts() if entry.account.source == "keyring"]
        service.rotate_token(live)
        world.put_codex(live.auth_json())
        snapshot = client.read(listing)
        client.close()

    assert (snapshot.error, snapshot.quota and snapshot.quota.weekly and snapshot.quota.weekly.used_percent) == (None, 80)
    assert world.calls == [f"get Codex Auth/{store_key(world.home / '.codex')}"] * 2


def test_the_hint_tells_who_renews_what(world: KeyringWorld) -> None:
    world.put("my work", sign_in("a"))
    world.put_codex(sign_in("b"))
    source = make_source()

    hints = [source.sign_in_hint(each) for each in source.credentials(world.options) if isinstance(each, Credential)]

    assert hints == [
        "sign in again with 'codex login', then \"codex-quota keyring add 'my work' FILE\" with its auth.json",
        "run 'codex' once so that it renews its sign-in; if that does not help, 'codex login'",
    ]


class TestRemembering:
    """A dashboard lists its accounts every few seconds."""

    def test_an_answer_is_good_for_a_minute(self, world: KeyringWorld) -> None:
        now = [0.0]
        world.put("work", sign_in("work"))
        source = KeyringSource(clock=lambda: now[0])
        for at, calls in ((0.0, 1), (59.0, 1), (61.0, 2), (100.0, 2)):
            now[0] = at
            assert found(world, source) == {"work": token_of(sign_in("work"))}
            assert len(world.calls) == calls

    def test_a_new_name_is_asked_for_at_once(self, world: KeyringWorld) -> None:
        source = KeyringSource(clock=lambda: 0.0)
        world.put("work", sign_in("work"))
        found(world, source)
        world.put("home", sign_in("home"))

        assert sorted(found(world, source)) == ["home", "work"]

    def test_another_world_is_asked_on_its_own(self, tmp_path: Path) -> None:
        source = KeyringSource(clock=lambda: 0.0)
        worlds = KeyringWorld(tmp_path / "a"), KeyringWorld(tmp_path / "b")
        given = sign_in("a"), sign_in("b")
        for world, each in zip(worlds, given, strict=True):
            world.put("work", each)

        assert [found(world, source) for world in worlds] == [{"work": token_of(each)} for each in given]

    def test_a_window_that_nobody_answered_does_not_come_back_for_five_minutes(self, world: KeyringWorld) -> None:
        now = [0.0]
        world.put("work", sign_in("work"))
        world.extra |= {"KEYRING_DOES": "stay locked", "CODEX_QUOTA_KEYRING_UNLOCK": "1"}
        source = KeyringSource(clock=lambda: now[0])
        for at, calls in ((0.0, 1), (299.0, 1), (301.0, 2)):
            now[0] = at
            assert found(world, source)["work"].startswith("work: the keyring stayed locked")
            assert len(world.calls) == calls


def _plugin(source: KeyringSource) -> object:
    class Plugin:
        @codex_quota.hookimpl
        def register_credential_sources(self) -> list[codex_quota.CredentialSource]:
            return [source]

    return Plugin()
