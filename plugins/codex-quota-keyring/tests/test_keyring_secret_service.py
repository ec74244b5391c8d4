"""A real Secret Service: GNOME Keyring on a session bus of its own, without a screen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from codex_quota_keyring.codex_homes import store_key
from codex_quota_keyring.own import names
from keyring_world import KEYRING_MODE, KeyringWorld

from codex_quota.simulated import SimulatedService

NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
SESSION = """
printf '%s\\n' "$DBUS_SESSION_BUS_ADDRESS"
read -r until_the_test_is_over
"""
UNLOCK = 'printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >&2 || exit 1\n'
PROMPTER = "org.gnome.keyring.SystemPrompter"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose every place is new, and where whatever would open a window leaves a mark and hangs."""
    if sys.platform != "linux":
        pytest.skip("GNOME Keyring is started on Linux alone")
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        reason = f"{' and '.join(missing)} missing: install dbus-daemon and gnome-keyring"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    home = tmp_path / "home"
    places = {
        "HOME": home,
        "XDG_RUNTIME_DIR": tmp_path / "run",
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
    }
    for place in places.values():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    window = tmp_path / "window"
    window.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/window-was-opened\nexec sleep 600\n", encoding="utf-8")
    window.chmod(0o700)
    services = home / "data" / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / f"{PROMPTER}.service").write_text(f"[D-BUS Service]\nName={PROMPTER}\nExec={window}\n", encoding="utf-8")
    found = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "KEYRING_PASSWORD": "open"}
    return {**found, **{name: str(place) for name, place in places.items()}}


@contextmanager
def session(environ: dict[str, str], script: str) -> Iterator[dict[str, str]]:
    """The environment of a session with a bus of its own; it ends with the block, and with it whatever *script* started."""
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert address, "the session did not start"
        try:
            yield {**environ, "DBUS_SESSION_BUS_ADDRESS": address}
        finally:
            running.stdin.close()
            running.wait(timeout=20)


@pytest.fixture
def world(environ: dict[str, str], tmp_path: Path) -> Iterator[KeyringWorld]:
    """A world with an open keyring, and with the service."""
    with session(environ, UNLOCK + SESSION) as extra, SimulatedService() as service:
        world = KeyringWorld(tmp_path, service, extra, real=True)
        yield world
        if window_was_opened(world):
            with suppress(ProcessLookupError):
                os.kill(int((tmp_path / "window-was-opened").read_text(encoding="utf-8")), signal.SIGKILL)


