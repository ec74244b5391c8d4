"""Source ``codex-home``: the Codex CLI's own sign-in and what its configuration says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codex_quota.accounts import list_accounts
from codex_quota.builtin.sources.codex_home import CodexHome
from codex_quota.errors import CredentialError, CredentialInvalidError, NotChatGPTLoginError
from codex_quota.interfaces import Options
from codex_quota.model import Credential
from codex_quota.plugins import Catalogue
from signins import CODEX, login


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A Codex home at its default place, without a sign-in."""
    path = tmp_path / "home" / ".codex"
    path.mkdir(parents=True)
    return path


def sign_in(home: Path, text: str | None = None) -> Path:
    path = home / "auth.json"
    path.write_text(json.dumps(CODEX) if text is None else text)
    return path


def environ_of(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home.parent), **more}


def found(environ: dict[str, str]) -> list[Credential | CredentialError]:
    return list(CodexHome().credentials(Options(environ=environ)))


def only(environ: dict[str, str]) -> Credential:
    (credential,) = found(environ)
    assert isinstance(credential, Credential)
    return credential


def error_of(environ: dict[str, str]) -> CredentialError:
    (error,) = found(environ)
    assert isinstance(error, CredentialError)
    assert error.account == "codex"
    return error


def test_the_sign_in_below_the_home_directory_is_the_account_codex(home: Path) -> None:
    path = sign_in(home)
    credential = only(environ_of(home))
    assert (credential.account.name, credential.account.source) == ("codex", "codex-home")
    assert (credential.location, credential.base_url) == (str(path), None)
    assert (credential.account.account_id, credential.account.email) == ("acct-file", "ann@example.com")


def test_codex_home_may_be_elsewhere(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    path = sign_in(other)
    assert only(environ_of(home, CODEX_HOME=str(other))).location == str(path)


def test_an_empty_codex_home_counts_as_unset(home: Path) -> None:
    path = sign_in(home)
    assert only(environ_of(home, CODEX_HOME="")).location == str(path)


def test_on_windows_the_home_is_the_user_profile(home: Path) -> None:
    path = sign_in(home)
    assert only({"USERPROFILE": str(home.parent)}).location == str(path)


def test_somebody_who_does_not_use_codex_has_no_account(home: Path, tmp_path: Path) -> None:
    assert found(environ_of(home)) == []
    assert found({"HOME": str(tmp_path / "nobody")}) == []
    assert found(environ_of(home, CODEX_HOME=str(home))) == []


@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_a_codex_home_that_is_no_directory_is_an_error(home: Path, tmp_path: Path, there: str) -> None:
    sign_in(home)
    given = tmp_path / "given"
    if there == "a file":
        given.touch()
    error = error_of(environ_of(home, CODEX_HOME=str(given)))
    assert (error.message, error.hint) == (f"CODEX_HOME is {given}, which is not a directory", "correct or unset CODEX_HOME")


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda path: path.write_text('{"OPENAI_API_KEY": "sk-1"}'), NotChatGPTLoginError, "is signed in with an API key"),
        (lambda path: path.write_text('{"tokens": {"acc'), CredentialInvalidError, "is cut off or is not JSON"),
        (lambda path: path.mkdir(), CredentialInvalidError, "is a directory, not a file"),
        (os.mkfifo, CredentialInvalidError, "is a special file, not a file"),
        (lambda path: path.symlink_to("nowhere"), CredentialInvalidError, "cannot be read: no such file or directory"),
        (lambda path: path.symlink_to(path), CredentialInvalidError, "cannot be read: too many levels of symbolic links"),
    ],
    ids=["API key", "cut", "directory", "fifo", "dangling", "loop"],
)
def test_a_sign_in_that_cannot_be_used_is_an_error(
    home: Path, make: Callable[[Path], object], kind: type[CredentialError], words: str
) -> None:
    make(home / "auth.json")
    error = error_of(environ_of(home))
    assert type(error) is kind
    assert f"{home / 'auth.json'} {words}" in error.message


