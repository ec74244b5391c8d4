"""Credential source ``directory``: one file ``<name>.auth.json`` for each account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import codex_quota
from codex_quota import Credential, CredentialError, CredentialInvalidError, Options

SUFFIX = ".auth.json"


class Directory(codex_quota.CredentialSource):
    """The account directory (``--account-dir``); hidden files, backups and anything else in it are not accounts."""

    name = "directory"
    summary = "one sign-in file <name>.auth.json for each account in the account directory"

    def credentials(self, options: Options) -> Iterator[Credential | CredentialError]:
        """Each account file, read; two files whose names are the same once normalised are one account and one error."""
        files: dict[str, Path] = {}
        misnamed: list[CredentialError] = []
        for path in self._files(options.account_dir):
            raw = path.name.removesuffix(SUFFIX)
            try:
                name = codex_quota.check_account_name(raw)
                if name in files:
                    raise CredentialInvalidError(
                        f"{path.name!r} and {files[name].name!r} are the same account name",
                        account=name,
                        hint="rename one of them",
                    )
                files[name] = path
            except CredentialError as error:
                error.account = error.account or codex_quota.one_line(raw)
                misnamed.append(error)
        for found in codex_quota.read_credentials(files, source=self.name):
            if isinstance(found, CredentialInvalidError):
                found.hint = found.hint.replace("sign in again with 'codex login'", self._again(files[found.account or ""]))
            yield found
        yield from misnamed

    def reread(self, credential: Credential, options: Options) -> Credential | CredentialError | None:
        """Only this account's file."""
        path = Path(credential.location or "")
        try:
            return codex_quota.read_credential(path, name=credential.account.name, source=self.name)
        except CredentialError as error:
            return error

    def sign_in_hint(self, credential: Credential) -> str:
        """Signing in leaves the new sign-in in the Codex home, from where it has to be copied."""
        return self._again(credential.location)

    @staticmethod
    def _again(place: object) -> str:
        return f"sign in again with 'codex login', then copy ~/.codex/auth.json to {place}"

    @staticmethod
    def _files(directory: Path) -> list[Path]:
        try:
            return sorted(p for p in directory.iterdir() if p.name.endswith(SUFFIX) and not p.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise CredentialInvalidError(
                f"account directory {directory} cannot be read: {(error.strerror or 'unknown reason').lower()}",
                hint="check --account-dir and its mode",
            ) from None


@codex_quota.hookimpl
def register_credential_sources() -> Iterable[codex_quota.CredentialSource]:
    """The account directory."""
    return [Directory()]
