"""What is handed out: the wheel holds the package, its data and the manual page, and the source distribution can build it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

import pytest

import codex_quota
from building import Made, build, copy, listed, made
from codex_quota.builtin.cli.manual import manual_parser
from neighbours import FOLDERS, points, project

PACKAGE = Path(codex_quota.__file__).parent
MANUAL = f"codex_quota-{codex_quota.__version__}.data/data/share/man/man1/codex-quota.1"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def wheel(fresh: Made) -> zipfile.ZipFile:
    return zipfile.ZipFile(fresh.wheel)


@pytest.fixture(scope="module")
def manual(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("manual") / "codex-quota.1"
    page.write_bytes(wheel.read(MANUAL))
    return page


def holdings(wheel: zipfile.ZipFile) -> dict[str, set[str]]:
    """The files of a wheel by their first directory."""
    found: dict[str, set[str]] = {}
    for name in wheel.namelist():
        first, _, rest = name.partition("/")
        found.setdefault(first, set()).add(rest)
    return found


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held, version = holdings(wheel), codex_quota.__version__
    files = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert "py.typed" in files
    assert held["codex_quota"] == files
    assert set(held) == {"codex_quota", f"codex_quota-{version}.dist-info", f"codex_quota-{version}.data"}
    assert held[f"codex_quota-{version}.data"] == {"data/share/man/man1/codex-quota.1"}


def test_the_source_distribution_holds_the_project_and_nothing_else(fresh: Made) -> None:
    with tarfile.open(fresh.sdist) as archive:
        names = {Path(one.name.partition("/")[2]) for one in archive.getmembers() if one.isfile()}
    by_setuptools = {name for name in names if name.parts[:2] == ("src", "codex_quota.egg-info")} | {
        Path("PKG-INFO"),
        Path("setup.cfg"),
    }
    wanted = {
        "pyproject.toml",
        "mkdocs.yml",
        "docs/index.md",
        "tests/conftest.py",
        "plugins/README.md",
        ".ci/run",
        "account/README.md",
    }
    assert sorted(names ^ set(listed()) ^ by_setuptools) == []
    assert sorted(set(map(Path, wanted)) - names) == []
    assert [name for name in names if re.search(r"\.auth\.json$|\.pyc$|^\.git/|\.env$", str(name))] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_distribution_in_plugins_builds_a_wheel_with_its_package_and_entry_point(
    fresh: Made, folder: Path, tmp_path: Path
) -> None:
    tree = copy(folder, tmp_path / "copy")
    wheel = zipfile.ZipFile(build(fresh.python, "wheel", tree, tmp_path / "wheel"))
    own, held = project(folder), holdings(wheel)
    package = folder.name.replace("-", "_")
    information = f"{package}-{own['version']}.dist-info"
    files = {str(path.relative_to(tree / "src" / package)) for path in (tree / "src" / package).rglob("*") if path.is_file()}
    assert "py.typed" in files
    assert (set(held), held[package]) == ({package, information}, files)
    text = wheel.read(f"{information}/METADATA").decode()
    metadata = message_from_string(text)
    assert (metadata["Name"], metadata["License-Expression"], metadata["Requires-Python"]) == (folder.name, "MIT", ">=3.11")
    assert metadata["Summary"] == own["description"]
    assert text.partition("\n\n")[2] == (folder / "README.md").read_text(encoding="utf-8")
    needed = [requirement for requirement in metadata.get_all("Requires-Dist", []) if "extra ==" not in requirement]
    assert [one for one in needed if re.match(r"codex[-_]quota\b(?!-)", one)] == []  # another project has that name
    entries = ConfigParser()
    entries.read_string(wheel.read(f"{information}/entry_points.txt").decode())
    assert {section: dict(entries[section]) for section in entries.sections()} == {"codex_quota": points(folder)}
    modules = {value.partition(":")[0].partition(".")[0] for value in points(folder).values()}
    assert modules == {package}


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
