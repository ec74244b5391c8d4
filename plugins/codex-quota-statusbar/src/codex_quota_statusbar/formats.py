"""The formats as codex-quota lists them; what writes one is imported when it is used, since this is imported at every start."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota
from codex_quota import Snapshot, Style

from .options import LINE_SETTINGS, PROMPT_SETTINGS


class Line(codex_quota.Formatter):
    """Plain text; its settings hold for every format of this distribution.

    ``format`` raises ``UsageError`` for a setting that cannot be used, here and in the other formats.
    """

    name = "line"
    summary = "one line of text from a template, for any bar or script"
    settings = LINE_SETTINGS

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The line."""
        from .line import line_text

        return line_text(snapshots, style)


class Waybar(codex_quota.Formatter):
    """For ``"return-type": "json"``."""

    name = "waybar"
    summary = "a JSON object for a custom module of Waybar, with tooltip and classes"
    content_type = "application/json"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The object on one line."""
        from .waybar import waybar_text

        return waybar_text(snapshots, style)


class Tmux(codex_quota.Formatter):
    """For ``#(…)`` in a status line."""

    name = "tmux"
    summary = "one line for tmux's status line, with its styles"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The line."""
        from .line import tmux_text

        return tmux_text(snapshots, style)


class Polybar(codex_quota.Formatter):
    """For the module ``custom/script``."""

    name = "polybar"
    summary = "one line for polybar's custom/script, with its format tags"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The line."""
        from .line import polybar_text

        return polybar_text(snapshots, style)


class I3blocks(codex_quota.Formatter):
    """For i3blocks' raw format."""

    name = "i3blocks"
    summary = "full text, short text and colour for i3blocks, one on each line"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """Two lines or three."""
        from .line import i3blocks_text

        return i3blocks_text(snapshots, style)


class Xbar(codex_quota.Formatter):
    """For SwiftBar too."""

    name = "xbar"
    summary = "title and menu for xbar and SwiftBar"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The title, then the menu."""
        from .xbar import xbar_text

        return xbar_text(snapshots, style)


class Sketchybar(codex_quota.Formatter):
    """For a plugin script of an item."""

    name = "sketchybar"
    summary = "properties for sketchybar --set, one on each line"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """A property on each line."""
        from .line import sketchybar_text

        return sketchybar_text(snapshots, style)


class Prompt(codex_quota.Formatter):
    """For bash, zsh, fish and Starship."""

    name = "prompt"
    summary = "a few words for a shell prompt, nothing while all is well"
    settings = PROMPT_SETTINGS

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The words and a line end, or nothing at all."""
        from .prompt import prompt_text

        return prompt_text(snapshots, style)


FORMATS = (Line, Waybar, Tmux, Polybar, I3blocks, Xbar, Sketchybar, Prompt)