@contextmanager
def collection(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The keyring, as another program sees it."""
    secretstorage = pytest.importorskip("secretstorage")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", world.extra["DBUS_SESSION_BUS_ADDRESS"])
    with closing(secretstorage.dbus_init()) as bus:
        yield secretstorage.get_default_collection(bus)


def lock(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    with collection(world, monkeypatch) as keyring:
        keyring.lock()
        assert keyring.is_locked()


def unlock(keyring: Any, password: bytes) -> None:
    """What the window of GNOME Keyring does with a right password, without the window."""
    from secretstorage.util import DBusAddressWrapper, format_secret, open_session

    bus, service = keyring.connection, "/org/freedesktop/secrets"
    inside = DBusAddressWrapper(service, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", bus)
    (path,) = DBusAddressWrapper(service, "org.freedesktop.Secret.Service", bus).call("ReadAlias", "s", "default")
    inside.call("UnlockWithMasterPassword", "o(oayays)", path, format_secret(open_session(bus), password, "text/plain"))
    assert not keyring.is_locked()


def window_was_opened(world: KeyringWorld) -> bool:
    return (world.directory / "window-was-opened").exists()


def add(world: KeyringWorld, name: str, weekly: float = 0) -> str:
    """Put a new account of the service into the keyring, with the program; returns its sign-in."""
    assert world.service is not None
    auth_json = world.service.add(name, weekly=weekly).auth_json()
    ran = world.run("keyring", "add", name, stdin=auth_json)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{name}: added to the keyring (SecretService Keyring)")
    return auth_json


def test_the_entry_that_codex_writes_is_read(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.service is not None
    home = world.codex_home(KEYRING_MODE)
    live = world.service.add("live", weekly=80)
    # what the keyring library of the official client writes on Linux
    attributes = {"service": "Codex Auth", "username": store_key(home), "target": "default", "application": "rust-keyring"}
    with collection(world, monkeypatch) as keyring:
        keyring.create_item("keyring-rs", attributes, live.auth_json().encode())

    results = json.loads(world.run("-f", "json").out)["results"]

    assert [(each["account"], each["weekly"]["used_percent"]) for each in results] == [("codex", 80)]


def test_own_entries_go_in_and_out(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = {name: add(world, name, weekly=use) for name, use in (("北京 2", 30), ("work", 60))}

    listed = world.run("keyring", "list")
    results = json.loads(world.run("-f", "json").out)["results"]
    with collection(world, monkeypatch) as keyring:
        items = {item.get_attributes()["username"]: item.get_secret().decode() for item in keyring.get_all_items()}
    removed = world.run("keyring", "remove", "北京 2")
    with collection(world, monkeypatch) as keyring:
        left = [item.get_attributes()["username"] for item in keyring.get_all_items()]

    assert [line.split("\t")[0] for line in listed.out.splitlines()[1:]] == ["work", "北京 2"]
    assert [(each["account"], each["weekly"]["used_percent"]) for each in results] == [("work", 60), ("北京 2", 30)]
    assert sorted(items) == ["work", "北京 2"]
    for name, auth_json in signed_in.items():
        tokens = json.loads(auth_json)["tokens"]
        assert tokens["access_token"] in items[name]
        assert tokens["refresh_token"] not in items[name]
    assert (removed.status, removed.out, left) == (0, "北京 2: removed from the keyring\n", ["work"])
    assert not window_was_opened(world)


def test_a_locked_keyring_is_told_and_no_window_opens(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, "work")
    lock(world, monkeypatch)

    ran = world.run("accounts")

    assert (ran.status, ran.err) == (
        1,
        "work: the keyring is locked; unlock it, or be asked for its password with --keyring-unlock\n",
    )
    assert not window_was_opened(world)


def test_once_it_is_unlocked_it_is_read(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, "work")
    lock(world, monkeypatch)
    assert world.run("accounts").status == 1

    with collection(world, monkeypatch) as keyring:
        unlock(keyring, b"open")

    assert world.run("accounts").status == 0


def test_a_window_that_nobody_answers_is_left(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, "work")
    lock(world, monkeypatch)

    ran = world.run("accounts", "--keyring-unlock", "--keyring-timeout", "3")

    assert (ran.status, ran.err) == (
        1,
        "work: the keyring did not answer within 3 s; "
        "answer the window that asks for its password, or wait longer with --keyring-timeout\n",
    )
    assert window_was_opened(world)


def test_where_no_window_can_open_it_stays_locked(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, "work")
    lock(world, monkeypatch)
    (world.directory / "window").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")

    ran = world.run("accounts", "--keyring-unlock")
    another = world.run("keyring", "add", "other", stdin='{"access_token": "secret"}')

    assert ran.err == ("work: the keyring stayed locked; unlock it in the desktop's password manager, then run this again\n")
    assert another.err == (
        "codex-quota: other: the keyring stayed locked; unlock it in the desktop's password manager, then run this again\n"
    )
    assert names(world.environ) == ["work"]


def test_a_keyring_that_was_never_made_is_not_made_by_reading(environ: dict[str, str], tmp_path: Path) -> None:
    start = "gnome-keyring-daemon --start --components=secrets >&2 || exit 1\n"
    with session(environ, start + SESSION) as extra:
        world = KeyringWorld(tmp_path, extra=extra, real=True)
        world.codex_home(KEYRING_MODE)

        ran = world.run("accounts")

    assert ran.err == (
        "codex: no keyring is open here; "
        "open the password database, or make a default keyring in the desktop's password manager\n"
    )
    assert not window_was_opened(world)
