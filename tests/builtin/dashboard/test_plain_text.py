"""Who gets text, and what it says."""

from __future__ import annotations

import re

import pytest
from boards import style

from codex_quota import Catalogue
from codex_quota.builtin.dashboard.plain_text import text_page, wants_text
from snapshots import BURNED, GONE, WORK

CATALOGUE = Catalogue()


@pytest.mark.parametrize(
    ("accept", "user_agent", "text"),
    [
        ("*/*", "curl/8.5.0", True),
        ("*/*", "Wget/1.21.3", True),
        ("*/*", "HTTPie/3.2.2", True),
        ("", "curl/8.5.0", True),
        ("text/plain", "Mozilla/5.0", True),
        ("text/plain;q=0.9, */*", "anything", True),
        ("text/html", "curl/8.5.0", False),
        ("text/html,application/xhtml+xml,text/plain;q=0.8", "Mozilla/5.0", False),
        ("*/*", "Mozilla/5.0 (like curl/8)", False),
        ("*/*", "python-requests/2.32", False),
        ("", "", False),
    ],
)
def test_text_is_for_programs_that_show_text(accept: str, user_agent: str, text: bool) -> None:
    assert wants_text(accept, user_agent) is text


def test_it_is_the_table_below_the_pool() -> None:
    shown = (BURNED, GONE, WORK)
    table = CATALOGUE.formatters["table"].format(shown, style())
    text = text_page(shown, style(), CATALOGUE, asking=False)
    assert text == f"0 of 3 usable, 2 unknown, next back Mon 12:04 (1d)\n\n{table}"
    assert re.search(r"^burned .*weekly .* 0 +back Mon 12:04", text, re.M)


@pytest.mark.parametrize(
    ("asking", "text"),
    [
        (True, "The accounts are being read for the first time. They appear here in a moment.\n"),
        (
            False,
            "No accounts yet\nSign in with the Codex CLI, which writes a file named auth.json. "
            "Add that file here, and its quota appears within seconds. /auth/new\n",
        ),
    ],
)
def test_without_accounts_it_says_what_to_do(asking: bool, text: str) -> None:
    assert text_page((), style(), CATALOGUE, asking=asking) == text
