"""A Windows console, which there is none of here, and what others print while the screen is taken."""

from __future__ import annotations

import io
import signal
import threading

import pytest

from codex_quota.builtin.cli.overheard import Overheard
from codex_quota.builtin.cli.terminal import WindowsTerminal
from codex_quota.testing import Screen


class Console:
    """Stands in for ``msvcrt``."""

    def __init__(self, typed: str = "") -> None:
        self.typed = list(typed)

    def kbhit(self) -> bool:
        return bool(self.typed)

    def getwch(self) -> str:
        return self.typed.pop(0)


@pytest.mark.parametrize(
    ("typed", "words"), [("qr", ["q", "r"]), ("\xe0P\xe0I", ["down", "page up"]), ("s\x03", ["stop"]), ("", [])]
)
def test_the_keys_of_a_console(typed: str, words: list[str]) -> None:
    with WindowsTerminal(Screen(terminal=True), Screen(terminal=True), Console(typed)) as terminal:
        assert terminal.has_keys
        assert terminal.wait(0) == words


def test_a_console_without_a_keyboard_has_no_keys() -> None:
    with WindowsTerminal(Screen(terminal=False), Screen(terminal=True), Console("q")) as terminal:
        assert not terminal.has_keys
        assert terminal.wait(0) == []
        terminal.suspend()
        terminal.take()


def test_another_thread_ends_a_wait() -> None:
    with WindowsTerminal(Screen(terminal=True), Screen(terminal=True), Console()) as terminal:
        threading.Thread(target=terminal.wake).start()
        assert terminal.wait(60) == []


def test_another_size_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with WindowsTerminal(Screen(terminal=True), Screen(terminal=True), Console()) as terminal:
        assert terminal.size() == (80, 24)
        monkeypatch.setattr(terminal, "size", lambda: (40, 12))
        assert [terminal.wait(0), terminal.wait(0)] == [["resize"], []]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_is_a_word_and_what_it_did_before_it_does_again(name: str) -> None:
    number = signal.Signals[name]
    before = signal.getsignal(number)
    with WindowsTerminal(Screen(terminal=True), Screen(terminal=True), Console()) as terminal:
        signal.raise_signal(number)
        assert terminal.wait(0) == ["stop"]
    assert signal.getsignal(number) == before


def test_a_second_interrupt_does_not_wait_for_anybody() -> None:
    with WindowsTerminal(Screen(terminal=True), Screen(terminal=True), Console()):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_others_print_is_kept_line_by_line_and_told_once() -> None:
    heard, woken, out = Overheard(), [], io.StringIO()
    heard.wake = lambda: woken.append(heard.last)
    stream = heard.stream()
    print("one", "two", file=stream)
    stream.write("three\n\nfo")
    stream.write("ur\x1b[2J\none two\n")
    assert woken == ["one two", "three", "four [2J", "one two"]
    heard.keep("a problem")
    heard.repeat(out)
    assert out.getvalue() == "one two\nthree\nfour [2J\na problem\n"
    heard.repeat(out)
    assert out.getvalue().count("\n") == 4


def test_only_the_last_hundred_lines_are_kept() -> None:
    heard, out = Overheard(), io.StringIO()
    for number in range(250):
        heard.hear(f"line {number}")
    heard.repeat(out)
    assert out.getvalue().splitlines() == [f"line {number}" for number in range(150, 250)]
