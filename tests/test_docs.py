"""The documentation says what is true: names, options, statuses and errors are on their pages, and links lead somewhere."""

from __future__ import annotations

import argparse
import dataclasses
import html
import importlib.util
import inspect
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import codex_quota
from codex_quota import hookspecs
from codex_quota.builtin.cli import events
from codex_quota.builtin.cli.parser import choose_command, command_parser
from codex_quota.builtin.cli.status import ExitStatus
from codex_quota.builtin.dashboard.account_files import AccountFiles
from codex_quota.builtin.dashboard.app import make_routes
from codex_quota.builtin.dashboard.board import Board
from codex_quota.builtin.dashboard.gate import Gate
from codex_quota.builtin.dashboard.openapi import openapi_document
from codex_quota.builtin.dashboard.reading_routes import ReadingRoutes
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.errors import all_errors
from codex_quota.testing import clean_environ
from neighbours import FOLDERS, catalogue, code, pages
from test_layers import FLOORS, PUBLIC

ROOT = Path(__file__).parent.parent
SOURCE = Path(codex_quota.__file__).parent
REFERENCE = ROOT / "docs" / "reference"
SKIPPED = {"__pycache__", "build", "dist", "man", "site", "node_modules"}
CONTAINER = [ROOT / "docker-compose.yml", *(ROOT / "container").glob("*")]
FOREIGN = {  # options of other programs, and what is no option at all
    "--build-arg",
    "--collector.textfile.directory",
    *re.findall(r"\"(--[a-z-]+)\"", "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bench").glob("*.py"))),
    "--form",
    "--names-",
    "--user",
}
EXAMPLES = {  # what the plugins among the examples add
    name
    for path in (ROOT / "docs" / "examples").rglob("*.py")
    for name in re.findall(r"^    name = \"([\w.-]+)\"$", path.read_text(encoding="utf-8"), flags=re.M)
}
SETUP, CHECK = "python3 -m venv .venv && .venv/bin/pip install --quiet ", " && .venv/bin/python -m pytest"


def files(*suffixes: str) -> list[Path]:
    """Every file of the project with one of these suffixes, without what tools leave behind."""
    found: list[Path] = []
    for place, directories, names in os.walk(ROOT):
        directories[:] = [
            d for d in directories if d not in SKIPPED and (d == ".ci" or d[0] != ".") and not d.endswith(".egg-info")
        ]
        found += [Path(place, name) for name in names if Path(name).suffix in suffixes]
    return sorted(found)


