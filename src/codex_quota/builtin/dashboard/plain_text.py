"""The page for programs that show text, such as curl: the table of the command line."""

from __future__ import annotations

from collections.abc import Sequence

from codex_quota import Catalogue, Snapshot, Style
from codex_quota.view import pool_text

WIDTH = 80
_TEXT_PROGRAMS = ("curl/", "wget/", "httpie/", "xh/")


def wants_text(accept: str, user_agent: str) -> bool:
    """True when the client asked for plain text, or for nothing while it is a program that shows text."""
    accepted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if "text/html" in accepted or "application/xhtml+xml" in accepted:
        return False
    return "text/plain" in accepted or user_agent.lower().startswith(_TEXT_PROGRAMS)


def text_page(snapshots: Sequence[Snapshot], style: Style, catalogue: Catalogue, *, asking: bool) -> str:
    """The pool in one line and the table below it, or what to do when there are no accounts.

    *snapshots* are in the order to show, *asking* tells that accounts are being read now.
    """
    say = style.say
    if not snapshots and asking:
        return f"{say('The accounts are being read for the first time.')} {say('They appear here in a moment.')}\n"
    if not snapshots:
        first = say("Sign in with the Codex CLI, which writes a file named auth.json.")
        return f"{say('No accounts yet')}\n{first} {say('Add that file here, and its quota appears within seconds.')} /auth/new\n"
    table = catalogue.formatters.choose("table").format(snapshots, style)
    return f"{pool_text(snapshots, style)}\n\n{table}"
