"""How much is used in time that counts, how unevenly it comes, and how far a guess has been off before.

The constants were chosen with ``bench/forecast.py``, on other seeds than it shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, sqrt

from .clocks import Clock
from .records import CONFIDENCE
from .runs import Run

# Four of five draws of a normal distribution lie within so many standard deviations.
Z80 = 1.2815515655446004
# How far off a well-told forecast is, in standard deviations: what stands for earlier cycles where there are few.
TYPICAL = (0.126, 0.385, 0.674, 1.036, 1.645)
# The check is made with cycles that the figures were taken from, and so it flatters.
FLATTERY = 1.15
# With a reach of 5.65 or less, what is likely never falls with time, as the rule of Wilson and Hilferty has it.
FARTHEST = 5.0
# What was used long ago counts less, by 1/e for so much of a window.
MEMORY = 0.4
# While there are no earlier cycles, an account is taken to use half of what it has, as if seen for so much of a window.
BELIEVED, BELIEF = 50.0, 0.05
# Unevenness is measured in so many blocks of a window (days of a week), and in shorter ones, of which there are more.
BLOCKS, SHORT_BLOCKS = 7, 28
# Blocks are so much more uneven than short ones, as sure as if that had been seen in so many.
UNEVEN_BLOCKS, BLOCKS_BELIEVED = 2.5, 4
UNEVEN_SHORT, SHORT_BELIEVED = 0.5, 3
# Blocks resemble each other (a day off is like the other days off): their correlation.
LIKENESS = 0.5
# Variance of the level between cycles, relative to its square, as sure as if it had been seen in two.
SPREAD, SPREAD_BELIEVED, LEAST_SPREAD = 0.5, 2, 0.01
# How much of a cycle must have been seen to tell its level, and how much to check a forecast with it.
HALF, WHOLE = 0.5, 0.9


@dataclass(frozen=True, slots=True)
class Piece:
    """One cycle in counted seconds from its beginning: rising points, and ``total``, the time that counts until its reset."""

    points: Sequence[tuple[float, float]]
    total: float

    @property
    def seen(self) -> float:
        """Counted time that the points cover."""
        return self.points[-1][0]

    @property
    def used(self) -> float:
        """Percent used at the last point."""
        return self.points[-1][1]

    @property
    def full(self) -> bool:
        """True when everything was used, so that nobody knows how much more was wanted."""
        return self.used >= 100

    def used_at(self, counted: float) -> float:
        """Percent used by then."""
        index = self._after(counted)
        if index == len(self.points):
            return self.used
        (c0, u0), (c1, u1) = self.points[index - 1], self.points[index]
        return u0 + (u1 - u0) * (counted - c0) / (c1 - c0)

    def until(self, counted: float) -> Piece:
        """The piece as it was known then."""
        return Piece([*self.points[: self._after(counted)], (counted, self.used_at(counted))], self.total)

    def _after(self, counted: float) -> int:
        return bisect_right(self.points, counted, key=lambda point: point[0])


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier cycles tell.

    ``level`` is in points per counted second, worth ``worth`` counted seconds of this cycle; ``spread`` is its variance between
    cycles, relative to its square; ``known`` is False when there are no such cycles.
    """

    level: float
    worth: float
    spread: float
    known: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will be used: ``level`` points per counted second; for how unsure that is, see ``unsure``."""

    level: float
    spread: float
    clump: float
    reach: float = Z80

    def unsure(self, counted: float) -> float:
        """Standard deviation of what is used in so much time, by its mean: clumps even out with time, the rest does not."""
        return sqrt(self.clump / (self.level * counted) + self.spread)

    def likely(self, counted: float, reach: float) -> float:
        """What is used in so much time, *reach* standard deviations off the mean; never below 0.

        That is a quantile of the gamma distribution, by the cube-root rule of Wilson and Hilferty (1931).
        """
        if counted <= 0:
            return 0.0
        unsure = self.unsure(counted)
        root = max(0.0, 1 - unsure * unsure / 9 + reach * unsure / 3)
        return self.level * counted * root * root * root

    def surprise(self, counted: float, used: float) -> float:
        """How many standard deviations off it was when *used* points were used in so much time."""
        unsure = self.unsure(counted)
        root: float = (used / (self.level * counted)) ** (1 / 3)
        return abs(root - 1 + unsure * unsure / 9) * 3 / unsure


def piece_of(run: Run, clock: Clock) -> Piece | None:
    """*run* in counted time, up to where everything was used; None when it has no known beginning or reset, or nothing counts."""
    if run.waiting or run.began is None or run.last.reset is None:
        return None
    shift = run.began if clock.each else 0.0
    start, points = clock.at(run.began - shift), list[tuple[float, float]]()
    for moment, used in run.points:
        points.append((clock.at(moment - shift) - start, used))
        if used >= 100:
            break
    total = clock.at(run.last.reset - shift) - start
    return Piece(points, total) if total > 0 and points[-1][0] > 0 else None


def past_of(pieces: Sequence[Piece], total: float) -> Past:
    """What the earlier *pieces* tell of a cycle in which *total* seconds count."""
    levels = [piece.used / piece.seen for piece in pieces if piece.full or piece.seen >= HALF * piece.total]
    level = median(levels) or (sum(levels) / len(levels) if levels else 0.0)
    if level <= 0:
        return Past(BELIEVED / total, BELIEF * total, 0.0, known=False)
    # The median distance from the median of normal draws is 1 / 1.4826 of their standard deviation.
    seen = (1.4826 * median([abs(one - level) for one in levels]) / level) ** 2
    spread = max(LEAST_SPREAD, (len(levels) * seen + SPREAD_BELIEVED * SPREAD) / (len(levels) + SPREAD_BELIEVED))
    return Past(level, clump_of(pieces) / (spread * level), spread, known=True)


def clump_of(pieces: Iterable[Piece]) -> float:
    """How many points come at once: variance of what is used in a block, by its mean; 1 for single points at random times."""
    short, blocks = UNEVEN_SHORT * SHORT_BELIEVED, 0.0
    shorts, count = float(SHORT_BELIEVED), float(BLOCKS_BELIEVED)
    for piece in pieces:
        uneven, free = _unevenness(piece, SHORT_BLOCKS)
        short, shorts = short + uneven, shorts + free
        uneven, free = _unevenness(piece, BLOCKS)
        blocks, count = blocks + uneven, count + free
    return (blocks + BLOCKS_BELIEVED * UNEVEN_BLOCKS * short / shorts) / count


def outlook(piece: Piece, past: Past, clump: float) -> Outlook:
    """What will be used after *piece*, in which *clump* points come at once."""
    used, counted = _remembered(piece)
    level = (used + past.level * past.worth) / (counted + past.worth)
    evidence = used / clump + (1 / past.spread if past.known else past.level * past.worth / clump)
    return Outlook(level, 1 / evidence + LIKENESS * clump * BLOCKS / (level * piece.total), clump)


def checked(piece: Piece, pieces: Iterable[Piece], past: Past, clump: float) -> Outlook:
    """The outlook after *piece*, as unsure as the same forecast at the same place in the earlier *pieces* has proved to be."""
    found, share = list(TYPICAL), piece.seen / piece.total
    for other in pieces:
        head = other.until(share * other.total)
        if (other.full or other.seen >= WHOLE * other.total) and other.seen > head.seen and head.used >= 2:
            found.append(outlook(head, past, clump).surprise(other.seen - head.seen, other.used - head.used))
    found.sort()
    place = CONFIDENCE * len(found) - 0.5
    below = found[int(place)]
    reach = below + (found[int(place) + 1] - below) * (place - int(place))
    ahead = outlook(piece, past, clump)
    return Outlook(ahead.level, ahead.spread, ahead.clump, min(FARTHEST, FLATTERY * reach))


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the middle two; 0 when there are none."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return 0.0
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _unevenness(piece: Piece, blocks: int) -> tuple[float, int]:
    """Squared distances from the mean of what whole blocks used, by that mean, and how many of them are free to vary."""
    size = piece.total / blocks
    count = int(piece.seen / size + 1e-9)
    if count < 2 or piece.used <= 0:
        return 0.0, 0
    marks = [piece.used_at(size * block) for block in range(count + 1)]
    mean = (marks[-1] - marks[0]) / count
    return (sum((after - before - mean) ** 2 for before, after in pairwise(marks)) / mean, count - 1) if mean else (0.0, 0)


def _remembered(piece: Piece) -> tuple[float, float]:
    """Points used in *piece*, and the time that counted, both weighed by their age."""
    used = counted = 0.0
    for (c0, u0), (c1, u1) in pairwise(piece.points):
        weight = exp(((c0 + c1) / 2 - piece.seen) / (MEMORY * piece.total))
        used, counted = used + weight * (u1 - u0), counted + weight * (c1 - c0)
    return used, counted
