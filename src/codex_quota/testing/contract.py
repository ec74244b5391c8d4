"""What the contracts share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from codex_quota import CacheStore, Command, CredentialSource, Formatter, Route

Test = TypeVar("Test", bound=Callable[..., None])


def only_if(attribute: str) -> Callable[[Test], Test]:
    """Marks a test that is left out where the contract's *attribute* is False."""

    def mark(test: Test) -> Test:
        test.only_if = attribute  # type: ignore[attr-defined]
        return test

    return mark


class Contract:
    """A class of tests to subclass; those that make no sense for the subclass are left out."""

    def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**more)
        if Contract in cls.__bases__:
            return
        nearest: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            nearest.update((name, test) for name, test in vars(base).items() if test is not None)
        for name, test in nearest.items():
            wanted = getattr(test, "only_if", None)
            if isinstance(wanted, str):
                setattr(cls, name, test if getattr(cls, wanted) else None)


def check_names(thing: CredentialSource | CacheStore | Formatter | Command | Route) -> None:
    """Fails unless *thing* has a name that can be chosen and a summary for a list."""
    assert re.fullmatch(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*", thing.name), "a name is lower-case letters, digits and - . _"
    assert thing.summary, "the summary says what it is"
    assert thing.summary == thing.summary.strip()
    assert thing.summary.isprintable(), "the summary is one line"
    assert not thing.summary.endswith("."), "the summary is no sentence"
