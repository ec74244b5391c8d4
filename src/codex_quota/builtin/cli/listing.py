"""Small lists for commands: aligned on a terminal, tab-separated elsewhere, JSON on request."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import codex_quota
from codex_quota import Context
from codex_quota.options import Option

from .screen import style_for
from .streams import is_utf8

FORMAT = Option(
    flag="--format",
    short="-f",
    group="output",
    convert=str,
    choices=("table", "plain", "json"),
    shown="table on a terminal, else plain",
    help="output format",
)
_GAP, _NARROW = "  ", 8
_LOOKS = Namespace(show="left", time="both", utc=False, emails=False, color="auto")


def print_list(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    args: Namespace,
    context: Context,
    words: Mapping[str, Callable[[Any], str]] | None = None,
    paths: Collection[str] = (),
) -> None:
    """Print *rows*; the columns are named by their keys, None is shown as ``-``.

    In a table *words* tells how people read a column, the widest columns are shortened where there is no room,
    and of those in *paths* it is the end that stays.
    A variable that names a format which lists do not have is meant for other commands.
    """
    meant = context.environ.get(FORMAT.variable) in (FORMAT.choices or ())
    FORMAT.resolve(args, context.environ if meant else {})
    chosen = args.format or ("table" if context.stdout.isatty() else "plain")
    if chosen == "json":
        import json

        print(
            json.dumps(
                [{key: row.get(key) for key in columns} for row in rows], indent=2, ensure_ascii=not is_utf8(context.stdout)
            ),
            file=context.stdout,
        )
    elif chosen == "plain":
        for row in (dict(zip(columns, columns, strict=True)), *rows):
            print("\t".join(_text(row.get(key)) for key in columns), file=context.stdout)
    else:
        _print_table([{**row, **_worded(row, words or {})} for row in rows], columns, context, paths)


def _worded(row: Mapping[str, Any], words: Mapping[str, Callable[[Any], str]]) -> dict[str, str]:
    return {key: say(row[key]) for key, say in words.items() if row.get(key) is not None}


def local_iso(moment: datetime | None) -> str | None:
    """*moment* as ISO text in the local zone, None when it is not known."""
    return None if moment is None else moment.astimezone().isoformat(timespec="seconds")


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], context: Context, paths: Collection[str]) -> None:
    from rich.cells import cell_len

    style = style_for(_LOOKS, stdout=context.stdout, environ=context.environ, now=context.now())
    mark = "…" if style.unicode else "..."
    table = [[key.partition("_")[0].capitalize() for key in columns], *([_text(row.get(key)) for key in columns] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    spare = (style.width or 100) - len(_GAP) * (len(columns) - 1)
    while sum(widths) > spare and max(widths) > _NARROW:
        widths[widths.index(max(widths))] -= 1

    def fitting(text: str, width: int, end: bool) -> str:
        if cell_len(text) <= width:
            return text + " " * (width - cell_len(text))
        while cell_len(text) + len(mark) > width:
            text = text[1:] if end else text[:-1]
        return fitting(mark + text if end else text + mark, width, end)

    for number, line in enumerate(table):
        cells = [fitting(text, width, key in paths) for key, text, width in zip(columns, line, widths, strict=True)]
        shown = _GAP.join(cells).rstrip()
        print(f"\x1b[1m{shown}\x1b[0m" if style.color and not number else shown, file=context.stdout)


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(item) for item in value)
    return "-" if value in (None, "") else codex_quota.one_line(str(value))
