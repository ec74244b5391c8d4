"""Simulated people who use Codex, and what a recorder that asks for their quota writes down; everything follows from a seed.

A person's demand is told in points for each five minutes, before any limit cuts it off.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from codex_quota.pace import Observation

STEP = timedelta(minutes=5)
DAY, WEEK = 288, 2016  # in steps
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
Habit = Callable[[random.Random, int], Iterator[float]]
# Nobody knows how the service comes to whole percents.
ROUNDINGS: tuple[Callable[[float], int], ...] = (int, lambda used: int(used + 0.5), lambda used: int(used + 0.999))


@dataclass(frozen=True)
class Turn:
    """One window as it really was, in steps: ``end`` is its announced reset, ``cut`` where it ended, sooner by a surprise."""

    begin: int
    end: int
    cut: int


@dataclass(frozen=True)
class History:
    """One person's window over time: what was really wanted (``demand``, cumulative), and what was written down."""

    length: timedelta
    demand: list[float]
    turns: list[Turn]
    rounded: Callable[[float], int]
    observations: list[Observation]
    hourly: list[Observation]

    def used(self, turn: Turn, step: int) -> int:
        """The percent that the service tells at *step* of *turn*."""
        return min(100, self.rounded(self.demand[step] - self.demand[turn.begin]))

    def exhausted(self, turn: Turn) -> int | None:
        """The step of *turn* from which on nothing is left."""
        return next((step for step in range(turn.begin, turn.end + 1) if self.used(turn, step) >= 100), None)

    def until(self, turn: Turn, step: int) -> list[Observation]:
        """What a program knows that asks at *step* of *turn*: a store thinned to hours after 14 days, and the answer."""
        now = moment(step)
        old = now - timedelta(days=14)
        kept = self.hourly[: bisect_right(self.hourly, old, key=lambda seen: seen.at)]
        first, last = (bisect_right(self.observations, at, key=lambda seen: seen.at) for at in (old, now))
        used = float(self.used(turn, step))
        answer = Observation(at=now, used_percent=used, resets_at=moment(turn.end), length=self.length, started=True)
        return [*kept, *self.observations[first:last], answer]


def moment(step: float) -> datetime:
    return START + STEP * step


