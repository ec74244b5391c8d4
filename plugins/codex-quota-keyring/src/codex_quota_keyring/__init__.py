"""The plugin ``keyring``: sign-ins in the system keyring, those of the Codex CLI and those that a person puts there."""

from __future__ import annotations

import codex_quota

from .command import Keyring
from .source import KeyringSource

__all__ = ["Keyring", "KeyringSource", "register_commands", "register_credential_sources"]


@codex_quota.hookimpl
def register_credential_sources() -> list[codex_quota.CredentialSource]:
    """The keyring."""
    return [KeyringSource()]


@codex_quota.hookimpl
def register_commands() -> list[codex_quota.Command]:
    """``codex-quota keyring``."""
    return [Keyring()]
