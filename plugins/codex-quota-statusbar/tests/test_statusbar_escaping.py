"""Names and words that are markup somewhere do no harm, as far as there are programs here to say so."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from statusbar_world import CLEANED, FORMATTERS, HOSTILE, failed, snapshot, style, usual, window, written

from codex_quota.testing import sample_snapshots

ACCOUNT = snapshot(HOSTILE, window("weekly", 8))


def run(*words: str, **environ: str) -> str:
    """The output of a program, which has to succeed."""
    done = subprocess.run(
        words, capture_output=True, text=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environ}, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def needs(program: str) -> str:
    found = shutil.which(program)
    return found or pytest.skip(f"{program} is not installed")


def text_of(markup: str) -> str:
    """What markup shows; raises when it is not well formed."""
    return "".join(ElementTree.fromstring(f"<markup>{markup}</markup>").itertext())


def test_a_line_has_no_control_character() -> None:
    assert written("line", ACCOUNT) == f"{CLEANED} weekly 8%\n"


def test_tmux_has_every_hash_doubled() -> None:
    assert written("tmux", usual("a#S#[fg=red]##{pid}#(id)")).startswith("a##S##[fg=red]####{pid}##(id) ")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("%{F#f00}x", "% {F#f00}x"), ("50%%{R}", "50%% {R}"), ("100%", "100%"), ("%{%{", "% {% {"), ("{%", "{%")],
)
def test_polybar_finds_no_tag_in_a_name(name: str, shown: str) -> None:
    assert written("polybar", usual(name)) == f"{shown} 5h 88% · weekly 59%\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b", "a/b"),
        ("---", " ---"),
        ("--a", " --a"),
        (":x:", ": x:"),
        (":bolt.fill::+1:", ": bolt.fill: : +1:"),
        ("a: b: 12:30", "a: b: 12:30"),
    ],
)
def test_xbar_finds_neither_parameters_nor_menus_nor_symbols_in_a_name(name: str, shown: str) -> None:
    lines = written("xbar", usual(name)).splitlines()
    assert lines[0] == f"{shown} 5h 88% · weekly 59% | emojize=false ansi=false"
    assert lines[2] == f"{shown} · Plus | emojize=false ansi=false"


def test_a_menu_has_one_pair_of_text_and_parameters_on_each_line() -> None:
    for line in written("xbar", *sample_snapshots()).splitlines():
        assert line == "---" or (line.count("|"), line.startswith("-")) == (1, False)


def test_i3blocks_and_sketchybar_have_one_text_on_a_line() -> None:
    account = snapshot("a\nb\x1b[1m=c\r", window("weekly", 8))
    assert written("i3blocks", account) == "a b [1m=c weekly 8%\na b [1m=c weekly 8%\n#bf7700\n"
    assert written("sketchybar", account) == "label=a b [1m=c weekly 8%\nlabel.color=0xffbf7700\ndrawing=on\n"


def test_pango_shows_names_and_errors_as_they_are() -> None:
    for account in sample_snapshots():
        answer = json.loads(FORMATTERS["waybar"].format([account], style(line_template="{name}{note}")))
        assert text_of(answer["text"])
        told = text_of(answer["tooltip"].replace("\r", " "))
        assert account.error is None or " ".join(account.error.message.split()) in told
    assert text_of(json.loads(written("waybar", failed("<b>&")))["tooltip"]).startswith("<b>&\n")


def test_what_ails_the_others_is_escaped_too() -> None:
    answer = json.loads(written("waybar", usual("work"), failed("<b>"), snapshot("&", window("weekly", 0))))
    assert answer["text"] == "work 5h 88% · weekly 59% / &amp; back 13:04 / &lt;b&gt; failed"


def test_waybar_writes_letters_of_any_script_as_they_are() -> None:
    assert '"text": "北京 5h 88% · weekly 59%"' in written("waybar", usual("北京"))


@contextmanager
def status_line(program: str, source: Path) -> Iterator[Callable[[str], str]]:
    """A tmux of its own in a terminal of one line, whose status line is what *source* holds; gives what it draws up to a text.

    The socket has a short path, which not every temporary directory of a test has.
    """
    with TemporaryDirectory(prefix="sb-") as place:
        words = (program, "-S", f"{place}/s", "-f", "/dev/null")
        environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "screen"}
        line = ("set", "-g", "status-left", "", ";", "set", "-g", "status-interval", "1", ";", "set", "-g", "status-right-length")
        job = ("999", ";", "set", "-g", "window-status-current-format", "", ";", "set", "-g", "status-right", f"#(cat {source})")
        run(*words, "new-session", "-d", "cat", ";", *line, *job, **environ)
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 3, 250, 0, 0))
        client = subprocess.Popen((*words, "attach"), stdin=its, stdout=its, stderr=its, env=environ, start_new_session=True)
        os.close(its)

        def draws(last: str) -> str:
            seen = b""
            while last.encode() not in seen:
                assert select.select([ours], [], [], 20)[0], seen.decode(errors="replace")
                seen += os.read(ours, 65536)
            return seen.decode(errors="replace")

        try:
            yield draws
        finally:
            run(*words, "kill-server", **environ)
            client.wait(20)
            os.close(ours)


def test_tmux_shows_names_as_they_are(tmp_path: Path) -> None:
    names = ["a#{pid}", "#S#H#F", "#(id)", "#[fg=red]b", "c#,d#}", "%H:%M %%", "北京😀"]
    accounts = [snapshot(name, window("weekly", 8)) for name in names]
    source = tmp_path / "shown"
    text = written("tmux", *accounts, usual("end"), line_accounts="all", line_separator="~", line_colors="low=#ff00dd")
    source.write_text(text, encoding="utf-8")
    with status_line(needs("tmux"), source) as draws:
        drawn = draws("59%")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", drawn)
    assert "~".join([*(f"{name} weekly 8%" for name in names), "end 5h 88% · weekly 59%"]) in shown


def prompts(script: str, tmp_path: Path, shell: str, *words: str, name: str) -> list[str]:
    """What a shell makes of the prompt, read at each prompt and read once; then every file there is."""
    text = written("prompt", snapshot(name, window("weekly", 8)), usual("home"), prompt_shell=shell, color=True)
    (tmp_path / "shown").write_text(text, encoding="utf-8")
    out = run(needs(shell), *words, script, shell, str(tmp_path), LC_ALL="C.UTF-8")
    return out.replace("\x01", "").replace("\x02", "").splitlines()


HARMLESS = {
    "$(touch x)": "_(touch x)",
    "`touch x`": "_touch x_",
    "\\u\\$": "_u__",
    "!!": "__",
    "%F{1}%n": "%F{1}%n",
    "%%%{": "%%%{",
}


@pytest.mark.parametrize(("name", "shown"), HARMLESS.items())
def test_bash_shows_the_prompt_and_runs_nothing_of_it(tmp_path: Path, name: str, shown: str) -> None:
    script = 'cd "$1"; for PS1 in \'$(cat shown)\' "$(cat shown)"; do printf "%s\\n" "${PS1@P}"; done; ls'
    lines = prompts(script, tmp_path, "bash", "-c", name=name)
    assert lines == [*[f"\x1b[33m{shown} weekly 8%\x1b[0m"] * 2, "shown"]


@pytest.mark.parametrize(("name", "shown"), HARMLESS.items())
def test_zsh_shows_the_prompt_and_runs_nothing_of_it(tmp_path: Path, name: str, shown: str) -> None:
    script = 'cd $1; setopt PROMPT_SUBST; for PS1 in \'$(cat shown)\' "$(cat shown)"; do print -r -- "${(%%)PS1}"; done; ls'
    lines = prompts(script, tmp_path, "zsh", "-fc", name=name)
    assert lines == [*[f"\x1b[33m{shown} weekly 8%\x1b[0m"] * 2, "shown"]
