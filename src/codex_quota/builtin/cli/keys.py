"""What a terminal sends for keys, as words: ``q``, ``up``, ``page down``, ``escape``."""

from __future__ import annotations

import re

# CSI with parameters and a final byte, SS3 with one letter; what modifiers add stands in the parameters
_SEQUENCE = re.compile(r"\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])|O(.))", re.DOTALL)
_BEGUN = re.compile(r"\x1b(?:\[[0-9;:<=>? -/]*|O)?")
_LETTERS = {"A": "up", "B": "down", "H": "home", "F": "end"}
_NUMBERS = {"1": "home", "4": "end", "5": "page up", "6": "page down", "7": "home", "8": "end"}
_PLAIN = {"\x1b": "escape", "\x0c": "redraw", " ": "page down", "j": "down", "k": "up", "g": "home", "G": "end"}
_WINDOWS = {"H": "up", "P": "down", "I": "page up", "Q": "page down", "G": "home", "O": "end"}
_PREFIXES = ("\x00", "\xe0")


class Keys:
    """Makes words of the bytes that a terminal sends, however they are cut into pieces."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def pending(self) -> bool:
        """True when what came last may be the beginning of more."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[str]:
        """The keys that are complete now; sequences that mean nothing here are left out."""
        text, self._rest = (self._rest + data).decode("latin-1"), b""
        found: list[str] = []
        place = 0
        while place < len(text):
            if sequence := _SEQUENCE.match(text, place):
                found += _of_sequence(*sequence.groups())
                place = sequence.end()
            elif text[place] == "\x1b" and _BEGUN.fullmatch(text, place):
                self._rest = text[place:].encode("latin-1")
                break
            else:
                found += _of_character(text[place])
                place += 1
        return found

    def flush(self) -> list[str]:
        """What was begun, taken as it is because nothing follows: a single escape is the key of that name."""
        rest, self._rest = self._rest, b""
        return ["escape"] if rest == b"\x1b" else []


def windows_keys(characters: str) -> list[str]:
    """The words for what ``msvcrt.getwch`` gave, in which a special key is two characters."""
    found: list[str] = []
    rest = iter(characters)
    for character in rest:
        if character in _PREFIXES:
            found += [word for word in [_WINDOWS.get(next(rest, ""))] if word]
        else:
            found += _of_character(character)
    return found


def _of_sequence(parameters: str | None, final: str | None, letter: str | None) -> list[str]:
    number = (parameters or "").partition(";")[0]
    word = _NUMBERS.get(number) if final == "~" else _LETTERS.get(final or letter or "")
    return [word] if word else []


def _of_character(character: str) -> list[str]:
    word = _PLAIN.get(character) or (character.lower() if character.isascii() and character.isprintable() else "")
    return [word] if word else []
