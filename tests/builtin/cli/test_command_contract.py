"""Built-in commands keep the contract of every command."""

from __future__ import annotations

import codex_quota
from codex_quota.testing import CommandContract

WORDS: dict[str, tuple[str, ...]] = {"show": (), "accounts": (), "plugins": (), "cache": (), "demo": (), "completion": ("bash",)}


def contract(name: str, words: tuple[str, ...]) -> type[CommandContract]:
    """The contract's tests for that command, run with *words*."""
    command = codex_quota.Catalogue(strangers=False).commands[name]
    return type("Tests", (CommandContract,), {"make": lambda self: command, "words": words})


for name, words in WORDS.items():
    globals()[f"Test{name.title()}"] = contract(name, words)


def test_every_command_of_the_list_is_tested() -> None:
    assert {f"Test{name.title()}" for name in WORDS} <= set(globals())
