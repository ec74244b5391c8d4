"""What the visitor chose, read from an address and written into one."""

from __future__ import annotations

import pytest

from codex_quota.builtin.dashboard.choices import Choices, Layout


@pytest.mark.parametrize(
    ("query", "choices"),
    [
        ({}, Choices()),
        (
            {"layout": "table", "sort": "left", "only": "failed", "q": " a  b "},
            Choices(layout="table", sort="left", only="failed", q="a b"),
        ),
        ({"layout": "<b>", "sort": "", "only": "nobody", "other": "1"}, Choices()),
        ({"q": "x" * 1000}, Choices(q="x" * 200)),
    ],
    ids=["nothing", "everything", "nonsense", "too long"],
)
def test_choices_are_read(query: dict[str, str], choices: Choices) -> None:
    assert Choices.of(query) == choices


def test_an_address_holds_only_what_is_unusual() -> None:
    assert Choices().query() == {"layout": None, "sort": None, "only": None, "q": ""}
    chosen = Choices(layout="cards", sort="reset", only="usable", q="x")
    assert chosen.query() == {"layout": "cards", "sort": "reset", "only": "usable", "q": "x"}
    assert chosen.query(sort="name", q="") == {"layout": "cards", "sort": None, "only": "usable", "q": ""}


@pytest.mark.parametrize(
    ("chosen", "accounts", "layout"),
    [(None, 1, "cards"), (None, 12, "cards"), (None, 13, "table"), ("cards", 100, "cards"), ("table", 1, "table")],
)
def test_few_accounts_are_cards_and_many_a_table(chosen: Layout | None, accounts: int, layout: str) -> None:
    assert Choices(layout=chosen).layout_for(accounts) == layout
