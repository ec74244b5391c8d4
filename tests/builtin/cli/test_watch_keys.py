"""What a terminal sends for keys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota.builtin.cli.keys import Keys, windows_keys


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"q", ["q"]),
        (b"Q?", ["q", "?"]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1bOA\x1bOB\x1bOH\x1bOF", ["up", "down", "home", "end"]),
        (b"\x1b[5~\x1b[6~", ["page up", "page down"]),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~", ["home", "end", "home", "end", "home", "end"]),
        (b"\x1b[1;5A\x1b[6;2~", ["up", "page down"]),
        (b"jk g G", ["down", "up", "page down", "home", "page down", "end"]),
        (b"\x0c", ["redraw"]),
        (b"\x1b\x1b[A", ["escape", "up"]),
        (b"\x1bq", ["escape", "q"]),
        (b"\x1b[15~\x1b[200~\x1b[I\x1b[<0;1;1Mr", ["r"]),
        ("é工\t\x00".encode(), []),
        (b"", []),
    ],
)
def test_the_keys(data: bytes, words: list[str]) -> None:
    assert Keys().feed(data) == words


def test_an_escape_is_a_key_only_when_nothing_follows() -> None:
    keys = Keys()
    assert (keys.feed(b"\x1b"), keys.pending, keys.flush(), keys.pending) == ([], True, ["escape"], False)
    assert (keys.feed(b"\x1b["), keys.pending, keys.flush(), keys.feed(b"q")) == ([], True, [], ["q"])


@given(st.lists(st.sampled_from([b"q", b"\x1b[A", b"\x1bOB", b"\x1b[5~", b"\x1b[1;5F", b"r"])), st.integers(1, 4))
@settings(max_examples=100)
def test_keys_are_the_same_however_they_are_cut(sent: list[bytes], size: int) -> None:
    data, keys = b"".join(sent), Keys()
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    assert [word for piece in pieces for word in keys.feed(piece)] == Keys().feed(data)


@pytest.mark.parametrize(
    ("characters", "words"),
    [("q", ["q"]), ("\xe0H\xe0P", ["up", "down"]), ("\x00I\xe0Q", ["page up", "page down"]), ("\xe0Gq\xe0", ["home", "q"]),
     ("\xe0;r", ["r"]), ("\x1b", ["escape"])],
)  # fmt: skip
def test_the_keys_of_a_windows_console(characters: str, words: list[str]) -> None:
    assert windows_keys(characters) == words
