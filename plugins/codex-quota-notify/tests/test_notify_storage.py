"""The state file: private, whole, versioned, set aside when it is damaged, and one program at a time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from codex_quota_notify.records import State
from codex_quota_notify.storage import load, lock, save
from notify_story import DAY, Story, after, failure, reading, window

from codex_quota import PluginError, UnauthorizedError


def some_state() -> State:
    """A state with something of everything in it."""
    story = Story()
    low = window("weekly", 15, 3 * DAY)
    story.hear(0, reading(0, low, ids=("team", "me"), token_ends=DAY), failure(UnauthorizedError("x"), name="home"))
    story.send(0, fails={1: True})
    story.hear(60, reading(60, window("weekly", 99, 3 * DAY)), failure(UnauthorizedError("x"), name="away"))
    story.send(60)
    story.hear(120, reading(120, window("five_hour", 3, 200), name="new"))
    return story.state


def test_a_state_comes_back_from_a_private_file(tmp_path: Path) -> None:
    path, state = tmp_path / "below" / "notify.json", some_state()
    save(path, state, after(120))
    assert load(path) == (state, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["notify.json"]
    assert state.accounts["work"].doubt is not None
    assert state.sent != ()


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "notify.json") == (State(), None)


DAMAGED = {
    "empty": "",
    "cut off": '{"schema_version": 1, "acc',
    "a list": "[]",
    "null": "null",
    "no key": '{"schema_version": 1}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_and_told_of_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notify.json"
    path.write_text(text, encoding="utf-8")
    state, told = load(path, look=True)
    assert state == State()
    assert told is not None
    assert path.exists()
    state, told = load(path)
    assert state == State()
    assert told is not None
    assert told.startswith(f"the state {path} was damaged (")
    assert told.endswith(") and is kept as notify.json.damaged; alerts begin anew")
    assert (tmp_path / "notify.json.damaged").read_text(encoding="utf-8") == text
    assert load(path) == (State(), None)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 2),
        ("accounts", []),
        ("accounts", {"work": 1}),
        ("accounts", {"work": {"heard_at": "2026-11-22T12:00:00"}}),
        ("seen", {"schema_version": 7}),
        ("pending", [{"rule": "lower"}]),
        ("targets", {"x": {"failures": "many", "next_try": "2026-11-22T12:00:00Z"}}),
        ("sent", [1]),
        ("told", 1),
    ],
)
def test_a_file_with_something_else_in_it_is_damaged(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "notify.json"
    save(path, some_state(), after(120))
    record = json.loads(path.read_text(encoding="utf-8")) | {key: value}
    path.write_text(json.dumps(record), encoding="utf-8")
    state, told = load(path)
    assert (state, told is None) == (State(), False)


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert load(path)[1] is not None


def test_a_file_that_cannot_be_read_stops_the_alerts_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    path.mkdir()
    with pytest.raises(PluginError) as caught:
        load(path)
    expected = (
        f"alerts are not sent, because the state {path} cannot be read: is a directory, not a file; check its mode and owner"
    )
    assert caught.value.line() == expected


def test_a_place_that_cannot_be_written_stops_the_alerts_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    path = tmp_path / "file" / "notify.json"
    with pytest.raises(PluginError) as caught:
        save(path, State(), after(0))
    assert caught.value.message.startswith(f"alerts are not sent, because the state cannot be kept in {path}: ")


def test_one_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "below" / "notify.json"
    with lock(path, 0) as first, lock(path, 0.1) as second:
        assert (first, second) == (True, False)
    with lock(path, 0) as again:
        assert again is True
    (beside,) = path.parent.iterdir()
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_who_waits_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    path, waiting, got = tmp_path / "notify.json", threading.Event(), list[bool]()

    def wait() -> None:
        waiting.set()
        with lock(path, 10) as held:
            got.append(held)

    other = threading.Thread(target=wait, daemon=True)
    with lock(path, 0):
        other.start()
        assert waiting.wait(10)
        assert got == []
    other.join(10)
    assert got == [True]


def test_a_process_that_is_killed_holds_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    code = "import sys; from pathlib import Path; from codex_quota_notify.storage import lock\n"
    code += "with lock(Path(sys.argv[1]), 0) as held: print(held, flush=True); sys.stdin.read()"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        with lock(path, 0) as held:
            assert held is False
        process.kill()
        process.wait()
    with lock(path, 5) as held:
        assert held is True
