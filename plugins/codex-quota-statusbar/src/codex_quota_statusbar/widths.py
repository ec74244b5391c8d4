"""How much room a name takes, in cells of a terminal."""

from __future__ import annotations


def cut(text: str, cells: int, mark: str) -> str:
    """*text* in at most *cells* cells; one that is longer keeps its beginning and its end, with *mark* between them."""
    if sum(map(_cells, text)) <= cells:
        return text
    room = max(cells - len(mark), 0)
    end = room * 2 // 5
    return _fit(text, room - end) + mark + _fit_end(text, end)


def _cells(char: str) -> int:
    if char.isascii():
        return 1
    from unicodedata import category, east_asian_width

    return 0 if category(char) in ("Mn", "Me") else 2 if east_asian_width(char) in "WF" else 1


def _fit(text: str, cells: int) -> str:
    taken = 0
    for place, char in enumerate(text):
        taken += _cells(char)
        if taken > cells:
            return text[:place]
    return text


def _fit_end(text: str, cells: int) -> str:
    taken = 0
    for place in range(len(text) - 1, -1, -1):
        taken += _cells(text[place])
        if taken > cells:
            text = text[place + 1 :]
            break
    # a mark whose letter was cut off would stand on its left neighbour
    while text and not _cells(text[0]):
        text = text[1:]
    return text
