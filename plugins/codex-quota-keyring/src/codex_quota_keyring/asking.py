"""The way to the keyring library, which lives in a process of its own; see ``_child``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from codex_quota import CredentialError, one_line

CHILD = Path(__file__).with_name("_child.py")
OWN_SERVICE = "codex-quota"
CODEX_SERVICE = "Codex Auth"


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to do with one entry; ``value`` is what to set."""

    operation: Literal["get", "set", "delete"]
    service: str
    account: str
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an entry cannot be had; ``kind`` is locked, absent, no_library, no_keyring, no_answer or failed."""

    kind: str
    message: str
    hint: str

    def error(self, account: str | None = None) -> CredentialError:
        """A new error that says so about *account*."""
        return CredentialError(self.message, hint=self.hint, account=account)


@dataclass(frozen=True, slots=True)
class Reply:
    """The keyring's name, and for each call what was found: an entry's text, "kept" or "deleted", None for no entry."""

    backend: str
    outcomes: tuple[str | Trouble | None, ...] = field(repr=False)


def ask(calls: Sequence[Call], *, environ: Mapping[str, str], timeout: float, unlock: bool) -> Reply:
    """Make all *calls*, within *timeout* seconds, and with *unlock* False without opening a window where the keyring tells.

    Never raises for what goes wrong with the keyring: the outcomes say it.
    """
    import json
    import subprocess

    path = [place for place in sys.path if Path(place).is_absolute()]
    wanted = [(call.operation, call.service, call.account, call.value) for call in calls]
    request = json.dumps({"path": path, "unlock": unlock, "calls": wanted}).encode()
    try:
        done = subprocess.run(  # noqa: S603 - this very interpreter with a file of this package
            [sys.executable, "-P", str(CHILD)],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=timeout,
            check=False,
        )
        answer = json.loads(done.stdout)
        backend = one_line(answer.get("backend", ""))
        found = [_outcome(each, unlock, backend) for each in answer.get("outcomes", [answer])]
    except subprocess.TimeoutExpired:
        found, backend = [_no_answer(timeout)], ""
    except OSError as error:
        found, backend = [_failed(f"Python cannot be started: {error.strerror or 'unknown reason'}")], ""
    except ValueError:
        found, backend = [_failed("its backend ended without an answer")], ""
    return Reply(backend, tuple(found) if len(found) == len(calls) else (found[0],) * len(calls))


def _outcome(outcome: Mapping[str, Any], unlock: bool, backend: str) -> str | Trouble | None:
    if "error" in outcome:
        return _trouble(outcome, unlock, backend)
    value: str | None = outcome["value"]
    return value


def _trouble(answer: Mapping[str, Any], unlock: bool, backend: str = "") -> Trouble:
    kind, text = answer["error"], answer["text"]
    if kind == "locked":
        return _locked(unlock)
    if kind == "absent":
        hint = "open the password database, or make a default keyring in the desktop's password manager"
        return Trouble(kind, "no keyring is open here", hint)
    if kind == "no_library":
        return Trouble(
            kind, "the Python library keyring is missing", "install it beside codex-quota: pipx inject codex-quota keyring"
        )
    if kind == "no_keyring":
        reason = "" if text.startswith("NoKeyringError") else f": {text}"
        hint = "start a Secret Service (GNOME Keyring, KWallet, KeePassXC), or name another backend in PYTHON_KEYRING_BACKEND"
        return Trouble(kind, f"there is no keyring here{reason}", hint)
    return _failed(text, backend)


def _locked(asked: bool) -> Trouble:
    if asked:
        return Trouble("locked", "the keyring stayed locked", "unlock it in the desktop's password manager, then run this again")
    return Trouble("locked", "the keyring is locked", "unlock it, or be asked for its password with --keyring-unlock")


def _no_answer(timeout: float) -> Trouble:
    hint = "answer the window that asks for its password, or wait longer with --keyring-timeout"
    return Trouble("no_answer", f"the keyring did not answer within {timeout:g} s", hint)


def _failed(reason: str, backend: str = "") -> Trouble:
    name = f" ({backend})" if backend else ""
    hint = "try once more, or name another backend in PYTHON_KEYRING_BACKEND; 'python -m keyring --list-backends' lists them"
    return Trouble("failed", f"the keyring{name} failed: {reason}", hint)
