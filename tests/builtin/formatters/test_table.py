from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal

import pytest

from codex_quota.builtin.formatters import table
from codex_quota.model import Credits, Quota, SpendLimit
from snapshots import (
    BIZ,
    BURNED,
    DAY,
    EVERYBODY,
    EXTRA,
    FIVE,
    FREE,
    FULL_WEEK,
    GONE,
    HOUR,
    LIVELY,
    LONG,
    NOTHING,
    NOW,
    OFFICE,
    OLD,
    OWNED,
    PAUSED,
    SPARK,
    WEEK,
    WEEKLY,
    WORK,
    quota,
    snapshot,
    window,
)
from tables import rows, written


def test_bars_numbers_and_resets_in_80_columns() -> None:
    assert written(WORK, BURNED, WEEKLY, FREE, GONE, OFFICE) == (
        "Account      Plan      Window   % left              Resets               Source\n"
        "work         Plus      5 h      ████████████░░  88  15:04 (3h)           network\n"
        "                       weekly   ████████░░░░░░  59  Thu 12:04 (4d)\n"
        "burned       Plus      weekly   ░░░░░░░░░░░░░░   0  back Mon 12:04 (1d)  cache\n"
        "                       5 h      ▒▒▒▒▒▒▒▒▒▒▒▒▒░  99  waits for weekly\n"
        "weekly-only  Pro Lite  weekly   █░░░░░░░░░░░░░ 3.6  Tue 12:04 (2d)       network\n"
        "free         Free      monthly  ██░░░░░░░░░░░░  17  16 Dec 12:04 (24d)   network\n"
        "gone         Team      failed   unauthorized                             -\n"
        "北京办公室   Team      5 h      ████████████░░  88  15:04 (3h)           network\n"
        "                       weekly   ████████░░░░░░  59  Thu 12:04 (4d)\n"
        "\n"
        "burned: weekly limit is used up, back Mon 12:04 (1d)\n"
        "burned: 2 banked resets available\n"
        "gone: signed out; sign in again with 'codex login'\n"
        "北京办公室: mind the gap\n"
    )


def test_everything_still_fits_where_it_is_crowded() -> None:
    assert written(WEEKLY, BIZ, LIVELY, OLD, LONG, NOTHING) == (
        "Account       Plan      Window         % left          Resets            Source\n"
        "weekly-only   Pro Lite  weekly         █░░░░░░░░░ 3.6  Tue 12:04 (2d)    network\n"
        "biz           Business  spend          ███████░░░  68  1 Dec 12:04 (9d)  network\n"
        "spark         Pro       weekly         ██████████ 100  not started       network\n"
        "                        …ex-Spark 5 h  ████████░░  75  14:04 (2h)\n"
        "                        …Spark weekly  █████████░  93  Sat 12:04 (6d)\n"
        "                        credits        394.80\n"
        "old           Plus      weekly         ██████░░░░  59  Thu 12:04 (4d)    12m old\n"
        "custome…-001  Plus      weekly         ··········   -  13:04 (1h)        network\n"
        "nothing       Plus      -              no usage window                   network\n"
        "\n"
        "spark: not available now: gpt-6\n"
        "old: figures are from 11:52, 12m old: no answer; check the network or the proxy,\n"
        "  or allow more time with --timeout\n"
    )


def test_a_narrow_terminal_gets_a_line_for_each_account() -> None:
    assert written(WORK, BURNED, BIZ, GONE, OLD, width=50) == (
        "  Window          % left       Resets\n"
        "work  Plus  network\n"
        "  5 h             ██████░  88  15:04 (3h)\n"
        "  weekly          ████░░░  59  Thu 12:04 (4d)\n"
        "burned  Plus  cache\n"
        "  weekly          ░░░░░░░   0  back Mon 12:04 (1d)\n"
        "  5 h             ▒▒▒▒▒▒░  99  waits for weekly\n"
        "biz  Business  network\n"
        "  spend           █████░░  68  1 Dec 12:04 (9d)\n"
        "gone  Team  -\n"
        "  failed          unauthorized\n"
        "old  Plus  cache, 12m old\n"
        "  weekly          ████░░░  59  Thu 12:04 (4d)\n"
        "\n"
        "burned: weekly limit is used up, back Mon 12:04\n"
        "  (1d)\n"
        "burned: 2 banked resets available\n"
        "gone: signed out; sign in again with 'codex login'\n"
        "old: figures are from 11:52, 12m old: no answer;\n"
        "  check the network or the proxy, or allow more\n"
        "  time with --timeout\n"
    )


