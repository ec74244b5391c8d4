"""The page about limits says of certain accounts what is shown of them: the table really shows it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

import codex_quota
from codex_quota import Credits, Quota
from snapshots import BIZ, DAY, HOUR, NOW, SPARK, quota, snapshot, window

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "limits.md"
ROWS = dict(re.findall(r"^\| (?!the account)([^|]+) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.M))
ACCOUNTS = {
    "has a weekly window alone": quota(window("weekly", 64, 2 * DAY), reached=False),
    "has a monthly window alone": quota(window("monthly", 83, 24 * DAY), plan="free", reached=False),
    "is a Business account": BIZ.quota,
    "has not begun a window": quota(window("weekly", 0, 7 * DAY, started=False), reached=False),
    "has used up its week": quota(window("five_hour", 10, 2 * HOUR), window("weekly", 100, 2 * DAY), reached=True),
    "is blocked by the verdict": quota(window("five_hour", 80, 2 * HOUR), window("weekly", 41, 2 * DAY), reached=True),
    "has credits": quota(window("weekly", 100, DAY), reached=False, credits=Credits(has_credits=True, balance=Decimal(9))),
    "has an extra limit": quota(window("weekly", 10, DAY), window("weekly", 100, DAY, limit=SPARK), reached=False),
    "is at 64 % used": quota(window("weekly", 64, 2 * DAY), reached=False),
    "answers with a figure": quota(window("weekly", None, 2 * DAY)),
}


def test_every_row_is_tried() -> None:
    assert [kind for kind, row in zip(ACCOUNTS, ROWS, strict=True) if not row.startswith(kind)] == []


@pytest.mark.parametrize(("row", "answer"), list(zip(ROWS, ACCOUNTS.values(), strict=True)), ids=list(ACCOUNTS))
def test_the_table_shows_what_the_page_says(row: str, answer: Quota) -> None:
    table = codex_quota.Catalogue(environ={}, strangers=False).formatters["table"]
    shown = {}
    for show in ("left", "used"):
        shown[show] = table.format([snapshot("one", answer)], codex_quota.Style(now=NOW, show=show))
    told = [word for word in re.findall(r"`([^`]+)`", ROWS[row]) if not word.startswith("--")]
    assert [word for word in told if word not in shown["used" if "used" in word else "left"]] == []
    figures = re.findall(r"(\d+) below `% (left|used)`", ROWS[row])
    assert [number for number, show in figures if f" {number} " not in shown[show]] == []
