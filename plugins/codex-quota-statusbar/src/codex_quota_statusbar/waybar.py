"""The JSON object of a custom module of Waybar."""

from __future__ import annotations

from collections.abc import Sequence

from codex_quota import Snapshot, Style
from codex_quota.view import pool_text

from . import escaping
from .choice import Shown, choose
from .details import details


def waybar_text(snapshots: Sequence[Snapshot], style: Style) -> str:
    """The object on one line, as ``"return-type": "json"`` wants it (waybar-custom(5), RETURN-TYPE).

    ``text`` and ``tooltip`` are Pango markup, ``alt`` is the level, ``class`` the level and what there is among all accounts
    (``has-blocked``, ``has-stale``, ``has-failed``).
    ``percentage`` is that of the tightest window as the style wants it, and is left out when nobody knows it.
    Carriage returns part the lines of the tooltip, as the manual has it.
    """
    import json

    shown = choose(snapshots, style, escaping.pango)
    answer: dict[str, object] = {
        "text": shown.text,
        "alt": shown.level,
        "tooltip": _tooltip(snapshots, style, shown),
        "class": _classes(shown),
    }
    tight = shown.main.tight if shown.main else None
    part = None if tight is None else tight.used_percent if style.show == "used" else tight.remaining_percent
    if part is not None:
        answer["percentage"] = min(round(part), 100)
    return json.dumps(answer, ensure_ascii=False) + "\n"


def _classes(shown: Shown) -> list[str]:
    troubled = {f"has-{one.state}" for one in shown.figures if one.state != "works"}
    stale = {"has-stale" for one in shown.figures if one.age}
    return [shown.level, *sorted(troubled | stale)]


def _tooltip(snapshots: Sequence[Snapshot], style: Style, shown: Shown) -> str:
    blocks = [escaping.pango(pool_text(snapshots, style))] if len(snapshots) != 1 else []
    for snapshot in snapshots:
        lines = [(line.kind, escaping.pango(line.text)) for line in details(snapshot, style, shown.settings)]
        blocks.append("\r".join(f"<b>{text}</b>" if kind == "name" else text for kind, text in lines))
    return "\r\r".join(blocks)
