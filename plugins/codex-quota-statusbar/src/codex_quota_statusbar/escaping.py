"""What each program would take for markup, made harmless; each function takes a text on one line and gives one back."""

from __future__ import annotations

import re

_PANGO = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SHELL = str.maketrans(dict.fromkeys("$`\\!", "_"))
_BETWEEN_COLONS = re.compile(r":(?=[\w+,.-]*:)")


def plain(text: str) -> str:
    """*text* as it is."""
    return text


def pango(text: str) -> str:
    """For Pango markup, where ampersands and angle brackets mean something between tags (GLib, "Simple XML Subset Parser")."""
    return text.translate(_PANGO)


def tmux(text: str) -> str:
    """For tmux, which expands the output of ``#()`` once more; a doubled ``#`` stands for one (tmux(1), STYLES and FORMATS)."""
    return text.replace("#", "##")


def polybar(text: str) -> str:
    """For polybar, where ``%{`` opens a tag and nothing escapes it (``src/tags/parser.cpp``), so that a space parts them."""
    return text.replace("%{", "% {")


def xbar(text: str) -> str:
    """For xbar and SwiftBar: the first ``|`` begins parameters, dashes in front make a submenu or a separator, and names
    between colons become emoji or symbols (xbar's CONTRIBUTING and ``pkg/plugins/parse.go``, SwiftBar's README).

    A space in front is trimmed after the dashes were looked for.
    """
    text = _BETWEEN_COLONS.sub(": ", text.replace("|", "/"))
    return f" {text}" if text.startswith("-") else text


def shell(text: str) -> str:
    """For a prompt: nothing that a shell would expand if the text came to stand in a prompt variable."""
    return text.translate(_SHELL)


def zsh(text: str) -> str:
    """For a prompt of zsh, where a doubled ``%`` stands for one (zshmisc(1), EXPANSION OF PROMPT SEQUENCES)."""
    return shell(text).replace("%", "%%")
