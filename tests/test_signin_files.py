"""Sign-in files on disk: whole, half-written, broken, and not files at all."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codex_quota.errors import CodexQuotaError, CredentialInvalidError, NotChatGPTLoginError
from codex_quota.model import Credential
from codex_quota.signin import read_credential
from signins import CODEX, TOKEN, assert_tells_nothing


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; none of them takes time."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def read(path: Path) -> Credential:
    return read_credential(path, name="work", source="directory")


def unreadable(path: Path) -> CodexQuotaError:
    with pytest.raises(CredentialInvalidError) as raised:
        read(path)
    assert_tells_nothing(raised.value)
    assert raised.value.account == "work"
    assert str(path) in raised.value.message
    return raised.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_is_read_in_whatever_encoding_an_editor_left_it(tmp_path: Path, encoding: str, pauses: list[float]) -> None:
    path = tmp_path / "work.auth.json"
    path.write_bytes(json.dumps({"tokens": {"access_token": TOKEN}, "note": "é"}, ensure_ascii=False).encode(encoding))
    assert (read(path).access_token, read(path).location, pauses) == (TOKEN, str(path), [])


HALF = json.dumps({"note": "é", **CODEX}, ensure_ascii=False).encode()


@pytest.mark.parametrize("written", [0, 1, HALF.index(b"\xc3") + 1, 100, len(HALF) - 1])
def test_a_file_that_is_being_rewritten_is_read_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    path = tmp_path / "work.auth.json"
    pauses: list[float] = []
    path.write_bytes(HALF[:written])

    def complete(seconds: float) -> None:
        pauses.append(seconds)
        path.write_bytes(HALF)

    monkeypatch.setattr(time, "sleep", complete)
    assert read(path).access_token == TOKEN
    assert len(pauses) == 1
    assert 0 < pauses[0] <= 0.5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (HALF[:-1], "is cut off or is not JSON"),
        (b"sesame", "is cut off or is not JSON"),
        (b'"sesame\xff"', "is cut off or is not JSON"),
        (b"[" * 100_000, "is cut off or is not JSON"),
        (b'{"sesame": ' + b"9" * 5000 + b"}", "is cut off or is not JSON"),
    ],
    ids=["empty", "blank", "mark alone", "cut", "text", "bytes", "deep", "long number"],
)
def test_a_file_that_stays_broken_is_an_error(tmp_path: Path, content: bytes, words: str, pauses: list[float]) -> None:
    path = tmp_path / "work.auth.json"
    path.write_bytes(content)
    assert unreadable(path).message == f"{path} {words}"
    assert len(pauses) <= 1


def test_a_file_that_is_whole_but_no_sign_in_is_not_read_twice(tmp_path: Path, pauses: list[float]) -> None:
    path = tmp_path / "work.auth.json"
    path.write_text('{"OPENAI_API_KEY": "sk-secret"}')
    with pytest.raises(NotChatGPTLoginError) as raised:
        read(path)
    assert (raised.value.account, pauses) == ("work", [])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a directory, not a file"),
        (os.mkfifo, "is a special file, not a file"),
        (lambda path: path.symlink_to(path), "cannot be read: too many levels of symbolic links"),
        (lambda path: None, "cannot be read: no such file or directory"),
        (lambda path: path.write_bytes(b" " * ((1 << 20) + 1)), "is larger than 1 MiB"),
    ],
    ids=["directory", "fifo", "loop", "missing", "huge"],
)
def test_a_path_that_cannot_be_read_says_why(
    tmp_path: Path, make: Callable[[Path], object], words: str, pauses: list[float]
) -> None:
    path = tmp_path / "work.auth.json"
    make(path)
    error = unreadable(path)
    assert (error.message, error.hint, pauses) == (f"{path} {words}", "check what it is, who owns it and its mode (0600)", [])


def test_a_file_of_somebody_else_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "work.auth.json"

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refused)
    assert unreadable(path).message == f"{path} cannot be read: permission denied"
