"""What the terminal can show."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from codex_quota import Style


def style_for(args: Namespace, *, stdout: TextIO, environ: Mapping[str, str], now: datetime) -> Style:
    """The style that the output options and the terminal ask for."""
    terminal = stdout.isatty()
    return Style(
        now=now,
        show=args.show,
        time=args.time,
        tz=UTC if args.utc else None,
        width=width_of(stdout, environ) if terminal else None,
        color=_wants_color(args.color, terminal, environ),
        unicode=can_draw(stdout),
        emails=args.emails,
        environ=environ,
    )


def _wants_color(wish: str, terminal: bool, environ: Mapping[str, str]) -> bool:
    if wish != "auto":
        return wish == "always"
    return terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def width_of(stream: TextIO, environ: Mapping[str, str]) -> int:
    """The columns of the terminal that *stream* writes to, 80 when nobody knows."""
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def can_draw(stdout: TextIO) -> bool:
    """True when the terminal's encoding has the characters that bars are drawn with."""
    try:
        "█░…".encode(stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
