"""The account directory, changed so that no failure ever costs a sign-in that was there before."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import codex_quota
from codex_quota import Client
from codex_quota.wording import natural_key

from .account_errors import AccountExistsError, AccountFileError, ExpiredError, NoSuchAccountError, problem
from .moving import give_name, is_same, remove_former, tidy, write_new, write_over
from .sign_ins import AccountFile, Checked, checked, decoded, described

if TYPE_CHECKING:
    from codex_quota import Snapshot

SUFFIX = ".auth.json"
_TRY_SECONDS = 10.0


class AccountFiles:
    """The files ``<name>.auth.json`` of one directory; thread-safe within this process.

    The methods raise ``CredentialError`` for a name or a sign-in that cannot be used, else ``AccountFileError``.
    A symbolic link is never read or written through; it can only be deleted.
    """

    def __init__(self, directory: Path, client: Client) -> None:
        self.directory = directory
        self.client = client
        self._guard = threading.Lock()
        self._trying = threading.Lock()
        tidy(directory)

    def list(self) -> builtins.list[AccountFile]:
        """Every account file, by name."""
        now, seen = self.client.now(), dict[tuple[str, str], str]()
        files = [described(path, normalize("NFC", path.name.removesuffix(SUFFIX)), now) for path in self._paths()]
        files.sort(key=lambda file: natural_key(file.name))
        for number, file in enumerate(files):
            identity = file.sign_in.account.identity if file.sign_in else None
            if identity is not None and seen.setdefault(identity, file.name) != file.name:
                files[number] = replace(file, same_as=seen[identity])
        return files

    def get(self, name: str) -> AccountFile:
        """One account file."""
        name = codex_quota.check_account_name(name)
        return described(self._existing(name), name, self.client.now())

    def check(self, name: str, text: str | bytes) -> Checked:
        """What a sign-in says about itself."""
        return checked(text, codex_quota.check_account_name(name), self.client.now())

    def save(self, name: str, text: str | bytes, original: str | None = None, *, even_expired: bool = False) -> Checked:
        """Keep a sign-in as account *name*.

        *original* is the account that is edited, and gets the new name; without it there must be no such account yet.
        A sign-in that has ended is refused, unless *even_expired*.
        """
        found = self.check(name, text)
        if found.expired and not even_expired:
            raise ExpiredError
        name, data = found.account.name, text.encode() if isinstance(text, str) else text
        with self._guard:
            old = None if original is None else self._editable(original)
            target = self._target(name, old)
            try:
                if old is not None and is_same(old, target):
                    write_over(old, data)
                    if target != old:
                        old.rename(target)
                else:
                    write_new(target, data)
                    remove_former(old, target)
            except OSError as error:
                raise problem(error, self.directory, name) from None
        return found

    def rename(self, original: str, name: str) -> None:
        """Give an account another name; its file keeps its bytes."""
        name = codex_quota.check_account_name(name)
        with self._guard:
            old = self._editable(original)
            target = self._target(name, old)
            try:
                if is_same(old, target):
                    if target != old:
                        old.rename(target)
                else:
                    give_name(old, target)
                    remove_former(old, target)
                codex_quota.sync_directory(self.directory)
            except OSError as error:
                raise problem(error, self.directory, name) from None

    def delete(self, name: str) -> None:
        """Remove an account file; of a symbolic link only the link itself."""
        name = codex_quota.check_account_name(name)
        with self._guard:
            path = self._existing(name)
            try:
                path.unlink()
                codex_quota.sync_directory(self.directory)
            except OSError as error:
                raise problem(error, self.directory, name) from None

    def try_it(self, text: str | bytes, name: str = "new") -> Snapshot:
        """Ask the service once with a sign-in that is kept nowhere; what goes wrong there is in the snapshot."""
        from .trial import ask_once

        credential = codex_quota.parse_credential(decoded(text), name=codex_quota.check_account_name(name), source="trial")
        if not self._trying.acquire(blocking=False):
            raise AccountFileError(429, "Another sign-in is being tried just now.", "Try again in a few seconds.")
        try:
            return ask_once(credential, self.client, timeout=_TRY_SECONDS)
        finally:
            self._trying.release()

    def _paths(self) -> Iterable[Path]:
        try:
            return [path for path in self.directory.iterdir() if path.name.endswith(SUFFIX) and path.name[0] != "."]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise problem(error, self.directory) from None

    def _find(self, name: str) -> Path | None:
        """The entry of that name, whatever it is; its own file name may be the same letters in another normal form."""
        path = self.directory / f"{name}{SUFFIX}"
        try:
            path.lstat()
        except FileNotFoundError:
            same = (other for other in self._paths() if normalize("NFC", other.name) == path.name)
            return next(same, None)
        except OSError as error:
            raise problem(error, self.directory, name) from None
        return path

    def _existing(self, name: str) -> Path:
        path = self._find(name)
        if path is None:
            raise NoSuchAccountError(name)
        return path

    def _editable(self, name: str) -> Path:
        path = self._existing(codex_quota.check_account_name(name))
        if path.is_symlink():
            raise AccountFileError(
                409, "{name} is a symbolic link, which is not changed from here.", "Change the file that it leads to.", name=name
            )
        return path

    def _target(self, name: str, old: Path | None) -> Path:
        """Where account *name* is to lie; raises ``AccountExistsError`` when that is another account than *old*."""
        path = self._find(name)
        if path is not None and (old is None or not is_same(old, path)):
            raise AccountExistsError(name)
        return path or self.directory / f"{name}{SUFFIX}"
