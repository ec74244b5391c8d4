"""The settings: what they change, and what is said when one cannot be used."""

from __future__ import annotations

import pytest
from codex_quota_statusbar.options import COLORS
from codex_quota_statusbar.settings import Settings
from codex_quota_statusbar.template import FIELDS
from statusbar_world import DAY, HOUR, exhausted, failed, old, snapshot, usual, window, written

from codex_quota import Snapshot, UsageError
from codex_quota.wording import level


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{name} 5h {five_hour} · week {weekly}", "work 5h 88% · week 59%"),
        ("{five_hour_reset} {weekly_reset} {monthly} {monthly_reset}", "15:04 Thu 12:04 - -"),
        ("{plan}: {windows}{note}", "Plus: 5h 88% · weekly 59%"),
        ("{{{name}}} \uf0e7", "{work} \uf0e7"),
        ("codex", "codex"),
    ],
)
def test_a_template(template: str, text: str) -> None:
    assert written("line", usual("work"), line_template=template) == f"{text}\n"


@pytest.mark.parametrize(
    ("account", "text"),
    [
        (usual("work"), "work 59%"),
        (exhausted("work"), "work 0% (back Mon 12:04)"),
        (old("work", window("weekly", 59)), "work 59% (12m old)"),
        (failed("work"), "work - (failed: unauthorized)"),
    ],
)
def test_what_must_be_seen_follows_a_template_that_leaves_it_out(account: Snapshot, text: str) -> None:
    assert written("line", account, line_template="{name} {weekly}") == f"{text}\n"


def test_of_two_windows_of_one_name_a_template_shows_the_tighter_one() -> None:
    twice = snapshot("work", window("weekly", 59), window("weekly", 57, DAY))
    assert written("line", twice, line_template="{weekly} {weekly_reset}") == "57% Mon 12:04\n"


def test_a_template_may_hold_the_markup_of_a_bar() -> None:
    text = written("tmux", usual("a#S"), line_template="#[bold]{name}#[nobold]")
    assert text == "#[bold]a##S#[nobold]\n"


def test_percentages_of_what_is_used() -> None:
    assert written("line", usual("work", 8), show="used") == "work 5h 92% · weekly 41%\n"
    assert written("i3blocks", usual("work", 8), show="used").splitlines()[-1] == "#bf7700"


@pytest.mark.parametrize(
    ("left", "settings", "color"),
    [
        (20, {}, "#bf7700"),
        (20.5, {}, None),
        (5, {}, "#e5484d"),
        (5.5, {}, "#bf7700"),
        (0, {}, "#e5484d"),
        (50, {"line_low": "50"}, "#bf7700"),
        (20, {"line_low": "19"}, None),
        (10, {"line_critical": "10"}, "#e5484d"),
        (10, {"line_colors": "low=#ABCDEF"}, "#abcdef"),
        (10, {"line_colors": "low=none"}, None),
        (90, {"line_colors": "critical=#000000, good=#00ff00"}, "#00ff00"),
    ],
)
def test_thresholds_and_colours(left: float, settings: dict[str, str], color: str | None) -> None:
    lines = written("i3blocks", snapshot("work", window("weekly", left, HOUR)), **settings).splitlines()
    assert lines[2:] == ([color] if color else [])


def test_the_usual_thresholds_are_those_of_the_table() -> None:
    usually = Settings.of({})
    lefts = [None, *(tenth / 10 for tenth in range(1001))]
    assert [usually.level(left) for left in lefts] == [level(left) for left in lefts]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"line_template": "{name} {fivehour}"},
            "CODEX_QUOTA_LINE_TEMPLATE: there is no field {fivehour}; did you mean {five_hour}?",
        ),
        ({"line_template": "{zzz}"}, f"CODEX_QUOTA_LINE_TEMPLATE: there is no field {{zzz}}; there are {', '.join(FIELDS)}"),
        ({"line_template": "{}"}, f"CODEX_QUOTA_LINE_TEMPLATE: there is no field {{}}; there are {', '.join(FIELDS)}"),
        ({"line_template": "{name:>9}"}, "CODEX_QUOTA_LINE_TEMPLATE: {name} takes neither a format nor a conversion"),
        ({"line_template": "{name!r}"}, "CODEX_QUOTA_LINE_TEMPLATE: {name} takes neither a format nor a conversion"),
        (
            {"line_template": "{name"},
            "CODEX_QUOTA_LINE_TEMPLATE: '{name' has a brace without its other half; {{ and }} are braces to show",
        ),
        ({"line_template": "a\nb"}, r"CODEX_QUOTA_LINE_TEMPLATE: 'a\nb' holds a control character or a line end"),
        ({"line_template": "a\u2028b"}, r"CODEX_QUOTA_LINE_TEMPLATE: 'a\u2028b' holds a control character or a line end"),
        ({"line_separator": "\x1b"}, r"CODEX_QUOTA_LINE_SEPARATOR: '\x1b' holds a control character or a line end"),
        ({"line_accounts": "some"}, "CODEX_QUOTA_LINE_ACCOUNTS is 'some', but must be one of all, tightest"),
        ({"line_low": "101"}, "CODEX_QUOTA_LINE_LOW: '101' is not a whole number from 0 to 100"),
        ({"line_colors": "lwo=#000000"}, "CODEX_QUOTA_LINE_COLORS: there is no level 'lwo'; did you mean low?"),
        ({"line_colors": "xyz"}, f"CODEX_QUOTA_LINE_COLORS: there is no level 'xyz'; there are {', '.join(COLORS)}"),
        (
            {"line_colors": "low=red"},
            "CODEX_QUOTA_LINE_COLORS: low is 'red', but must be like #bf7700, or none for the bar's own colour",
        ),
        ({"prompt_shell": "tcsh"}, "CODEX_QUOTA_PROMPT_SHELL is 'tcsh', but must be one of plain, bash, zsh"),
    ],
)
@pytest.mark.parametrize("form", ["line", "waybar", "prompt"])
def test_a_setting_that_cannot_be_used(form: str, settings: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        written(form, usual("work"), **settings)
    assert str(caught.value) == message