PAGES = files(".md")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def reference(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    return [line.lstrip("#").strip() for line in prose(text).splitlines() if re.match("#{1,6} ", line)]


def prose(text: str) -> str:
    """*text* without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).replace(" ", "-")


def without_space(text: str) -> str:
    """*text* without white space and with the short form in which Python 3.13 and later show options."""
    return "".join(re.sub(r"(-\w) (\S+|\{[^}]*\}), (--[\w-]+) \2", r"\1, \3 \2", text).split())


@pytest.fixture(scope="module")
def make_cli() -> dict[str, Any]:
    return runpy.run_path(str(REFERENCE / "make_cli.py"))


@pytest.fixture(scope="module")
def with_plugins(tmp_path_factory: pytest.TempPathFactory) -> codex_quota.Catalogue:
    """What there is where the distributions in ``plugins/`` are installed."""
    return catalogue(tmp_path_factory.mktemp("installed"))


TRIED_ELSEWHERE = {"README.md", "docs/reference/python.md", "docs/how-to/write-a-plugin.md"}
SCRIPTS = [(name_of(page), code) for page in PAGES for code in blocks(page.read_text(encoding="utf-8"), "python")]


@pytest.mark.parametrize(("page", "code"), [(page, code) for page, code in SCRIPTS if page not in TRIED_ELSEWHERE])
def test_every_other_python_block_of_a_page_runs_and_has_its_types_right(page: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(code, encoding="utf-8")
    for words in (["block.py"], ["-m", "mypy", "--strict", "block.py"]):
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env={**os.environ, **clean_environ(tmp_path)}, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_every_distribution_in_plugins_loads(with_plugins: codex_quota.Catalogue) -> None:
    assert with_plugins.problems == ()
    assert {folder.name for folder in FOLDERS} <= {plugin.distribution for plugin in with_plugins.plugins}


def test_the_help_and_the_options_on_the_page_are_the_program_s(
    make_cli: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    page = reference("cli.md")
    assert without_space(page) == without_space(make_cli["renewed"](page)), "run docs/reference/make_cli.py"


def test_every_command_and_option_is_on_the_page(make_cli: dict[str, Any]) -> None:
    page = reference("cli.md")
    for command in make_cli["commands"]():
        assert f"codex-quota {command.name}" in headings(page)
        for action in command_parser(command, settings=make_cli["CATALOGUE"].settings)._actions:
            hidden = action.help == argparse.SUPPRESS
            shown = [flag for flag in action.option_strings if not hidden and flag not in ("-h", "--help")]
            assert [flag for flag in shown if f"`{flag}`" not in page] == []


def variables(text: str) -> set[str]:
    """The variables that a text names, and those of the options that it makes."""
    flags = re.findall(r"\bflag=\"--([a-z][a-z-]+)\"", text)
    return set(re.findall(r"CODEX_QUOTA_[A-Z][A-Z_]+", text)) | {
        f"CODEX_QUOTA_{flag.upper().replace('-', '_')}" for flag in flags
    }


def test_every_environment_variable_is_on_the_page() -> None:
    rooms = {
        path: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if not {"simulated", "testing"} & {*path.parts}
    }
    read = set().union(*map(variables, rooms.values()))
    for path, text in rooms.items():
        if "dashboard" not in path.parts:  # where an environ is a request's own
            read |= set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", text))
    read.remove("VAULT_TOKEN")  # the example in a docstring
    assert {"CODEX_QUOTA_ALLOW_HTTP", "CODEX_QUOTA_FORMAT", "CODEX_HOME", "NO_COLOR"} <= read
    assert sorted(variable for variable in read if f"`{variable}`" not in reference("cli.md")) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_variable_of_a_page_is_one_that_the_program_reads(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    ours = "".join(path.read_text(encoding="utf-8") for path in (*SOURCE.rglob("*.py"), *CONTAINER) if path.is_file())
    examples = "".join(blocks(text, "python"))
    assert sorted(variables(text) - variables(ours + examples + "".join(map(code, FOLDERS)))) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_everything_that_a_plugin_adds_is_on_its_pages(folder: Path, with_plugins: codex_quota.Catalogue) -> None:
    text, offers = pages(folder), with_plugins
    added = {variable for variable in variables(code(folder)) if variable.removeprefix("CODEX_QUOTA_")}
    for things in (offers.sources, offers.stores, offers.formatters, offers.commands, offers.routes):
        for name, thing in things.items():
            if things.provider(name).distribution == folder.name:
                added |= {name, *(option.flag for option in getattr(thing, "settings", ())), *_arguments(thing)}
                added |= {thing.path} if isinstance(thing, codex_quota.Route) else set()
    assert len(added) > 1 or "snapshots_updated" in code(folder)
    assert sorted(one for one in added if not re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)) == []


def _arguments(thing: object) -> set[str]:
    """The flags and the subcommands of a command, without those that every command has."""
    if not isinstance(thing, codex_quota.Command):
        return set()
    parser = argparse.ArgumentParser(add_help=False)
    thing.configure(parser)
    return set(_words_of(parser))


def _words_of(parser: argparse.ArgumentParser, *, hidden: bool = False) -> Iterator[str]:
    for action in parser._actions:
        if hidden or action.help != argparse.SUPPRESS:
            yield from (flag for flag in action.option_strings if flag.startswith("--"))
        for word, inner in (action.choices or {}).items() if isinstance(action.choices, dict) else ():
            yield word
            yield from (flag for flag in _words_of(inner, hidden=hidden) if flag != "--help")


@pytest.mark.parametrize("status", ExitStatus)
def test_every_exit_status_is_on_its_page_and_in_the_manual(status: ExitStatus) -> None:
    assert f"| `{status.value}` | `{status.name}` |" in reference("exit-codes.md")
    assert f".TP\n{status.value}\n" in reference("manual-sections.txt").partition("[exit status]")[2]


def test_every_command_s_statuses_are_on_the_page(make_cli: dict[str, Any]) -> None:
    table = re.findall(r"^\| (`[^|]*`) \| [^|]* \|$", reference("exit-codes.md").partition("| command |")[2], flags=re.M)
    told = {word for cell in table for word in re.findall(r"`(\w+)[^`]*`", cell)}
    assert told == {command.name for command in make_cli["commands"]()}


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.code)
def test_every_error_is_on_its_page(error: type[codex_quota.CodexQuotaError]) -> None:
    page = reference("errors.md")
    if error is codex_quota.CodexQuotaError:
        assert f"`CodexQuotaError`, with the code `{error.code}`" in page
    else:
        assert f"`{error.code}`" in headings(page)
        assert f"| [`{error.code}`](#{error.code}) | `{error.__name__}` |" in page


@pytest.mark.parametrize("name", hookspecs.HOOKS)
def test_every_hook_s_signature_is_a_heading(name: str) -> None:
    signature = str(inspect.signature(getattr(hookspecs, name))).replace("'", "")
    assert f"`{name}{signature}`" in headings(reference("hooks.md"))


@pytest.mark.parametrize(
    "name",
    [
        "CredentialSource",
        "CacheStore",
        "Formatter",
        "Command",
        "Route",
        "RouteAnswer",
        "Options",
        "Style",
        "RouteRequest",
        "Context",
    ],
)
def test_everything_a_plugin_implements_or_is_handed_is_on_the_page(name: str) -> None:
    section = reference("hooks.md").partition(f"### `{name}`\n")[2].partition("\n#")[0]
    assert sorted(member for member in members(getattr(codex_quota, name)) if not re.search(rf"`{member}\b", section)) == []


@pytest.mark.parametrize("name", codex_quota.__all__)
def test_every_public_name_is_on_the_page(name: str) -> None:
    assert re.search(rf"`(codex_quota\.)?{name}\b", reference("python.md"))


@pytest.mark.parametrize(
    "name", ["Account", "Quota", "RateLimit", "Window", "Credits", "SpendLimit", "Blocker", "Answer", "Snapshot", "Client"]
)
def test_every_attribute_of_what_is_read_is_on_the_page(name: str) -> None:
    section = re.split(r"\n##+ ", reference("python.md").partition(f"# `{name}`\n")[2])[0]
    attributes = members(getattr(codex_quota, name)) - {"store", "transport"}
    assert sorted(member for member in attributes if not re.search(rf"`{member}\b", section)) == []


def test_every_public_module_is_on_the_page() -> None:
    modules = PUBLIC - {"codex_quota", "codex_quota.__main__"}
    there = {name for name in modules if importlib.util.find_spec(name) is not None}
    assert set(re.findall(r"^\| `(codex_quota\.\w+)` \|", reference("python.md"), flags=re.M)) == there


@pytest.mark.parametrize("option", list(inspect.signature(codex_quota.Client).parameters))
def test_every_option_of_the_client_is_on_the_page(option: str) -> None:
    assert re.search(rf"^\| `{option}` \| ", reference("python.md"), flags=re.M)


ROUTES = re.findall(r"`(GET|POST) (/[^`?]*)", reference("http-api.md").partition("## Routes\n")[2].partition("\n## ")[0])
OWN_FORMATS = list(codex_quota.Catalogue(environ={}, strangers=False).formatters.values())


def test_the_page_about_http_has_the_dashboard_s_routes(tmp_path: Path) -> None:
    settings = Settings(admin_token="token-of-a-test", account_dir=tmp_path, state_file=tmp_path / "state.json")
    alone = codex_quota.Catalogue(environ={}, strangers=False)
    with codex_quota.Client(account_dir=tmp_path, cache="none", environ={}, catalogue=alone) as client:
        board = Board(client, settings, log=print)
        app = make_routes(ReadingRoutes(board, settings), board, settings, Gate(settings), AccountFiles(tmp_path, client))
    routes = {(route.method, route.rule.replace("<name>", "<format>")) for route in app.routes}
    assert set(ROUTES) == routes


def test_the_page_about_http_has_what_the_openapi_document_describes() -> None:
    paths = openapi_document("", OWN_FORMATS)["paths"]
    described = {(method.upper(), re.sub(r"\{(\w+)\}", r"<\1>", path)) for path, methods in paths.items() for method in methods}
    statuses = {status for methods in paths.values() for method in methods.values() for status in method["responses"]}
    assert sorted(described - set(ROUTES)) == []
    assert sorted(status for status in statuses if not re.search(rf"\b{status}\b", reference("http-api.md"))) == []


def test_every_format_is_on_the_page_about_http() -> None:
    section = reference("http-api.md").partition("## Formats\n")[2].partition("\n## ")[0]
    shown = dict(re.findall(r"^\| `/api/results\.(\w+)` \| `([^`]*)` \|$", section, flags=re.M))
    assert shown == {one.name: one.content_type for one in OWN_FORMATS}


def test_every_error_of_the_dashboard_is_on_the_page_about_http() -> None:
    rooms = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "builtin" / "dashboard").glob("*.py"))
    codes = set(re.findall(r"\bcode ?= ?\"(\w+)\"", rooms)) - {"csrf"}  # which is told as "refused"
    assert {"wrong_host", "account_exists", "internal"} <= codes
    section = reference("http-api.md").partition("## Errors\n")[2]
    assert sorted(code for code in codes if not re.search(rf"^\| [\d, ]+ \| `{code}`", section, flags=re.M)) == []


def members(thing: type) -> set[str]:
    """Public fields, methods and properties, except the name and the summary that everything a plugin offers has."""
    fields = {field.name for field in dataclasses.fields(thing)} if dataclasses.is_dataclass(thing) else set()
    return {name for name in fields | set(vars(thing)) if not name.startswith("_")} - {"name", "summary"}


def test_the_readme_has_the_commands_that_continuous_integration_runs() -> None:
    shown = [line for block in blocks((ROOT / "README.md").read_text(encoding="utf-8"), "sh") for line in block.splitlines()]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in shown if line.startswith("python3")] == [
        f"{SETUP}. && .venv/bin/codex-quota",
        f"{SETUP}. && .venv/bin/codex-quota demo",
        f"{SETUP}-e '.[test]'{CHECK}",
    ]
    assert script[-1] == f"{SETUP}-e '.[test]'{CHECK}"
    assert f"{SETUP}-e '.[test]'{CHECK}" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_nobody_is_told_to_install_the_other_project_of_this_name(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?:pipx?|uv|uvx) (?:tool )?(?:install|run) (?:-\S+ )*['\"]?codex[-_]quota(?![-\w])", text) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_line_of_a_page_is_one_that_the_program_takes(page: Path, with_plugins: codex_quota.Catalogue) -> None:
    commands, settings = with_plugins.commands, with_plugins.settings
    text = page.read_text(encoding="utf-8")
    lines = [line for language in ("sh", "console") for block in blocks(text, language) for line in joined(block)]
    lines += [line for line in re.findall(r"`(codex-quota [^`]+)`", prose(text)) if not re.search(r"[\[…]", line)]
    found = [words for line in lines for words in [re.split(r"[|>]", line)[0]] if words.lstrip("$ ").startswith("codex-quota ")]
    for line in found:
        words = shlex.split(line.lstrip("$ "), comments=True)[1:]
        if words and words[0] in EXAMPLES:
            continue
        name, rest = choose_command(words, command_parser(commands["show"], settings=settings), commands)
        if name is not None:
            with suppress(SystemExit):  # of --help
                command_parser(commands[name], settings=settings).parse_args(rest)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_option_that_a_page_names_is_one_that_the_program_has(page: Path, with_plugins: codex_quota.Catalogue) -> None:
    parsers = [command_parser(command, settings=with_plugins.settings) for command in with_plugins.commands.values()]
    known = {"--version", *(flag for parser in parsers for flag in _words_of(parser, hidden=True))}
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`(--[a-z][\w.-]*)", prose(text)))
    given = {flag for line in uses(text) for flag in re.findall(r"(?<!\S)--[a-z][\w-]*", line)}
    assert sorted((named | given) - known - FOREIGN) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_format_store_and_source_that_a_page_chooses_is_there(page: Path, with_plugins: codex_quota.Catalogue) -> None:
    there: dict[str, Mapping[str, object]] = {
        "--format": with_plugins.formatters,
        "--cache": with_plugins.stores,
        "--source": with_plugins.sources,
    }
    for line in uses(page.read_text(encoding="utf-8")):
        chosen = re.findall(r"(--format|-f|--cache|--source)[ =]([a-z][\w.-]*)", line)
        lost = {name for flag, name in chosen if name not in there["--format" if flag == "-f" else flag]}
        own = events.FORMAT.choices or () if line.startswith("events ") else ()
        assert sorted(lost - EXAMPLES - {*own}) == [], line


def uses(text: str) -> list[str]:
    """What stands behind the program's name, up to the end of the command, in blocks of code and between backticks."""
    parts = [line for block in re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.M | re.S) for line in joined(block)]
    parts += re.findall(r"`([^`\n]+)`", prose(text))
    return [use for part in parts for use in re.findall(r"(?<![\w/-])codex-quota ([^\n|>;&)\"`]*)", part)]


