"""Credential source ``environment``: one account out of two variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import codex_quota
from codex_quota import Credential, CredentialError, CredentialInvalidError, Options

TOKEN, ACCOUNT_ID = "CODEX_QUOTA_ACCESS_TOKEN", "CODEX_QUOTA_ACCOUNT_ID"


class Environment(codex_quota.CredentialSource):
    """``CODEX_QUOTA_ACCESS_TOKEN`` and ``CODEX_QUOTA_ACCOUNT_ID``, as the account ``environment``."""

    name = "environment"
    summary = f"the account in ${TOKEN} and ${ACCOUNT_ID}"

    def credentials(self, options: Options) -> Iterator[Credential | CredentialError]:
        """The account, when the token is set; its account id may be left to the token's claims."""
        token = options.environ.get(TOKEN)
        if not token:
            return
        data = {"access_token": token, "account_id": options.environ.get(ACCOUNT_ID)}
        try:
            yield codex_quota.parse_credential(data, name=self.name, source=self.name, location=f"${TOKEN}")
        except CredentialInvalidError as error:
            error.hint = f"put a new token into {TOKEN}"
            yield error
        except CredentialError as error:
            yield error

    def sign_in_hint(self, credential: Credential) -> str:
        """Only whoever set the variable can set it anew."""
        return f"put a new token into {TOKEN}"


@codex_quota.hookimpl
def register_credential_sources() -> Iterable[codex_quota.CredentialSource]:
    """The environment."""
    return [Environment()]
