"""``watch`` where there is no screen: the whole text once for each refresh, until it is stopped or nobody reads any more."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Self, TextIO

import codex_quota
from codex_quota import Context, Formatter, Snapshot, Style, wording

from .interrupts import ended_by_signals
from .parser import PROGRAM
from .screen import style_for
from .show import formatted
from .streams import json_for
from .watch_reading import Readings

_SLICE = timedelta(seconds=30)
"""A clock that jumps, as after a machine's sleep, is noticed within this time."""


def watch_in_lines(args: Namespace, context: Context, formatter: Formatter, readings: Readings) -> None:
    """Print what *readings* know after each round; a JSON document is one line, a text of several lines ends in an empty one.

    Raises ``BrokenPipeError`` or just ends when nobody reads any more.
    """
    with suppress(KeyboardInterrupt, SystemExit), ended_by_signals(), _Reader(context.stdout) as reader:
        _Stream(args, context, formatter, readings).run(reader)


class _Stream:
    def __init__(self, args: Namespace, context: Context, formatter: Formatter, readings: Readings) -> None:
        self._args, self._context, self._formatter, self._readings = args, context, formatter, readings
        self._news = threading.Event()
        self._told: frozenset[str] = frozenset()
        self._printed = 0

    def run(self, reader: _Reader) -> None:
        """Until the reader leaves."""
        readings, now = self._readings, self._context.now
        readings.wake = self._news.set
        while True:
            readings.start_if_due(now())
            if readings.busy:
                self._await_round()
            self._print(now())
            while not readings.start_if_due(now()):
                if reader.left(self._patience(now())):
                    return

    def _await_round(self) -> None:
        while self._readings.busy:
            self._news.wait(1)
            self._news.clear()
            self._readings.take(self._context.now())

    def _patience(self, now: datetime) -> float:
        due = self._readings.due
        wait = _SLICE if due is None else min(max(due - now, timedelta(0)), _SLICE)
        return wait.total_seconds()

    def _print(self, now: datetime) -> None:
        context, formatter = self._context, self._formatter
        snapshots = codex_quota.sort_snapshots(self._readings.snapshots.values(), self._args.sort)
        style = style_for(self._args, stdout=context.stdout, environ=context.environ, now=now)
        text = formatted(formatter, snapshots, style)
        if formatter.content_type == "application/json":
            text = json_for(context.stdout, one_document_a_line(text))
        elif text.count("\n") > 1:
            text += "\n"
        context.stdout.write(text)
        context.stdout.flush()
        self._tell(snapshots, style)

    def _tell(self, snapshots: Sequence[Snapshot], style: Style) -> None:
        """On stderr what was not said the last time already."""
        lines = [f"{PROGRAM}: {problem}" for problem in self._readings.problems]
        if not self._formatter.tells_problems:
            for snapshot in snapshots:
                notes = [note for note in wording.notes(snapshot, style) if note.kind in ("error", "warning")]
                lines += [f"{wording.one_line(snapshot.account.name)}: {note.text}" for note in notes]
        for line in lines:
            if line not in self._told:
                print(line, file=self._context.stderr, flush=True)
        self._told = frozenset(lines)


def one_document_a_line(text: str) -> str:
    """The JSON document *text* in one line."""
    import json

    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) + "\n"


class _Reader:
    """Whoever reads *stream*; a context manager for the main thread, in which a signal ends a wait."""

    def __init__(self, stream: TextIO) -> None:
        self._poll: select.poll | None = None
        self._ends = (-1, -1)
        self._before = -1
        with suppress(AttributeError, OSError, ValueError):  # Windows has no poll, and not every stream is a file
            poll = select.poll()
            poll.register(stream.fileno(), 0)
            self._poll = poll

    def left(self, seconds: float) -> bool:
        """True as soon as nobody reads any more, False when that did not happen within *seconds*, or a signal came."""
        if self._poll is None:
            time.sleep(seconds)
            return False
        found = [number for number, _ in self._poll.poll(seconds * 1000)]
        if self._ends[0] in found:
            os.read(self._ends[0], 4096)
        return any(number != self._ends[0] for number in found)

    def __enter__(self) -> Self:
        if self._poll is not None:
            # a signal that comes just before the wait begins would otherwise be heeded only after it
            self._ends = os.pipe()
            os.set_blocking(self._ends[1], False)
            self._before = signal.set_wakeup_fd(self._ends[1], warn_on_full_buffer=False)
            self._poll.register(self._ends[0], select.POLLIN)
        return self

    def __exit__(self, *_: object) -> None:
        if self._poll is not None:
            signal.set_wakeup_fd(self._before)
            for number in self._ends:
                os.close(number)
