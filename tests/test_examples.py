"""The examples of the documentation run, against the simulated service, and a type checker has nothing to say about them."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from codex_quota.simulated import SimulatedService
from program import Program

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
PAGES = ("README.md", "docs/reference/python.md")


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S)


BLOCKS = [pytest.param(code, id=f"{page}:{number}") for page in PAGES for number, code in enumerate(blocks(page), 1)]


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a person with two accounts, one of them used up."""
    service.add("work", weekly=40)
    service.add("home", weekly=(100, timedelta(days=2)))
    service.write_accounts(tmp_path / "account")
    return {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url, "PYTHONPATH": str(tmp_path)}


def run(world: dict[str, str], *words: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, *words], env=world, cwd=world["PYTHONPATH"], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00"


@pytest.mark.parametrize(
    ("example", "words", "printed"),
    [
        ("usable.py", [], rf"home False weekly {TIME}\nwork True None None\n"),
        ("one_account.py", ["work"], rf"codex 5 h 75\.0 {TIME}\ncodex 7 d 60\.0 {TIME}\n"),
        ("poll.py", ["1"], r"home: 0\.0 % left\nwork: 60\.0 % left\n"),
    ],
)
def test_a_script_prints_what_it_promises(world: dict[str, str], example: str, words: list[str], printed: str) -> None:
    status, out, err = run(world, str(EXAMPLES / example), *words)
    assert (status, err) == (0, "")
    assert re.fullmatch(printed, out), out


def test_the_script_about_one_account_tells_an_error_in_one_line(world: dict[str, str]) -> None:
    status, out, err = run(world, str(EXAMPLES / "one_account.py"), "wrk")
    assert (status, out) == (1, "")
    assert err == "unknown_account: there is no account 'wrk'; did you mean 'work'? there is: home, work\n"


@pytest.mark.parametrize("code", BLOCKS)
def test_a_block_of_a_page_runs(world: dict[str, str], tmp_path: Path, code: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    status, _, err = run(world, str(script))
    assert (status, err) == (0, "")


def test_the_readme_s_three_lines_print_each_account(world: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(blocks("README.md")[0], encoding="utf-8")
    _, out, _ = run(world, str(script))
    assert re.fullmatch(rf"home False {TIME}\nwork True None\n", out), out


def test_the_plugin_of_the_readme_is_a_file_among_the_examples() -> None:
    plugins = [code for code in blocks("README.md") if "@codex_quota.hookimpl" in code]
    assert plugins == [(EXAMPLES / "names.py").read_text(encoding="utf-8")]


def test_the_plugin_of_the_readme_does_what_it_says(program: Program) -> None:
    assert program.service is not None
    program.service.add("work")
    program.service.add("home", weekly=(100, timedelta(days=2)))
    program.serve()
    program.plugins = [SimpleNamespace(**runpy.run_path(str(EXAMPLES / "names.py")))]
    ran = program("--format", "names")
    assert (ran.status, ran.out, ran.err) == (0, "work\n", "")


def test_a_type_checker_has_nothing_to_say(tmp_path: Path) -> None:
    for number, parameters in enumerate(BLOCKS):
        (tmp_path / f"block_{number}.py").write_text(str(parameters.values[0]), encoding="utf-8")
    for example in EXAMPLES.glob("*.py"):
        shutil.copy(example, tmp_path / f"example_{example.name}")
    for example in (EXAMPLES / "codex-quota-names").glob("*.py"):
        shutil.copy(example, tmp_path / example.name)
    scripts = [*(ROOT / "docs" / "images").glob("*.py"), ROOT / "docs" / "reference" / "make_cli.py"]
    untyped = tmp_path / "codex_quota_names.py"
    checked = [*sorted({*tmp_path.glob("*.py")} - {untyped}), *scripts]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", *map(str, checked)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, f"Success: no issues found in {len(checked)} source files\n")
