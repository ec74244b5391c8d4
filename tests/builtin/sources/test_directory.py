"""Source ``directory``: what counts as an account in the account directory."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from codex_quota.accounts import list_accounts
from codex_quota.builtin.sources.directory import Directory
from codex_quota.errors import CredentialError, CredentialInvalidError, NotChatGPTLoginError
from codex_quota.interfaces import Options
from codex_quota.model import Credential
from codex_quota.plugins import Catalogue
from signins import CODEX, TOKEN, login


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "account"
    path.mkdir()
    return path


def sign_in(path: Path, token: str = TOKEN) -> Path:
    path.write_text(json.dumps({"access_token": token}))
    return path


def found(directory: Path) -> list[Credential | CredentialError]:
    return list(Directory().credentials(Options(account_dir=directory, environ={})))


def names(directory: Path) -> list[str | None]:
    return [one.account.name if isinstance(one, Credential) else one.account for one in found(directory)]


def test_each_file_is_an_account_called_by_its_name(directory: Path) -> None:
    path = directory / "work.auth.json"
    path.write_text(json.dumps(CODEX))
    sign_in(directory / "user+1@example.com.auth.json")
    (second, first) = found(directory)
    assert isinstance(first, Credential)
    assert isinstance(second, Credential)
    assert (first.account.name, first.account.source, first.location, first.base_url) == ("work", "directory", str(path), None)
    assert second.account.name == "user+1@example.com"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "README.md",
            ".gitignore",
            "auth.json",
            "work.json",
            "work.auth",
            "work.auth.json.bak",
            "work.auth.json~",
            "work.AUTH.JSON",
        ),
        *(
            "work.AUTH.JSON",
            "work.auth.json.bak.20260901",
            "#work.auth.json#",
            "work.auth.json.swp",
            "work.auth.json.tmp",
            "workauth.json",
        ),
        *(".auth.json", ".work.auth.json", "._work.auth.json", ".#work.auth.json", "codex_quota_web_results.json"),
    ],
)
def test_anything_else_in_the_directory_is_no_account(directory: Path, name: str) -> None:
    sign_in(directory / name)
    (directory / "notes").mkdir()
    assert found(directory) == []


@pytest.mark.parametrize("there", [False, True])
def test_a_directory_without_accounts_or_none_at_all_is_nothing_bad(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "account").mkdir()
    assert found(tmp_path / "account") == []


def test_a_directory_in_the_place_of_a_file_is_an_error_entry(directory: Path) -> None:
    (directory / "work.auth.json").mkdir()
    sign_in(directory / "home.auth.json")
    home, work = found(directory)
    assert isinstance(home, Credential)
    assert isinstance(work, CredentialInvalidError)
    assert (work.account, work.message) == ("work", f"{directory / 'work.auth.json'} is a directory, not a file")


def test_a_broken_account_keeps_its_name_and_hides_no_other(directory: Path) -> None:
    (directory / "key.auth.json").write_text('{"OPENAI_API_KEY": "sk-1"}')
    (directory / "gone.auth.json").symlink_to("nowhere")
    os.mkfifo(directory / "pipe.auth.json")
    sign_in(directory / "work.auth.json")
    gone, key, pipe, work = found(directory)
    assert isinstance(gone, CredentialInvalidError)
    assert isinstance(key, NotChatGPTLoginError)
    assert isinstance(pipe, CredentialInvalidError)
    assert isinstance(work, Credential)
    assert (gone.account, key.account, pipe.account) == ("gone", "key", "pipe")


def test_a_link_to_a_sign_in_elsewhere_is_an_account(directory: Path, tmp_path: Path) -> None:
    (directory / "work.auth.json").symlink_to(sign_in(tmp_path / "auth.json"))
    assert names(directory) == ["work"]


@pytest.mark.parametrize(
    ("file", "account", "words"),
    [
        ("a:b.auth.json", "a:b", "holds ':', which is not allowed"),
        (" work.auth.json", "work", "has a dot or a space at its edge"),
        ("a\nb\x1b[31m.auth.json", "a b [31m", "holds '\\n', which is not allowed"),
        ("x" * 101 + ".auth.json", "x" * 101, "is longer than 100 characters"),
    ],
)
def test_a_file_whose_name_is_not_allowed_is_an_error_entry(directory: Path, file: str, account: str, words: str) -> None:
    sign_in(directory / file)
    (error,) = found(directory)
    assert isinstance(error, CredentialInvalidError)
    assert error.account == account
    assert words in error.message
    assert error.hint.startswith("rename it")


def test_a_file_name_that_is_no_text_is_an_error_entry(directory: Path) -> None:
    Path(os.fsdecode(bytes(directory) + b"/a\xff.auth.json")).write_text("{}")
    (error,) = found(directory)
    assert isinstance(error, CredentialInvalidError)
    assert error.line().isprintable()


def test_many_unfinished_files_wait_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    for number in range(5):
        (directory / f"a{number}.auth.json").write_text("")
    assert [error.account for error in found(directory)] == ["a0", "a1", "a2", "a3", "a4"]
    assert len(pauses) == 1


def test_two_files_that_spell_one_name_are_one_account_and_one_error(directory: Path) -> None:
    composed, decomposed = "Grün.auth.json", unicodedata.normalize("NFD", "Grün.auth.json")
    sign_in(directory / composed)
    sign_in(directory / decomposed)
    account, error = found(directory)
    assert isinstance(account, Credential)
    assert isinstance(error, CredentialInvalidError)
    assert (account.account.name, error.account) == ("Grün", "Grün")
    assert error.message == f"{composed!r} and {decomposed!r} are the same account name"
    options = Options(account_dir=directory, environ={})
    listed = [entry.account.name for entry in list_accounts(Catalogue().sources, ["directory"], options)]
    assert listed == ["Grün", "Grün@directory"]


def test_a_name_is_normal_whatever_the_file_system_made_of_it(directory: Path) -> None:
    sign_in(directory / unicodedata.normalize("NFD", "Grün.auth.json"))
    assert names(directory) == ["Grün"]


@pytest.mark.parametrize("why", ["not a directory", "permission denied"])
def test_an_account_directory_that_cannot_be_read_is_an_entry(tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "account"
    path.touch()
    if why == "permission denied":

        def refused(_: Path) -> object:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "iterdir", refused)
    (entry,) = list_accounts(Catalogue().sources, ["directory"], Options(account_dir=path, environ={}))
    assert (entry.account.name, entry.source_failed) == ("directory", True)
    assert entry.error is not None
    assert (entry.error.message, entry.error.hint) == (
        f"account directory {path} cannot be read: {why}",
        "check --account-dir and its mode",
    )


def only(directory: Path) -> Credential:
    (credential,) = found(directory)
    assert isinstance(credential, Credential)
    return credential


def test_rereading_finds_the_new_token_in_the_same_file(directory: Path) -> None:
    path = sign_in(directory / "work.auth.json", login("acct", "user"))
    before = only(directory)
    sign_in(path, login("acct", "user", jti="2"))
    newer = Directory().reread(before, Options(account_dir=directory, environ={}))
    assert isinstance(newer, Credential)
    assert (newer.account, newer.access_token) == (before.account, login("acct", "user", jti="2"))


def test_rereading_a_file_that_is_gone_or_broken_tells_so(directory: Path) -> None:
    path = sign_in(directory / "work.auth.json")
    before = only(directory)
    path.unlink()
    gone = Directory().reread(before, Options(account_dir=directory, environ={}))
    assert isinstance(gone, CredentialInvalidError)
    assert (gone.account, gone.message) == ("work", f"{path} cannot be read: no such file or directory")


def test_the_hint_names_the_file_that_has_to_be_renewed(directory: Path) -> None:
    path = sign_in(directory / "work.auth.json")
    assert (
        Directory().sign_in_hint(only(directory)) == f"sign in again with 'codex login', then copy ~/.codex/auth.json to {path}"
    )


def test_nothing_is_ever_written(directory: Path) -> None:
    path = sign_in(directory / "work.auth.json")
    path.chmod(0o400)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(directory.iterdir()))
    Directory().reread(only(directory), Options(account_dir=directory, environ={}))
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(directory.iterdir())) == before
