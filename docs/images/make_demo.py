"""Draws ``demo.svg`` out of the program's own coloured output; run it from the checkout after the table has changed."""

from __future__ import annotations

import html
import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

import codex_quota
from codex_quota.history import paced
from codex_quota.simulated import SimulatedService

PICTURE = Path(__file__).with_name("demo.svg")
COLUMNS = 88
ZONE = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 24, 9, tzinfo=ZONE)

# Rich's own frame fetches a font from another host; a picture in a README may fetch nothing.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>The table that codex-quota demo prints</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; \
line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def demo_text(*, color: bool) -> str:
    """The table of ``codex-quota demo`` at 88 columns, as it looks on 2026-11-24 at nine in Tokyo."""
    here = Path.cwd()
    with SimulatedService.demo(now=NOW) as service, TemporaryDirectory() as place:
        os.chdir(place)
        try:
            service.write_accounts("account")
            with codex_quota.Client(chatgpt_url=service.url, cache="none", environ={}, now=service.clock) as client:
                style = codex_quota.Style(now=NOW, tz=ZONE, width=COLUMNS, color=color)
                shown = paced(client.fetch_all(), None, None, NOW)
                return client.catalogue.formatters.choose("table").format(shown, style)
        finally:
            os.chdir(here)


def picture() -> str:
    """The picture as SVG text."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="standard")
        console.print(Text.from_ansi(demo_text(color=True)))
        drawn = console.export_svg(title="codex-quota demo", theme=SVG_EXPORT_THEME, code_format=FRAME, unique_id="demo")
    return re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]+)<', _wide, drawn)


def _wide(found: re.Match[str]) -> str:
    """A piece of text as long as its columns, since rich counts a wide character as one and so lets glyphs overlap."""
    length, rest, text = found.groups()
    written = html.unescape(text)
    columns = float(length) * cell_len(written) / len(written)
    return f'textLength="{columns:g}"{rest}>{text}<'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
