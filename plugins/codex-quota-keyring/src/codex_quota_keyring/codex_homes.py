"""Where the Codex CLI keeps its sign-in in the keyring.

Codex names the entry after its home, and uses it when ``cli_auth_credentials_store`` in the home's ``config.toml`` is
``keyring`` or ``auto`` (``codex-rs/login/src/auth/storage.rs`` of the Codex CLI, ``compute_store_key``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota import Options

from .settings import HOMES

ACCOUNT = "codex"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodexHome:
    """A Codex home, the name of its account, and its configuration; ``named`` True when somebody asked for this one."""

    path: Path
    name: str
    named: bool
    config: Mapping[str, Any] = field(repr=False)

    @property
    def store(self) -> str:
        """Where Codex keeps its sign-in: file, keyring, auto (the keyring, else the file) or ephemeral."""
        store = self.config.get("cli_auth_credentials_store", "file")
        # somebody asked for it, so the setting may stand where only Codex looks: its command line, the system's files
        return "keyring" if self.named and store == "file" else str(store)

    @property
    def is_signed_in_by_file(self) -> bool:
        """Whether Codex goes on with ``auth.json`` when there is nothing in the keyring."""
        return self.store == "auto" and (self.path / "auth.json").exists()

    @property
    def vault(self) -> Path:
        """The encrypted file that Codex keeps its sign-in in when ``secret_auth_storage`` is on."""
        return self.path / "secrets" / "cli_auth.age"

    @property
    def uses_vault(self) -> bool:
        """Whether ``secret_auth_storage`` is on; by default it is on Windows alone, whose keyring takes no long entries."""
        features = self.config.get("features")
        chosen = features.get("secret_auth_storage") if isinstance(features, dict) else None
        return chosen if isinstance(chosen, bool) else sys.platform == "win32"

    @property
    def base_url(self) -> str | None:
        """The service's address in the configuration."""
        base = self.config.get("chatgpt_base_url")
        return base if isinstance(base, str) and base.strip() else None


def store_key(home: Path) -> str:
    """The account of the entry of that *home*: a hash of its path without links, or of the path as it is where there is none."""
    from hashlib import sha256

    try:
        place = os.path.realpath(home, strict=True)
    except OSError:
        place = str(home)
    text = os.fsencode(place).decode("utf-8", "replace")
    return f"cli|{sha256(text.encode()).hexdigest()[:16]}"


def codex_homes(options: Options) -> list[CodexHome]:
    """The homes that were asked for, else the Codex CLI's own when it keeps its sign-in in the keyring.

    Raises ``UsageError`` when the setting cannot be read.
    """
    given: list[str] = HOMES.value(options.environ) or []
    if not given:
        place = options.environ.get("CODEX_HOME")
        path = Path(place) if place else options.home() / ".codex"
        home = CodexHome(path=path, name=ACCOUNT, named=False, config=_config(path))
        return [home] if home.store in ("keyring", "auto") else []
    homes: list[CodexHome] = []
    for text in given:
        name, path = _named(text, options)
        taken = {home.name for home in homes}
        number, unique = 2, name
        while unique in taken:
            unique, number = f"{name}-{number}", number + 1
        homes.append(CodexHome(path=path, name=unique, named=True, config=_config(path)))
    return homes


def _named(text: str, options: Options) -> tuple[str, Path]:
    """Name and path in ``NAME=DIR`` or ``DIR``; ``~/.codex-work`` alone is called ``codex-work``."""
    name, sign, place = text.partition("=")
    if not sign or "/" in name or os.sep in name:
        name, place = "", text
    beginning, _, rest = place.replace(os.sep, "/").partition("/")
    path = options.home() / rest if beginning == "~" else Path(place)
    try:
        return codex_quota.check_account_name(name or path.name.lstrip(".")), path
    except codex_quota.CredentialInvalidError as error:
        if name:
            raise codex_quota.UsageError(f"{HOMES.flag} {text}: {error.message}", hint=error.hint) from None
        return ACCOUNT, path


def _config(home: Path) -> Mapping[str, Any]:
    try:
        text = codex_quota.read_regular(home / "config.toml").decode("utf-8-sig")
        import tomllib

        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
