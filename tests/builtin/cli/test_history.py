"""``codex-quota history``: what was read, in every format; nobody is asked."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from remembered import DAY, HOUR, Remembered

from codex_quota import Account, Options
from codex_quota.history import History, Reading, history_file
from program import Program
from snapshots import FIVE, WEEK

HEAD = "at\taccount\tlimit\twindow\tlabel\tused_percent\tremaining_percent\tresets_at\tstarted\tplan\terror\torigin\n"


pytestmark = pytest.mark.usefixtures("utc")


def iso(moment: object) -> str:
    return str(moment).replace(" ", "T")


def test_a_line_for_each_window_with_its_course(program: Program, remembered: Remembered) -> None:
    ran = program("history", "--since", "12.5h", terminal=True, COLUMNS="90", NO_COLOR="1")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "Account  Window                   Course                    Left  Least  Resets\n"
        "work     7 d                      ▇▇▇▇▆▆▆▆▅▅▅▅▄▄▃▃▂▂▂▂████  94%   20%    1\n"
        "北京     5 h                      ··············▇▇▇·······  88%   88%    0\n"
        "北京     GPT-5.3-Codex-Spark 5 h  ··············▆▆▆·······  75%   75%    0\n"
        "北京     9 h                      ························  -     -      0\n"
    )


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_no_line_is_wider_than_the_terminal(program: Program, remembered: Remembered, columns: str) -> None:
    from rich.cells import cell_len

    ran = program("history", terminal=True, COLUMNS=columns, NO_COLOR="1")
    assert max(cell_len(line) for line in ran.out.splitlines()) <= int(columns)


def test_long_names_are_shortened_and_the_line_is_not(program: Program) -> None:
    remembered = Remembered(program)
    name = "customer-production-environment-europe-central-1"
    spark = replace(WEEK, limit="GPT-5.3-Codex-Spark", used_percent=100)
    remembered.history.add(
        Account(name=name, source="x", account_id="long"), [Reading(account=name, at=remembered.now, windows=(spark,))]
    )
    ran = program("history", name, terminal=True, NO_COLOR="1")
    assert ran.out == (
        "Account             Window              Course               Left  Least  Resets\n"
        "customer-producti…  GPT-5.3-Codex-Spa…  ··················▁  0%    0%     0\n"
    )


def test_a_row_for_each_window_of_each_reading(program: Program, remembered: Remembered) -> None:
    ran = program("history", "北京", "--since", "1d")
    at, later, gone = (iso(remembered.ago(hours)) for hours in (5, 4, 1))
    reset, spark = "2026-11-22T15:04:00+00:00", iso(remembered.now + HOUR)
    block = "".join(
        f"{moment}\t北京\tcodex\tfive_hour\t5 h\t12.0\t88.0\t{reset}\tTrue\t-\t-\treading\n"
        f"{moment}\t北京\tGPT-5.3-Codex-Spark\tfive_hour\t5 h\t25.0\t75.0\t{spark}\tTrue\t-\t-\treading\n"
        f"{moment}\t北京\tcodex\tother\t9 h\t-\t-\t-\tTrue\t-\t-\treading\n"
        for moment in (at, later)
    )
    error = f"{gone}\t北京\t-\t-\t-\t-\t-\t-\t-\t-\tunauthorized\treading\n"
    assert (ran.status, ran.out, ran.err) == (0, HEAD + block + error, "")


def test_csv_has_empty_cells_for_what_is_not_known(program: Program, remembered: Remembered) -> None:
    rows = list(csv.DictReader(io.StringIO(program("history", "--format", "csv", "--since", "12.5h").out)))
    assert len(rows) == 13 + 3 + 3 + 1
    assert rows[-1] == {
        "at": iso(remembered.ago(1)), "account": "北京", "limit": "", "window": "", "label": "", "used_percent": "",
        "remaining_percent": "", "resets_at": "", "started": "", "plan": "", "error": "unauthorized", "origin": "reading",
    }  # fmt: skip


def test_the_json_document(program: Program, remembered: Remembered) -> None:
    document = json.loads(program("history", "--format", "json", "--since", "5.5h", "--window", "weekly").out)
    assert (document["schema_version"], [one["account"] for one in document["accounts"]]) == (1, ["work", "北京"])
    work, office = (one["readings"] for one in document["accounts"])
    assert [one["windows"][0]["used_percent"] for one in work] == [70, 80, 80, 2, 4, 6]
    assert [(one["error"], one["windows"]) for one in office] == [("unauthorized", [])]
    assert document["since"] < document["until"] == document["generated_at"]


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        (["--since", "210m"], [3, 2, 1, 0]),
        (["--since", "3.5h"], [3, 2, 1, 0]),
        (["--since", "1d", "--until", "9.5h"], [12, 11, 10]),
        (["--points", "3"], [9, 5, 0]),
        (["--points", "3", "--since", "6.5h"], [5, 3, 0]),
        (["--since", "2020-01-01", "--until", "2020-01-02"], []),
        (["--since", "2020-01-01T00:00Z"], [*range(12, -1, -1)]),
    ],
)
def test_stretches_of_time(program: Program, remembered: Remembered, words: list[str], hours: list[int]) -> None:
    document = json.loads(program("history", "work", "--format", "json", *words).out)
    expected = [f"{remembered.ago(ago):%Y-%m-%dT%H:%M:%SZ}" for ago in hours]
    assert [one["at"] for one in document["accounts"][0]["readings"]] == expected


def test_a_moment_with_a_zone_and_one_in_local_time_mean_the_same(program: Program, remembered: Remembered) -> None:
    moment = remembered.ago(4)
    local, zoned = f"{moment:%Y-%m-%dT%H:%M:%S}", f"{moment + 2 * HOUR:%Y-%m-%dT%H:%M:%S+02:00}"
    found = [program("history", "work", "--since", one, "--until", local).out for one in (local, zoned)]
    assert found[0] == found[1]
    assert found[0].count("\n") == 2


def test_the_variables_count_and_the_flags_beat_them(program: Program, remembered: Remembered) -> None:
    few = program("history", "work", CODEX_QUOTA_SINCE="1d", CODEX_QUOTA_POINTS="2", CODEX_QUOTA_FORMAT="csv")
    more = program("history", "work", "--points", "4", CODEX_QUOTA_SINCE="1d", CODEX_QUOTA_POINTS="2", CODEX_QUOTA_FORMAT="ics")
    assert (len(few.out.splitlines()), few.out[:3], len(more.out.splitlines()), more.out[:3]) == (3, "at,", 5, "at\t")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nobody"], "the history has no account 'nobody'; there is: work, 北京"),
        (["wrok", "work"], "the history has no account 'wrok'; did you mean 'work'? there is: work, 北京"),
        (["--since", "1h", "--until", "2h"], "--since lies after --until; give them the other way round"),
        (
            ["--since", "3h30m"],
            "--since: '3h30m' is neither a length like 7d nor a time like 2026-11-22 or 2026-11-22T12:00; "
            "see codex-quota history --help",
        ),
        (["--points", "1"], "--points: '1' is not a whole number from 2 to 100000; see codex-quota history --help"),
        (["--no-history"], "there is no history, because --no-history or CODEX_QUOTA_HISTORY turns it off; leave that out"),
        (
            ["--format", "xml"],
            "--format: invalid choice: 'xml' (choose from 'table', 'plain', 'csv', 'json'); see codex-quota history --help",
        ),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(program: Program, remembered: Remembered, words: list[str], line: str) -> None:
    ran = program("history", *words)
    # newer versions of Python name the choices without quotation marks
    told = ran.err.replace("-f/", "").replace(
        "(choose from table, plain, csv, json)", "(choose from 'table', 'plain', 'csv', 'json')"
    )
    assert (ran.status, ran.out, told) == (2, "", f"codex-quota: {line}\n")


def test_a_name_may_be_given_in_another_normal_form(program: Program, remembered: Remembered) -> None:
    remembered.history.add(Account(name="Büro", source="x", account_id="c"), [Reading(account="Büro", at=remembered.now)])
    assert program("history", "Bu\u0308ro").out.count("Büro") == 1


def test_an_empty_history_says_that_it_fills_itself(program: Program) -> None:
    told = "codex-quota: nothing was read yet: the history fills itself with every reading\n"
    for words, out in (([], HEAD), (["--format", "csv"], HEAD.replace("\t", ","))):
        ran = program("history", *words)
        assert (ran.status, ran.out, ran.err) == (0, out, told)
    ran = program("history", terminal=True)
    assert (ran.status, ran.out, ran.err) == (0, "", told)
    assert not history_file(Options(environ=program.environ)).exists()


def test_a_time_of_which_nothing_is_known(program: Program, remembered: Remembered) -> None:
    ran = program("history", "--since", "9d", "--until", "8d", terminal=True)
    assert (ran.status, ran.out, ran.err) == (0, "", "codex-quota: nothing was read in that time\n")
    ran = program("history", "work", "--window", "week", terminal=True)
    assert (ran.status, ran.out, ran.err) == (0, "", "codex-quota: no window 'week' was read in that time\n")


def test_a_damaged_history_is_told(program: Program, remembered: Remembered) -> None:
    remembered.path.write_bytes(bytes(8000))
    ran = program("history", "--format", "json")
    assert (ran.status, json.loads(ran.out)["accounts"]) == (0, [])
    told = f"the history was damaged: it is kept as {remembered.path}.damaged-1, and a new one was begun"
    assert ran.err == f"codex-quota: {told}\n"


def test_a_history_that_cannot_be_read_is_one_line(program: Program, remembered: Remembered) -> None:
    remembered.path.unlink()
    remembered.path.mkdir()
    ran = program("history")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        f"codex-quota: the history {remembered.path} cannot be used: Is a directory; check space and permissions, "
        "give another file with --history-file, or do without it with --no-history\n"
    )


def test_nobody_is_asked(program: Program, remembered: Remembered) -> None:
    assert program.service is not None
    program.service.add("work")
    program.serve()
    program("history")
    assert program.service.requests == []


def test_a_list_knows_every_reading_of_a_long_time(program: Program) -> None:
    """Also the one reading in which something was used up."""
    now = Remembered(program).now
    found = []
    for number in range(90 * 24 * 4):
        cycle, used = number // 20, 100 if number == 4001 else number % 20
        five = replace(FIVE, used_percent=used, resets_at=now - 90 * DAY + (cycle + 1) * 5 * HOUR)
        found.append(Reading(account="busy", at=now - 90 * DAY + number * HOUR / 4, windows=(five,)))
    History(history_file(Options(environ=program.environ))).add(Account(name="busy", source="x", account_id="z"), found)
    ran = program("history", "busy", "--since", "91d", terminal=True, NO_COLOR="1")
    assert ran.out.splitlines()[1].split()[-2:] == ["0%", str(90 * 24 // 5 - 1)]
