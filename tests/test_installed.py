"""The wheel, built from the source distribution and installed, does what the checkout does: most of the tests run against it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

import codex_quota
from building import Made, build, copy, environment, install, made, run
from neighbours import FOLDERS, points

LEFT_OUT = (
    # about the checkout, the image or the building itself
    "tests/browser",
    "tests/test_container.py",
    "tests/test_container_entrypoint.py",
    "tests/test_distribution.py",
    "tests/test_installed.py",
    "tests/test_quality.py",
    "tests/test_site.py",
    "tests/test_docs.py::test_every_link_within_the_repository_leads_somewhere",  # some lead into src/
    "tests/test_docs.py::test_every_other_python_block_of_a_page_runs_and_has_its_types_right",
    "tests/test_plugin_page.py::test_whoever_does_what_the_page_says_has_an_installed_and_tested_plugin",
    # slow, and the same however the package came here, as everything is that hypothesis tries
    "tests/builtin/cli/test_streams.py",
    "tests/builtin/dashboard/test_account_files.py",
    "tests/builtin/dashboard/test_openapi.py",
    "tests/builtin/dashboard/test_reading_routes.py",
    "tests/test_examples.py::test_a_type_checker_has_nothing_to_say",
    "tests/test_no_secret.py",
)
PLUGINS = ("-p", "codex_quota_proof", "-p", "no:cacheprovider")
PARTS = {"builtin": ["tests/builtin"], "rest": ["tests", "--ignore=tests/builtin"]}
AT_LEAST = 3000
PROOF = """
import sys
from pathlib import Path

import codex_quota

PLACE = Path(codex_quota.__file__).parent


def pytest_terminal_summary(terminalreporter):
    files = {str(module.__file__) for name, module in list(sys.modules.items()) if name.split(".")[0] == "codex_quota"}
    elsewhere = [file for file in files if PLACE not in Path(file).parents]
    terminalreporter.write_line(f"from {PLACE}: {len(files)} modules, elsewhere: {elsewhere}")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def runs(installed: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each part of the tests said, run at the same time beside the installed package, without its sources."""
    place = tmp_path_factory.mktemp("without-sources") / "project"
    shutil.copytree(
        installed.tree, place, ignore=lambda folder, names: {"src", "build"} if Path(folder) == installed.tree else set()
    )
    packages = run(installed.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip()
    (Path(packages) / "codex_quota_proof.py").write_text(PROOF, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH", "COV"))}
    left_out = [f"--deselect={one}" if "::" in one else f"--ignore={one}" for one in LEFT_OUT]
    said = {name: place.parent / f"{name}.txt" for name in PARTS}
    with ExitStack() as ending:
        for name, words in PARTS.items():
            line: list[str | Path] = [installed.python, "-m", "pytest", *words, *left_out, "-m", "not hypothesis", *PLUGINS]
            line.append(f"--basetemp={place.parent / name}")
            output = ending.enter_context(said[name].open("w"))
            process = subprocess.Popen(line, cwd=place, env=environ, stdout=output, stderr=subprocess.STDOUT)
            ending.callback(process.wait)
    return {name: path.read_text(encoding="utf-8") for name, path in said.items()}


@pytest.mark.parametrize("part", PARTS)
def test_the_tests_pass_against_the_installed_wheel(installed: Made, runs: dict[str, str], part: str) -> None:
    end = "\n".join(runs[part].splitlines()[-60:])
    place = re.search(r"^from (\S+): (\d+) modules, elsewhere: \[\]$", runs[part], flags=re.M)
    assert place is not None, end
    assert Path(place[1]).is_relative_to(installed.python.parent.parent), end
    assert int(place[2]) > 50
    assert re.search(r"^\d+ passed(, \d+ (skipped|deselected|warnings?))* in ", end, flags=re.M), end


def test_what_is_left_out_is_there() -> None:
    """Else a test that has got another name would be left out no longer, or a file for nothing."""
    root = Path(__file__).parent.parent
    parts = [one.partition("::") for one in LEFT_OUT]
    assert [file for file, _, name in parts if not (root / file).exists()] == []
    assert [name for file, _, name in parts if name and f"def {name}(" not in (root / file).read_text(encoding="utf-8")] == []


def test_these_are_most_of_the_tests(runs: dict[str, str]) -> None:
    assert sum(int(number) for said in runs.values() for number in re.findall(r"^(\d+) passed", said, flags=re.M)) > AT_LEAST


def test_the_program_and_its_manual_page_are_installed(installed: Made) -> None:
    programs = installed.python.parent
    assert run(programs / "codex-quota", "--version", cwd=programs) == f"codex-quota {codex_quota.__version__}\n"
    assert run(programs / "codex-quota-web", "--help", cwd=programs).startswith("usage: codex-quota web ")
    assert (programs.parent / "share" / "man" / "man1" / "codex-quota.1").is_file()


def test_beside_every_plugin_of_the_repository_nothing_has_a_problem(installed: Made, tmp_path: Path) -> None:
    python = environment(tmp_path / "environment")
    wheels = [build(python, "wheel", copy(folder, tmp_path / folder.name), tmp_path / "wheels") for folder in FOLDERS]
    install(python, installed.wheel, *wheels)
    rows = [line.split("\t") for line in run(python.parent / "codex-quota", "plugins", "-f", "plain", cwd=tmp_path).splitlines()]
    assert {row[4] for row in rows[1:]} == {"-"}
    there = {(row[0], row[1]) for row in rows[1:]}
    assert sorted({(name, folder.name) for folder in FOLDERS for name in points(folder)} - there) == []
