"""Names of what plugins offer: who gets one, and what is said when nobody has it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import pytest

import codex_quota
from codex_quota import hookimpl
from codex_quota.errors import UsageError
from codex_quota.plugins import Catalogue, nearest
from offering import Offering

BUILTIN_FORMATTERS = ["csv", "ics", "json", "plain", "table"]


def problems(catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    return [(p.plugin, p.distribution, p.stage, p.reason) for p in catalogue.problems]


def test_the_name_of_a_built_in_cannot_be_taken() -> None:
    catalogue = Catalogue(plugins=[Offering("table", "mine")])
    assert type(catalogue.formatters["table"]).__module__ == "codex_quota.builtin.formatters.table"
    assert [*catalogue.formatters] == [*BUILTIN_FORMATTERS, "mine"]
    assert problems(catalogue) == [("Offering-0", "(this program)", "name", "the format name 'table' is taken")]


def test_a_plugin_that_offers_a_name_twice_keeps_the_first() -> None:
    catalogue = Catalogue(plugins=[Offering("aa", "aa")], find=False)
    assert [*catalogue.formatters] == ["aa"]
    assert problems(catalogue) == [("Offering-0", "(this program)", "name", "the format name 'aa' is taken")]


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ("tabel", "there is no format named 'tabel'", "did you mean 'table'?"),
        ("zzz", "there is no format named 'zzz'", "there is csv, ics, json, plain, table"),
        ("", "there is no format named ''", "there is csv, ics, json, plain, table"),
    ],
)
def test_choosing_an_unknown_name_tells_the_names(asked: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        Catalogue().formatters.choose(asked)
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_choosing_where_there_is_nothing() -> None:
    with pytest.raises(UsageError) as raised:
        Catalogue(find=False).stores.choose("file")
    assert raised.value.line() == "there is no cache store named 'file'; there is none"


class Shelf(codex_quota.CacheStore):
    name = "shelf"
    summary = "a shelf"

    def get(self, key: str) -> str | None:
        return None

    def set(self, key: str, text: str) -> None: ...

    def delete(self, key: str) -> None: ...

    def keys(self) -> Iterable[str]:
        return ()

    def lock(self, key: str, timeout: float) -> AbstractContextManager[bool]:
        return nullcontext(True)


def test_kinds_do_not_share_their_names() -> None:
    class Both(Offering):
        @hookimpl
        def register_cache_stores(self) -> list[codex_quota.CacheStore]:
            return [Shelf()]

    catalogue = Catalogue(plugins=[Both("shelf")])
    assert (catalogue.stores["shelf"].summary, catalogue.formatters["shelf"].summary) == ("a shelf", "one word")
    assert problems(catalogue) == []


@pytest.mark.parametrize(("name", "near"), [("wrok", "work"), ("home", "home"), ("zzz", None), ("", None)])
def test_the_nearest_name(name: str, near: str | None) -> None:
    assert nearest(name, iter(["work", "home"])) == near
