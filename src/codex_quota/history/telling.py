"""Events in words and as an Atom feed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import cast
from uuid import UUID

from ..errors import one_line
from ..interfaces import Style
from ..model import MAIN_LIMIT, Window, WindowName
from ..times import moment_text as moment_words
from ..wording import amount_text, plan_text, window_text
from .documents import moment_text
from .events import HistoryEvent

_TEXTS = {
    "window_reset": "the {window} window was reset, {before} % had been used",
    "early_reset": "the {window} window was reset early, from {before} % used to {after} %",
    "reset_moved": "the reset of the {window} window moved from {before} to {after}",
    "window_appeared": "the {window} window appeared",
    "window_vanished": "the {window} window vanished",
    "plan_changed": "the plan changed from {before} to {after}",
    "credits_changed": "credits went from {before} to {after}",
    "banked_resets_changed": "banked resets went from {before} to {after}",
    "sign_in_broken": "the sign-in does not work any more ({after})",
    "sign_in_mended": "the sign-in works again",
    "drain": "the {window} window went from {before} % used to {after} % in a short time",
}
_MOST_ENTRIES = 500


def event_text(event: HistoryEvent, style: Style) -> str:
    """What happened, in one line without the account's name."""
    return _text(event, style, lambda moment: moment_words(moment, style))


def _text(event: HistoryEvent, style: Style, moment: Callable[[datetime], str]) -> str:
    worded: dict[str, Callable[[str], str]] = {
        "reset_moved": lambda text: moment(datetime.fromisoformat(text)),
        "plan_changed": lambda text: plan_text(text, style.say),
        "credits_changed": lambda text: amount_text(Decimal(text)),
    }
    word = worded.get(event.kind, str)
    before, after = (word(text) if text else "-" for text in (event.before, event.after))
    window = window_text(_window(event), style.say)
    return one_line(style.say(_TEXTS[event.kind]).format(window=window, before=before, after=after))


def _window(event: HistoryEvent) -> Window:
    """The window that *event* is about, without any figure."""
    return Window(
        limit=event.limit or MAIN_LIMIT,
        name=cast("WindowName", event.window or "other"),
        label=event.label,
        used_percent=None,
        length=None,
        resets_at=None,
        started=None,
    )


def atom_feed(events: Sequence[HistoryEvent], *, identity: str, self_url: str | None = None, now: datetime, style: Style) -> str:
    """An Atom feed (RFC 4287) of the newest 500 of *events*, the newest first.

    *identity* makes the feed another one than everybody else's; an entry's id and text never change.
    """
    from xml.sax.saxutils import escape, quoteattr

    newest = max((event.at for event in events), default=now)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        "<title>Codex quota</title>",
        f"<id>{_urn('feed', identity)}</id>",
        *([f'<link rel="self" type="application/atom+xml" href={quoteattr(_clean(self_url))}/>'] if self_url else []),
        f"<updated>{moment_text(newest)}</updated>",
        "<author><name>codex-quota</name></author>",
    ]
    for event in sorted(events, key=lambda event: event.at, reverse=True)[:_MOST_ENTRIES]:
        text = _text(event, style, lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
        title = escape(_clean(f"{one_line(event.account)}: {text}"))
        entry = _urn(identity, event.account, event.kind, event.limit, event.window, event.label, event.at.isoformat())
        lines += [
            "<entry>",
            f"<id>{entry}</id>",
            f"<title>{title}</title>",
            f"<updated>{moment_text(event.at)}</updated>",
            f'<category term="{event.kind}"/>',
            f"<content>{title}</content>",
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])


def _urn(*parts: str) -> str:
    return UUID(bytes=sha256("\0".join(parts).encode("utf-8", "replace")).digest()[:16], version=5).urn


def _clean(text: str) -> str:
    """*text* without what XML cannot hold."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
