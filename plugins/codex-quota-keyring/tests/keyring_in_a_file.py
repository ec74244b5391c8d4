"""A keyring backend for tests: entries in a JSON file, and on demand whatever a backend can do wrong."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import warnings
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordSetError


class FileKeyring(KeyringBackend):
    """Reads ``KEYRING_FILE``, notes each call in ``KEYRING_LOG``, and misbehaves as ``KEYRING_DOES`` says."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.path = Path(os.environ["KEYRING_FILE"])
        self.does = os.environ.get("KEYRING_DOES", "")
        if self.does == "not start":
            raise RuntimeError("the daemon is not running")

    def get_password(self, service: str, username: str) -> str | None:
        self._misbehave("get", service, username)
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._misbehave("set", service, username)
        if self.does == "refuse":
            raise PasswordSetError("Cancelled by user")
        if self.does == "leak":
            raise RuntimeError(f"cannot store {password}")
        if self.does != "forget":
            self.path.write_text(json.dumps({**self._entries(), f"{service}/{username}": password}), encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        self._misbehave("delete", service, username)
        entries = self._entries()
        del entries[f"{service}/{username}"]
        self.path.write_text(json.dumps(entries), encoding="utf-8")

    def _entries(self) -> dict[str, str]:
        return dict(json.loads(self.path.read_text(encoding="utf-8"))) if self.path.exists() else {}

    def _misbehave(self, operation: str, service: str, username: str) -> None:
        with Path(os.environ["KEYRING_LOG"]).open("a", encoding="utf-8") as log:
            log.write(f"{operation} {service}/{username}\n")
        if self.does == "hang":
            time.sleep(600)
        if self.does == "stay locked":
            raise KeyringLocked("Failed to unlock the collection!")
        if self.does == "be dismissed":
            raise InitError("Failed to create the collection") from PromptDismissedException("Prompt dismissed.")
        if self.does == "break":
            raise ValueError("no such\nfield")
        if self.does == "exit":
            sys.exit("bye")
        if self.does == "crash":
            os._exit(3)
        if self.does == "chatter":
            print("hello from a backend")
            os.write(1, b"hello from a C library\n")
            warnings.warn("hello from a warning", stacklevel=1)
        if self.does == "leave a thread":
            threading.Thread(target=time.sleep, args=(600,)).start()


class PromptDismissedException(Exception):  # noqa: N818
    """Named like SecretStorage's."""
