"""Observations are cut where a window began anew, and nowhere else."""

from __future__ import annotations

from datetime import datetime

import pytest
from sightings import BEGAN, FIVE, after, figures, seen

from codex_quota.model import Window
from codex_quota.pace import Observation, cycles, observation_of


def cut(*observations: Observation) -> list[tuple[list[float | None], str | None]]:
    """The figures of each cycle, and how it ended."""
    return [(figures(cycle.observations), cycle.ended) for cycle in cycles(observations)]


def test_a_window_becomes_an_observation() -> None:
    window = Window(limit="codex", name="five_hour", label="5 h", used_percent=3.0, length=FIVE, resets_at=after(5), started=True)
    assert observation_of(window, after(1)) == seen(1, 3.0)


NOT_STARTED = {"used": 0, "started": False}


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([seen(1, 10), seen(2, 20)], [([10, 20], None)], id="one cycle"),
        pytest.param(
            [seen(4, 60), seen(5.1, 5, reset=10), seen(6, 9, reset=10)],
            [([60], "due"), ([5, 9], None)],
            id="a reset that was due",
        ),
        pytest.param([seen(4, 1), seen(5.1, 1, reset=10)], [([1], "due"), ([1], None)], id="a reset of a window hardly used"),
        pytest.param([seen(4, 60), seen(5.1, 70, reset=10)], [([60], "due"), ([70], None)], id="a reset seen late"),
        pytest.param(
            [seen(2, 60), seen(3, 0, reset=7.5), seen(3.5, 2, reset=7.5)], [([60], "early"), ([0, 2], None)], id="an early reset"
        ),
        pytest.param([seen(2, 85), seen(3, 0), seen(3.5, 1)], [([85], "early"), ([0, 1], None)], id="a reset that kept its time"),
        pytest.param([seen(2, 4), seen(3, 1), seen(3.5, 1)], [([4], "early"), ([1, 1], None)], id="from 4 to 1 is a reset"),
        pytest.param([seen(2, 3), seen(3, 1), seen(3.5, 1)], [([3, 1, 1], None)], id="from 3 to 1 is a correction"),
        pytest.param([seen(2, 97), seen(3, 78), seen(4, 80)], [([97, 78, 80], None)], id="from 97 to 78 is a correction"),
        pytest.param([seen(1, 40), seen(2, 0), seen(3, 41)], [([40, 41], None)], id="down for one reading"),
        pytest.param([seen(1, 40), seen(2, 0), seen(2.5, 0), seen(3, 41)], [([40, 41], None)], id="down for two readings"),
        pytest.param(
            [seen(1, 40), seen(2, 0, reset=7, started=False), seen(3, 41)], [([40, 41], None)], id="not started for one reading"
        ),
        pytest.param([seen(1, 20), seen(2, 97), seen(3, 21)], [([20, 21], None)], id="up for one reading"),
        pytest.param([seen(1, 20), seen(2, 97), seen(2.5, 97), seen(3, 21)], [([20, 21], None)], id="up for two readings"),
        pytest.param([seen(1, 0), seen(2, 6), seen(3, 0), seen(4, 6)], [([0, 0, 6], None)], id="a figure once between zeros"),
        pytest.param(
            [
                seen(4.8, 3),
                seen(4.9, 0, reset=9.9, started=False),
                seen(9.95, 6, reset=14.9),
                seen(14.95, 0, reset=19.95, started=False),
            ],
            [([3], "early"), ([6], "due")],
            id="a window used once",
        ),
        pytest.param(
            [seen(1, 40), seen(2, 0), seen(2.2, 0), seen(2.4, 0), seen(3, 41)],
            [([40], "early"), ([0, 0, 0, 41], None)],
            id="down for three readings is a reset",
        ),
        pytest.param(
            [seen(1, 10, jitter=55), seen(2, 20, jitter=-55), seen(3, 30, jitter=29)], [([10, 20, 30], None)], id="jitter"
        ),
        # seen after a minute; the second reset time makes it begin 50 seconds later than it did
        pytest.param([seen(1 / 60, 1, jitter=-50), seen(0.5, 9, jitter=50)], [([1, 9], None)], id="jitter at the very beginning"),
        pytest.param([seen(1, 10), seen(2, 20, reset=5.5)], [([10, 20], None)], id="a reset time that moved"),
        pytest.param(
            [seen(0, 0, started=False), seen(1, 0, reset=6, started=False), seen(2, 3, reset=6.5)],
            [([3], None)],
            id="not started is no cycle",
        ),
        pytest.param([seen(0, 0, started=None), seen(1, 0, reset=6, started=None)], [], id="not started, without saying so"),
        pytest.param([seen(1, 0, started=None), seen(2, 4)], [([0, 4], None)], id="started, without saying so"),
        pytest.param(
            [seen(4, 60), seen(5.1, 0, reset=10.1, started=False)], [([60], "due")], id="ended, and the next one has not started"
        ),
        pytest.param([seen(1, 10), seen(2, None), seen(3, 30)], [([10, 30], None)], id="a figure is missing"),
        pytest.param([seen(1, 10), seen(2, 20, reset=None), seen(3, 30)], [([10, 20, 30], None)], id="a reset time is missing"),
        pytest.param(
            [seen(4, 60), seen(5.1, 3, reset=None)], [([60], "due"), ([3], None)], id="a reset, told by the clock alone"
        ),
        pytest.param(
            [seen(1, 10, reset=None), seen(2, 60, reset=None), seen(3, 4, reset=None)],
            [([10, 60], "due"), ([4], None)],
            id="a reset, told by the figure alone",
        ),
        pytest.param(
            [seen(4, 10, length=None), seen(5.1, 11, reset=10, length=None)], [([10], "due"), ([11], None)], id="no length"
        ),
        pytest.param([seen(4, 60), seen(6, 60)], [([60], None)], id="a figure from before a reset that has passed"),
        pytest.param([seen(2, 20), seen(1, 10), seen(1, 11), seen(3, 30)], [([11, 20, 30], None)], id="out of order, and twice"),
        pytest.param([seen(1, float("nan")), seen(2, float("inf")), seen(3, -1), seen(4, 3)], [([3], None)], id="no figures"),
        pytest.param([seen(4, 60), seen(4.9, 1, reset=5.5)], [([60], "early"), ([1], None)], id="a reset that moved a little"),
    ],
)
def test_a_new_cycle_begins_at_a_reset_and_nowhere_else(
    observations: list[Observation], expected: list[tuple[list[float | None], str | None]]
) -> None:
    assert cut(*observations) == expected


