"""The state file survives what happens to files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from codex_quota import Account, Quota, Snapshot
from codex_quota.builtin.dashboard.state import StateFile, document, masked

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE = Snapshot(account=Account(name="a", source="test", email="me@example.com"), quota=Quota(plan="plus"), fetched_at=NOW)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "sub" / "state.json")
    assert state.save(document([ONE], NOW, emails=True)) is None
    (loaded,), problem = state.load()
    assert (loaded.account.name, loaded.account.email, loaded.plan, problem) == ("a", "me@example.com", "plus", None)
    assert state.path.stat().st_mode & 0o777 == 0o600


def test_no_state_is_no_problem(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "state.json").load() == ([], None)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"schema_version": 99, "results": []}', b"\xff\xfe"])
def test_a_state_that_cannot_be_read_is_set_aside(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(text)
    snapshots, problem = StateFile(path).load()
    assert snapshots == []
    assert problem is not None
    assert "kept as state.json.corrupt" in problem
    assert (tmp_path / "state.json.corrupt").read_bytes() == text
    assert not path.exists()


def test_a_state_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    problem = StateFile(tmp_path / "taken" / "state.json").save(b"{}")
    assert problem is not None
    assert "cannot be kept" in problem
    assert "--state-file" in problem


def test_e_mail_addresses_are_masked(tmp_path: Path) -> None:
    results = json.loads(document([ONE], NOW, emails=False))["results"]
    assert results[0]["email"] == "m…@example.com"


@pytest.mark.parametrize(
    ("email", "shown"), [("me@example.com", "m…@example.com"), ("x", "…"), ("", None), (None, None), ("@x", "…@x")]
)
def test_masking(email: str | None, shown: str | None) -> None:
    assert masked(email) == shown
