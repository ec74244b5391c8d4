"""What the base classes do for a plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

import codex_quota
from codex_quota.errors import CredentialInvalidError
from codex_quota.interfaces import Options


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"HOME": "/home/ann", "USERPROFILE": "/windows"}, Path("/home/ann")),
        ({"USERPROFILE": "/windows"}, Path("/windows")),
        ({"HOME": "", "USERPROFILE": "/windows"}, Path("/windows")),
        ({}, Path.home()),
    ],
)
def test_home_is_where_the_environment_says(environ: dict[str, str], home: Path) -> None:
    assert Options(environ=environ).home() == home


def test_options_do_not_show_the_environment() -> None:
    assert "sesame" not in repr(Options(environ={"CODEX_QUOTA_ACCESS_TOKEN": "sesame"}))


def test_a_source_reads_one_account_again_by_its_name() -> None:
    first = codex_quota.Credential(account=codex_quota.Account(name="a", source="s"), access_token="old")
    broken = CredentialInvalidError("broken", account="b")
    found = [codex_quota.Credential(account=codex_quota.Account(name=name, source="s"), access_token="new") for name in "ca"]

    class Source(codex_quota.CredentialSource):
        name = "s"
        summary = "a source"

        def credentials(self, options: Options) -> list[codex_quota.Credential | codex_quota.CredentialError]:
            return [broken, *found]

    def named(name: str) -> codex_quota.Credential:
        return codex_quota.Credential(account=codex_quota.Account(name=name, source="s"), access_token="old")

    options = Options(environ={})
    assert Source().reread(first, options) is found[1]
    assert Source().reread(named("b"), options) is broken
    assert Source().reread(named("gone"), options) is None
