"""What each format prints, and the contract of every formatter."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from codex_quota_statusbar.formats import FORMATS, I3blocks, Line, Polybar, Prompt, Sketchybar, Tmux, Waybar, Xbar
from statusbar_world import DAY, HOUR, exhausted, failed, old, page_accounts, snapshot, style, usual, window, written

import codex_quota
from codex_quota.testing import FormatterContract, sample_snapshots


class TestLine(FormatterContract):
    def make(self) -> Line:
        return Line()


class TestWaybar(FormatterContract):
    def make(self) -> Waybar:
        return Waybar()


class TestTmux(FormatterContract):
    def make(self) -> Tmux:
        return Tmux()


class TestPolybar(FormatterContract):
    def make(self) -> Polybar:
        return Polybar()


class TestI3blocks(FormatterContract):
    def make(self) -> I3blocks:
        return I3blocks()


class TestXbar(FormatterContract):
    def make(self) -> Xbar:
        return Xbar()


class TestSketchybar(FormatterContract):
    def make(self) -> Sketchybar:
        return Sketchybar()


class TestPrompt(FormatterContract):
    def make(self) -> Prompt:
        return Prompt()

    @pytest.mark.parametrize("shell", ["plain", "bash", "zsh"])
    def test_every_shape_gives_a_text_that_ends_in_a_newline(self, formatter: codex_quota.Formatter, shell: str) -> None:
        """Or none at all, which is what this format is for."""
        for snapshots in ((), *((each,) for each in sample_snapshots()), sample_snapshots()):
            text = formatter.format(snapshots, style(prompt_shell=shell))
            assert (text.count("\n"), text[-1:]) == ((1, "\n") if text else (0, ""))
            assert text.replace("\n", "").isprintable()


def test_line() -> None:
    expected = "work 5h 8% · weekly 59% / home weekly 0%, back Mon 18:04 / lab failed: unauthorized\n"
    assert written("line", *page_accounts()) == expected


def test_tmux() -> None:
    assert written("tmux", *page_accounts()) == (
        "#[fg=#bf7700]work 5h 8% · weekly 59%#[default] / #[fg=#e5484d]home back Mon 18:04#[default]"
        " / #[fg=#e5484d]lab failed#[default]\n"
    )


def test_polybar() -> None:
    assert written("polybar", *page_accounts()) == (
        "%{F#bf7700}work 5h 8% · weekly 59%%{F-} / %{F#e5484d}home back Mon 18:04%{F-} / %{F#e5484d}lab failed%{F-}\n"
    )


@pytest.mark.parametrize("form", ["tmux", "polybar", "line"])
def test_what_is_well_has_no_colour(form: str) -> None:
    assert written(form, usual("work")) == "work 5h 88% · weekly 59%\n"


def test_i3blocks() -> None:
    expected = ["work 5h 8% · weekly 59% / home back Mon 18:04 / lab failed", "work 5h 8%", "#bf7700"]
    assert written("i3blocks", *page_accounts()).splitlines() == expected


def test_i3blocks_has_no_third_line_without_a_colour() -> None:
    assert written("i3blocks", usual("work")) == "work 5h 88% · weekly 59%\nwork weekly 59%\n"


def test_sketchybar() -> None:
    text = "work 5h 8% · weekly 59% / home back Mon 18:04 / lab failed"
    assert written("sketchybar", *page_accounts()) == f"label={text}\nlabel.color=0xffbf7700\ndrawing=on\n"


def test_sketchybar_is_told_the_colour_of_what_is_well_too() -> None:
    assert "label.color=0xffffffff" in written("sketchybar", usual("work")).splitlines()
    assert "label.color=0xff000000" in written("sketchybar", usual("work"), line_colors="good=#000000").splitlines()


def test_waybar() -> None:
    text = written("waybar", *page_accounts())
    assert (text.count("\n"), text[-1]) == (1, "\n")
    assert json.loads(text) == {
        "text": "work 5h 8% · weekly 59% / home back Mon 18:04 / lab failed",
        "alt": "low",
        "tooltip": "\r".join(
            (
                "1 of 3 usable, 1 unknown, next back Mon 18:04 (1d 6h)",
                "",
                "<b>work · Plus</b>",
                "5 h · 8% left · 15:04 (3h)",
                "weekly · 59% left · Thu 12:04 (4d)",
                "",
                "<b>home · Pro</b>",
                "weekly · 0% left · back Mon 18:04 (1d 6h)",
                "5 h · 99% left · waits for weekly",
                "weekly limit is used up, back Mon 18:04 (1d 6h)",
                "",
                "<b>lab</b>",
                "failed · unauthorized",
                "the service does not accept the access token; sign in again with 'codex",
                "login'",
            )
        ),
        "class": ["low", "has-blocked", "has-failed"],
        "percentage": 8,
    }


@pytest.mark.parametrize(
    ("accounts", "classes"),
    [
        ([usual("work")], ["good"]),
        ([usual("work", 4)], ["critical"]),
        ([exhausted("home")], ["empty", "has-blocked"]),
        ([failed("lab")], ["failed", "has-failed"]),
        ([old("old", window("weekly", 50))], ["good", "has-stale"]),
        ([old("old", window("weekly", 0))], ["empty", "has-blocked", "has-stale"]),
        ([usual("work"), exhausted("home"), failed("lab")], ["good", "has-blocked", "has-failed"]),
        ([], ["unknown"]),
    ],
    ids=lambda value: "-".join(value) if value and isinstance(value[0], str) else "",
)
def test_the_classes_of_waybar(accounts: list[codex_quota.Snapshot], classes: list[str]) -> None:
    answer = json.loads(written("waybar", *accounts))
    assert (answer["class"], answer["alt"]) == (classes, classes[0])


@pytest.mark.parametrize(
    ("accounts", "show", "percentage"),
    [
        ([usual("work", 87.6)], "left", 59),
        ([usual("work", 12.4)], "left", 12),
        ([usual("work", 12.4)], "used", 88),
        ([snapshot("over", window("weekly", -30))], "used", 100),
        ([exhausted("home")], "left", 0),
        ([snapshot("odd", window("weekly", None))], "left", None),
        ([failed("lab")], "left", None),
        ([], "left", None),
    ],
)
def test_the_percentage_of_waybar(accounts: list[codex_quota.Snapshot], show: str, percentage: int | None) -> None:
    assert json.loads(written("waybar", *accounts, show=show)).get("percentage") == percentage


def test_xbar() -> None:
    assert written("xbar", *page_accounts()).splitlines() == [
        "work 5h 8% · weekly 59% / home back Mon 18:04 / lab failed | color=#bf7700 emojize=false ansi=false",
        "---",
        "1 of 3 usable, 1 unknown, next back Mon 18:04 (1d 6h) | emojize=false ansi=false",
        "---",
        "work · Plus | emojize=false ansi=false",
        "  5 h · 8% left · 15:04 (3h) | color=#bf7700 trim=false emojize=false ansi=false",
        "  weekly · 59% left · Thu 12:04 (4d) | trim=false emojize=false ansi=false",
        "---",
        "home · Pro | emojize=false ansi=false",
        "  weekly · 0% left · back Mon 18:04 (1d 6h) | color=#e5484d trim=false emojize=false ansi=false",
        "  5 h · 99% left · waits for weekly | color=#868686 trim=false emojize=false ansi=false",
        "  weekly limit is used up, back Mon 18:04 (1d 6h) | color=#e5484d trim=false emojize=false ansi=false",
        "---",
        "lab | emojize=false ansi=false",
        "  failed · unauthorized | color=#e5484d trim=false emojize=false ansi=false",
        "  the service does not accept the access token; sign in again with 'codex |"
        " color=#e5484d trim=false emojize=false ansi=false",
        "  login' | color=#e5484d trim=false emojize=false ansi=false",
        "---",
        "Refresh | refresh=true",
    ]


def test_the_menu_has_every_window_credits_and_the_age_of_old_figures() -> None:
    side = window("five_hour", 75, 2 * HOUR, limit="GPT-5.3-Codex-Spark")
    bought = codex_quota.Credits(has_credits=True, balance=Decimal("12.5"))
    account = old("work", window("weekly", 50, DAY), side)
    assert account.quota is not None
    text = written("xbar", replace(account, quota=replace(account.quota, credits=bought)), show="used")
    assert [line.partition(" | ")[0] for line in text.splitlines()[2:6]] == [
        "work · Plus · 12m old",
        "  weekly · 50% used · Mon 12:04 (1d)",
        "  GPT-5.3-Codex-Spark 5 h · 25% used · 14:04 (2h)",
        "  credits · 12.50",
    ]


def test_the_menu_marks_what_keeps_an_account_from_working_and_breaks_long_remarks_between_words() -> None:
    path = "/home/somebody/with-a-long-name/sign-ins-of-everybody/" + "the-account-of-the-office.auth.json"
    closed = snapshot(
        "work", window("five_hour", 80, 2 * HOUR), limit_reached=True, warnings=(f"the sign-in lies open in {path}",)
    )
    lines = [line.split(" | color=") for line in written("xbar", closed).splitlines()[3:-2]]
    assert [(text, color.split()[0]) for text, color in lines] == [
        ("  5 h · 80% left · back 14:04 (2h)", "#e5484d"),
        ("  5 h limit is closed by the service with 80 % left, back 14:04 (2h)", "#e5484d"),
        ("  the sign-in lies open in", "#bf7700"),
        (f"  {path}", "#bf7700"),
    ]


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ([usual("work")], ""),
        ([usual("work", 20)], "codex 5h 20%\n"),
        ([usual("work", 21)], ""),
        ([usual("work", 8), usual("home")], "work 5h 8%\n"),
        ([usual("work"), exhausted("home")], ""),
        ([usual("work"), failed("lab")], "lab failed\n"),
        ([usual("work"), failed("lab"), failed("den")], "2 failed\n"),
        ([exhausted("home")], "codex back Mon 12:04\n"),
        ([exhausted("home"), exhausted("work", HOUR)], "work back 13:04\n"),
        ([exhausted("home", None)], "codex used up\n"),
        ([snapshot("team", limit_reached=True, limit_reached_type="workspace_credits_depleted")], "codex credits used up\n"),
        ([failed("lab")], "codex failed: unauthorized\n"),
        ([old("old", window("weekly", 50))], "codex weekly 50% 12m old\n"),
        ([snapshot("odd", window("weekly", None))], ""),
        ([], ""),
    ],
)
def test_the_prompt_speaks_only_when_there_is_something_to_say(accounts: list[codex_quota.Snapshot], words: str) -> None:
    assert written("prompt", *accounts) == words


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ("plain", "\x1b[33mwork 5h 8%\x1b[0m, \x1b[31mlab failed\x1b[0m\n"),
        ("bash", "\x01\x1b[33m\x02work 5h 8%\x01\x1b[0m\x02, \x01\x1b[31m\x02lab failed\x01\x1b[0m\x02\n"),
        ("zsh", "%{\x1b[33m%}work 5h 8%%%{\x1b[0m%}, %{\x1b[31m%}lab failed%{\x1b[0m%}\n"),
    ],
)
def test_the_colours_of_the_prompt_take_no_room(shell: str, expected: str) -> None:
    assert written("prompt", *page_accounts(), color=True, prompt_shell=shell) == expected


@pytest.mark.parametrize("form", [make.name for make in FORMATS if make is not Prompt])
def test_without_accounts_it_says_so(form: str) -> None:
    assert "no accounts" in written(form)
