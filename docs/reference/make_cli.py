"""Writes the generated part of ``cli.md`` anew, out of the program's own parser; run it after an option has changed."""

from __future__ import annotations

import argparse
import html
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import codex_quota
from codex_quota.builtin.cli.main import main
from codex_quota.builtin.cli.parser import DEFAULT_COMMAND, PROGRAM, command_parser

PAGE = Path(__file__).with_name("cli.md")
BEGIN, END = "<!-- made by make_cli.py: begin -->\n", "<!-- made by make_cli.py: end -->\n"
COLUMNS = "80"
CATALOGUE = codex_quota.Catalogue(environ={}, strangers=False)
_ORIGIN = re.compile(r"(?P<help>.*) \[(default: (?P<default>.*); )?\$(?P<variable>CODEX_QUOTA_\w+)(=0)?\]")


def commands() -> list[codex_quota.Command]:
    """The built-in commands, the default one first."""
    return sorted(CATALOGUE.commands.values(), key=lambda command: (command.name != DEFAULT_COMMAND, command.name))


def help_text(*words: str) -> str:
    """What the program prints at 80 columns when it is asked for help, without the plugins that others have installed."""
    os.environ["COLUMNS"] = COLUMNS
    out = io.StringIO()
    main([*words, "--help"], environ={}, stdout=out, catalogue=CATALOGUE)
    return out.getvalue()


def generated() -> str:
    """The part of the page between the markers."""
    names = [(), *((command.name,) for command in commands())]
    blocks = [f"### {' '.join((PROGRAM, *words))}\n\n```text\n{help_text(*words)}```\n" for words in names]
    return "\n".join(["## Help\n", *blocks, "## Options\n", _table()])


def renewed(page: str) -> str:
    """*page* with its generated part made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{generated()}\n{END}{rest.partition(END)[2]}"


def _table() -> str:
    rows: dict[tuple[str, ...], list[str]] = {}
    for command in commands():
        for row in _options(command_parser(command, settings=CATALOGUE.settings)):
            rows.setdefault(row, []).append(f"`{command.name}`")
    lines = ["| option | variable | default | meaning | commands |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} | {', '.join(names)} |" for row, names in rows.items()]
    return "\n".join(lines) + "\n"


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, ...]]:
    for action in parser._actions:
        found = _ORIGIN.fullmatch(action.help or "")
        if found:
            value = action.metavar or ("\\|".join(action.choices) if action.choices else "")
            flags = ", ".join(f"`{flag}`" for flag in action.option_strings)
            option = f"{flags} {value}".strip()
            yield (
                option,
                f"`{found['variable']}`",
                found["default"] or ("off" if action.nargs == 0 else "-"),
                html.escape(found["help"], quote=False),
            )


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