@pytest.mark.parametrize(
    ("observations", "began", "resets_at"),
    [
        pytest.param([seen(1, 10)], BEGAN, after(5), id="a length before the reset"),
        pytest.param([seen(1, 10, jitter=20), seen(2, 20, jitter=-36)], after(-0.01), after(4.99), id="the newest reset counts"),
        # 85 at 2:00, 0 at 3:00: it began anew in between
        pytest.param([seen(2, 85), seen(3, 0), seen(3.2, 1), seen(3.4, 2)], after(2.5), after(5), id="it kept its reset time"),
        pytest.param([seen(1, 10), seen(2, 20, reset=5.5)], after(0.5), after(5.5), id="it moved its reset time"),
        pytest.param([seen(1, 10), seen(2, 20, reset=6.5)], after(1.5), after(6.5), id="it began after the last observation"),
        pytest.param([seen(1, 10, length=None)], None, after(5), id="no length"),
        pytest.param([seen(1, 10, reset=None)], None, None, id="no reset"),
    ],
)
def test_when_a_cycle_began(observations: list[Observation], began: datetime | None, resets_at: datetime | None) -> None:
    last = cycles(observations)[-1]
    assert (last.began, last.resets_at) == (began, resets_at)


def test_every_week_of_many_is_found() -> None:
    observations = [seen(5 * cycle + hour, 20 * hour, reset=5 * cycle + 5) for cycle in range(50) for hour in (1, 2, 3, 4)]
    found = cycles(reversed(observations))
    assert [cycle.began for cycle in found] == [after(5 * cycle) for cycle in range(50)]
    assert [cycle.ended for cycle in found] == ["due"] * 49 + [None]
