"""Small lists for commands: aligned on a terminal, tab-separated elsewhere, JSON on request."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import codex_quota
from codex_quota import Context
from codex_quota.options import Option

from .screen import style_for

FORMAT = Option(
    flag="--format",
    short="-f",
    group="output",
    convert=str,
    choices=("table", "plain", "json"),
    shown="table on a terminal, else plain",
    help="output format",
)
_LOOKS = Namespace(show="left", time="both", utc=False, emails=False, color="auto")


def print_list(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    args: Namespace,
    context: Context,
    words: Mapping[str, Callable[[Any], str]] | None = None,
) -> None:
    """Print *rows*; the columns are named by their keys, None is shown as ``-``.

    In a table *words* tells how people read a column, and the last column is shortened where there is no room.
    """
    FORMAT.resolve(args, context.environ)
    chosen = args.format or ("table" if context.stdout.isatty() else "plain")
    if chosen == "json":
        import json

        print(
            json.dumps([{key: row.get(key) for key in columns} for row in rows], indent=2, ensure_ascii=False),
            file=context.stdout,
        )
    elif chosen == "plain":
        for row in (dict(zip(columns, columns, strict=True)), *rows):
            print("\t".join(_text(row.get(key)) for key in columns), file=context.stdout)
    else:
        _print_table([{**row, **_worded(row, words or {})} for row in rows], columns, context)


def _worded(row: Mapping[str, Any], words: Mapping[str, Callable[[Any], str]]) -> dict[str, str]:
    return {key: say(row[key]) for key, say in words.items() if row.get(key) is not None}


def local_iso(moment: datetime | None) -> str | None:
    """*moment* as ISO text in the local zone, None when it is not known."""
    return None if moment is None else moment.astimezone().isoformat(timespec="seconds")


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], context: Context) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    style = style_for(_LOOKS, stdout=context.stdout, environ=context.environ, now=context.now())
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = [[_text(row.get(key)) for key in columns] for row in rows]
    for number, key in enumerate(columns):
        title = key.partition("_")[0].capitalize()
        widest = max(cell_len(text) for text in (title, *(line[number] for line in cells)))
        last = number == len(columns) - 1
        table.add_column(title, no_wrap=not last, overflow="ellipsis", min_width=None if last else widest)
    for line in cells:
        table.add_row(*(Text(text, overflow="ellipsis", no_wrap=True) for text in line))
    console = Console(
        file=context.stdout,
        width=style.width,
        no_color=not style.color,
        force_terminal=style.color,
        highlight=False,
        markup=False,
    )
    console.print(table)


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(item) for item in value)
    return "-" if value in (None, "") else codex_quota.one_line(str(value))