def test_a_wide_terminal_gets_long_bars_and_whole_labels() -> None:
    assert rows(written(LIVELY, OLD, width=120)) == [
        "spark    Pro   weekly                      ████████████████████ 100  not started     network",
        "               GPT-5.3-Codex-Spark 5 h     ███████████████░░░░░  75  14:04 (2h)",
        "               GPT-5.3-Codex-Spark weekly  ███████████████████░  93  Sat 12:04 (6d)",
        "               credits                     394.80",
        "old      Plus  weekly                      ████████████░░░░░░░░  59  Thu 12:04 (4d)  cache, 12m old",
    ]


def test_used_percent_and_ascii_on_demand() -> None:
    assert written(WORK, BURNED, LONG, show="used", unicode=False, time="countdown").partition("\n\n")[0].splitlines() == [
        "Account                  Plan  Window  % used          Resets            Source",
        "work                     Plus  5 h     #---------  12  in 3h             network",
        "                               weekly  ####------  41  in 4d",
        "burned                   Plus  weekly  ########## 100  back in 1d        cache",
        "                               5 h     =---------   1  waits for weekly",
        "customer-pro...erve-001  Plus  weekly  ..........   -  in 1h             network",
    ]


def test_the_width_is_100_when_there_is_none() -> None:
    assert written(*EVERYBODY, width=None) == written(*EVERYBODY, width=100)


def test_no_accounts_is_one_clear_line() -> None:
    assert written() == "No accounts to show.\n"


def test_no_remarks_no_blank_line() -> None:
    assert written(WORK).count("\n") == 3


def test_emails_only_on_demand() -> None:
    assert "@" not in written(WORK)
    assert written(WORK, width=100, emails=True).splitlines()[:2] == [
        "Account  Email             Plan  Window  % left                    Resets          Source",
        "work     work@example.com  Plus  5 h     ██████████████████░░  88  15:04 (3h)      network",
    ]
    assert written(WORK, width=60, emails=True).splitlines()[1] == "work  work@example.com  Plus  network"


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (PAUSED.quota, ["5 h bar 0 back 14:04 (2h)", "weekly hatched 59 Thu 12:04 (4d)"]),
        (quota(FULL_WEEK, reached=False, credits=Credits(unlimited=True)), ["weekly bar 0 Mon 12:04 (1d)", "credits unlimited"]),
        (
            quota(WEEK, reached=True, kind="workspace_owner_credits_depleted"),
            ["credits used up", "weekly hatched 59 waits for credits"],
        ),
        (quota(reached=True, kind="workspace_member_usage_limit_reached"), ["workspace limit reached"]),
        (quota(FIVE, WEEK, reached=True), ["account limit reached", "5 h hatched 88 blocked", "weekly hatched 59 blocked"]),
        (quota(window("weekly", 80, HOUR), reached=True), ["weekly bar 20 back 13:04 (1h)"]),
        (quota(WEEK, spend=SpendLimit(reached=True)), ["spend limit reached", "weekly hatched 59 waits for spend limit"]),
        (
            quota(WEEK, spend=SpendLimit(reached=True, used_percent=100, resets_at=NOW + 9 * DAY)),
            ["spend bar 0 back 1 Dec 12:04 (9d)", "weekly hatched 59 waits for spend limit"],
        ),
        (quota(spend=SpendLimit(used_percent=32)), ["spend bar 68 -"]),
        (quota(window("other", 50, None), spend=SpendLimit(limit=Decimal(3))), ["9 h bar 50 -"]),
        (
            quota(window("daily", 0.04, HOUR), FULL_WEEK),
            ["weekly bar 0 back Mon 12:04 (1d)", "daily hatched >99 waits for weekly"],
        ),
        (
            quota(FULL_WEEK, *EXTRA, reached=True),
            ["weekly bar 0 back Mon 12:04 (1d)", f"{SPARK} 5 h bar 75 14:04 (2h)", f"{SPARK} weekly bar 93 Sat 12:04 (6d)"],
        ),
        (quota(credits=OWNED), ["- no usage window", "credits 394.80"]),
        (quota(window("other", 50, HOUR, label="1234567890 d")), ["1234567890 d bar 50 13:04 (1h)"]),
    ],
)  # fmt: skip
def test_what_keeps_an_account_from_working_cannot_be_overlooked(answer: Quota, lines: list[str]) -> None:
    bars = {"█": "bar", "░": "bar", "▒": "hatched"}
    shown = [" ".join(row.split()) for row in rows(written(snapshot("x", answer), width=120))]
    named = [re.sub("[█▒░]{20}", lambda found: bars[found[0][0]], row) for row in shown]
    assert [named[0].removeprefix("x Plus ").removesuffix(" network"), *named[1:]] == lines


