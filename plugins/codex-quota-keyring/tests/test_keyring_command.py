"""``codex-quota keyring``: what a person sees, and what lies in the keyring afterwards."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import codex_quota_keyring
import pytest
from codex_quota_keyring import Keyring, own
from codex_quota_keyring.own import forget, names, remember
from keyring_world import KeyringWorld

import codex_quota
from codex_quota.__main__ import main
from codex_quota.simulated import SimulatedService
from codex_quota.testing import CommandContract, Screen


@pytest.fixture
def world(tmp_path: Path) -> KeyringWorld:
    return KeyringWorld(tmp_path)


@pytest.fixture
def auth_json() -> str:
    """A sign-in as Codex writes it, whose tokens end in ten days."""
    with SimulatedService() as service:
        return service.add("work").auth_json()


def tokens(auth_json: str) -> dict[str, Any]:
    return dict(json.loads(auth_json)["tokens"])


class TestCommand(CommandContract):
    words = ("list",)

    def make(self) -> codex_quota.Command:
        return Keyring()


@pytest.mark.parametrize("name", ["work", "工作 2", "a@b.example"])
@pytest.mark.parametrize("road", ["file", "stdin", "dash"])
def test_add_keeps_what_is_needed_and_no_refresh_token(world: KeyringWorld, auth_json: str, name: str, road: str) -> None:
    file = world.directory / "auth.json"
    file.write_text(auth_json, encoding="utf-8")
    words = {"file": [str(file)], "stdin": [], "dash": ["-"]}[road]

    ran = world.run("keyring", "add", name, *words, stdin="" if road == "file" else auth_json)

    given = tokens(auth_json)
    (entry,) = world.entries
    kept = json.loads(world.entries[entry])["tokens"]
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{name}: added to the keyring (keyring in a file FileKeyring); its token ")
    assert entry == f"codex-quota/{name}"
    assert {key: kept[key] for key in ("access_token", "id_token")} == {key: given[key] for key in ("access_token", "id_token")}
    assert sorted(kept) == ["access_token", "account_id", "email", "expires_at", "id_token"]
    assert given["refresh_token"] not in world.file.read_text(encoding="utf-8")
    assert json.loads(world.index.read_text(encoding="utf-8")) == {"version": 1, "accounts": [name]}
    assert world.index.stat().st_mode & 0o777 == 0o600


def test_what_was_added_answers(tmp_path: Path) -> None:
    with SimulatedService() as service:
        world = KeyringWorld(tmp_path, service)
        work = service.add("工作", weekly=30)
        added = world.run("keyring", "add", "工作", stdin=work.auth_json())
        (result,) = json.loads(world.run("-f", "json").out)["results"]

    assert added.status == 0
    assert (result["account"], result["weekly"]["used_percent"], result["account_id"]) == ("工作", 30, work.account_id)


def test_a_sign_in_of_several_providers_leaves_the_others_behind(world: KeyringWorld) -> None:
    mine = {"type": "oauth", "access": "opaque-mine", "refresh": "rt-mine", "expires": 1797000000000, "accountId": "acc-1"}
    given = {"anthropic": {"type": "oauth", "access": "other", "refresh": "rt-other"}, "openai": mine}

    ran = world.run("keyring", "add", "work", stdin=json.dumps(given))

    assert ran.status == 0
    assert json.loads(world.entries["codex-quota/work"]) == {
        "tokens": {"access_token": "opaque-mine", "account_id": "acc-1", "expires_at": "2026-12-11T14:40:00+00:00"}
    }


def test_add_replaces_an_entry_of_the_same_name(world: KeyringWorld, auth_json: str) -> None:
    world.run("keyring", "add", "e\u0301", stdin='{"access_token": "old"}')
    ran = world.run("keyring", "add", "\u00e9", stdin=auth_json)

    assert ran.out.startswith("\u00e9: replaced in the keyring")
    assert list(world.entries) == ["codex-quota/\u00e9"]
    assert tokens(auth_json)["access_token"] in world.entries["codex-quota/\u00e9"]


@pytest.mark.parametrize(
    ("days", "said"), [(0, "its token ends in 9d 23h"), (11, "its token has ended already")], ids=["fresh", "expired"]
)
def test_add_tells_how_long_the_token_lasts(tmp_path: Path, days: int, said: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with SimulatedService(now=now - timedelta(days=days)) as service:
        ran = KeyringWorld(tmp_path).run("keyring", "add", "work", stdin=service.add("work").auth_json())

    assert (ran.status, ran.out) == (0, f"work: added to the keyring (keyring in a file FileKeyring); {said}\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "standard input is cut off or is not JSON"),
        ('{"tokens": {"access_token": "secret', "standard input is cut off or is not JSON"),
        ("[" * 99999, "standard input is cut off or is not JSON"),
        ('{"OPENAI_API_KEY": "secret"}', "standard input is signed in with an API key, which has no ChatGPT quota"),
        ('{"tokens": {"access_token": "at-secret"}}', "standard input holds a personal access token"),
        ('{"tokens": {"refresh_token": "secret"}}', "standard input holds no access token"),
    ],
)
def test_what_is_no_sign_in_is_not_taken(world: KeyringWorld, text: str, reason: str) -> None:
    ran = world.run("keyring", "add", "work", stdin=text)

    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith(f"codex-quota: work: {reason}")
    assert "secret" not in ran.err
    assert (world.entries, names(world.environ), world.calls) == ({}, [], [])


@pytest.mark.parametrize("file", ["no-such-file", "."])
def test_a_file_that_cannot_be_read_is_told(world: KeyringWorld, file: str) -> None:
    ran = world.run("keyring", "add", "work", str(world.directory / file))

    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "name a file like ~/.codex/auth.json" in ran.err


def test_a_file_in_another_encoding_is_told(world: KeyringWorld) -> None:
    (world.directory / "auth.json").write_bytes("{}".encode("utf-16"))

    ran = world.run("keyring", "add", "work", str(world.directory / "auth.json"))

    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "is cut off or is not JSON" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["keyring"], "the following arguments are required: action"),
        (["keyring", "add"], "add takes the name of an account"),
        (["keyring", "remove"], "remove takes the name of an account"),
        (["keyring", "list", "work"], "list takes no account"),
        (["keyring", "remove", "work", "auth.json"], "remove takes no file"),
        (["keyring", "list", "--keyring-timeout", "0"], "--keyring-timeout: must be more than 0 seconds"),
    ],
)
def test_wrong_usage_is_told(world: KeyringWorld, words: list[str], said: str) -> None:
    ran = world.run(*words)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"codex-quota: {said}")


def test_a_sign_in_is_not_read_from_a_terminal(world: KeyringWorld) -> None:
    out, err = Screen(), Screen()
    catalogue = codex_quota.Catalogue(plugins=[codex_quota_keyring], strangers=False)

    status = main(
        ["keyring", "add", "work"],
        environ=world.environ,
        stdin=Screen(terminal=True),
        stdout=out,
        stderr=err,
        catalogue=catalogue,
    )

    assert (status, out.getvalue()) == (2, "")
    assert err.getvalue() == (
        "codex-quota: add reads the sign-in from a file or a pipe; name the file, like ~/.codex/auth.json\n"
    )


@pytest.mark.parametrize("name", ["../work", ".work", "a/b", "a|b", ""])
def test_a_name_that_no_account_can_have_is_refused(world: KeyringWorld, auth_json: str, name: str) -> None:
    ran = world.run("keyring", "add", name, stdin=auth_json)

    assert ran.status in (1, 2)
    assert (ran.out, ran.err.count("\n"), world.entries, names(world.environ)) == ("", 1, {}, [])


class TestList:
    def test_nothing_is_nothing(self, world: KeyringWorld) -> None:
        ran = world.run("keyring", "list")

        assert (ran.status, ran.out) == (0, "")
        assert ran.err == "no accounts were put into the keyring; 'codex-quota keyring add NAME FILE' does\n"
        assert world.calls == []

    def test_each_account_with_the_end_of_its_token(self, world: KeyringWorld, auth_json: str) -> None:
        world.put("opaque", '{"access_token": "secret-opaque"}')
        world.put("old", '{"tokens": {"access_token": "secret-old", "expires_at": "2020-01-01T00:00:00+00:00"}}')

        ran = world.run("keyring", "list")

        assert (ran.status, ran.err) == (0, "")
        rows = [line.split("\t") for line in ran.out.splitlines()]
        assert rows[0] == ["account", "status", "token_expires"]
        assert [row[:2] for row in rows[1:]] == [["old", "expired"], ["opaque", "ok"]]
        assert rows[1][2].startswith(("2020-01-01T", "2019-12-31T"))
        assert rows[2][2] == "-"

    def test_on_a_terminal_wide_names_stand_in_columns(self, world: KeyringWorld) -> None:
        for name in ("工作", "home"):
            world.put(name, '{"access_token": "secret"}')

        ran = world.run("keyring", "list", terminal=True)

        assert ran.out.splitlines() == [
            "account  status  token_expires",
            "home     ok      -",
            "工作     ok      -",
        ]

    def test_what_cannot_be_used_is_told(self, world: KeyringWorld) -> None:
        world.put("a", '{"access_token": "secret"}')
        world.put("b", "no JSON, but a secret")
        remember("c", world.environ)

        ran = world.run("keyring", "list")

        assert ran.status == 3
        assert [line.split("\t")[:2] for line in ran.out.splitlines()[1:]] == [
            ["a", "ok"],
            ["b", "credential_invalid"],
            ["c", "credential_invalid"],
        ]
        assert ran.err.splitlines() == [
            "b: keyring entry codex-quota/b is not a sign-in; sign in again with 'codex login', "
            'then "codex-quota keyring add b FILE" with its auth.json',
            'c: its entry is no longer in the keyring; "codex-quota keyring add c FILE" puts it there, '
            '"codex-quota keyring remove c" forgets it',
        ]
        assert "secret" not in ran.out + ran.err

    def test_when_nothing_can_be_used_the_status_says_so(self, world: KeyringWorld) -> None:
        remember("gone", world.environ)

        assert world.run("keyring", "list").status == 1


class TestRemove:
    def test_the_entry_and_its_name_are_gone(self, world: KeyringWorld, auth_json: str) -> None:
        world.put("工作", auth_json)
        world.put("home", auth_json)

        ran = world.run("keyring", "remove", "工作")

        assert (ran.status, ran.out, ran.err) == (0, "工作: removed from the keyring\n", "")
        assert (list(world.entries), names(world.environ)) == (["codex-quota/home"], ["home"])

    def test_a_name_without_an_entry_is_forgotten(self, world: KeyringWorld) -> None:
        remember("work", world.environ)

        ran = world.run("keyring", "remove", "work")

        assert (ran.status, ran.out) == (0, "work: its entry was gone already, its name is forgotten now\n")
        assert names(world.environ) == []

    def test_an_entry_without_a_name_is_removed(self, world: KeyringWorld, auth_json: str) -> None:
        world.put("work", auth_json)
        forget("work", world.environ)

        assert world.run("keyring", "remove", "work").out == "work: removed from the keyring\n"
        assert world.entries == {}

    def test_what_is_not_there_is_told(self, world: KeyringWorld, auth_json: str) -> None:
        world.put("work", auth_json)

        ran = world.run("keyring", "remove", "wrok")

        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "codex-quota: no account 'wrok' was put into the keyring; did you mean 'work'? there is: work\n"

    def test_the_entries_of_codex_are_left_alone(self, world: KeyringWorld, auth_json: str) -> None:
        world.put_codex(auth_json)
        before = world.entries

        assert world.run("keyring", "remove", "codex").status == 2
        assert world.entries == before


class TestNoHalfThings:
    """A name may stand there without its entry, which every list tells; an entry never without its name."""

    @pytest.mark.parametrize("does", ["refuse", "stay locked", "crash", "forget"])
    def test_an_add_that_fails_leaves_nothing(self, world: KeyringWorld, auth_json: str, does: str) -> None:
        world.extra["KEYRING_DOES"] = does

        ran = world.run("keyring", "add", "work", stdin=auth_json)

        assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert ran.err.startswith("codex-quota: work: the keyring ")
        assert (world.entries, names(world.environ)) == ({}, [])

    @pytest.mark.parametrize("does", ["refuse", "stay locked", "crash", "forget"])
    def test_a_replacement_that_fails_leaves_what_was_there(self, world: KeyringWorld, auth_json: str, does: str) -> None:
        world.put("work", '{"access_token": "old"}')
        world.extra["KEYRING_DOES"] = does

        assert world.run("keyring", "add", "work", stdin=auth_json).status == 1
        assert world.entries == {"codex-quota/work": '{"access_token": "old"}'}
        assert names(world.environ) == ["work"]

    def test_after_an_add_without_an_answer_the_name_stays(self, world: KeyringWorld, auth_json: str) -> None:
        world.extra["KEYRING_DOES"] = "hang"

        ran = world.run("keyring", "add", "work", "--keyring-timeout", "0.5", stdin=auth_json)

        assert ran.status == 1
        assert ran.err.startswith("codex-quota: work: the keyring did not answer within 0.5 s")
        assert names(world.environ) == ["work"]

    @pytest.mark.parametrize("does", ["stay locked", "crash"])
    def test_a_remove_that_fails_leaves_both(self, world: KeyringWorld, auth_json: str, does: str) -> None:
        world.put("work", auth_json)
        world.extra["KEYRING_DOES"] = does

        assert world.run("keyring", "remove", "work").status == 1
        assert (list(world.entries), names(world.environ)) == (["codex-quota/work"], ["work"])

    @pytest.mark.parametrize("words", [["add", "work"], ["list"], ["remove", "work"]])
    def test_a_damaged_list_of_names_is_not_written_over(self, world: KeyringWorld, auth_json: str, words: list[str]) -> None:
        world.index.parent.mkdir(parents=True)
        world.index.write_text("{", encoding="utf-8")

        ran = world.run("keyring", *words, stdin=auth_json)

        assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert f"{world.index} is damaged" in ran.err
        assert (world.index.read_text(encoding="utf-8"), world.entries) == ("{", {})

    def test_a_directory_that_cannot_be_written_is_told(self, world: KeyringWorld, auth_json: str) -> None:
        world.index.parent.parent.mkdir(parents=True)
        world.index.parent.write_text("a file", encoding="utf-8")

        ran = world.run("keyring", "add", "work", stdin=auth_json)

        assert (ran.status, ran.out, ran.err.count("\n"), world.entries) == (1, "", 1, {})
        assert str(world.index.parent) in ran.err

    def test_adding_at_once_loses_no_name(self, world: KeyringWorld) -> None:
        environ = world.environ
        wanted = [f"account-{number}" for number in range(12)]
        start = threading.Barrier(len(wanted))

        def add(name: str) -> None:
            start.wait()
            remember(name, environ)

        threads = [threading.Thread(target=add, args=(name,)) for name in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(names(environ)) == sorted(wanted)


@pytest.mark.parametrize(
    ("platform", "variables", "path"),
    [
        ("linux", {}, "home/.local/share/codex-quota/keyring.json"),
        ("linux", {"XDG_DATA_HOME": "data"}, "data/codex-quota/keyring.json"),
        ("darwin", {"XDG_DATA_HOME": "data"}, "home/Library/Application Support/codex-quota/keyring.json"),
        ("win32", {"APPDATA": "roaming"}, "roaming/codex-quota/keyring.json"),
        ("win32", {}, "home/AppData/Roaming/codex-quota/keyring.json"),
    ],
)
def test_the_names_lie_where_the_system_keeps_such_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], path: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    environ = {"HOME": str(tmp_path / "home"), **{key: str(tmp_path / value) for key, value in variables.items()}}

    assert own.index_path(environ) == tmp_path / path


def test_a_relative_data_directory_does_not_count(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_DATA_HOME": "data"}

    assert own.index_path(environ) == tmp_path / ".local/share/codex-quota/keyring.json"
