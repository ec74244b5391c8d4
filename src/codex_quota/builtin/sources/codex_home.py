"""Credential source ``codex-home``: the Codex CLI's own sign-in, read and never written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota import Credential, CredentialError, CredentialInvalidError, Options

ACCOUNT = "codex"


class CodexHome(codex_quota.CredentialSource):
    """``$CODEX_HOME/auth.json``, by default ``~/.codex/auth.json``, as the account ``codex``."""

    name = "codex-home"
    summary = "the Codex CLI's own sign-in ($CODEX_HOME or ~/.codex), used while there are no other accounts"
    fallback = True

    def credentials(self, options: Options) -> Iterator[Credential | CredentialError]:
        """The sign-in of the Codex CLI, with the ``chatgpt_base_url`` of its configuration."""
        given = options.environ.get("CODEX_HOME")
        home = Path(given) if given else options.home() / ".codex"
        path = home / "auth.json"
        try:
            if path.exists() or path.is_symlink():
                config = _config(home / "config.toml")
                base = config.get("chatgpt_base_url")
                credential = codex_quota.read_credential(path, name=ACCOUNT, source=self.name)
                yield replace(credential, base_url=base if isinstance(base, str) and base.strip() else None)
            elif given and not home.is_dir():
                raise CredentialInvalidError(
                    f"CODEX_HOME is {given}, which is not a directory", hint="correct or unset CODEX_HOME"
                )
            elif _config(home / "config.toml").get("cli_auth_credentials_store") in ("keyring", "auto"):
                raise CredentialInvalidError(
                    "Codex keeps its sign-in in the system keyring, which is not read here",
                    hint='install the plugin codex-quota-keyring, which reads it, or set cli_auth_credentials_store = "file"'
                    f" in {home / 'config.toml'} and run 'codex login'",
                )
        except CredentialError as error:
            error.account = ACCOUNT
            yield error
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            yield CredentialInvalidError(
                f"{home} cannot be read: {reason}", account=ACCOUNT, hint="check who owns it and its mode"
            )

    def reread(self, credential: Credential, options: Options) -> Credential | CredentialError | None:
        """The one account of this source, under whatever name it is shown."""
        return next(iter(self.credentials(options)), None)

    def sign_in_hint(self, credential: Credential) -> str:
        """Codex renews its own token whenever it runs."""
        return "run 'codex' once so that it renews its sign-in; if that does not help, 'codex login'"


def _config(path: Path) -> Mapping[str, Any]:
    try:
        text = codex_quota.read_regular(path).decode("utf-8-sig")
        import tomllib

        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}


@codex_quota.hookimpl
def register_credential_sources() -> Iterable[codex_quota.CredentialSource]:
    """The Codex home."""
    return [CodexHome()]
