"""Options of a plugin's own: flags of every command with a client, variables, and one text for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import codex_quota
from codex_quota import Catalogue, Options, Snapshot, Style, hookimpl
from codex_quota.options import Option, whole
from program import Program

WORD = Option(flag="--words-text", group="words", convert=str, metavar="TEXT", default="nothing", help="what to print")
COUNT = Option(flag="--words-count", group="words", convert=whole(1, 3), metavar="N", default=1, help="how often")
LOUD = Option(flag="--words-loud", group="words", default=False, help="in capitals")
MANY = Option(flag="--words-more", group="words", convert=str, metavar="TEXT", many=True, help="what to add; may be repeated")
FILE = Option(flag="--words-file", group="words", convert=str, metavar="FILE", help="where to look")


class Words(codex_quota.Formatter):
    """Prints what its settings say."""

    name = "words"
    summary = "what its settings say"
    settings = (WORD, COUNT, LOUD, MANY, FILE)

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        words = [WORD.value(style.environ)] * COUNT.value(style.environ) + (MANY.value(style.environ) or [])
        text = " ".join(words)
        return f"{text.upper() if LOUD.value(style.environ) else text} {FILE.value(style.environ)}\n"


class Offering:
    """A plugin that offers these formatters."""

    def __init__(self, *formatters: codex_quota.Formatter) -> None:
        self.formatters = formatters

    @hookimpl
    def register_formatters(self) -> Sequence[codex_quota.Formatter]:
        return self.formatters


def _words_with(*settings: Option) -> codex_quota.Formatter:
    thing: codex_quota.Formatter = type("Words", (Words,), {"settings": settings})()
    return thing


@pytest.fixture
def words(program: Program) -> Program:
    assert program.service is not None
    program.service.add("work")
    program.serve()
    program.plugins = [Offering(Words())]
    return program


@pytest.mark.parametrize(
    ("given", "variables", "printed"),
    [
        ([], {}, "nothing None\n"),
        (["--words-text", "hello"], {}, "hello None\n"),
        ([], {"CODEX_QUOTA_WORDS_TEXT": "hello"}, "hello None\n"),
        (["--words-text=flag"], {"CODEX_QUOTA_WORDS_TEXT": "variable"}, "flag None\n"),
        (["--words-count", "3"], {}, "nothing nothing nothing None\n"),
        (["--words-loud"], {}, "NOTHING None\n"),
        (["--no-words-loud"], {"CODEX_QUOTA_WORDS_LOUD": "yes"}, "nothing None\n"),
        (["--words-more", "a", "--words-more", "b"], {}, "nothing a b None\n"),
        ([], {"CODEX_QUOTA_WORDS_MORE": "a, b"}, "nothing a b None\n"),
        (["--words-file", "~/x"], {"HOME": "/home/ann", "CODEX_QUOTA_HISTORY": "0"}, "nothing /home/ann/x\n"),
    ],
)
def test_a_setting_comes_from_the_flag_else_the_variable_else_its_default(
    words: Program, given: list[str], variables: dict[str, str], printed: str
) -> None:
    for place in ([*given, "show", "--format", "words"], ["--format", "words", *given]):
        ran = words(*place, **variables)
        assert (ran.status, ran.out, ran.err) == (0, printed, "")


@pytest.mark.parametrize(
    ("given", "variables", "message"),
    [
        (["--words-count", "4"], {}, "--words-count: '4' is not a whole number from 1 to 3; see codex-quota show --help"),
        (
            [],
            {"CODEX_QUOTA_WORDS_COUNT": "x"},
            "CODEX_QUOTA_WORDS_COUNT: 'x' is not a whole number from 1 to 3; see codex-quota --help",
        ),
        ([], {"CODEX_QUOTA_WORDS_LOUD": "x"}, "CODEX_QUOTA_WORDS_LOUD is 'x', but must be 1 or 0; see codex-quota --help"),
    ],
)
def test_a_bad_setting_is_wrong_usage(words: Program, given: list[str], variables: dict[str, str], message: str) -> None:
    ran = words("--format", "words", *given, **variables)
    assert (ran.status, ran.out, ran.err) == (2, "", f"codex-quota: {message}\n")


def test_help_shows_the_settings_of_plugins_in_commands_with_a_client(words: Program) -> None:
    assert "  --words-count N       how often [default: 1; $CODEX_QUOTA_WORDS_COUNT]\n" in words("--help").out
    assert "--words-text" in words("web", "--help").out
    assert "--words-text" not in words("plugins", "--help").out


@pytest.mark.parametrize("words_of_help", ["5 % left", "5 %d left", "100%"])
def test_help_of_a_setting_may_hold_a_percent_sign(words: Program, words_of_help: str) -> None:
    option = Option(flag="--words-low", group="words", convert=str, help=words_of_help, default="20 %")
    words.plugins = [Offering(_words_with(option))]
    for line in (["--help"], ["show", "--help"]):
        ran = words(*line)
        assert (ran.status, ran.err) == (0, "")
        assert f"{words_of_help} [default: 20 %;" in " ".join(ran.out.split())


def test_two_settings_with_one_short_flag_keep_their_long_ones(words: Program) -> None:
    first, second = (Option(flag=f"--words-{name}", short="-w", group="words", convert=str, help=name) for name in ("a", "b"))
    words.plugins = [Offering(_words_with(first, second, WORD))]
    ran = words("--format", "words", "-w", "1", "--words-b", "2", "--words-text", "hello")
    assert (ran.status, ran.err) == (0, "")
    assert "-w WORDS_A, --words-a WORDS_A" in words("--help").out


def test_a_short_flag_of_the_program_stays_its_own(words: Program) -> None:
    option = Option(flag="--words-text", short="-v", group="words", convert=str, default="nothing", help="what to print")
    words.plugins = [Offering(_words_with(option, COUNT))]
    assert words("--format", "words", "--words-text", "hello").out == "hello None\n"
    assert "-v, --verbose" in words("--help").out


@pytest.mark.parametrize("convert", [Decimal, lambda text: text + 1, lambda text: {}[text]])
def test_a_converter_that_stumbles_refuses_the_value(words: Program, convert: Any) -> None:
    option = Option(flag="--words-odd", group="words", convert=convert, help="odd")
    words.plugins = [Offering(_words_with(option, WORD, COUNT))]
    for line, variables, name in ((["--words-odd", "x"], {}, "--words-odd"), ([], {option.variable: "x"}, option.variable)):
        ran = words("--format", "words", *line, **variables)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"codex-quota: {name}: ")
        assert "check" not in ran.err


def test_completions_know_the_settings_of_plugins(words: Program) -> None:
    assert "--words-text" in words("completion", "bash").out


def test_two_that_share_a_setting_have_it_once(words: Program) -> None:
    class Twin(Words):
        name = "words.twin"
        settings = (WORD,)

        def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
            return f"{WORD.value(style.environ)} too\n"

    class Words2(Offering):
        __name__ = "words"

    words.plugins = [Words2(Words(), Twin())]
    assert words("--format", "words.twin", "--words-text", "hello").out == "hello too\n"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ((Option(flag="--refresh", group="x", help="x"),), "has the setting --refresh; its name must begin with --words-"),
        ((Option(flag="--wordsmith", group="x", help="x"),), "has the setting --wordsmith; its name must begin with --words-"),
        (("--words-text",), "has a setting that is no codex_quota.options.Option"),
        (5, "TypeError: 'int' object is not iterable"),
    ],
)
def test_a_setting_with_a_name_of_somebody_else_is_refused(settings: Any, reason: str) -> None:
    plugin = Offering(type("Words", (Words,), {"settings": settings})())
    plugin.__name__ = "words"  # type: ignore[attr-defined]
    catalogue = Catalogue(plugins=[plugin], find=False)
    assert ([*catalogue.formatters], catalogue.settings) == ([], ())
    (problem,) = catalogue.problems
    assert (problem.stage, problem.reason.removeprefix("Words ")) == ("register_formatters", reason)


def test_stores_and_sources_find_their_settings_in_their_options(words: Program) -> None:
    seen: list[tuple[str, Options]] = []

    class Source(codex_quota.CredentialSource):
        name = "words"
        summary = "nobody"
        settings = (WORD,)

        def credentials(self, options: Options) -> list[codex_quota.Credential | codex_quota.CredentialError]:
            seen.append(("source", options))
            return []

    class Plugin:
        @hookimpl
        def register_credential_sources(self) -> list[codex_quota.CredentialSource]:
            return [Source()]

    words.plugins = [Plugin()]
    words("--words-text", "hello")
    assert [(who, WORD.value(options.environ)) for who, options in seen] == [("source", "hello")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("flag", "--words-two words"),
        ("help", None),
        ("group", ["words"]),
        ("convert", 5),
        ("metavar", ("A", "B")),
        ("choices", 5),
        ("choices", ()),
        ("short", "w"),
    ],
)
def test_a_setting_that_no_parser_takes_costs_only_the_thing_that_has_it(words: Program, field: str, value: Any) -> None:
    words.plugins.append(Offering(_words_with(replace(WORD, **{field: value}))))
    ran = words("--format", "plain")
    assert (ran.status, ran.out.count("\nwork\t")) == (0, 1)
    flag = value if field == "flag" else WORD.flag
    assert f"has a problem: Words has the setting {flag}, whose {field} cannot be {value!r}; " in ran.err
    assert (words("--help").status, words("--format", "words").out) == (0, "nothing None\n")