def joined(block: str) -> list[str]:
    """The lines of a block, with those in one that end in a backslash."""
    return re.sub(r"\\\n\s*", "", block).splitlines()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, part = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), target
        if part:
            assert part in map(anchor, headings(there.read_text(encoding="utf-8"))), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_prose_has_one_sentence_on_a_line(page: Path) -> None:
    lines = [line for line in prose(page.read_text(encoding="utf-8")).splitlines() if not line.startswith("|")]
    assert [line for line in lines if re.search(r"[a-z)`\"][.?!] [A-Z`]", line)] == []


def test_every_room_is_on_its_floor_on_the_page_about_the_architecture() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    floors = re.split(r"^ ─+$", page.partition("```text\n")[2].partition("```")[0], flags=re.M)
    rooms = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    shown = {}
    for floor in floors:
        cells = [set(cell.removesuffix("/").split(", ")) for cell in re.split(r" {2,}|\n", floor[2:]) if cell]
        shown[int(floor.split()[0])] = sorted(name for names in cells if names <= rooms for name in names)
    assert shown == {number: sorted(rooms & set(names)) for number, names in enumerate(FLOORS)}


def test_the_picture_shows_what_the_program_prints() -> None:
    demo = runpy.run_path(str(ROOT / "docs" / "images" / "make_demo.py"))
    shown = re.findall(r"<text [^>]*>([^<]*)</text>", demo["PICTURE"].read_text(encoding="utf-8"))
    printed = demo["demo_text"](color=False)
    assert "".join(html.unescape("".join(shown[1:])).split()) == "".join(printed.split()), "run docs/images/make_demo.py"


# written backwards, so that this file does not name them itself
HOSTS = tuple(host[::-1] for host in ("gro.ipyp", "gro.detsohnohtyp", "gro.sjmpn", "moc.sjmpn"))


def test_no_file_names_the_host_of_a_package_registry() -> None:
    kinds = (".py", ".md", ".toml", ".txt", ".in", ".yml", ".yaml", ".json", ".svg", ".tpl", ".js", ".css", ".html", "")
    named = [path for path in files(*kinds) if any(host in path.read_text(encoding="utf-8", errors="replace") for host in HOSTS)]
    assert len(files(*kinds)) > 50
    assert list(map(name_of, named)) == []
