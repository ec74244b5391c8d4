"""``codex-quota watch`` as people meet it: the real program in a terminal."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota.builtin.cli import watch_interval
from codex_quota.simulated import Fault, SimulatedService
from terminals import Tty
from watched import PROGRAM, Watch

HOUR = timedelta(hours=1)


def test_the_first_picture_is_a_header_the_table_and_the_keys(watch: Watch) -> None:
    tty = watch()
    lines = tty.shown.text()
    assert tty.shown.other
    assert not tty.shown.cursor_visible
    assert re.fullmatch(r"\d\d:\d\d   next refresh in [45]m   2 of 3 usable, next back \w{3} \d\d:\d\d \(1d 5h\)", lines[0])
    with Tty([*PROGRAM, "--refresh"], tty.environ) as other:
        assert other.await_end() == 0
        table = other.shown.text()
    # the minutes of a countdown may have gone on meanwhile
    shown, expected = ([re.sub(r"\d+m\b", "m", line).rstrip() for line in text] for text in (lines[2:-1], table))
    assert [line for line in shown if line] == [line for line in expected if line]
    assert lines[-1] == "q quit  r refresh  s sort: name  t time: both  u % left  ? help"


def test_keys_change_the_picture_and_nothing_is_asked(service: SimulatedService, watch: Watch) -> None:
    tty = watch()
    asked = len(service.requests)
    assert order(tty.shown.text()) == ["a2", "spent", "work"]
    tty.send("s")
    assert order(tty.await_text("s sort: left")) == ["a2", "work", "spent"]
    tty.send("s")
    assert order(tty.await_text("s sort: reset")) == ["work", "spent", "a2"]
    tty.send("u")
    assert any(re.search(r"monthly .* 35 ", line) for line in tty.await_text("% used", "u % used"))
    tty.send("t")
    assert not any("(" in line for line in tty.await_text("t time: clock")[2:])
    tty.send("t")
    tty.await_text("t time: countdown", "in 3h 29m")
    tty.send("?")
    tty.await_text("quit, as Ctrl-C does", "? back")
    tty.send("q")
    tty.await_text("Account", "? help")
    assert len(service.requests) == asked


def order(lines: list[str]) -> list[str]:
    """The accounts from top to bottom."""
    return [word for line in lines[2:] for word in line.split(" ")[:1] if word in ("a2", "spent", "work")]


def test_more_rows_than_the_screen_has_are_scrolled(watch: Watch) -> None:
    tty = watch(size=(80, 6))
    assert tty.shown.text()[-1].endswith("? help  1-3 of 7")
    tty.send("\x1b[B")
    tty.await_text("2-4 of 7", "Account")
    tty.send("\x1b[4~")
    lines = tty.await_text("5-7 of 7", "Account")
    assert lines[-2].startswith("spent: weekly limit is used up")
    tty.send("\x1b[5~\x1b[5~")
    tty.await_text("1-3 of 7")


@pytest.mark.parametrize("signalled", [True, False])
def test_another_size_makes_another_picture(watch: Watch, signalled: bool) -> None:
    tty = watch()
    wide = tty.shown.text()
    tty.resize(40, 12)
    if not signalled:
        tty.send("\x0c")
    narrow = tty.await_screen(lambda lines: lines[-1] == "q quit  r refresh  ? help  1-8 of 11")
    assert max(map(len, narrow)) <= 40
    assert narrow[0].endswith("next refresh in 4m")
    tty.resize(80, 24)
    tty.await_screen(lambda lines: lines[2:] == wide[2:])


def test_a_service_that_goes_away_leaves_the_old_figures_and_comes_back(service: SimulatedService, watch: Watch) -> None:
    often = "watch_interval.STALE = timedelta(seconds=0.4)\nwatch_interval.interval = lambda *_, **__: timedelta(seconds=0.2)\n"
    tty = watch("work", quick=True, before=often)
    service.stop()
    lines = tty.await_text("last refresh failed", "work: figures are from")
    assert any(re.match(r"work +Plus +5 h .* (cache, )?<1m old$", line) for line in lines)
    service.start()
    tty.await_screen(
        lambda lines: "failed" not in "\n".join(lines) and any(re.match(r"work +Plus +5 h .* network$", line) for line in lines)
    )


def test_a_key_asks_the_service_again(service: SimulatedService, watch: Watch) -> None:
    tty = watch("work", quick=True)
    service.accounts["work"].use(five_hour=50)
    tty.send("r")
    tty.await_screen(lambda lines: any(re.search(r"5 h .* 38 ", line) for line in lines))
    assert len(service.requests) == 2


def test_the_program_s_own_times_forbid_asking_again_within_ten_seconds(service: SimulatedService, watch: Watch) -> None:
    tty = watch("work")
    tty.send("r")
    tty.await_screen(lambda lines: bool(re.search(r"next refresh in (10|[5-9])s", lines[0])))
    assert len(service.requests) == 1
    assert timedelta(minutes=1) == watch_interval.FLOOR


def test_keys_react_while_the_service_is_asked(service: SimulatedService, watch: Watch) -> None:
    service.fail("work", Fault.hang(), times=None)
    tty = watch(ready="asking 1 account")
    tty.await_screen(lambda lines: order(lines) == ["a2", "spent"])
    tty.send("s")
    tty.await_text("asking 1 account", "s sort: left")


@pytest.mark.parametrize(
    ("wish", "variables", "colour"),
    [("auto", {}, True), ("auto", {"NO_COLOR": "1"}, False), ("never", {}, False), ("always", {"NO_COLOR": "1"}, True)],
)
def test_colours_are_there_when_they_are_wanted(watch: Watch, wish: str, variables: dict[str, str], colour: bool) -> None:
    tty = watch("--color", wish, **variables)
    assert (re.search(rb"\x1b\[[0-9;]*3[1-3]m", tty.written) is not None) == colour


def test_a_terminal_without_unicode_gets_what_it_has(watch: Watch, service: SimulatedService, tmp_path: Path) -> None:
    service.add("工作", five_hour=(12, HOUR), weekly=None)
    service.write_accounts(tmp_path / "account")
    tty = watch(PYTHONIOENCODING="ascii")
    assert tty.written.isascii()
    lines = tty.shown.text()
    assert any(re.match(r"\?\?\?\? +Plus +5 h +#+-+ +88 ", line) for line in lines)


def test_the_keys_of_a_windows_console_drive_it_as_well(watch: Watch) -> None:
    console = (
        "import os, select, sys, tty, types\n"
        "tty.setcbreak(0)\n"
        "sys.modules['msvcrt'] = console = types.ModuleType('msvcrt')\n"
        "console.kbhit = lambda: bool(select.select([0], [], [], 0)[0])\n"
        "console.getwch = lambda: os.read(0, 1).decode()\n"
        "from codex_quota.builtin.cli import terminal, watch_screen\n"
        "watch_screen.open_terminal = terminal.WindowsTerminal\n"
    )
    tty = watch("work", before=console)
    tty.send("u")
    tty.await_text("u % used")
    tty.resize(40, 12)
    tty.await_screen(lambda lines: lines[11].startswith("q quit"))
    tty.send("q")
    assert tty.await_end() == 0
    assert (tty.shown.other, tty.shown.cursor_visible) == (False, True)
