"""``codex-quota events``: what happened, in every format; nobody is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from remembered import HOUR, Remembered

from codex_quota import Account
from codex_quota.history import EVENT_KINDS, Reading
from program import Program
from snapshots import WEEK

ATOM = "{http://www.w3.org/2005/Atom}"
HEAD = "at\taccount\tkind\tlimit\twindow\tlabel\tbefore\tafter\n"


pytestmark = pytest.mark.usefixtures("utc")


def clock(remembered: Remembered, hours: float) -> str:
    at = remembered.ago(hours)
    return f"{at:%H:%M}" if at.date() == remembered.now.date() else f"{at.day} {at:%b %H:%M}"


def test_what_happened_on_a_terminal(program: Program, remembered: Remembered) -> None:
    ran = program("events", terminal=True)
    rows = [
        ("At", "Account", "What"),
        (clock(remembered, 3), "work", "the weekly window was reset, 80 % had been used"),
        (clock(remembered, 2), "work", "the plan changed from Plus to Pro"),
        (clock(remembered, 1), "北京", "the sign-in does not work any more (unauthorized)"),
    ]
    width = max(len(row[0]) for row in rows)
    assert (ran.status, ran.err) == (0, "")
    cells = [(at.ljust(width), name + " " * (7 - len(name.encode("gb18030"))), text) for at, name, text in rows]
    assert ran.out == "".join("  ".join(row) + "\n" for row in cells)


def test_what_happened_in_rows(program: Program, remembered: Remembered) -> None:
    ran = program("events")
    reset, plan, broken = (remembered.ago(hours).isoformat() for hours in (3, 2, 1))
    assert (ran.status, ran.out, ran.err) == (
        0,
        f"{HEAD}{reset}\twork\twindow_reset\tcodex\tweekly\t7 d\t80\t2\n"
        f"{plan}\twork\tplan_changed\t-\t-\t-\tplus\tpro\n"
        f"{broken}\t北京\tsign_in_broken\t-\t-\t-\t-\tunauthorized\n",
        "",
    )


def test_the_json_document(program: Program, remembered: Remembered) -> None:
    document = json.loads(program("events", "work", "--format", "json", "--kind", "window_reset").out)
    assert document["schema_version"] == 1
    assert document["events"] == [
        {
            "account": "work", "at": f"{remembered.ago(3):%Y-%m-%dT%H:%M:%SZ}", "kind": "window_reset", "limit": "codex",
            "window": "weekly", "label": "7 d", "before": "80", "after": "2",
        }
    ]  # fmt: skip


def test_the_feed_keeps_its_ids(program: Program, remembered: Remembered) -> None:
    one, other = (ElementTree.fromstring(program("events", "--format", "atom").out) for _ in range(2))
    titles = [entry.findtext(f"{ATOM}title") for entry in one.iter(f"{ATOM}entry")]
    assert titles == [
        "北京: the sign-in does not work any more (unauthorized)",
        "work: the plan changed from Plus to Pro",
        "work: the weekly window was reset, 80 % had been used",
    ]
    assert ElementTree.tostring(one) == ElementTree.tostring(other)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "ascii"])
def test_the_feed_can_be_read_in_whatever_encoding_it_is_written(program: Program, remembered: Remembered, encoding: str) -> None:
    words = [sys.executable, "-m", "codex_quota", "events", "--format", "atom"]
    done = subprocess.run(words, env={**program.environ, "PYTHONIOENCODING": encoding}, capture_output=True, check=True)
    assert ElementTree.fromstring(done.stdout).findtext(f"{ATOM}entry/{ATOM}title", "").startswith("北京: ")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (["--kind", "plan_changed"], ["plan_changed"]),
        (["--kind", "plan_changed", "--kind", "sign_in_broken"], ["plan_changed", "sign_in_broken"]),
        (["--since", "2.5h"], ["plan_changed", "sign_in_broken"]),
        (["--until", "2.5h"], ["window_reset"]),
        (["work"], ["window_reset", "plan_changed"]),
        (["北京"], ["sign_in_broken"]),
        (["work", "--drain-points", "15", "--drain-within", "2h"], ["drain", "drain", "drain", "window_reset", "plan_changed"]),
    ],
)
def test_less_or_more_of_what_happened(program: Program, remembered: Remembered, words: list[str], kinds: list[str]) -> None:
    ran = program("events", *words)
    assert (ran.status, [line.split("\t")[2] for line in ran.out.splitlines()[1:]]) == (0, kinds)


def test_several_kinds_can_stand_in_the_variable(program: Program, remembered: Remembered) -> None:
    ran = program("events", CODEX_QUOTA_KIND="plan_changed,sign_in_broken")
    assert [line.split("\t")[2] for line in ran.out.splitlines()[1:]] == ["plan_changed", "sign_in_broken"]


def test_long_texts_are_wrapped_below_themselves(program: Program, remembered: Remembered) -> None:
    name = "customer-production-environment-europe-central-1"
    moved = replace(WEEK, resets_at=remembered.now + 99 * HOUR), replace(WEEK, resets_at=remembered.now + 123 * HOUR)
    found = [Reading(account=name, at=remembered.ago(3 - n), windows=(moved[min(n, 1)],)) for n in range(3)]
    remembered.history.add(Account(name=name, source="x", account_id="long"), found)
    ran = program("events", name, terminal=True)
    lines = ran.out.splitlines()[1:]
    assert [len(line) <= 80 for line in lines] == [True] * len(lines)
    text = " ".join(line[-44:].strip() for line in lines)
    assert len(lines) > 1
    assert "customer-production-env" in lines[0]
    assert "…  the reset of" in lines[0]
    assert lines[1].startswith(" " * 30)
    assert text.endswith((remembered.now + timedelta(hours=123)).strftime("%H:%M"))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nobody"], "the history has no account 'nobody'; there is: work, 北京"),
        (["--since", "1h", "--until", "2h"], "--since lies after --until; give them the other way round"),
        (
            ["--kind", "reset"],
            f"--kind: 'reset' is no kind of event; there is {', '.join(EVENT_KINDS)}; see codex-quota events --help",
        ),
        (["--drain-points", "0"], "--drain-points: '0' is not a whole number from 1 to 100; see codex-quota events --help"),
        (["--no-history"], "there is no history, because --no-history or CODEX_QUOTA_HISTORY turns it off; leave that out"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(program: Program, remembered: Remembered, words: list[str], line: str) -> None:
    ran = program("events", *words)
    assert (ran.status, ran.out, ran.err) == (2, "", f"codex-quota: {line}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [([], "nothing happened in that time"), (["--kind", "drain"], "nothing of that kind happened in that time")],
)
def test_that_nothing_happened_is_told(program: Program, remembered: Remembered, words: list[str], told: str) -> None:
    ran = program("events", "--since", "10m", *words, terminal=True)
    assert (ran.status, ran.out, ran.err) == (0, "", f"codex-quota: {told}\n")


def test_without_a_history_nothing_happened(program: Program) -> None:
    ran = program("events")
    assert (ran.status, ran.out, ran.err) == (0, HEAD, "codex-quota: nothing happened in that time\n")
    feed = ElementTree.fromstring(program("events", "--format", "atom").out)
    assert list(feed.iter(f"{ATOM}entry")) == []


def test_what_session_files_say_is_no_event(program: Program, remembered: Remembered) -> None:
    full = replace(WEEK, used_percent=100)
    noted = [Reading(account="work", at=remembered.ago(h), windows=(full,), plan="free", origin="rollout") for h in (0.6, 0.4)]
    remembered.history.add(Account(name="work", source="directory", account_id="a"), noted)
    assert program("events", "--since", "1.5h", "work").out == HEAD