@pytest.mark.parametrize(
    ("used", "color"), [(0, 32), (79, 32), (80, 33), (94, 33), (95, 31), (99.99, 31), (100, "1;31"), (None, 2)]
)
@pytest.mark.parametrize("show", ["left", "used"])
def test_colours_follow_what_is_left(used: float | None, color: object, show: str) -> None:
    answer = quota(window("weekly", used), reached=False, credits=Credits(unlimited=True))
    row = written(snapshot("x", answer), color=True, show=show).splitlines()[1]
    assert re.findall(r"\x1b\[([\d;]+)m([^\x1b]+)\x1b\[0m", row)[1][0] == str(color)
    assert re.findall(r"\x1b\[([\d;]+)m([^\x1b]+)\x1b\[0m", row)[2][0] == str(color)


def test_the_binding_row_is_loud_and_the_others_are_dim() -> None:
    first, second = rows(written(BURNED, width=60, color=True))[1:]
    assert "\x1b[1;31mback Mon 12:04 (1d)\x1b[0m" in first
    assert re.findall(r"\x1b\[2m([^\x1b]+)\x1b\[0m", second) == ["5 h", "▒" * 19 + "░", "99", "waits for weekly"]


def test_stale_figures_are_marked_in_colour() -> None:
    assert rows(written(OLD, color=True))[0].endswith("\x1b[33mcache, 12m old\x1b[0m")


def test_colour_changes_nothing_but_colour() -> None:
    assert re.sub(r"\x1b\[[\d;]+m", "", written(*EVERYBODY, color=True)) == written(*EVERYBODY)
    assert "\x1b" not in written(*EVERYBODY)


def test_names_are_never_markup_emoji_or_escapes() -> None:
    hostile = snapshot("[red]a[/] :smile: \x1b[31m\tb", quota(WEEK, plan="[b]x[/b]", warnings=("[/] \x07bell",)))
    shown = written(hostile, width=100)
    assert rows(shown)[0].startswith("[red]a[/] :smile: [31m b  [b]x[/b]  weekly")
    assert shown.endswith("\n[red]a[/] :smile: [31m b: [/] bell\n")


def test_problems_are_told() -> None:
    (formatter,) = table.register_formatters()
    assert (formatter.name, formatter.content_type, formatter.tells_problems) == ("table", "text/plain; charset=utf-8", True)


def test_loading_the_formatters_does_not_load_rich() -> None:
    modules = ", ".join(f"codex_quota.builtin.formatters.{name}" for name in ("table", "plain", "csv"))
    program = f"import sys, {modules}; print([m for m in ('rich', 'httpx', 'asyncio') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
