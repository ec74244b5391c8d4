"""Which account and which window stand on a bar, and how the others are told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from statusbar_world import DAY, HOUR, exhausted, failed, old, snapshot, usual, window, written

from codex_quota import Credits, Snapshot, SpendLimit
from codex_quota.testing import SAMPLE_NOW

SPARK = "GPT-5.3-Codex-Spark"
REACHED = "account|-|limit reached|empty|limit reached"
CAP = SpendLimit(reached=True, limit=Decimal(50), used=Decimal(50), used_percent=100, resets_at=SAMPLE_NOW + 9 * DAY)


@pytest.mark.parametrize(
    ("accounts", "text"),
    [
        ([usual("work")], "work 5h 88% · weekly 59%"),
        ([usual("work", 50), usual("home", 90, 40)], "home 5h 90% · weekly 40%"),
        ([usual("work", 50, 50), usual("home", 50, 60)], "work 5h 50% · weekly 50%"),
        ([usual("work"), snapshot("odd", window("weekly", None))], "work 5h 88% · weekly 59%"),
        ([usual("work"), exhausted("home")], "work 5h 88% · weekly 59% / home back Mon 12:04"),
        (
            [usual("work"), exhausted("a"), exhausted("b", 2 * HOUR), exhausted("c", None)],
            "work 5h 88% · weekly 59% / 3 out, next back 14:04",
        ),
        ([usual("work"), exhausted("a", None), exhausted("b", None)], "work 5h 88% · weekly 59% / 2 out"),
        ([usual("work"), exhausted("a", -HOUR), exhausted("b")], "work 5h 88% · weekly 59% / 2 out, next back Mon 12:04"),
        ([usual("work"), failed("lab")], "work 5h 88% · weekly 59% / lab failed"),
        ([failed("a"), usual("work"), failed("b")], "work 5h 88% · weekly 59% / 2 failed"),
        ([usual("work"), old("old", window("weekly", 90))], "work 5h 88% · weekly 59% / old 12m old"),
        ([usual("work"), old("a", window("weekly", 90)), old("b", window("weekly", 91))], "work 5h 88% · weekly 59% / 2 stale"),
        ([usual("work"), old("old", window("weekly", 0, DAY))], "work 5h 88% · weekly 59% / old back Mon 12:04, 12m old"),
        ([exhausted("a", 2 * DAY), exhausted("b", DAY)], "b weekly 0%, back Mon 12:04 / a back Tue 12:04"),
        ([exhausted("a", None), exhausted("b", DAY)], "b weekly 0%, back Mon 12:04 / a used up"),
        ([failed("lab"), exhausted("home")], "home weekly 0%, back Mon 12:04 / lab failed"),
        ([failed("lab"), failed("den")], "lab failed: unauthorized / den failed"),
    ],
)
def test_the_tightest_account_that_works_has_the_word(accounts: list[Snapshot], text: str) -> None:
    assert written("line", *accounts, line_accounts="tightest") == f"{text}\n"


@pytest.mark.parametrize(
    ("form", "silent", "one_speaks"),
    [
        ("line", "\n", "back Mon 12:04\n"),
        ("tmux", "\n", "#[fg=#e5484d]back Mon 12:04#[default]\n"),
        ("polybar", "\n", "%{F#e5484d}back Mon 12:04%{F-}\n"),
        ("i3blocks", "\n", "back Mon 12:04\nwork 5h 88%\n"),
        (
            "sketchybar",
            "label=\nlabel.color=0xffffffff\ndrawing=on\n",
            "label=back Mon 12:04\nlabel.color=0xffffffff\ndrawing=on\n",
        ),
    ],
)
def test_a_template_with_nothing_to_say_leaves_nothing_on_the_bar(form: str, silent: str, one_speaks: str) -> None:
    choices = {"line_template": "{note}", "line_accounts": "all"}
    assert written(form, usual("work"), usual("lab"), **choices) == silent
    assert written(form, usual("work", 88, 90), exhausted("home"), usual("lab", 99, 99), **choices) == one_speaks


@pytest.mark.parametrize(
    ("account", "state"),
    [
        (usual("work"), "5h 88% · weekly 59%"),
        (snapshot("work", window("other", 55), window("monthly", 12)), "monthly 12% · 9h 55%"),
        (snapshot("work", window("weekly", None)), "weekly -"),
        (snapshot("work", window("weekly", 0.3)), "weekly 0.3%"),
        (snapshot("work"), "no usage window"),
        (snapshot("work", window("weekly", 59), window("weekly", 1, limit=SPARK)), "weekly 59%"),
        (snapshot("work", spend=SpendLimit(limit=Decimal(1000), used=Decimal(320))), "spend 68%"),
        (snapshot("work", window("weekly", 0), credits=Credits(has_credits=True, balance=Decimal(9))), "weekly 0%"),
        (exhausted("work"), "weekly 0%, back Mon 12:04"),
        (exhausted("work", None), "weekly 0%, used up"),
        (snapshot("work", window("five_hour", 80), limit_reached=True), "5h 80%, back 13:04"),
        (snapshot("work", window("five_hour", 80), window("weekly", 41), limit_reached=True), "account limit reached"),
        (snapshot("work", window("five_hour", 99), spend=CAP), "spend 0%, back 1 Dec 12:04"),
        (snapshot("work", limit_reached=True, limit_reached_type="workspace_credits_depleted"), "credits used up"),
        (old("work", window("weekly", 59)), "weekly 59%, 12m old"),
        (old("work", window("weekly", 0, DAY)), "weekly 0%, back Mon 12:04, 12m old"),
        (failed("work"), "failed: unauthorized"),
    ],
)
def test_the_state_of_an_account(account: Snapshot, state: str) -> None:
    assert written("line", account) == f"work {state}\n"


@pytest.mark.parametrize(
    ("account", "fields"),
    [
        (usual("work", 8), "5h|8%|15:04|low|"),
        (usual("work", 88, 4), "weekly|4%|Thu 12:04|critical|"),
        (usual("work", 50, 50), "5h|50%|15:04|good|"),
        (snapshot("work", window("weekly", 60), window("five_hour", 1, limit=SPARK)), "weekly|60%|13:04|good|"),
        (snapshot("work", window("five_hour", 90), spend=SpendLimit(used_percent=95)), "spend|5%|-|critical|"),
        (snapshot("work"), "-|-|-|unknown|"),
        (exhausted("work"), "weekly|0%|back Mon 12:04|empty|back Mon 12:04"),
        (snapshot("work", window("five_hour", 0), window("weekly", 0, DAY)), "weekly|0%|back Mon 12:04|empty|back Mon 12:04"),
        (snapshot("work", window("five_hour", 8), window("weekly", 9), limit_reached=True), REACHED),
        (old("work", window("weekly", 0, DAY)), "weekly|0%|back Mon 12:04|empty|back Mon 12:04, 12m old"),
        (failed("work"), "-|-|-|failed|failed: unauthorized"),
    ],
)
def test_the_tightest_window_of_an_account(account: Snapshot, fields: str) -> None:
    assert written("line", account, line_template="{window}|{percent}|{reset}|{level}|{note}") == f"{fields}\n"


def test_every_account_has_its_text_when_it_is_asked_for() -> None:
    accounts = [usual("work"), exhausted("home"), failed("lab")]
    assert written("i3blocks", *accounts, line_accounts="all", line_separator=" + ").splitlines() == [
        "work 5h 88% · weekly 59% + home weekly 0%, back Mon 12:04 + lab failed: unauthorized",
        "work weekly 59%",
    ]


def test_what_ails_the_others_has_its_own_colours() -> None:
    colors = "good=#111111,empty=#222222,unknown=#333333,failed=#444444"
    accounts = [usual("work"), exhausted("a"), exhausted("b"), old("old", window("weekly", 90)), failed("lab")]
    assert written("polybar", *accounts, line_colors=colors) == (
        "%{F#111111}work 5h 88% · weekly 59%%{F-} / %{F#222222}2 out, next back Mon 12:04%{F-}"
        " / %{F#333333}old 12m old%{F-} / %{F#444444}lab failed%{F-}\n"
    )
    one = written("polybar", usual("work"), exhausted("a"), line_colors=colors)
    assert one == "%{F#111111}work 5h 88% · weekly 59%%{F-} / %{F#222222}a back Mon 12:04%{F-}\n"


@pytest.mark.parametrize(("form", "name"), [("line", "c" * 60 + "0001"), ("tmux", "cccccccccccccc…ccccc0001")])
def test_long_names_are_shortened_in_their_middle_except_in_a_line(form: str, name: str) -> None:
    assert written(form, usual("c" * 60 + "0001")) == f"{name} 5h 88% · weekly 59%\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("北" * 12, "北" * 12),
        ("北" * 13, "北北北北北北北…北北北北"),
        ("a\u0301" * 24, "a\u0301" * 24),
        ("a\u0301" * 30, "a\u0301" * 14 + "…" + "a\u0301" * 9),
        ("😀" * 20, "😀" * 7 + "…" + "😀" * 4),
    ],
)
def test_names_are_measured_in_cells(name: str, shown: str) -> None:
    assert written("polybar", usual(name)) == f"{shown} 5h 88% · weekly 59%\n"


def test_accounts_that_look_the_same_are_two_all_the_same() -> None:
    start, end = "a" * 30, "b" * 30
    short = "a" * 14 + "…" + "b" * 9
    assert written("tmux", failed(f"{start}1{end}"), failed(f"{start}2{end}"), line_colors="failed=none") == (
        f"{short} failed: unauthorized / {short} failed\n"
    )


def test_ascii_drawing_when_unicode_cannot_be_written() -> None:
    assert written("tmux", usual("n" * 30), unicode=False) == "nnnnnnnnnnnnn...nnnnnnnn 5h 88%, weekly 59%\n"
