from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codex_quota_vault import Vault

from codex_quota import Options
from codex_quota.testing import CredentialSourceContract


class TestVault(CredentialSourceContract):
    several = False  # it has one account at most
    whole_sign_ins = False  # it holds an access token alone

    def make(self) -> Vault:
        return Vault()

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        return Options(environ={"VAULT_TOKEN": sign_in["tokens"]["access_token"]})

    def remove(self, directory: Path, name: str) -> Options:
        return Options(environ={})
