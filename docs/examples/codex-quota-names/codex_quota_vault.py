from collections.abc import Iterator

import codex_quota


class Vault(codex_quota.CredentialSource):
    name = "vault"
    summary = "the sign-in in $VAULT_TOKEN"

    def credentials(self, options: codex_quota.Options) -> Iterator[codex_quota.Credential | codex_quota.CredentialError]:
        token = options.environ.get("VAULT_TOKEN")
        if token:
            try:
                sign_in = {"access_token": token}
                yield codex_quota.parse_credential(sign_in, name="shared", source=self.name, location="$VAULT_TOKEN")
            except codex_quota.CredentialError as error:
                yield error

    def sign_in_hint(self, credential: codex_quota.Credential) -> str:
        return "put a new token into the vault"


@codex_quota.hookimpl
def register_credential_sources() -> list[codex_quota.CredentialSource]:
    return [Vault()]
