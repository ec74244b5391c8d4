"""What can go wrong with a keyring, and that none of it is more than one line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from codex_quota_keyring.asking import Call, Reply, Trouble, ask
from keyring_world import KeyringWorld

TRY = "try once more, or name another backend in PYTHON_KEYRING_BACKEND; 'python -m keyring --list-backends' lists them"
SIGN_IN = '{"tokens": {"access_token": "secret-token"}}'


@pytest.fixture
def world(tmp_path: Path) -> KeyringWorld:
    world = KeyringWorld(tmp_path)
    world.put("work", SIGN_IN)
    return world


def asked(world: KeyringWorld, *, timeout: float = 30.0, unlock: bool = False) -> str | Trouble | None:
    """What comes of asking for the entry of the account ``work``."""
    call = Call("get", "codex-quota", "work")
    (outcome,) = ask([call], environ=world.environ, timeout=timeout, unlock=unlock).outcomes
    return outcome


@pytest.mark.parametrize(
    ("does", "line"),
    [
        ("stay locked", "work: the keyring is locked; unlock it, or be asked for its password with --keyring-unlock"),
        ("be dismissed", "work: the keyring is locked; unlock it, or be asked for its password with --keyring-unlock"),
        ("break", f"work: the keyring (keyring in a file FileKeyring) failed: ValueError: no such field; {TRY}"),
        ("exit", f"work: the keyring (keyring in a file FileKeyring) failed: SystemExit: bye; {TRY}"),
        ("crash", f"work: the keyring failed: its backend ended without an answer; {TRY}"),
        (
            "not start",
            "work: there is no keyring here: RuntimeError: the daemon is not running; "
            "start a Secret Service (GNOME Keyring, KWallet, KeePassXC), or name another backend in PYTHON_KEYRING_BACKEND",
        ),
    ],
)
def test_it_is_one_line_about_the_account(world: KeyringWorld, does: str, line: str) -> None:
    world.extra["KEYRING_DOES"] = does

    ran = world.run("accounts", "-f", "json")

    assert ran.status == 1
    assert [(row["account"], row["status"]) for row in json.loads(ran.out)] == [("work", "credential")]
    assert ran.err == f"{line}\n"


def test_every_account_is_told(world: KeyringWorld) -> None:
    world.put("home", SIGN_IN)
    world.put_codex(SIGN_IN)
    world.extra["KEYRING_DOES"] = "crash"

    ran = world.run("-f", "json")

    results = json.loads(ran.out)["results"]
    assert [(each["account"], each["error"]["code"]) for each in results] == [
        ("codex", "credential"),
        ("home", "credential"),
        ("work", "credential"),
    ]


@pytest.mark.parametrize("does", ["chatter", "leave a thread"])
def test_what_a_backend_does_besides_reaches_nobody(world: KeyringWorld, does: str, capfd: pytest.CaptureFixture[str]) -> None:
    world.extra["KEYRING_DOES"] = does

    ran = world.run("accounts", "-f", "json")

    assert (ran.status, ran.err, [row["account"] for row in json.loads(ran.out)]) == (0, "", ["work"])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_a_keyring_that_hangs_is_left(world: KeyringWorld, way: str) -> None:
    world.extra["KEYRING_DOES"] = "hang"
    words = ["--keyring-timeout", "0.7"] if way == "flag" else []
    world.extra |= {"CODEX_QUOTA_KEYRING_TIMEOUT": "0.7"} if way == "variable" else {}
    began = time.monotonic()

    ran = world.run("accounts", *words)

    assert ran.err == (
        "work: the keyring did not answer within 0.7 s; "
        "answer the window that asks for its password, or wait longer with --keyring-timeout\n"
    )
    assert time.monotonic() - began < 10


def test_a_locked_keyring_that_may_be_unlocked_is_told_otherwise(world: KeyringWorld) -> None:
    world.extra["KEYRING_DOES"] = "stay locked"

    ran = world.run("accounts", "--keyring-unlock")

    assert ran.err == ("work: the keyring stayed locked; unlock it in the desktop's password manager, then run this again\n")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PYTHON_KEYRING_BACKEND": "no.such.Backend"}, "there is no keyring here: ModuleNotFoundError: No module named 'no'"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "there is no keyring here"),
    ],
)
def test_where_no_keyring_is_that_is_told(world: KeyringWorld, environ: dict[str, str], message: str) -> None:
    world.extra |= environ

    outcome = asked(world)

    assert isinstance(outcome, Trouble)
    assert outcome.message == message
    assert "Secret Service" in outcome.hint


def test_without_a_session_bus_there_is_no_keyring(world: KeyringWorld) -> None:
    if sys.platform != "linux":
        pytest.skip("other systems have one without")
    environ = {key: value for key, value in world.environ.items() if not key.startswith("PYTHON_KEYRING")}
    environ |= {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={world.directory}/none", "PYTHONPATH": ""}

    (outcome,) = ask([Call("get", "codex-quota", "work")], environ=environ, timeout=30, unlock=False).outcomes

    assert isinstance(outcome, Trouble)
    assert (outcome.kind, outcome.message) == ("no_keyring", "there is no keyring here")


def test_a_missing_library_is_told(world: KeyringWorld) -> None:
    (world.directory / "keyring.py").write_text("raise ModuleNotFoundError('No module named keyring')", encoding="utf-8")
    world.extra["PYTHONPATH"] = str(world.directory)

    assert asked(world) == Trouble(
        "no_library",
        "the Python library keyring is missing",
        "install it beside codex-quota: pipx inject codex-quota keyring",
    )


def test_an_interpreter_that_cannot_be_started_is_told(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(world.directory / "python"))

    outcome = asked(world)

    assert isinstance(outcome, Trouble)
    assert outcome.message == "the keyring failed: Python cannot be started: No such file or directory"


def test_what_a_backend_complains_about_holds_no_token(world: KeyringWorld) -> None:
    world.extra["KEYRING_DOES"] = "leak"
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJlLW9mLWEtdG9rZW4"

    ran = world.run("keyring", "add", "other", stdin=json.dumps({"access_token": token}))

    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "RuntimeError: cannot store" in ran.err
    assert [piece for piece in token.split(".") if piece in ran.err] == []


def test_nothing_secret_stands_in_a_repr() -> None:
    call, reply = Call("set", "codex-quota", "work", SIGN_IN), Reply("backend", (SIGN_IN,))

    assert "secret" not in repr((call, reply))


def test_one_process_reads_all_entries(world: KeyringWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    run = subprocess.run

    def counted(words: list[str], **options: object) -> object:
        started.append(words)
        return run(words, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    for name in ("a", "b", "c"):
        world.put(name, SIGN_IN)

    assert world.run("accounts").status == 0
    assert len(started) == 1
    assert "secret" not in "".join(started[0])


def test_the_plugin_alone_imports_nothing_heavy() -> None:
    heavy = {"keyring", "subprocess", "json", "secretstorage", "httpx", "hashlib", "tomllib"}
    code = f"import sys; sys.path[:0] = {sys.path!r}; import codex_quota_keyring; print(*sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
