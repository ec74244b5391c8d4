"""The full screen of ``watch``: keys, clock and background readings become pictures, until somebody ends it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import codex_quota
from codex_quota import Context, Formatter, Snapshot, Style

from .overheard import Overheard
from .parser import PROGRAM
from .screen import style_for
from .show import formatted
from .terminal import Terminal, open_terminal
from .watch_interval import seconds_to_change
from .watch_reading import Readings
from .watch_view import State, View, after_key, encodable, picture

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_HAIR = 0.02
"""So that the clock has surely passed the moment that was waited for."""


def watch_on_screen(args: Namespace, context: Context, formatter: Formatter, readings: Readings) -> None:
    """Show what *readings* know until a key or a signal ends it; the terminal is then as it was before, whatever happened.

    What plugins print meanwhile is shown in the header, and printed afterwards.
    """
    style = style_for(args, stdout=context.stdout, environ=context.environ, now=context.now())
    view = View(sort=args.sort, time=args.time, show=args.show)
    with _overheard(readings, context) as heard, open_terminal(context.stdin, context.stdout) as terminal:
        readings.wake = heard.wake = terminal.wake
        _Screen(context, formatter, readings, terminal, heard, style, view).run()


@contextmanager
def _overheard(readings: Readings, context: Context) -> Iterator[Overheard]:
    heard = Overheard()
    try:
        with redirect_stdout(heard.stream()), redirect_stderr(heard.stream()):
            yield heard
    finally:
        readings.wake = heard.wake = lambda: None
        heard.repeat(context.stderr)
        if readings.telling:
            print(f"{PROGRAM}: waiting for plugins that hear of the last reading; Ctrl-C leaves at once", file=context.stderr)


class _Screen:
    def __init__(
        self,
        context: Context,
        formatter: Formatter,
        readings: Readings,
        terminal: Terminal,
        heard: Overheard,
        style: Style,
        view: View,
    ) -> None:
        self._context, self._formatter, self._readings = context, formatter, readings
        self._terminal, self._heard, self._style, self._view = terminal, heard, style, view
        self._size = terminal.size()
        self._drawn: Text | None = None
        self._table: tuple[object, datetime, str] | None = None
        self._page = 1
        self._live = self._new_live()

    def run(self) -> None:
        """Until the end is wished for."""
        try:
            self._live.start()
            while self._step():
                pass
        finally:
            self._leave()

    def _step(self) -> bool:
        """Draw, wait for the next thing to happen, and react; False when that was the end."""
        now = self._context.now()
        self._read(now)
        self._draw(now)
        wait = seconds_to_change(now, self._readings.due, self._moments()) + _HAIR
        return all(self._react(word) for word in self._terminal.wait(wait))

    def _read(self, now: datetime) -> None:
        """Begin a round if it is time, and take in what the last one found."""
        readings, rounds = self._readings, self._readings.rounds
        if readings.start_if_due(now):
            self._heard.last = None
        readings.take(now)
        if readings.rounds > rounds:
            for problem in readings.problems:
                self._heard.keep(problem)
            self._drawn = None  # since a program that a plugin started may have written over it

    def _react(self, word: str) -> bool:
        if word == "stop" or (word == "q" and not self._view.help):
            return False
        if word == "resize":
            self._size = self._terminal.size()
            self._redraw()
        elif word == "redraw":
            self._redraw()
        elif word == "suspend":
            self._leave()
            self._terminal.suspend()
            self._return()
        elif word == "continue":
            self._terminal.take()
            self._leave()
            self._return()
        elif word == "r" and not self._view.help:
            self._readings.force(self._context.now())
        else:
            self._view = after_key(self._view, word, self._page)
        return True

    def _draw(self, now: datetime) -> None:
        """Put the picture onto the screen if it is another one than before."""
        style = replace(self._style, now=now, width=self._size[0], show=self._view.show, time=self._view.time)
        readings = self._readings
        snapshots = codex_quota.sort_snapshots(readings.snapshots.values(), self._view.sort)
        state = State(
            snapshots=snapshots,
            asked=len(readings.asked),
            begun=readings.rounds > 0,
            due=readings.due,
            failed=readings.failed,
            remark=next(iter(readings.problems), self._heard.last),
        )
        table = self._table_text(snapshots, style) if snapshots or readings.rounds else ""
        made = picture(self._view, state, table, style, self._size, has_keys=self._terminal.has_keys)
        self._view, self._page = made.view, made.page
        if made.text != self._drawn:
            self._drawn = made.text
            self._live.update(made.text, refresh=True)

    def _table_text(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The table, made anew only when something in it can have changed."""
        key = (self._readings.changes, self._view.sort, style.width, style.show, style.time)
        if self._table is None or self._table[0] != key or not style.now < self._table[1]:
            until = style.now + timedelta(seconds=seconds_to_change(style.now, None, self._moments()))
            text = encodable(formatted(self._formatter, snapshots, style), self._context.stdout.encoding)
            self._table = (key, until, text)
        return self._table[2]

    def _moments(self) -> Iterator[datetime]:
        """What the table counts down to, or up from."""
        for snapshot in self._readings.snapshots.values():
            quota = snapshot.quota
            if quota is not None:
                resets = [*(window.resets_at for window in quota.windows), quota.spend.resets_at if quota.spend else None]
                yield from (moment for moment in [*resets, snapshot.fetched_at] if moment is not None)

    def _redraw(self) -> None:
        self._drawn = None
        self._live.console.size = self._size
        self._live.console.clear()

    def _leave(self) -> None:
        with suppress(OSError, ValueError):
            self._live.stop()

    def _return(self) -> None:
        self._size = self._terminal.size()
        self._live = self._new_live()
        self._live.start()
        self._drawn = None

    def _new_live(self) -> Live:
        from rich.console import Console
        from rich.live import Live

        columns, lines = self._size
        console = Console(
            file=self._context.stdout,
            width=columns,
            height=lines,
            force_terminal=True,
            force_interactive=True,
            color_system="standard" if self._style.color else None,
            no_color=not self._style.color,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={**self._context.environ},
        )
        return Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
