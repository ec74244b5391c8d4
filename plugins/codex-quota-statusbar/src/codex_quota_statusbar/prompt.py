"""A few words for a shell prompt, and none while all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codex_quota import Snapshot, Style

from . import escaping
from .choice import ailing, brief
from .figures import figure
from .settings import Level, Settings

_NAME_CELLS = 12
_ALONE = "codex"
_ANSI: dict[Level, str] = {"low": "33", "critical": "31", "empty": "1;31", "unknown": "2", "failed": "31"}
_MARKS = {"plain": ("", ""), "bash": ("\x01", "\x02"), "zsh": ("%{", "%}")}


def prompt_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """The tightest account that works, once its level is low or worse or its figures are old, and accounts that failed.

    When none works it is the one that is back first; exhausted accounts beside one that works are not told.
    A single account is called "codex".
    With colour, marks tell the shell which characters take no room: readline's ``\\001`` and ``\\002``
    (``RL_PROMPT_START_IGNORE`` in ``readline.h``), since bash does not look for ``\\[`` in a command's output, and zsh's
    ``%{ %}`` (zshmisc(1), Visual effects).
    """
    settings = Settings.of(style.environ)
    escape = escaping.zsh if settings.shell == "zsh" else escaping.shell
    start, end = _MARKS[settings.shell]
    words = []
    for text, level in _words(snapshots, style, settings):
        code = _ANSI.get(level) if style.color else None
        words.append(f"{start}\x1b[{code}m{end}{escape(text)}{start}\x1b[0m{end}" if code else escape(text))
    return ", ".join(words) + "\n" if words else ""


def _words(snapshots: Sequence[Snapshot], style: Style, settings: Settings) -> Iterator[tuple[str, Level]]:
    figures = [figure(snapshot, style, settings, cells=_NAME_CELLS) for snapshot in snapshots]
    if not figures:
        return
    if len(figures) == 1:
        figures = [replace(figures[0], name=_ALONE)]
    main = min(figures, key=lambda one: one.urgency)
    if main.level not in ("good", "unknown") or main.age:
        yield brief(main), main.level
    yield from ailing((one for one in figures if one is not main and one.state == "failed"), style)
