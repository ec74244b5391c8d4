"""Standard streams that may be closed, broken, or shared with a progress line."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO, cast


def standing(stream: TextIO | None, mode: str) -> TextIO:
    """*stream*, or one that leads nowhere when the process was started without it; *mode* is ``r`` or ``w``."""
    return stream or cast("TextIO", open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123


def forgiving(stream: TextIO) -> TextIO:
    """*stream* for remarks: that nobody hears them any more is no error."""
    return cast("TextIO", _Forgiving(stream))


def preceded(stream: TextIO, act: Callable[[], None]) -> TextIO:
    """*stream* that calls *act* before each text that is written."""
    return cast("TextIO", _Preceded(stream, act))


def silence(stream: TextIO) -> None:
    """Keep the interpreter from complaining at exit that nobody reads any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_utf8(stream: TextIO) -> bool:
    """Whether *stream* writes UTF-8, as a text stream without any encoding does for us."""
    try:
        return codecs.lookup(stream.encoding or "utf-8").name == "utf-8"
    except LookupError:
        return False


def write_utf8(stream: TextIO, newline: str | None = None) -> None:
    """Let *stream* write UTF-8 whatever the locale, and line ends as they are with *newline* ``""``."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline=newline)


def json_for(stream: TextIO, text: str) -> str:
    """The JSON document *text*, with escapes for all but ASCII when *stream* is not UTF-8."""
    if text.isascii() or is_utf8(stream):
        return text
    units = ((char, char.encode("utf-16-be", "surrogatepass").hex()) for char in text)
    # characters outside ASCII occur in JSON only within strings, where each UTF-16 unit may be escaped
    return "".join(c if c.isascii() else "".join(f"\\u{u[i : i + 4]}" for i in range(0, len(u), 4)) for c, u in units)


class _Wrapped:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._stream, name)


class _Forgiving(_Wrapped):
    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            silence(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            silence(self._stream)


class _Preceded(_Wrapped):
    def __init__(self, stream: TextIO, act: Callable[[], None]) -> None:
        super().__init__(stream)
        self._act = act

    def write(self, text: str) -> int:
        self._act()
        return self._stream.write(text)
