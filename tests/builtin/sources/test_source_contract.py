"""The built-in sources keep the contract of every source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota.builtin.sources.codex_home import CodexHome
from codex_quota.builtin.sources.directory import Directory
from codex_quota.builtin.sources.environment import Environment
from codex_quota.interfaces import CredentialSource, Options
from codex_quota.testing import CredentialSourceContract


class TestDirectory(CredentialSourceContract):
    def make(self) -> CredentialSource:
        return Directory()

    def options(self, directory: Path) -> Options:
        (directory / "account").mkdir(parents=True, exist_ok=True)
        return Options(account_dir=directory / "account", environ={})

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        options = self.options(directory)
        (options.account_dir / f"{name}.auth.json").write_text(json.dumps(sign_in))
        return options

    def remove(self, directory: Path, name: str) -> Options:
        options = self.options(directory)
        (options.account_dir / f"{name}.auth.json").unlink(missing_ok=True)
        return options


class TestCodexHome(CredentialSourceContract):
    several = False

    def make(self) -> CredentialSource:
        return CodexHome()

    def options(self, directory: Path) -> Options:
        (directory / ".codex").mkdir(parents=True, exist_ok=True)
        return Options(environ={"HOME": str(directory)})

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        options = self.options(directory)
        (directory / ".codex" / "auth.json").write_text(json.dumps(sign_in))
        return options

    def remove(self, directory: Path, name: str) -> Options:
        options = self.options(directory)
        (directory / ".codex" / "auth.json").unlink(missing_ok=True)
        return options


class TestEnvironment(CredentialSourceContract):
    several = False
    whole_sign_ins = False

    def make(self) -> CredentialSource:
        return Environment()

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        return Options(environ={"CODEX_QUOTA_ACCESS_TOKEN": sign_in["tokens"]["access_token"]})

    def remove(self, directory: Path, name: str) -> Options:
        return Options(environ={})


def test_every_built_in_source_is_tested() -> None:
    tested = [contract().make().name for contract in (TestCodexHome, TestDirectory, TestEnvironment)]
    assert tested == [*codex_quota.Catalogue(strangers=False).sources]
