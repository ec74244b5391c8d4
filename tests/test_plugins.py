"""The road for plugins: whatever fails on it is named and costs nothing else."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import Any

import pytest

import codex_quota
from codex_quota import hookimpl
from codex_quota.plugins import Catalogue, Plugin
from offering import Offering, Words

BUILTIN_SOURCES = ["codex-home", "directory", "environment"]
BUILTIN_STORES = ["file", "memory", "none"]
BUILTIN_FORMATTERS = ["csv", "ics", "json", "plain", "table"]


def answering(function: Callable[[], Any]) -> types.ModuleType:
    """A plugin module ``answering`` whose formatter hook is *function*."""
    module = types.ModuleType("answering")
    module.register_formatters = hookimpl(specname="register_formatters")(function)  # type: ignore[attr-defined]
    return module


def problems(catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    return [(p.plugin, p.distribution, p.stage, p.reason) for p in catalogue.problems]


def of_program(plugin: object) -> list[tuple[str, str]]:
    """Stage and reason of everything wrong with *plugin*, beside which the built-ins and another plugin still work."""
    catalogue = Catalogue(plugins=[Offering("before"), plugin, Offering("after")])
    assert [*catalogue.formatters] == [*BUILTIN_FORMATTERS, "after", "before"]
    assert ([*catalogue.sources], [*catalogue.stores]) == (BUILTIN_SOURCES, BUILTIN_STORES)
    assert {p.distribution for p in catalogue.problems} <= {"(this program)"}
    assert len({p.plugin for p in catalogue.problems}) <= 1
    return [(p.stage, p.reason) for p in catalogue.problems]


def test_the_built_ins_come_over_the_same_road_without_a_problem() -> None:
    catalogue = Catalogue()
    assert problems(catalogue) == []
    assert [*catalogue.sources] == BUILTIN_SOURCES
    assert [*catalogue.stores] == BUILTIN_STORES
    assert [*catalogue.formatters] == BUILTIN_FORMATTERS
    assert {"show", "accounts", "plugins", "cache", "completion", "demo"} <= set(catalogue.commands)
    assert {plugin.distribution for plugin in catalogue.plugins} == {"codex-quota"}
    assert catalogue.stores.provider("file").hooks == ("register_cache_stores",)


def test_a_plugin_of_one_program_stands_beside_the_built_ins() -> None:
    catalogue = Catalogue(plugins=[Offering("zz", "aa")])
    assert [*catalogue.formatters] == [*BUILTIN_FORMATTERS, "aa", "zz"]
    assert catalogue.formatters.choose("aa").format([], None) == "aa\n"  # type: ignore[arg-type]
    assert catalogue.formatters.provider("aa") == Plugin(
        name="Offering-0", distribution="(this program)", version="", hooks=("register_formatters",)
    )


def test_a_catalogue_without_the_installed_ones_holds_only_what_it_is_given() -> None:
    catalogue = Catalogue(plugins=[Offering("aa")], find=False)
    assert ([*catalogue.formatters], len(catalogue.sources), problems(catalogue)) == (["aa"], 0, [])


def test_catalogues_know_nothing_of_each_other() -> None:
    plugin = Offering("aa")
    first, second = Catalogue(plugins=[plugin]), Catalogue(plugins=[plugin])
    assert problems(first) == problems(second) == []
    assert "aa" not in Catalogue().formatters


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda: None, "TypeError: returned NoneType, not a list"),
        (lambda: 5, "TypeError: returned int, not a list"),
        (lambda: "table", "TypeError: returned str, not a list"),
        (lambda: {"aa": Words("aa")}, "TypeError: returned dict, not a list"),
        (lambda: Words("aa"), "TypeError: returned Words, not a list"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: (_ for _ in ()).throw(RuntimeError("two\nlines\x1b[0m")), "RuntimeError: two lines [0m"),
        (lambda: [object()], "returned object, not a Formatter"),
        (lambda: [None], "returned NoneType, not a Formatter"),
        (lambda: ["table"], "returned str, not a Formatter"),
        (lambda: [Words], "returned the class Words, not an object of it"),
        (lambda: [Words("")], "Words has the name ''; names are lower-case letters, digits and - . _"),
        (lambda: [Words("Upper")], "Words has the name 'Upper'; names are lower-case letters, digits and - . _"),
        (lambda: [Words("two words")], "Words has the name 'two words'; names are lower-case letters, digits and - . _"),
        (lambda: [Words("a\n")], "Words has the name 'a\\n'; names are lower-case letters, digits and - . _"),
        (lambda: [Words(5)], "Words has the name 5; names are lower-case letters, digits and - . _"),
    ],
)
def test_an_answer_of_a_wrong_type_is_a_problem_of_its_hook(function: Callable[[], Any], reason: str) -> None:
    assert of_program(answering(function)) == [("register_formatters", reason)]


@pytest.mark.parametrize("leave", [SystemExit, GeneratorExit, MemoryError, RecursionError])
def test_a_hook_that_leaves_ends_nothing(leave: type[BaseException]) -> None:
    def function() -> None:
        raise leave("bye")

    assert of_program(answering(function)) == [("register_formatters", f"{leave.__name__}: bye")]


def test_ctrl_c_in_a_hook_still_ends_the_program() -> None:
    def function() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Catalogue(plugins=[answering(function)])


def test_one_unfit_thing_does_not_cost_its_neighbours() -> None:
    catalogue = Catalogue(plugins=[answering(lambda: iter([Words("aa"), object(), Words("bb")]))], find=False)
    assert [*catalogue.formatters] == ["aa", "bb"]
    assert [p.reason for p in catalogue.problems] == ["returned object, not a Formatter"]


def test_a_thing_whose_name_fails_is_unfit() -> None:
    class Nameless(Words):
        name = property(lambda self: 1 / 0)

        def __init__(self) -> None: ...

    class Mute(Words):
        summary = ""

    catalogue = Catalogue(plugins=[answering(lambda: [Nameless(), Mute("mute"), Words("aa")])], find=False)
    assert [p.reason for p in catalogue.problems] == ["ZeroDivisionError: division by zero", "Mute has no summary"]
    assert [*catalogue.formatters] == ["aa"]


class Unfinished(codex_quota.Formatter):
    name = "unfinished"
    summary = "lacks its method"


def test_a_class_that_lacks_a_method_is_a_problem() -> None:
    ((stage, reason),) = of_program(answering(lambda: [Unfinished()]))  # type: ignore[abstract]
    assert stage == "register_formatters"
    assert reason.startswith("TypeError: Can't instantiate abstract class Unfinished")


def test_every_kind_is_checked_for_its_own_class() -> None:
    class Confused:
        @hookimpl
        def register_credential_sources(self) -> list[object]:
            return [Words("aa")]

        @hookimpl
        def register_cache_stores(self) -> list[object]:
            return [Words("aa")]

        @hookimpl
        def register_commands(self) -> list[object]:
            return [Words("aa")]

    assert of_program(Confused()) == [
        ("register_credential_sources", "returned Words, not a CredentialSource"),
        ("register_cache_stores", "returned Words, not a CacheStore"),
        ("register_commands", "returned Words, not a Command"),
    ]


class Misspelt:
    @hookimpl
    def register_formatter(self) -> list[object]:
        return []


class Invented:
    @hookimpl
    def zzz(self) -> list[object]:
        return []


class WithParameter:
    @hookimpl
    def register_cache_stores(self) -> int:
        return 5

    @hookimpl
    def register_formatters(self, config: object) -> list[object]:
        return []


class Wrapper:
    @hookimpl(wrapper=True)
    def register_formatters(self) -> Any:
        return (yield)


@dataclasses.dataclass
class Unhashable(Offering):
    names: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("plugin", "stage", "reason"),
    [
        (Misspelt(), "hooks", "unknown hook register_formatter, did you mean register_formatters?"),
        (Invented(), "hooks", "unknown hook zzz"),
        (object(), "hooks", "answers no hook; mark its functions with @codex_quota.hookimpl"),
        (types.ModuleType("empty"), "hooks", "answers no hook; mark its functions with @codex_quota.hookimpl"),
        (5, "hooks", "answers no hook; mark its functions with @codex_quota.hookimpl"),
        (Offering, "register", "is a class; give a module or an object"),
        (None, "register", "is None; give a module or an object"),
        (Wrapper(), "register_formatters", "TypeError: is a wrapper, but each plugin is asked on its own"),
    ],
)
def test_a_plugin_that_cannot_answer_is_told_why(plugin: object, stage: str, reason: str) -> None:
    assert of_program(plugin) == [(stage, reason)]


def test_a_hook_with_parameters_it_does_not_have_is_a_problem() -> None:
    ((stage, reason),) = of_program(WithParameter())
    assert (stage, "Argument(s) {'config'} are declared in the hookimpl" in reason) == ("register", True)


def test_a_plugin_need_not_be_hashable() -> None:
    assert of_program(Unhashable()) == []


def test_a_plugin_that_is_given_twice_counts_once() -> None:
    plugin = Offering("aa")
    catalogue = Catalogue(plugins=[plugin, plugin], find=False)
    assert [*catalogue.formatters] == ["aa"]
    assert [(p.stage, "already registered" in p.reason) for p in catalogue.problems] == [("register", True)]
