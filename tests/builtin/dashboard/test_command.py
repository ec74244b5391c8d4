"""The options of ``codex-quota web`` become settings, and bad ones are refused before anything starts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota import UsageError
from codex_quota.builtin.cli.common import CLIENT_OPTIONS
from codex_quota.builtin.cli.parser import command_parser
from codex_quota.builtin.dashboard.command import WEB_OPTIONS, Web, settings_from
from codex_quota.builtin.dashboard.server import addresses
from codex_quota.builtin.dashboard.settings import Settings


def settings(*words: str, **environ: str) -> Settings:
    args = command_parser(Web()).parse_args(list(words))
    for option in (*CLIENT_OPTIONS, *WEB_OPTIONS):
        option.resolve(args, environ)
    return settings_from(args, environ)


def test_the_defaults_are_the_promised_ones() -> None:
    made = settings()
    assert (made.host, made.port, made.interval, made.account_dir) == ("0.0.0.0", 8081, timedelta(hours=1), Path("account"))
    assert made.state_file == Path("account/codex_quota_web_results.json")
    assert (made.require_token, made.token_is_given, made.base_path) == (False, False, "")


def test_the_state_file_lies_in_the_chosen_account_directory() -> None:
    assert settings("--account-dir", "/data").state_file == Path("/data/codex_quota_web_results.json")
    assert settings("--account-dir", "/data", "--state-file", "x.json").state_file == Path("x.json")


@pytest.mark.parametrize(("given", "base"), [("", ""), ("/", ""), ("quota", "/quota"), ("/quota/", "/quota"), ("/a/b", "/a/b")])
def test_the_base_path_has_one_form(given: str, base: str) -> None:
    assert settings("--base-path", given).base_path == base


@pytest.mark.parametrize(
    "words",
    [
        ("--base-path", "/a?b"),
        ("--base-path", "//evil.example/x//y"),
        ("--interval-seconds", "1"),
        ("--port", "70000"),
        ("--account-name", "../x"),
        ("--admin-token-file", "/nowhere/at/all"),
    ],
)
def test_what_cannot_work_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises((UsageError, Exception)) as raised:
        settings(*words)
    assert getattr(raised.value, "code", "") in ("usage", "credential_invalid")


def test_a_token_is_made_at_each_start_unless_one_is_given(tmp_path: Path) -> None:
    first, second = settings(), settings()
    assert first.admin_token != second.admin_token
    assert len(first.admin_token) >= 32
    file = tmp_path / "token"
    file.write_text("from-the-file-1\n")
    given = settings("--admin-token-file", str(file), CODEX_QUOTA_ADMIN_TOKEN="from-the-environment")
    assert (given.admin_token, given.token_is_given) == ("from-the-file-1", True)
    assert settings(CODEX_QUOTA_ADMIN_TOKEN="from-the-environment").admin_token == "from-the-environment"
    assert "from-the-environment" not in repr(settings(CODEX_QUOTA_ADMIN_TOKEN="from-the-environment"))


@pytest.mark.parametrize("token", ["short", "has a space", "emojis-🙂-are-odd"])
def test_a_weak_or_odd_token_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="CODEX_QUOTA_ADMIN_TOKEN"):
        settings(CODEX_QUOTA_ADMIN_TOKEN=token)


@pytest.mark.parametrize(
    ("host", "first"),
    [("0.0.0.0", "http://127.0.0.1:81/q/"), ("127.0.0.1", "http://127.0.0.1:81/q/"), ("::1", "http://[::1]:81/q/")],
)
def test_the_address_to_open(host: str, first: str) -> None:
    assert addresses(Settings(host=host, base_path="/q", admin_token="x" * 8), 81)[0] == first
