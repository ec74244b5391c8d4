"""Plugins that do something wrong cost themselves, and are told on stderr."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable

import pytest

import codex_quota
from program import Program


def offering(summary: str, configure: Callable[[ArgumentParser], object]) -> object:
    """A plugin with one command ``odd`` that prints its arguments."""

    class Odd(codex_quota.Command):
        name = "odd"

        def configure(self, parser: ArgumentParser) -> None:
            configure(parser)

        def run(self, args: object, context: codex_quota.Context) -> int:
            print("ran", args.loud if hasattr(args, "loud") else "", file=context.stdout)
            return 0

    Odd.summary = summary

    class Plugin:
        @codex_quota.hookimpl
        def register_commands(self) -> list[codex_quota.Command]:
            return [Odd()]

    return Plugin()


def fails(_parser: ArgumentParser) -> None:
    raise RuntimeError("no idea")


@pytest.mark.parametrize(
    "plugin",
    [
        offering("100% odd", lambda parser: None),
        offering("odd %(prog)s %d", lambda parser: None),
        offering("odd", lambda parser: parser.add_argument("--share", help="how many % of it")),
        offering("odd", lambda parser: parser.add_argument("-v", dest="loud", action="store_true")),
        offering("odd", lambda parser: parser.add_argument("--debug", action="store_true")),
        offering("odd", lambda parser: parser.add_argument("--no-refresh", action="store_true")),
    ],
)
@pytest.mark.parametrize("words", [("--help",), ("odd", "--help"), ("odd",), ("completion", "zsh"), ("show", "--help")])
def test_odd_commands_work(program: Program, plugin: object, words: tuple[str, ...]) -> None:
    program.plugins = [plugin]
    ran = program(*words)
    assert (ran.status, ran.err) == (0, "")
    assert "odd" in ran.out or "ran" in ran.out or words == ("show", "--help")


def test_summaries_are_shown_as_they_are(program: Program) -> None:
    program.plugins = [offering("100% odd %(prog)s", lambda parser: None)]
    assert "100% odd %(prog)s" in program("--help").out
    assert "100% odd %(prog)s." in program("odd", "--help").out


def test_a_command_s_own_short_flag_beats_the_shared_one(program: Program) -> None:
    program.plugins = [offering("odd", lambda parser: parser.add_argument("-v", dest="loud", action="store_true"))]
    assert program("odd", "-v", "--verbose").out == "ran True\n"


@pytest.mark.parametrize("words", [("--help",), ("completion", "bash")])
def test_a_command_that_cannot_be_set_up_is_left_out_of_help(program: Program, words: tuple[str, ...]) -> None:
    program.plugins = [offering("is odd", fails)]
    ran = program(*words)
    assert ran.status == 0
    assert ("accounts" in ran.out, "is odd" in ran.out) == (True, False)


def test_a_command_that_cannot_be_set_up_is_told_in_one_line(program: Program) -> None:
    program.plugins = [offering("is odd", fails)]
    said = "codex-quota: the command odd cannot be set up: RuntimeError: no idea; "
    said += "'codex-quota plugins' tells which distribution it comes from\n"
    assert program("--help").err == said
    assert (program("odd").status, program("odd").err) == (1, said)
    assert program("accounts", "--help").err == ""


def broken() -> object:
    class Plugin:
        @codex_quota.hookimpl
        def register_formatters(self) -> list[codex_quota.Formatter]:
            raise RuntimeError("no idea")

        @codex_quota.hookimpl
        def register_commands(self) -> list[codex_quota.Command]:
            raise RuntimeError("none either")

    return Plugin()


@pytest.mark.parametrize("words", [(), ("show", "-f", "json"), ("accounts",), ("cache",)])
def test_a_broken_plugin_is_told_once_wherever_accounts_are_read(program: Program, words: tuple[str, ...]) -> None:
    program.service.add("work")
    program.serve()
    whole = program(*words)
    program.plugins = [broken()]
    ran = program(*words)
    assert ran.status == 0
    assert (
        ran.err
        == (
            "codex-quota: plugin Plugin-0 (distribution (this program)) has a problem: RuntimeError: no idea; "
            "'codex-quota plugins' tells more\n"
        )
        + whole.err
    )
    assert ran.out.count("\n") == whole.out.count("\n")


def test_a_broken_plugin_is_not_told_where_it_does_not_matter(program: Program) -> None:
    program.plugins = [broken()]
    assert program("plugins").err == ""
    assert program("--version").err == ""
