"""The page about status bars: what it shows is what is printed, and what it tells to write down works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import codex_quota_statusbar
import pytest
from codex_quota_statusbar.options import COLORS
from codex_quota_statusbar.template import FIELDS
from statusbar_world import page_accounts, usual, written

from codex_quota.testing import SimulatedService, run_cli

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "status-bar.md"


@pytest.fixture(scope="module")
def page() -> str:
    if not PAGE.exists():
        pytest.skip("the page is in the repository only")
    return PAGE.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def test_the_page_shows_what_is_printed(page: str) -> None:
    accounts = page_accounts()
    title = written("line", *accounts, line_accounts="tightest")
    template = written("line", usual("work", 8), line_template="{name} 5h {five_hour} · week {weekly}")
    forms = ("tmux", "polybar", "i3blocks", "xbar", "sketchybar", "prompt", "line")
    assert blocks(page, "text") == [title, template, *(written(form, *accounts) for form in forms)]
    assert blocks(page, "json") == [written("waybar", *accounts)]


def test_every_field_level_and_colour_is_on_the_page(page: str) -> None:
    assert [name for name in FIELDS if f"`{{{name}}}`" not in page] == []
    rows = re.findall(r"^\| `(\w+)` \| .* \| (?:`(#\w+)`|the bar's own) \|$", page, flags=re.M)
    assert {level: color or None for level, color in rows} == COLORS


def commands(text: str) -> list[list[str]]:
    """Every run of the program in a block of code, without what only a shell or a bar puts in."""
    code = "".join(re.findall(r"^```\w+\n(.*?)^```$", text, flags=re.M | re.S))
    found = re.findall(r"codex-quota\"? ((?!/)[^|;>)\n]*--(?:format|refresh)[^|;>)\n]*)", code)
    return [shlex.split(re.sub(r"\$\{button:\+[^}]*\}|\"\$@\"|\s2$", "", words).rstrip('"')) for words in found]


def test_every_command_on_the_page_works_and_asks_the_service_rarely(page: str, tmp_path: Path) -> None:
    found = commands(page)
    assert {words[words.index("--format") + 1] for words in found if "--format" in words} == {
        "waybar", "tmux", "polybar", "i3blocks", "xbar", "sketchybar", "prompt", "line",
    }  # fmt: skip
    with SimulatedService() as service:
        service.add("work", five_hour=92)
        service.write_accounts(tmp_path / "account")
        for words in found:
            ran = run_cli(*words, plugins=[codex_quota_statusbar], directory=tmp_path, service=service)
            assert (ran.status, bool(ran.out), ran.err) == (0, True, ""), words
            assert words == ["--refresh"] or "--max-age" in words
        assert found[0] == ["--refresh"]
        assert len(service.requests) == found.count(["--refresh"])


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def program(directory: Path, form: str, *, status: int = 3) -> dict[str, str]:
    """An environment with a program that prints what the format makes of the page's accounts, and what it was given to stderr."""
    (directory / "printed").write_text(written(form, *page_accounts()), encoding="utf-8")
    script = f'#!/bin/sh\nprintf "%s\\n" "$*" >>{directory}/given\ncat {directory}/printed\necho trouble >&2\nexit {status}\n'
    executable(directory / ".local" / "bin" / "codex-quota", script)
    return {"HOME": str(directory), "PATH": f"{directory}/.local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
@pytest.mark.parametrize(("sender", "asked"), [("routine", ""), ("mouse.clicked", " --refresh")])
def test_the_script_for_sketchybar_hands_each_line_on(page: str, tmp_path: Path, shell: str, sender: str, asked: str) -> None:
    found = shutil.which(shell) or pytest.skip(f"{shell} is not installed")
    (script,) = (block for block in blocks(page, "sh") if "--format sketchybar" in block)
    environ = program(tmp_path, "sketchybar") | {"NAME": "codex", "SENDER": sender}
    executable(tmp_path / ".local" / "bin" / "sketchybar", '#!/bin/sh\nfor one in "$@"; do printf "<%s>" "$one"; done\n')
    executable(tmp_path / "codex.sh", script)
    done = subprocess.run([found, str(tmp_path / "codex.sh")], env=environ, capture_output=True, text=True)
    label = "label=work 5h 8% · weekly 59% / home back Mon 18:04 / lab failed"
    properties = f"<--set><codex><drawing=off><{label}><label.color=0xffbf7700><drawing=on>"
    assert (done.returncode, done.stdout, done.stderr) == (0, properties, "")
    assert (tmp_path / "given").read_text() == f"--format sketchybar --max-age 5m{asked}\n"


def test_the_script_for_xbar_ends_well_whatever_the_program_says(page: str, tmp_path: Path) -> None:
    (script,) = (block for block in blocks(page, "sh") if "--format xbar" in block)
    executable(tmp_path / "codex.5m.sh", script)
    done = subprocess.run([str(tmp_path / "codex.5m.sh")], env=program(tmp_path, "xbar"), capture_output=True, text=True)
    ask = f'Ask now | shell="{tmp_path}/.local/bin/codex-quota" param1=--refresh terminal=false refresh=true\n'
    assert (done.returncode, done.stdout, done.stderr) == (0, written("xbar", *page_accounts()) + ask, "")


PROMPT_RUNS = """
PS1='$ ' PROMPT='$ '
. "$HOME/snippet"
codex_quota_prompt; wait; echo
codex_quota_prompt; wait; echo
"""


@pytest.mark.parametrize(("shell", "words"), [("bash", ["-c"]), ("zsh", ["-fc"])])
def test_the_function_for_a_prompt_shows_the_last_run_and_runs_once_a_minute(
    page: str, tmp_path: Path, shell: str, words: list[str]
) -> None:
    found = shutil.which(shell) or pytest.skip(f"{shell} is not installed")
    environ = program(tmp_path, "prompt") | {"XDG_RUNTIME_DIR": str(tmp_path)}
    (snippet,) = blocks(page, shell)
    (tmp_path / "snippet").write_text(snippet, encoding="utf-8")
    done = subprocess.run([found, *words, PROMPT_RUNS + 'printf "%s" "$PS1"'], env=environ, capture_output=True, text=True)
    assert done.stdout == "\nwork 5h 8%, lab failed \n$(codex_quota_prompt)$ "
    assert (done.returncode, done.stderr) == (0, "")
    given = (tmp_path / "given").read_text()
    assert given == f"--format prompt --prompt-shell {shell} --color always --max-age 5m\n"
    assert sorted(path.name for path in tmp_path.iterdir() if "prompt" in path.name) == [
        "codex-quota-prompt" + ("-zsh" if shell == "zsh" else "")
    ]


SLOW_PROGRAM = """#!/bin/sh
echo asked >>"$HOME/story"
tries=0
while [ ! -e "$HOME/go" ] && [ "$tries" -lt 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
echo answered >>"$HOME/story"
"""
SLOW_PROMPT_RUNS = """
. "$HOME/snippet"
for run in 1 2 3; do prompt=$(codex_quota_prompt); done
until [ -e "$HOME/story" ]; do sleep 0.01; done
echo prompted >>"$HOME/story"
touch "$HOME/go"
until grep -q answered "$HOME/story"; do sleep 0.01; done
"""


@pytest.mark.parametrize(("shell", "words"), [("bash", ["-c"]), ("zsh", ["-fc"])])
def test_a_prompt_waits_for_nobody_and_asks_once_at_a_time(page: str, tmp_path: Path, shell: str, words: list[str]) -> None:
    found = shutil.which(shell) or pytest.skip(f"{shell} is not installed")
    environ = program(tmp_path, "prompt") | {"XDG_RUNTIME_DIR": str(tmp_path)}
    executable(tmp_path / ".local" / "bin" / "codex-quota", SLOW_PROGRAM)
    (snippet,) = blocks(page, shell)
    (tmp_path / "snippet").write_text(snippet, encoding="utf-8")
    subprocess.run([found, *words, SLOW_PROMPT_RUNS], env=environ, check=True, timeout=60)
    assert (tmp_path / "story").read_text().split() == ["asked", "prompted", "answered"]


def test_the_function_for_fish_prints_the_words(page: str, tmp_path: Path) -> None:
    fish = shutil.which("fish") or pytest.skip("fish is not installed")
    (snippet,) = blocks(page, "fish")
    words = [fish, "--no-config", "-c", snippet + "fish_right_prompt"]
    done = subprocess.run(words, env=program(tmp_path, "prompt"), capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("work 5h 8%, lab failed\n", "")
