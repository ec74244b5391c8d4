"""The title and the menu of xbar and SwiftBar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codex_quota import Snapshot, Style
from codex_quota.view import pool_text

from . import escaping
from .choice import choose
from .details import details

_SEPARATOR = "---"
_INSET = "  "


def xbar_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """The title, ``---``, and a menu with everything about each account.

    Parameters follow ``|``: ``color``, ``refresh``, ``trim`` and, because both programs would take a text apart,
    ``emojize=false ansi=false`` (xbar's CONTRIBUTING in ``matryer/xbar-plugins``, SwiftBar's README).
    xbar refuses a line with a parameter that it does not know (``pkg/plugins/item_params.go``), so that only those that both
    programs have are used.
    """
    return "".join(f"{line}\n" for line in _lines(snapshots, style))


def _lines(snapshots: Sequence[Snapshot], style: Style) -> Iterator[str]:
    shown = choose(snapshots, style, escaping.xbar)
    yield _item(shown.text, shown.color)
    yield _SEPARATOR
    if len(snapshots) != 1:
        yield _item(escaping.xbar(pool_text(snapshots, style)))
        yield _SEPARATOR
    for snapshot in snapshots:
        for line in details(snapshot, style, shown.settings):
            color = shown.settings.colors[line.level] if line.level else None
            yield _item(("" if line.kind == "name" else _INSET) + escaping.xbar(line.text), color)
        yield _SEPARATOR
    yield f"{style.say('Refresh')} | refresh=true"


def _item(text: str, color: str | None = None) -> str:
    parameters = [f"color={color}"] if color else []
    parameters += ["trim=false"] if text.startswith(_INSET) else []
    return f"{text} | {' '.join([*parameters, 'emojize=false', 'ansi=false'])}"
