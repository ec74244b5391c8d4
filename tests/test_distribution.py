"""What is handed out: the wheel holds the package, its data and the manual page, and the source distribution can build it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import codex_quota
from codex_quota.builtin.cli.manual import manual_parser

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "codex_quota"
BUILD = "from setuptools import build_meta as build; build.build_sdist('made'); build.build_wheel('made')"
MANUAL = f"codex_quota-{codex_quota.__version__}.data/data/share/man/man1/codex-quota.1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the source distribution and the wheel are, built from a copy with the tools of the extra ``test``."""
    copy = tmp_path_factory.mktemp("distribution") / "checkout"
    copy.mkdir()
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("src", "docs", "tests", "bench", "account"):
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.auth.json")
        shutil.copytree(ROOT / name, copy / name, ignore=left_out)
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "made"


@pytest.fixture(scope="module")
def wheel(made: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(made.glob("*.whl")))


@pytest.fixture(scope="module")
def manual(wheel: zipfile.ZipFile, made: Path) -> Path:
    page = made / "codex-quota.1"
    page.write_bytes(wheel.read(MANUAL))
    return page


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    files = {path.relative_to(SOURCE.parent) for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert Path("codex_quota/py.typed") in files
    assert sorted(files - set(map(Path, wheel.namelist()))) == []


def test_the_program_runs_from_the_wheel_s_files(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "codex_quota", "plugins", "-f", "plain"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert (done.returncode, {row[2] for row in rows}, {row[4] for row in rows}) == (0, {codex_quota.__version__}, {"-"})


def test_the_source_distribution_holds_what_the_build_and_the_tests_need(made: Path) -> None:
    with tarfile.open(next(made.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "docs/reference/manual-sections.txt", "tests/conftest.py", "CHANGELOG.md", "account/README.md"}
    assert sorted(wanted - names) == []
    assert [name for name in names if name.endswith((".auth.json", ".pyc"))] == []


def test_the_manual_page_has_every_option_and_command_once_for_the_whole_program(manual: Path) -> None:
    text = manual.read_text(encoding="utf-8").replace("\\-", "-")
    actions = [action for action in manual_parser()._actions if action.help != "==SUPPRESS=="]
    flags = [flag for action in actions for flag in action.option_strings if flag not in ("-h", "--help")]
    commands = [name for action in actions for name in action.choices or () if isinstance(action.choices, dict)]
    assert "--account-dir" in flags
    assert "accounts" in commands
    assert [flag for flag in flags if f"\\fB{flag}\\fR" not in text] == []
    assert [name for name in commands if f"codex-quota {name}" not in text] == []


def test_the_manual_page_says_what_the_program_is_and_where_to_look(manual: Path) -> None:
    text = manual.read_text(encoding="utf-8").replace("\\-", "-")
    sections = re.findall(r"^\.SH (.*)$", text, flags=re.M)
    assert "codex-quota - show how much ChatGPT Codex quota is left\n" in text
    assert {"NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES"} <= set(sections)


def test_man_has_nothing_to_say_about_the_manual_page(manual: Path) -> None:
    if shutil.which("man") is None:
        assert "CI" not in os.environ, "man is missing"
        pytest.skip("there is no man here")
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""}
    done = subprocess.run(["man", "--warnings", "-l", str(manual)], env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "EXIT STATUS" in done.stdout
