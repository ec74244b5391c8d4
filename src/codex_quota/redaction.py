"""Taking a token out of everything that came from elsewhere, before anybody shows or keeps it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

REDACTED = "[redacted]"
SHORTEST_PIECE = 24
_SECRET_NAMES = ("cookie", "token", "auth", "secret", "session", "key", "signature")
_ADDRESSES = ("location", "content-location", "refresh", "link")
_ESCAPE = re.compile(r"\\(?:u00([2-7][0-9a-fA-F])|.)", re.DOTALL)

Redact = Callable[[str], str]


def redactor(token: str) -> Redact:
    """A function that replaces *token* in a text, and also the token's beginning where 24 characters or more of it stand.

    A token whose characters are written as JSON escapes is found too; such a text comes back with its ASCII escapes resolved,
    which means the same to a reader of JSON.
    """
    head = token[:SHORTEST_PIECE]

    def redact(text: str) -> str:
        if "\\" in text and head in (plain := _ESCAPE.sub(_unescaped, text)):
            text = plain
        at = text.find(head) if head else -1
        if at < 0:
            return text
        parts, end = [], 0
        while at >= 0:
            parts += [text[end:at], REDACTED]
            end = at + _alike(text[at : at + len(token)], token)
            at = text.find(head, end)
        return "".join((*parts, text[end:]))

    return redact


def shown_headers(headers: Iterable[tuple[str, str]], redact: Redact) -> Iterator[tuple[str, str]]:
    """*headers* as they may be shown: without the values of those with a telling name, without tokens, without queries."""
    for name, value in headers:
        lower = name.lower()
        secret = any(word in lower for word in _SECRET_NAMES) or lower == "x-error-json"
        if secret or any(redact(text) != text for text in (value, unquote(value))):
            value = REDACTED
        elif lower in _ADDRESSES:
            value = re.sub(r"([?#])[^\s>;,\"]+", rf"\1{REDACTED}", value)
        yield name, value


def _alike(one: str, other: str) -> int:
    """How many characters the two begin with in common."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _unescaped(escape: re.Match[str]) -> str:
    """The character that a JSON escape means, where it stands for itself in JSON text."""
    character = chr(int(escape[1], 16)) if escape[1] else ""
    return character if character and character.isprintable() and character not in '"\\' else escape[0]
