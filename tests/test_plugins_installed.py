"""Entry points of other distributions, installed by hand into a directory on the path."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from codex_quota import plugins
from codex_quota.errors import UsageError
from codex_quota.plugins import Catalogue, Plugin
from codex_quota.testing import install_plugin, on_path

BUILTINS = [*Catalogue(strangers=False).formatters]
FORMATTER = """
import codex_quota

class Words(codex_quota.Formatter):
    name = "{name}"
    summary = "one word"

    def format(self, snapshots, style):
        return "{name}\\n"

@codex_quota.hookimpl
def register_formatters():
    return [Words()]
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Puts a distribution on the path: its entry points, and its modules by name."""
    with on_path(tmp_path):
        yield partial(install_plugin, tmp_path)


def problems(catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    return [(p.plugin, p.distribution, p.stage, p.reason) for p in catalogue.problems]


def test_an_installed_plugin_is_found_with_its_distribution_and_version(install: Install) -> None:
    install("quota-words", {"words": "words_plugin"}, version="2.3.1", words_plugin=FORMATTER.format(name="words"))
    catalogue = Catalogue()
    assert [*catalogue.formatters] == [*BUILTINS, "words"]
    assert catalogue.formatters.provider("words") == Plugin(
        name="words", distribution="quota-words", version="2.3.1", hooks=("register_formatters",)
    )
    assert problems(catalogue) == []


def test_an_entry_point_may_mean_an_object_in_a_module(install: Install) -> None:
    module = FORMATTER.format(name="words") + "\nclass Box: pass\nbox = Box()\nbox.register_formatters = register_formatters\n"
    install("quota-words", {"words": "words_plugin:box"}, words_plugin=module)
    catalogue = Catalogue()
    assert ("words" in catalogue.formatters, problems(catalogue)) == (True, [])


BROKEN = "from codex_quota import hookimpl\n"


@pytest.mark.parametrize(
    ("value", "module", "stage", "reason"),
    [
        ("nowhere_to_be_found", "", "import", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("bad_plugin", "import nothing_like_it", "import", "ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("bad_plugin", "def (", "import", "SyntaxError: invalid syntax (bad_plugin.py, line 1)"),
        ("bad_plugin", "import sys; sys.exit(3)", "import", "SystemExit: 3"),
        ("bad_plugin", "raise SystemExit", "import", "SystemExit"),
        ("bad_plugin", "1 / 0", "import", "ZeroDivisionError: division by zero"),
        ("bad_plugin", "raise GeneratorExit('no')", "import", "GeneratorExit: no"),
        ("bad_plugin", "raise Exception('a\\nb')", "import", "Exception: a b"),
        ("bad_plugin:missing", "", "import", "AttributeError: module 'bad_plugin' has no attribute 'missing'"),
        ("not a:::module", "", "import", "ModuleNotFoundError: No module named 'not a'"),
        ("bad_plugin:nothing", "nothing = None", "register", "is None; give a module or an object"),
        ("bad_plugin:Class", "class Class: pass", "register", "is a class; give a module or an object"),
        ("bad_plugin", "", "hooks", "answers no hook; mark its functions with @codex_quota.hookimpl"),
        (
            "bad_plugin",
            BROKEN + "@hookimpl\ndef register_comands(): return []",
            "hooks",
            "unknown hook register_comands, did you mean register_commands?",
        ),
        (
            "bad_plugin",
            BROKEN + "@hookimpl\ndef register_commands(): raise OSError('no disk')",
            "register_commands",
            "OSError: no disk",
        ),
        (
            "bad_plugin",
            BROKEN + "@hookimpl\ndef register_commands(): return ['show']",
            "register_commands",
            "returned str, not a Command",
        ),
    ],
)
def test_a_plugin_that_fails_is_named_and_costs_nothing_else(
    install: Install, value: str, module: str, stage: str, reason: str
) -> None:
    install("quota-bad", {"bad": value}, bad_plugin=module)
    install("quota-words", {"words": "words_plugin"}, words_plugin=FORMATTER.format(name="words"))
    catalogue = Catalogue()
    assert problems(catalogue) == [("bad", "quota-bad", stage, reason)]
    assert [*catalogue.formatters] == [*BUILTINS, "words"]
    assert [*catalogue.sources] == ["codex-home", "directory", "environment"]
    assert "show" in catalogue.commands


def test_a_slow_import_is_named_but_the_plugin_works(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(plugins, "clock_of_the_test", clock, raising=False)
    slow = "from codex_quota import plugins\nplugins.clock_of_the_test[0] += {seconds}\n"
    install("quota-slow", {"slow": "slow_plugin"}, slow_plugin=slow.format(seconds=1.25) + FORMATTER.format(name="slow"))
    install("quota-quick", {"quick": "quick_plugin"}, quick_plugin=slow.format(seconds=0.5) + FORMATTER.format(name="quick"))
    catalogue = Catalogue()
    assert [*catalogue.formatters] == [*BUILTINS, "quick", "slow"]
    assert problems(catalogue) == [("slow", "quota-slow", "slow", "its import takes 1.2 s at every start")]


def test_entry_points_of_one_name_in_two_distributions_are_both_loaded(install: Install) -> None:
    install("quota-a", {"same": "plugin_a"}, plugin_a=FORMATTER.format(name="aa"))
    install("quota-b", {"same": "plugin_b"}, plugin_b=FORMATTER.format(name="bb"))
    catalogue = Catalogue()
    assert [*catalogue.formatters] == [*BUILTINS, "aa", "bb"]
    assert [(p.name, p.distribution) for p in catalogue.plugins if p.name == "same"] == [("same", "quota-a"), ("same", "quota-b")]
    assert problems(catalogue) == []


def test_two_strangers_with_one_name_leave_it_to_nobody(install: Install) -> None:
    for letter in "ab":
        install(f"quota-{letter}", {letter: f"plugin_{letter}"}, **{f"plugin_{letter}": FORMATTER.format(name="words")})
    catalogue = Catalogue()
    assert [*catalogue.formatters] == BUILTINS
    assert len(catalogue.formatters) == len(BUILTINS)
    assert ("words" in catalogue.formatters, catalogue.formatters.get("words")) == (False, None)
    with pytest.raises(UsageError) as raised:
        catalogue.formatters.choose("words")
    assert raised.value.message == "quota-a and quota-b both offer a format named 'words'"
    assert raised.value.hint == "uninstall or disable one of them"
    reason = "another plugin offers a format named 'words' too"
    assert problems(catalogue) == [("a", "quota-a", "name", reason), ("b", "quota-b", "name", reason)]


def test_disabling_one_of_two_strangers_gives_the_name_to_the_other(install: Install) -> None:
    for letter in "ab":
        install(f"quota-{letter}", {letter: f"plugin_{letter}"}, **{f"plugin_{letter}": FORMATTER.format(name="words")})
    catalogue = Catalogue(environ={"CODEX_QUOTA_DISABLED_PLUGINS": "a"})
    assert catalogue.formatters.provider("words").distribution == "quota-b"
    assert problems(catalogue) == []


@pytest.mark.parametrize("name", ["table", "json"])
def test_a_stranger_cannot_take_the_name_of_a_built_in(install: Install, name: str) -> None:
    install("a-quota-thief", {"aaa": "thief_plugin"}, thief_plugin=FORMATTER.format(name=name))
    catalogue = Catalogue()
    assert catalogue.formatters.provider(name).distribution == "codex-quota"
    assert problems(catalogue) == [("aaa", "a-quota-thief", "name", f"the format name {name!r} is taken")]


def test_an_entry_point_with_the_name_of_a_built_in_one_replaces_nothing(install: Install) -> None:
    install("a-quota-thief", {"table": "thief_plugin"}, thief_plugin=FORMATTER.format(name="words"))
    catalogue = Catalogue()
    assert ([*catalogue.formatters], problems(catalogue)) == ([*BUILTINS, "words"], [])


def test_a_stranger_that_points_at_a_built_in_does_not_become_its_owner(install: Install) -> None:
    install("a-quota-thief", {"aaa": "codex_quota.builtin.formatters.table"})
    catalogue = Catalogue()
    assert [*catalogue.formatters] == BUILTINS
    assert catalogue.formatters.provider("table").distribution == "codex-quota"
    assert [(p.plugin, p.distribution, p.stage) for p in catalogue.problems] == [("aaa", "a-quota-thief", "register")]


@pytest.mark.parametrize(
    ("disabled", "left"),
    [
        ("", [*BUILTINS, "words"]),
        ("words", BUILTINS),
        (" words , csv,", [name for name in BUILTINS if name != "csv"]),
    ],
)
def test_disabled_plugins_are_not_even_imported(install: Install, disabled: str, left: list[str]) -> None:
    install("quota-words", {"words": "words_plugin"}, words_plugin=FORMATTER.format(name="words"))
    catalogue = Catalogue(environ={"CODEX_QUOTA_DISABLED_PLUGINS": disabled})
    assert ([*catalogue.formatters], problems(catalogue)) == (left, [])
    assert ("words_plugin" in sys.modules) is ("words" in left)


@pytest.mark.parametrize("disabled", ["nobody", "Words"])
def test_a_name_that_no_plugin_has_cannot_be_disabled(install: Install, disabled: str) -> None:
    install("quota-words", {"words": "words_plugin"}, words_plugin=FORMATTER.format(name="words"))
    catalogue = Catalogue(environ={"CODEX_QUOTA_DISABLED_PLUGINS": disabled})
    assert [*catalogue.formatters] == [*BUILTINS, "words"]
    assert [(p.plugin, p.stage) for p in catalogue.problems] == [(disabled, "disable")]


def test_without_the_built_ins_a_problem_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "installed", lambda group: [])
    assert problems(Catalogue()) == [("codex-quota", "codex-quota", "import", "the built-in plugins are not installed")]
