"""The state file and its lock, which hold between processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import codex_quota
from codex_quota import PluginError, one_line

from .records import State
from .serial import dump_state, load_state

_POLL = 0.05


def load(path: Path, *, look: bool = False) -> tuple[State, str | None]:
    """The state kept in *path*, and in words what was wrong with it; a damaged file is set aside and not lost.

    With *look* it stays where it is.
    Raises ``PluginError`` when it cannot be set aside either.
    """
    try:
        text = codex_quota.read_regular(path, limit=16 << 20).decode()
    except FileNotFoundError:
        return State(), None
    except OSError as error:
        raise PluginError(
            f"alerts are not sent, because the state {path} cannot be read: {_reason(error)}", hint="check its mode and owner"
        ) from None
    except ValueError as error:
        return State(), _set_aside(path, str(error), look=look)
    try:
        return load_state(text), None
    except ValueError as error:
        return State(), _set_aside(path, str(error), look=look)


def save(path: Path, state: State, now: datetime) -> None:
    """Keep *state*, wholly or not at all; raises ``PluginError`` when that is not possible."""
    try:
        codex_quota.write_private(path, dump_state(state, now))
    except OSError as error:
        raise PluginError(
            f"alerts are not sent, because the state cannot be kept in {path}: {_reason(error)}",
            hint="check space and permissions, or set CODEX_QUOTA_NOTIFY_STATE",
        ) from None


@contextmanager
def lock(path: Path, patience: float) -> Iterator[bool]:
    """Hold *path*'s lock against every other process; entered with False when *patience* seconds were not enough.

    It ends with the process that holds it, however that ends. Where the file system knows no locks, everybody goes ahead.
    """
    deadline = time.monotonic() + patience
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield True
        return
    try:
        while not (held := _try_lock(descriptor)) and time.monotonic() < deadline:
            time.sleep(_POLL)
        yield held
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _set_aside(path: Path, reason: str, *, look: bool) -> str:
    if look:
        return f"the state {path} is damaged ({one_line(reason)}); the next alerts begin anew"
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except OSError as error:
        raise PluginError(
            f"alerts are not sent, because the state {path} is damaged and cannot be set aside: {_reason(error)}",
            hint="remove it",
        ) from None
    return f"the state {path} was damaged ({one_line(reason)}) and is kept as {aside.name}; alerts begin anew"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
