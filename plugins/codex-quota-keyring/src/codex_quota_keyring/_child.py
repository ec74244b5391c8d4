"""Asks the keyring library, in a process of its own: a request on stdin, one answer on stdout, both JSON.

A backend may hang, crash or print, and reads the environment of its process; here none of this reaches the program.
Run as a file, so that it needs nothing but the standard library and ``keyring``.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import closing
from typing import Any

_KINDS = {
    "KeyringLocked": "locked",
    "LockedException": "locked",
    "PromptDismissedException": "locked",
    "NoKeyringError": "no_keyring",
}
_SECRET = re.compile(r"[A-Za-z0-9_./+=-]{40,}")
_LONGEST = 200


def main() -> None:
    """Answer the one request and end at once, whatever threads and exit handlers a backend leaves behind."""
    request = json.load(sys.stdin.buffer)
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        answer.write(json.dumps(_answer(request)).encode())
    os._exit(0)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    sys.path += [place for place in request["path"] if place not in sys.path]
    try:
        import keyring
    except ImportError as error:
        return _failure(error, "no_library")
    try:
        backend = keyring.get_keyring()
    except (Exception, SystemExit) as error:
        return _failure(error, "no_keyring")
    try:
        closed = "" if request["unlock"] else _closed(backend)
    except (Exception, SystemExit) as error:
        return _failure(error)
    if closed:
        return {"error": closed, "text": ""}
    return {"backend": backend.name, "outcomes": [_outcome(backend, *call) for call in request["calls"]]}


def _closed(backend: Any) -> str:  # noqa: ANN401
    """Why looking into the keyring would open a window: "locked" or "absent"; only the Secret Service tells beforehand."""
    from keyring.backends import SecretService

    for one in getattr(backend, "backends", (backend,)):
        if not isinstance(one, SecretService.Keyring):
            continue
        import secretstorage

        path = getattr(one, "preferred_collection", None)
        with closing(secretstorage.dbus_init()) as bus:
            try:
                collection = secretstorage.Collection(bus, path) if path else secretstorage.Collection(bus)
                if collection.is_locked():
                    return "locked"
            except secretstorage.ItemNotFoundException:
                # the library would make what is missing, and ask for a password for it
                return "absent"
    return ""


def _outcome(backend: Any, operation: str, service: str, account: str, value: str | None) -> dict[str, Any]:  # noqa: ANN401
    try:
        if operation == "set":
            backend.set_password(service, account, value)
            return {"value": "kept" if backend.get_password(service, account) == value else None}
        found = backend.get_password(service, account)
        if operation == "delete" and found is not None:
            backend.delete_password(service, account)
            found = "deleted"
        return {"value": found if found is None else str(found)}
    except (Exception, SystemExit) as error:
        return _failure(error)


def _failure(error: BaseException, kind: str = "failed") -> dict[str, Any]:
    """What went wrong, without anything that is long enough to be a token."""
    cause: BaseException | None = error
    while cause is not None:
        names = [cls.__name__ for cls in type(cause).__mro__]
        kind = next((_KINDS[name] for name in names if name in _KINDS), kind)
        cause = cause.__cause__
    return {"error": kind, "text": _SECRET.sub("…", f"{type(error).__name__}: {error}")[:_LONGEST]}


if __name__ == "__main__":
    main()
