"""Run by ``test_account_files``: a process that saves and renames without end is killed again and again."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from codex_quota import Client
from codex_quota.builtin.dashboard.account_files import AccountFiles

KILLS = 200
DIRECTORY = Path(sys.argv[1])


def sign_in(name: str, number: int) -> str:
    return json.dumps({"access_token": f"token-of-{name}-{number}", "padding": "x" * 20_000})


def save_without_end(done: int) -> None:
    """One line for each change: an account that keeps its name, and one that goes back and forth between two."""
    files = AccountFiles(DIRECTORY, Client(cache="none"))
    name = next(path.name.partition(".")[0] for path in DIRECTORY.glob("*.auth.json") if not path.name.startswith("stays"))
    number = 0
    while True:
        number += 1
        files.save("stays", sign_in("stays", number), "stays")
        os.write(done, b"saved\n")
        other = "here" if name == "there" else "there"
        files.save(other, sign_in("moves", number), name)
        os.write(done, b"moved\n")
        name = other


def look() -> None:
    """Every account is there, whole; one killed between its new name and its old one has both."""
    tokens = {path.name: json.loads(path.read_text())["access_token"] for path in DIRECTORY.glob("*.auth.json")}
    assert tokens.pop("stays.auth.json").startswith("token-of-stays-")
    assert tokens
    assert set(tokens) <= {"here.auth.json", "there.auth.json"}
    assert all(token.startswith("token-of-moves-") for token in tokens.values())
    if len(tokens) == 2:
        (DIRECTORY / "there.auth.json").unlink()


def main() -> None:
    files = AccountFiles(DIRECTORY, Client(cache="none"))
    files.save("stays", sign_in("stays", 0))
    files.save("here", sign_in("moves", 0))
    for kill in range(KILLS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                save_without_end(writing)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as lines:
            for _ in range(kill % 5 + 1):
                assert lines.readline()
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        look()
    print("killed", KILLS)


if __name__ == "__main__":
    main()