def test_a_home_that_may_not_be_looked_into_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refused)
    error = error_of(environ_of(home))
    assert (type(error), error.message) == (CredentialInvalidError, f"{home} cannot be read: permission denied")


@pytest.mark.parametrize(
    ("config", "base"),
    [
        ('chatgpt_base_url = "https://proxy.example.com/backend-api/"', "https://proxy.example.com/backend-api/"),
        ('\ufeffchatgpt_base_url = "https://proxy.example.com"\r\nmodel = "x"\r\n', "https://proxy.example.com"),
        ("", None),
        ('model = "x"', None),
        ('chatgpt_base_url = ""', None),
        ('chatgpt_base_url = "  "', None),
        ("chatgpt_base_url = 5", None),
        ('chatgpt_base_url = ["https://a"]', None),
        ('[profiles.x]\nchatgpt_base_url = "https://a"', None),
        ('chatgpt_base_url = "https://a', None),
        ("x = " + "[" * 5000, None),
        (None, None),
    ],
)
def test_the_configurations_base_url_belongs_to_the_sign_in(home: Path, config: str | None, base: str | None) -> None:
    sign_in(home)
    if config is not None:
        (home / "config.toml").write_text(config, encoding="utf-8", newline="")
    assert only(environ_of(home)).base_url == base


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo, lambda path: path.write_bytes(b"\xff\xfe\x00")])
def test_a_configuration_that_cannot_be_read_costs_nothing(home: Path, make: Callable[[Path], object]) -> None:
    sign_in(home)
    make(home / "config.toml")
    assert only(environ_of(home)).base_url is None


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_a_sign_in_in_the_keyring_is_explained(home: Path, store: str) -> None:
    (home / "config.toml").write_text(f'cli_auth_credentials_store = "{store}"')
    error = error_of(environ_of(home))
    assert error.message == "Codex keeps its sign-in in the system keyring, which is not read here"
    assert error.hint == (
        'install the plugin codex-quota-keyring, which reads it, or set cli_auth_credentials_store = "file"'
        f" in {home / 'config.toml'} and run 'codex login'"
    )


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_a_file_counts_even_where_a_keyring_is_configured(home: Path, store: str) -> None:
    sign_in(home)
    (home / "config.toml").write_text(f'cli_auth_credentials_store = "{store}"')
    assert only(environ_of(home)).account.name == "codex"


@pytest.mark.parametrize("store", ["file", "ephemeral"])
def test_without_file_and_keyring_there_is_no_account(home: Path, store: str) -> None:
    (home / "config.toml").write_text(f'cli_auth_credentials_store = "{store}"')
    assert found(environ_of(home)) == []


def test_rereading_finds_what_codex_wrote_meanwhile_whatever_the_account_is_called_here(home: Path, tmp_path: Path) -> None:
    sign_in(home)
    (tmp_path / "codex.auth.json").write_text(json.dumps({"access_token": login("other", "other")}))
    options = Options(account_dir=tmp_path, environ=environ_of(home))
    listings = list_accounts(Catalogue().sources, ["directory", "codex-home"], options)
    assert [entry.account.name for entry in listings] == ["codex", "codex@codex-home"]
    before = listings[1].credential
    assert before is not None
    sign_in(home, json.dumps({"access_token": login("acct", "user", jti="2")}))
    newer = CodexHome().reread(before, options)
    assert isinstance(newer, Credential)
    assert newer.access_token == login("acct", "user", jti="2")
    (home / "auth.json").unlink()
    assert CodexHome().reread(before, options) is None


def test_the_hint_says_to_run_codex(home: Path) -> None:
    sign_in(home)
    hint = "run 'codex' once so that it renews its sign-in; if that does not help, 'codex login'"
    assert CodexHome().sign_in_hint(only(environ_of(home))) == hint


def test_nothing_is_ever_written(home: Path) -> None:
    path = sign_in(home)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(home.iterdir()))
    CodexHome().reread(only(environ_of(home)), Options(environ=environ_of(home)))
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(home.iterdir())) == before
