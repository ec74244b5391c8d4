"""What a board would say, made by hand for the tests of what is shown of it; the moment is that of ``snapshots``."""

from __future__ import annotations

from codex_quota import Snapshot, Style
from codex_quota.builtin.dashboard.board import Results
from codex_quota.builtin.dashboard.board_page import live_part, style_for, whole_page
from codex_quota.builtin.dashboard.choices import Choices
from codex_quota.builtin.dashboard.language import choose
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.builtin.dashboard.visitor import Visitor
from snapshots import NOW

SETTINGS = Settings(admin_token="not used here", utc=True)
ENGLISH = choose("en")


def style(settings: Settings = SETTINGS) -> Style:
    """How the page shows things at noon of that Sunday."""
    return style_for(settings, ENGLISH, NOW, "")


def results(*snapshots: Snapshot, refreshing: tuple[str, ...] = (), problems: tuple[str, ...] = ()) -> Results:
    """A board with these accounts."""
    return Results(snapshots=snapshots, generated_at=NOW, version="1", refreshing=frozenset(refreshing), problems=problems)


def live(
    shown: Results,
    *,
    visitor: Visitor | None = None,
    language: str = "en",
    settings: Settings = SETTINGS,
    **choices: str,
) -> str:
    """The living part of the page."""
    spoken = choose(language)
    seen = style_for(settings, spoken, NOW, "")
    return live_part(shown, seen, Choices.of(choices), visitor or Visitor(), spoken, settings)


def page(shown: Results, *, visitor: Visitor | None = None, language: str = "en", **choices: str) -> str:
    """The whole page."""
    spoken = choose(language)
    seen = style_for(SETTINGS, spoken, NOW, "")
    return whole_page(shown, seen, Choices.of(choices), visitor or Visitor(), spoken, SETTINGS)
