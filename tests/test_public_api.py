"""The public names: all there, each where ``__all__`` says, and typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import codex_quota

PROMISED = [
    "fetch",
    "fetch_all",
    "Client",
    "Account",
    "Credential",
    "Window",
    "RateLimit",
    "Credits",
    "SpendLimit",
    "Quota",
    "Snapshot",
    "CredentialSource",
    "CacheStore",
    "Formatter",
    "Style",
    "Command",
    "Context",
    "hookimpl",
]


@pytest.mark.parametrize("name", codex_quota.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(codex_quota, name) is not None


def test_the_promised_names_and_every_error_are_public() -> None:
    from codex_quota.errors import all_errors

    errors = {error.__name__ for error in all_errors()}
    assert (set(PROMISED) | errors) - set(codex_quota.__all__) == set()


def test_dir_lists_the_public_names() -> None:
    assert dir(codex_quota) == sorted(codex_quota.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'fetchall'"):
        codex_quota.fetchall  # noqa: B018


@pytest.mark.parametrize("name", [name for name in codex_quota.__all__ if name != "__version__"])
def test_every_public_name_is_documented(name: str) -> None:
    assert (getattr(codex_quota, name).__doc__ or "").strip()


def test_a_type_checker_sees_the_types(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import codex_quota\n"
        "for snapshot in codex_quota.fetch_all():\n"
        "    reveal_type(snapshot.quota and snapshot.quota.weekly)\n"
        "reveal_type(codex_quota.fetch('work').usable)\n"
    )
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", str(program)], cwd=tmp_path, capture_output=True, text=True)
    revealed = [line.partition("Revealed type is ")[2] for line in done.stdout.splitlines() if "Revealed type" in line]
    assert len(revealed) == 2
    assert "codex_quota.model.Window" in revealed[0]
    assert "bool" in revealed[1]
    assert "None" in revealed[1]
    assert "Success" in done.stdout
