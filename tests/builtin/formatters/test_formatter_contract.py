"""Every built-in format keeps the contract of every format."""

from __future__ import annotations

import codex_quota
from codex_quota.testing import FormatterContract

WITH_EMAILS = {"json"}


def contract(formatter: codex_quota.Formatter) -> type[FormatterContract]:
    """The contract's tests for that formatter."""
    settings = {"make": lambda self: formatter, "shows_emails_always": formatter.name in WITH_EMAILS}
    return type("Tests", (FormatterContract,), settings)


for formatter in codex_quota.Catalogue(strangers=False).formatters.values():
    globals()[f"Test{formatter.name.title()}"] = contract(formatter)


def test_every_built_in_format_is_tested() -> None:
    assert {"TestTable", "TestPlain", "TestCsv", "TestJson"} <= set(globals())
