"""The options that a user may set, the same for every status bar; what reads their values is imported with the first value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from codex_quota.options import Option, whole

if TYPE_CHECKING:
    from .template import Template

DEFAULT_TEMPLATE = "{name} {state}"
# red and amber that can be read on light and on dark bars alike (contrast 3.5 and more on white, 4 and more on #1e1e2e)
COLORS: Mapping[str, str | None] = {
    "good": None,
    "low": "#bf7700",
    "critical": "#e5484d",
    "empty": "#e5484d",
    "unknown": "#868686",
    "failed": "#e5484d",
}
_BARS = "status bars"


def _template(text: str) -> Template:
    from .template import parse_template

    return parse_template(text)


def _separator(text: str) -> str:
    from .template import without_controls

    return without_controls(text)


def _colors(text: str) -> Mapping[str, str | None]:
    from .settings import parse_colors

    return parse_colors(text)


TEMPLATE = Option(
    flag="--line-template", group=_BARS, convert=_template, metavar="TEXT", shown=DEFAULT_TEMPLATE,
    help="text for one account in the formats for status bars, with {fields}",
)  # fmt: skip
SEPARATOR = Option(
    flag="--line-separator", group=_BARS, convert=_separator, metavar="TEXT", default=" / ", shown="' / '",
    help="what stands between accounts",
)  # fmt: skip
ACCOUNTS = Option(
    flag="--line-accounts", group=_BARS, convert=str, choices=("all", "tightest"), shown="all for line, else tightest",
    help="every account, or the tightest that works and in short what ails the others",
)  # fmt: skip
LOW = Option(
    flag="--line-low", group=_BARS, convert=whole(0, 100), metavar="PERCENT", default=20,
    help="level low from this percentage left down",
)  # fmt: skip
CRITICAL = Option(
    flag="--line-critical", group=_BARS, convert=whole(0, 100), metavar="PERCENT", default=5,
    help="level critical from this percentage left down",
)  # fmt: skip
COLORING = Option(
    flag="--line-colors", group=_BARS, convert=_colors, metavar="LEVEL=COLOR,...", default=COLORS,
    shown=",".join(f"{level}={color or 'none'}" for level, color in COLORS.items()), help="colours of the levels",
)  # fmt: skip
SHELL = Option(
    flag="--prompt-shell", group=_BARS, convert=str, choices=("plain", "bash", "zsh"), default="plain",
    help="shell whose marks stand around colours in the format prompt",
)  # fmt: skip

LINE_SETTINGS = (TEMPLATE, SEPARATOR, ACCOUNTS, LOW, CRITICAL, COLORING)
PROMPT_SETTINGS = (SHELL,)
