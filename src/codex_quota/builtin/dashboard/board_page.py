"""``GET /``: the page of the quota, or only its living part, or plain text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from codex_quota import Style
from codex_quota.view import count, pool_text

from .board import Results
from .cards import cards, counts, ticking, ticking_age
from .choices import Choices
from .pages import render

if TYPE_CHECKING:
    from .gate import Visitor
    from .language import Language
    from .settings import Settings
    from .sparks import Sparks

ZONE_COOKIE = "codex_quota_zone"
RELOAD_SECONDS = 60
_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+\-/]{0,63}")
_COUNTDOWN = ("now", "<1m", "{minutes}m", "{hours}h", "{hours}h {minutes}m", "{days}d", "{days}d {hours}h")


def style_for(settings: Settings, language: Language, now: datetime, zone: str) -> Style:
    """How the visitor sees figures and times: in the zone that the browser named, unless UTC was asked for at the start."""
    style = Style(now=now, show=settings.show, time=settings.time, tz=UTC if settings.utc else zone_named(zone), emails=True)
    return language.style(style)


def whole_page(
    results: Results,
    style: Style,
    choices: Choices,
    visitor: Visitor,
    language: Language,
    settings: Settings,
    sparks: Sparks | None = None,
) -> str:
    """The page as HTML."""
    return render(
        "index",
        visitor,
        language,
        settings,
        live=live_part(results, style, choices, visitor, language, settings, sparks),
        words=countdown_words(language),
        fixed_zone=settings.utc,
        zone_cookie=ZONE_COOKIE,
        every=RELOAD_SECONDS,
    )


def live_part(
    results: Results,
    style: Style,
    choices: Choices,
    visitor: Visitor,
    language: Language,
    settings: Settings,
    sparks: Sparks | None = None,
) -> str:
    """The part of the page that a script asks for again and again; it can stand in the page as it is."""
    made = cards(results, style, choices, emails=visitor.admin)
    read = [snapshot.fetched_at for snapshot in results.snapshots if snapshot.fetched_at is not None]

    def tick(text: str, moment: datetime | None) -> str:
        return ticking(text, moment, style)

    def tick_age(message: str, moment: datetime) -> str:
        return ticking_age(message, moment, style)

    layout = choices.layout_for(len(made))
    data: dict[str, Any] = {
        "cards": made,
        "counts": counts(made),
        "choices": choices,
        "layout": layout,
        "sparks": sparks.drawn(results.snapshots, style) if sparks is not None and layout == "cards" else {},
        "pool": pool_text(results.snapshots, style),
        "next_back": count(results.snapshots, style.now).next_back,
        "read_at": max(read, default=None),
        "asking": len(results.refreshing),
        "problems": results.problems,
        "zone": zone_text(style),
        "tick": tick,
        "tick_age": tick_age,
    }
    return render("live", visitor, language, settings, **data)


@lru_cache(64)
def zone_named(name: str) -> tzinfo | None:
    """The zone of that IANA name, None (the machine's own) when there is no such zone."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def bucket(now: datetime) -> datetime:
    """*now* to ten seconds below, so that an answer made for it may be used for so long."""
    return now - timedelta(seconds=now.second % 10, microseconds=now.microsecond)


def countdown_words(language: Language) -> str:
    """The words of a countdown for the page's script, as a JSON object."""
    return json.dumps({text: language.say(text) for text in _COUNTDOWN}, ensure_ascii=False)


def zone_text(style: Style) -> str:
    """What the zone of the times is called."""
    return str(style.tz) if isinstance(style.tz, ZoneInfo) else style.now.astimezone(style.tz).tzname() or "UTC"
