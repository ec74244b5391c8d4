"""What each shell offers for the next word; the scripts run in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from program import Program

CALL = f'"{sys.executable}" -m codex_quota'
BASH = """
codex-quota() { %s "$@"; }
source "$1"; shift
COMP_WORDS=(codex-quota "$@"); COMP_CWORD=$#; COMPREPLY=()
_shtab_codex_quota 2>/dev/null
printf '%%s\\n' "${COMPREPLY[@]}"
"""
# the completion system itself needs a terminal, so its commands are stood in for
ZSH = """
codex-quota() { %s "$@" }
compdef() { }
_describe() { print -l -- ${(P)2%%%%:*} }
compadd() { print -l -- ${(P)2} }
source "$1"
_shtab_codex_quota_commands
"""
FISH = """
function codex-quota; %s $argv; end
source $argv[1]
complete -C $argv[2]
"""


@pytest.fixture
def world(program: Program) -> Program:
    for name in ("work", "My big team", "busy"):
        program.service.add(name)
    program.serve()
    return program


def offered(world: Program, shell: str, driver: str, *words: str) -> list[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script = world.directory / "script"
    script.write_text(world("completion", shell).out)
    plain = {"bash": ["--norc", "-c", driver % CALL, "bash"], "zsh": ["-f", "-c", driver % CALL, "zsh"]}
    command = [shell, *plain.get(shell, ["--no-config", "-c", driver % CALL])]
    (world.directory / "home").mkdir(exist_ok=True)
    done = subprocess.run(
        [*command, str(script), *words], env={**os.environ, **world.environ}, capture_output=True, text=True, check=True
    )
    return sorted(line.partition("\t")[0] for line in done.stdout.splitlines() if line)


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (["b"], ["best", "busy"]),
        (["c"], ["cache", "check", "completion"]),
        (["w"], ["watch", "web", "work"]),
        (["M"], [r"My\ big\ team"]),
        (["My\\ b"], [r"My\ big\ team"]),
        (['"My b'], ["My big team"]),
        (["show", "M"], [r"My\ big\ team"]),
        (["work", "b"], ["best", "busy"]),
        (["-f", ""], ["csv", "ics", "json", "plain", "table"]),
        (["show", "--format", "p"], ["plain"]),
        (["--source", ""], ["codex-home", "directory", "environment"]),
        (["web", "--cache", ""], ["file", "memory", "none"]),
        (["accounts", "--format", ""], ["json", "plain", "table"]),
    ],
)
def test_bash(world: Program, words: list[str], completions: list[str]) -> None:
    assert offered(world, "bash", BASH, *words) == completions


@pytest.mark.parametrize(
    ("option", "completions"),
    [
        ("--account-dir", ["place"]),
        ("--cache-dir", ["place"]),
        ("--state-file", ["paper", "place"]),
        ("--admin-token-file", ["paper", "place"]),
    ],
)
def test_bash_completes_paths(
    world: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, completions: list[str]
) -> None:
    (tmp_path / "here" / "place").mkdir(parents=True)
    (tmp_path / "here" / "paper").touch()
    monkeypatch.chdir(tmp_path / "here")
    assert offered(world, "bash", BASH, "web", option, "p") == completions


def test_zsh_offers_commands_and_names_with_their_spaces(world: Program) -> None:
    assert {"accounts", "web", "work", "busy", "My big team"} <= set(offered(world, "zsh", ZSH))


@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("codex-quota b", ["best", "busy"]),
        ("codex-quota w", ["watch", "web", "work"]),
        ("codex-quota show M", ["My big team"]),
        ("codex-quota --format ", ["csv", "ics", "json", "plain", "table"]),
        ("codex-quota --source d", ["directory"]),
    ],
)
def test_fish(world: Program, line: str, completions: list[str]) -> None:
    assert offered(world, "fish", FISH, line) == completions
