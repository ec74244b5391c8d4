"""The page on writing a plugin: what it shows are files, its tests pass, and whoever does what it says has a plugin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from building import copy
from codex_quota.testing import SimulatedService, clean_environ, install_plugin, on_path, run_cli

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs" / "examples" / "codex-quota-names"
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir()) if path.is_file()}
BLOCKS = re.findall(r"([^\n]*)\n\n```(\w+)\n(.*?)^```$", PAGE, flags=re.M | re.S)
PLUGINS = sorted(name for name in FILES if re.fullmatch(r"codex_quota_\w+\.py", name))


def test_every_block_of_the_page_is_a_file_and_every_file_is_on_the_page() -> None:
    assert PAGE.count("\n```") == 2 * len(BLOCKS)
    assert sorted(code for _, _, code in BLOCKS) == sorted(FILES.values())


@pytest.mark.parametrize("said", [said for said, kind, _ in BLOCKS if kind == "python"])
def test_a_module_is_called_what_the_page_calls_it(said: str) -> None:
    (code,) = [code for before, _, code in BLOCKS if before == said]
    names = re.findall(r"`(\w+\.py)`", said)
    assert [FILES.get(name) for name in names] == [code]


def test_the_shortest_plugin_has_fewer_than_15_lines() -> None:
    assert FILES["codex_quota_names.py"].count("\n") == 14


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    """In a folder of their own, as their author has it."""
    folder = shutil.copytree(FOLDER, tmp_path / "codex-quota-names", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'basetemp'}", "--rootdir=."]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert (done.returncode, re.findall(r"\d+ (\w+)", done.stdout.splitlines()[-1])[0]) == (0, "passed"), done.stdout


def test_all_plugins_of_the_page_work_side_by_side(tmp_path: Path, service: SimulatedService) -> None:
    names = [name.removesuffix(".py") for name in PLUGINS]
    points = {name.removeprefix("codex_quota_").replace("_", "-"): name for name in names}
    install_plugin(tmp_path / "site", "codex-quota-all", points, **{name: FILES[f"{name}.py"] for name in names})
    service.add("home", weekly=(100, timedelta(days=2)))
    account = service.add("work", plan="pro")
    service.write_accounts(tmp_path / "account")

    def printed(*words: str, **environ: str) -> str:
        ran = run_cli(*words, directory=tmp_path, service=service, environ=environ, strangers=True)
        assert (ran.status, ran.err) == (0, "")
        return ran.out

    with on_path(tmp_path / "site"):
        assert printed("--format", "names") == "work\n"
        assert printed("--format", "names", "--cache", "dictionary") == "work\n"
        assert printed("--format", "names", "--source", "vault", VAULT_TOKEN=account.access_token) == "shared\n"
        assert printed("most-left", "--count", "2", "--max-age", "5m") == "work\n"
        listed = [line.split("\t") for line in printed("plugins").splitlines()]
    assert {line[0]: line[3:] for line in listed if line[1] == "codex-quota-all"} == {
        "bell": ["snapshots_updated", "-"],
        "dictionary": ["register_cache_stores", "-"],
        "most-left": ["register_commands", "-"],
        "names": ["register_formatters", "-"],
        "ready": ["register_routes", "-"],
        "vault": ["register_credential_sources", "-"],
    }


STEPS = """
set -euo pipefail
# what a person gets from the network lies beside the tests
pip() {{ command python -m pip "$@" --no-index --no-deps --no-build-isolation --disable-pip-version-check; }}
python3() {{ {python} "$@"; }}
{setup}
cp {folder}/codex_quota_names.py {folder}/pyproject.toml .
set +e
{install}
status=$?
set -e
test $status = 3  # because one of the simulated accounts is signed out
{list} > ../listed
cp {folder}/test_names.py .
{test}
cp {folder}/codex_quota_vault.py {folder}/test_vault.py .
sed -i '/^\\[project.entry-points/,$d' pyproject.toml
cat {folder}/pyproject-with-vault.toml >> pyproject.toml
pip install --quiet --editable .
{list} --format json > ../listed-with-vault
python -m pytest --quiet
"""


def test_whoever_does_what_the_page_says_has_an_installed_and_tested_plugin(tmp_path: Path) -> None:
    shell = {kind: FILES[name].strip() for name in FILES for kind in re.findall(r"^\d-(\w+)\.sh$", name)}
    setup = shell.pop("folder")
    script = STEPS.format(python=sys.executable, folder=FOLDER, setup=setup, **shell)
    home = copy(ROOT, tmp_path / "home" / "codex-quota").parent
    beside = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    environ = {**clean_environ(tmp_path), "HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(beside)}
    (tmp_path / "empty").mkdir()
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path / "empty", env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(FILES["2-printed.txt"])
    assert "names\tcodex-quota-names\t1.0\tregister_formatters\t-\n" in (tmp_path / "empty" / "listed").read_text()
    assert "codex-quota-names" in (tmp_path / "empty" / "listed-with-vault").read_text()
    assert '"plugin": "vault"' in (tmp_path / "empty" / "listed-with-vault").read_text()


def test_the_lists_for_a_second_module_go_on_with_the_first() -> None:
    first, second = (tomllib.loads(FILES[name]) for name in ("pyproject.toml", "pyproject-with-vault.toml"))
    points = second["project"]["entry-points"]["codex_quota"]
    assert points == {**first["project"]["entry-points"]["codex_quota"], "vault": "codex_quota_vault"}
    assert second["tool"]["setuptools"]["py-modules"] == [*first["tool"]["setuptools"]["py-modules"], "codex_quota_vault"]
    assert first["project"]["name"] == FOLDER.name
