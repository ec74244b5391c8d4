"""A world with a keyring of its own, below one directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import codex_quota_keyring
from codex_quota_keyring.codex_homes import store_key
from codex_quota_keyring.own import index_path, remember

from codex_quota import Options
from codex_quota.simulated import SimulatedService
from codex_quota.testing import Ran, clean_environ, run_cli

TESTS = Path(__file__).parent
KEYRING_MODE = 'cli_auth_credentials_store = "keyring"\n'


@dataclass
class KeyringWorld:
    """Everything lies below ``directory``; ``extra`` is added to the environment.

    With ``real`` True the keyring is the system's, as the environment tells it, and not the backend for tests.
    """

    directory: Path
    service: SimulatedService | None = None
    extra: dict[str, str] = field(default_factory=dict)
    real: bool = False

    @property
    def environ(self) -> dict[str, str]:
        backend = {
            "PYTHON_KEYRING_BACKEND": "keyring_in_a_file.FileKeyring",
            "PYTHONPATH": str(TESTS),
            "PYTHONDONTWRITEBYTECODE": "1",
            "KEYRING_FILE": str(self.file),
            "KEYRING_LOG": str(self.log),
        }
        return {**clean_environ(self.directory, self.service), **({} if self.real else backend), **self.extra}

    @property
    def options(self) -> Options:
        return Options(account_dir=self.directory / "account", cache_dir=self.directory / "cache", environ=self.environ)

    @property
    def file(self) -> Path:
        return self.directory / "keyring"

    @property
    def log(self) -> Path:
        """Beside the directory, so that nothing in there changes when the keyring is asked."""
        return self.directory.with_name(f"{self.directory.name}.log")

    @property
    def home(self) -> Path:
        return self.directory / "home"

    @property
    def index(self) -> Path:
        return index_path(self.environ)

    @property
    def entries(self) -> dict[str, str]:
        """What the keyring holds, by service and account."""
        return dict(json.loads(self.file.read_text(encoding="utf-8"))) if self.file.exists() else {}

    @property
    def calls(self) -> list[str]:
        """What the keyring was asked so far."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def put(self, name: str, text: str | Mapping[str, Any]) -> None:
        """An entry of our own."""
        self.put_entry(f"codex-quota/{name}", text)
        remember(name, self.environ)

    def put_codex(self, text: str | Mapping[str, Any], home: Path | None = None, config: str | None = None) -> Path:
        """An entry of the Codex CLI's, and its home with a configuration."""
        home = self.codex_home(KEYRING_MODE if config is None else config, home)
        self.put_entry(f"Codex Auth/{store_key(home)}", text)
        return home

    def codex_home(self, config: str, home: Path | None = None) -> Path:
        """A Codex home with that configuration, by default ``~/.codex``."""
        home = home or self.home / ".codex"
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(config, encoding="utf-8")
        return home

    def put_entry(self, entry: str, text: str | Mapping[str, Any]) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        text = text if isinstance(text, str) else json.dumps(text)
        self.file.write_text(json.dumps({**self.entries, entry: text}), encoding="utf-8")

    def run(self, *words: str, stdin: str = "", terminal: bool = False) -> Ran:
        """The program with this plugin in this world."""
        (self.directory / "account").mkdir(exist_ok=True)
        return run_cli(
            *words,
            plugins=[codex_quota_keyring],
            directory=self.directory,
            service=self.service,
            environ=self.environ,
            stdin=stdin,
            terminal=terminal,
        )
