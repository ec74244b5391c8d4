"""The page about the history's documents and what is really written agree in every field and every word, both ways."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from codex_quota.builtin.cli.events import _ALL
from codex_quota.builtin.cli.history import _ROWS
from codex_quota.history import EVENT_KINDS, HistoryEvent, Reading, events_document, history_document
from snapshots import FIVE, NOW, WEEK, window

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "history.md").read_text(encoding="utf-8")
FULL = Reading(
    account="work", at=NOW, windows=(replace(FIVE, used_percent=12.5), window("other", None)), plan="plus", usable=True,
    limit_reached=False, credits=Decimal("12.50"), reset_credits=2,
)  # fmt: skip
EMPTY = Reading(account="work", at=NOW, windows=(replace(WEEK, length=None, resets_at=None, started=None),), error="timeout")
EVENTS = (
    HistoryEvent(account="work", at=NOW, kind="early_reset", limit="codex", window="weekly", label="7 d", before="1", after="0"),
    HistoryEvent(account="work", at=NOW, kind="sign_in_broken"),
)
TYPES = {"int": int, "time": str, "text": str, "amount": str, "bool": bool, "list": list, "number": int | float}
READ = history_document({"work": [FULL, EMPTY]}, since=NOW, until=NOW, generated_at=NOW)
HAPPENED = events_document(EVENTS, generated_at=NOW)


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading: by the first cell the other cells."""
    text = re.split(r"\n##+ ", PAGE.partition(f"# {heading}\n")[2])[0]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in table}


def objects() -> dict[str, list[dict[str, Any]]]:
    accounts: Any = READ["accounts"]
    readings = [reading for account in accounts for reading in account["readings"]]
    return {
        "The history document": [READ],
        "Account": accounts,
        "Reading": readings,
        "Window": [one for reading in readings for one in reading["windows"]],
        "The events document": [HAPPENED],
        "Event": HAPPENED["events"],  # type: ignore[dict-item]
    }


@pytest.mark.parametrize("heading", objects())
def test_the_page_has_every_field_with_its_type(heading: str) -> None:
    table = rows(heading)
    for found in objects()[heading]:
        assert [*found] == [*table]
        for name, value in found.items():
            assert value is None or isinstance(value, TYPES[table[name][0]]), name


@pytest.mark.parametrize("heading", ["Reading", "Window", "Event"])
def test_the_page_says_what_can_be_null(heading: str) -> None:
    never = {name for name, cells in rows(heading).items() if cells[2] == "never"}
    nulls = {name for found in objects()[heading] for name, value in found.items() if value is None}
    assert nulls == rows(heading).keys() - never


def test_the_page_has_every_kind_of_event() -> None:
    assert [*rows("Kinds")] == [*EVENT_KINDS]


def test_the_page_has_every_column_of_the_rows() -> None:
    text = PAGE.partition("\n## Rows\n")[2]
    columns = re.findall(r"`([^`]+)`", "".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `")))
    assert sorted(columns) == sorted(_ROWS)
    assert ", ".join(f"`{name}`" for name in _ALL) in text
