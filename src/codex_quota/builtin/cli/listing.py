"""Small lists for commands: aligned on a terminal, tab-separated elsewhere, JSON on request."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
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


def print_list(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], args: Namespace, context: Context) -> None:
    """Print *rows*; the columns are named by their keys, None is shown as ``-``."""
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
        _print_table(rows, columns, context)


def local_iso(moment: datetime | None) -> str | None:
    """*moment* as ISO text in the local zone, None when it is not known."""
    return None if moment is None else moment.astimezone().isoformat(timespec="seconds")


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], context: Context) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    style = style_for(_LOOKS, stdout=context.stdout, environ=context.environ, now=context.now())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in columns:
        table.add_column(key.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row.get(key))) for key in columns))
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