def make_history(habit: Habit, length: timedelta, weeks: int, seed: str) -> History:
    """So many weeks of one person with one window, which begins with its first use."""
    rng = random.Random(seed)
    raw = list(habit(rng, weeks * WEEK))
    moods = [rng.lognormvariate(0, 0.2) for _ in range(weeks)]
    # How much of a weekly window a usual week takes; a week holds three to six times as much as five hours.
    wanted = rng.uniform(40, 160) * (1 if length > timedelta(days=1) else rng.uniform(3, 6))
    scale = wanted * weeks / max(1.0, sum(raw))
    demand = [0.0, *accumulate(points * scale * moods[step // WEEK] for step, points in enumerate(raw))]
    turns, rounded = _turns(demand, round(length / STEP), rng), rng.choice(ROUNDINGS)
    observations = list(_record(demand, turns, length, rounded, rng))
    hourly = {seen.at.replace(minute=0, second=0, microsecond=0): seen for seen in observations}
    return History(length, demand, turns, rounded, observations, list(hourly.values()))


def steady(rng: random.Random, steps: int) -> Iterator[float]:
    """A machine that works around the clock, on some days a little more than on others."""
    strength = 1.0
    for step in range(steps):
        strength = rng.lognormvariate(0, 0.15) if step % DAY == 0 else strength
        yield rng.gammavariate(2, 0.5) * strength


def office(rng: random.Random, steps: int) -> Iterator[float]:
    """Bursts in office hours, Monday to Friday."""
    begin, end = rng.uniform(7, 10), rng.uniform(16, 19)
    return _sessions(rng, steps, lambda _, weekday, hour: float(weekday < 5 and begin <= hour < end))


def night(rng: random.Random, steps: int) -> Iterator[float]:
    """Bursts from evening into the night, every day."""
    begin, end = rng.uniform(19, 22), rng.uniform(1, 4)
    return _sessions(rng, steps, lambda _, __, hour: float(hour >= begin or hour < end))


def weekend_off(rng: random.Random, steps: int) -> Iterator[float]:
    """Long days and now and then an evening, nothing at the weekend."""
    return _sessions(rng, steps, lambda _, weekday, hour: (0.9 if 8 <= hour < 20 else 0.05) * (weekday < 5))


def sprint(rng: random.Random, steps: int) -> Iterator[float]:
    """Little use, and now and then one to three days of four times as much."""
    sprints: set[int] = set()
    for day in range(steps // DAY + 3):
        if rng.random() < 0.14:
            sprints.update(range(day, day + rng.randint(1, 3)))
    for step, points in enumerate(_sessions(rng, steps, lambda _, __, hour: 0.6 * (9 <= hour < 22))):
        yield points * (4 if step // DAY in sprints else 1)


def idle_days(rng: random.Random, steps: int) -> Iterator[float]:
    """Eight hours on about every other day, at no fixed hour."""
    share = rng.uniform(0.4, 0.65)
    days = [rng.random() < share for _ in range(steps // DAY + 4)]
    hours = [rng.uniform(7, 15) for _ in days]
    return _sessions(rng, steps, lambda day, _, hour: float(days[day + 1] and hours[day + 1] <= hour < hours[day + 1] + 8))


HABITS: dict[str, Habit] = {
    "steady": steady,
    "office hours": office,
    "night owl": night,
    "weekend off": weekend_off,
    "sprint": sprint,
    "idle days": idle_days,
}


def _sessions(rng: random.Random, steps: int, will: Callable[[int, int, float], float]) -> Iterator[float]:
    """Bursts of work: *will* tells how willing the person is at a local day, weekday and hour; days differ in strength."""
    zone, busy, strength, today = rng.randint(-8, 9), False, 1.0, -99
    start, stop = rng.uniform(0.08, 0.3), rng.uniform(0.06, 0.2)
    for step in range(steps):
        day, hour = _local(step, zone)
        if day != today:
            today, strength = day, rng.lognormvariate(0, 0.35)
        willing = will(day, day % 7, hour)
        busy = rng.random() < (1 - stop if busy and willing else start * willing)
        yield rng.gammavariate(0.7, 1.4) * strength if busy else 0.0


def _local(step: int, zone: int) -> tuple[int, float]:
    """Day number and hour of *step* in a zone of so many hours."""
    shifted = step + zone * 12
    return shifted // DAY, shifted % DAY / 12


def _turns(demand: list[float], steps: int, rng: random.Random) -> list[Turn]:
    """Each window begins with the first use after the one before; a few are cut short by a surprise reset."""
    turns: list[Turn] = []
    step = 0
    while step < len(demand) - 1:
        if demand[step + 1] == demand[step]:
            step += 1
            continue
        end = step + steps
        cut = step + rng.randint(1, steps - 1) if rng.random() < 0.04 else end
        turns.append(Turn(step, end, cut))
        step = cut
    return turns


def _asked(steps: int, rng: random.Random) -> Iterator[int]:
    """When a recorder asks: one that is always on, a laptop that sleeps at night, or a person now and then; each with gaps."""
    kind, zone, step = rng.choice(("dashboard", "laptop", "person")), rng.randint(-8, 9), 0
    while step < steps:
        if rng.random() < 0.0004:
            step += rng.randint(DAY // 4, DAY * 3 // 2)
        elif kind == "laptop" and not 7 <= _local(step, zone)[1] < 23:
            step += 1
        else:
            yield step
            step += rng.randint(3, 30) if kind == "person" else 1


def _record(
    demand: list[float], turns: list[Turn], length: timedelta, rounded: Callable[[float], int], rng: random.Random
) -> Iterator[Observation]:
    """Whole percents, resets that jitter, one answer in five hundred that is wrong, and only what says something new."""
    begins = [turn.begin for turn in turns]
    kept: Observation | None = None
    for step in _asked(len(demand), rng):
        at = moment(step) + timedelta(seconds=rng.randint(0, 40))
        turn = turns[max(0, bisect_right(begins, step) - 1)]
        used, reset = 0.0, at + length
        if turn.begin < step < turn.cut and rng.random() >= 0.002:
            used = float(min(100, rounded(demand[step] - demand[turn.begin])))
            reset = moment(turn.end) + timedelta(seconds=rng.randint(-15, 15))
        started = used > 0 or reset < at + length - timedelta(minutes=1)
        same = kept is not None and kept.used_percent == used and kept.started == started
        if kept is None or not same or at - kept.at >= timedelta(minutes=30):
            kept = Observation(at=at, used_percent=used, resets_at=reset, length=length, started=started)
            yield kept
