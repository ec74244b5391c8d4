"""The line that says what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from codex_quota import Event
from codex_quota.builtin.cli.steps import Steps
from codex_quota.builtin.cli.streams import preceded
from codex_quota.testing import Screen

CLEAR = "\r\x1b[K"


class World:
    """Steps on a terminal, with a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.screen = Screen(terminal=True)
        self.steps = Steps(self.screen, verbose=False, width=80, clock=lambda: self.now)

    def hear(self, account: str, kind: str, wait: float | None = None) -> None:
        length = None if wait is None else timedelta(seconds=wait)
        self.steps.on_event(Event(account=account, kind=kind, text="", wait=length))  # type: ignore[arg-type]

    def shown(self) -> list[str]:
        """What stood in the line one after the other; an empty text is a line that was wiped away."""
        return self.screen.getvalue().split(CLEAR)[1:]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.steps.stop()


def test_nothing_is_shown_before_the_first_tick(world: World) -> None:
    world.hear("work", "start")
    world.hear("work", "done")
    assert world.shown() == []


def test_a_single_account_is_named_and_the_line_goes_with_its_answer(world: World) -> None:
    world.hear("work", "start")
    world.steps.tick()
    world.hear("work", "done")
    world.steps.tick()
    assert world.shown() == ["asking work…", ""]


def test_a_wait_is_counted_down_in_the_same_line(world: World) -> None:
    world.hear("work", "start")
    world.hear("work", "wait", 30)
    world.now += 1
    world.steps.tick()
    world.now += 1.5
    world.steps.tick()
    world.hear("work", "attempt")
    assert world.shown() == [
        "waiting 29 s before asking work again…",
        "waiting 28 s before asking work again…",
        "asking work…",
    ]


def test_several_accounts_are_counted_and_the_line_goes_with_the_last(world: World) -> None:
    for name in ("a", "b", "c"):
        world.hear(name, "start")
    world.steps.tick()
    world.hear("b", "done")
    world.hear("c", "wait", 5)
    world.hear("c", "done")
    world.hear("a", "done")
    assert world.shown() == [
        "0 of 3 accounts answered…",
        "1 of 3 accounts answered…",
        "1 of 3 accounts answered, waiting 5 s before asking c again…",
        "2 of 3 accounts answered…",
        "",
    ]


def test_the_line_is_wiped_away_for_good_before_anything_else_is_written(world: World) -> None:
    world.hear("work", "start")
    world.steps.tick()
    print("hello", file=preceded(world.screen, world.steps.stop))
    world.steps.tick()
    assert world.screen.getvalue() == f"{CLEAR}asking work…{CLEAR}hello\n"


@pytest.mark.parametrize(("name", "cells"), [("x" * 90, 79), ("工作" * 40, 79)])
def test_the_line_never_wraps(world: World, name: str, cells: int) -> None:
    from rich.cells import cell_len

    world.hear(name, "start")
    world.steps.tick()
    assert cell_len(world.shown()[0]) == cells
