"""Level, unevenness and how far a forecast reaches, against figures worked out by hand."""

from __future__ import annotations

from math import exp, sqrt

import pytest

from codex_quota.pace.levels import Outlook, Past, Piece, checked, clump_of, outlook, past_of

TOTAL = 70.0  # so that a block is 10 and a short one 2.5
# of nothing but what is believed: 4 blocks of 2.5 × 0.5, by 4
BELIEVED_CLUMP = 2.5 * 0.5


def even(rate: float, until: float = TOTAL, total: float = TOTAL) -> Piece:
    """A cycle used evenly."""
    return Piece([(0.0, 0.0), (until, rate * until)], total)


def blocks(*used: float) -> Piece:
    """A cycle whose blocks used so much each, at an even speed within each."""
    points = [(0.0, 0.0)]
    for points_of_block in used:
        points.append((points[-1][0] + 10, points[-1][1] + points_of_block))
    return Piece(points, TOTAL)


def test_a_piece_tells_what_was_used_by_any_moment() -> None:
    piece = Piece([(0.0, 0.0), (10.0, 4.0), (10.0, 6.0), (20.0, 6.0)], TOTAL)
    assert [piece.used_at(counted) for counted in (0, 5, 10, 15, 99)] == [0, 2, 6, 6, 6]
    assert piece.until(5) == Piece([(0.0, 0.0), (5, 2.0)], TOTAL)


@pytest.mark.parametrize(
    ("pieces", "clump"),
    [
        pytest.param([], BELIEVED_CLUMP, id="nothing but belief"),
        pytest.param(
            [even(1, until=15)], BELIEVED_CLUMP * 3 / 8, id="one block and six short ones, which are even: 1.5 / (3 + 5)"
        ),
        # seven even blocks, 28 even short ones: short ones 1.5 / (3 + 27) = 0.05; blocks 4 × 2.5 × 0.05 / (4 + 6)
        pytest.param([even(1)], 0.05, id="an even cycle"),
        # Blocks of 20 and 0 in turn, mean 80 / 7: four times (20 - 80/7)² and three times (80/7)², by the mean, are 60.  Short
        # blocks of 5 and 0, mean 20 / 7: 16 times (5 - 20/7)² and 12 times (20/7)², by the mean, are 60.  So short ones
        # (1.5 + 60) / (3 + 27) = 2.05, and blocks (60 + 4 × 2.5 × 2.05) / (4 + 6) = 8.05.
        pytest.param([blocks(20, 0, 20, 0, 20, 0, 20)], 8.05, id="on and off"),
    ],
)
def test_how_many_points_come_at_once(pieces: list[Piece], clump: float) -> None:
    assert clump_of(pieces) == pytest.approx(clump)


def test_without_earlier_cycles_half_of_what_there_is_is_expected() -> None:
    # 50 points in 70, as if seen for 3.5 of it
    assert past_of([], TOTAL) == Past(pytest.approx(50 / 70), pytest.approx(3.5), 0.0, known=False)


@pytest.mark.parametrize(
    ("pieces", "level", "spread"),
    [
        # all alike: (3 × 0 + 2 × 0.5) / (3 + 2)
        pytest.param([even(1), even(1), even(1)], 1, 0.2, id="three alike"),
        # median 1, distances 0.5, 0 and 2, their median 0.5: (3 × (1.4826 × 0.5)² + 2 × 0.5) / 5
        pytest.param([even(0.5), even(1), even(3)], 1, (3 * 0.7413**2 + 1) / 5, id="one odd"),
        # seen for 30 of 70: too little
        pytest.param([even(1), even(3, until=30)], 1, (0 + 1) / 3, id="one half seen"),
        # all used after 20: 5 for each, although nothing was seen after
        pytest.param([Piece([(0.0, 0.0), (20.0, 100.0)], TOTAL)], 5, (0 + 1) / 3, id="one used up"),
        # most were not used at all: their mean
        pytest.param([even(0), even(0), even(0.9)], 0.3, (3 * (1.4826 * 0.3 / 0.3) ** 2 + 1) / 5, id="mostly idle"),
    ],
)
def test_what_earlier_cycles_tell(pieces: list[Piece], level: float, spread: float) -> None:
    past = past_of(pieces, TOTAL)
    assert (past.level, past.spread, past.known) == (pytest.approx(level), pytest.approx(spread), True)
    assert past.worth == pytest.approx(clump_of(pieces) / (spread * level))


def test_the_level_is_between_what_was_seen_and_what_was_known() -> None:
    # 30 points in 20 of 70, weighed by exp((10 - 20) / (0.4 × 70)) as a whole; known: 1 for each, worth 10
    weight = exp(-10 / 28)
    level = (30 * weight + 10) / (20 * weight + 10)
    # evidence: points seen by clump, and 1 / 0.5 from before; likeness: 0.5 × 2 × 7 / (level × 70)
    spread = 1 / (30 * weight / 2 + 1 / 0.5) + 0.5 * 2 * 7 / (level * 70)
    ahead = outlook(even(1.5, until=20), Past(1.0, 10.0, 0.5, known=True), 2.0)
    assert (ahead.level, ahead.spread, ahead.clump) == (pytest.approx(level), pytest.approx(spread), 2.0)


def test_what_was_used_lately_counts_more() -> None:
    # 20 in the first 10, 0 in the second: their weights are exp(-15/28) and exp(-5/28)
    old, new = exp(-15 / 28), exp(-5 / 28)
    ahead = outlook(blocks(20, 0), Past(1.0, 10.0, 0.5, known=True), 2.0)
    assert ahead.level == pytest.approx((20 * old + 10) / (10 * old + 10 * new + 10))


@pytest.mark.parametrize(
    ("reach", "times"),
    [
        # 36 expected, unsure by sqrt(4 / 36 + 5 / 36) = 0.5: (1 - 0.25/9 + reach × 0.5/3)³
        (0.0, (1 - 1 / 36) ** 3),
        (1.5, (1 - 1 / 36 + 0.25) ** 3),
        (-1.5, (1 - 1 / 36 - 0.25) ** 3),
        (-6.0, 0),
    ],
)
def test_a_likely_figure(reach: float, times: float) -> None:
    ahead = Outlook(level=2, spread=5 / 36, clump=4)
    assert ahead.likely(18, reach) == pytest.approx(36 * times)


def test_a_surprise_is_the_reach_that_would_have_told_it() -> None:
    ahead = Outlook(level=2, spread=5 / 36, clump=4)
    assert [ahead.surprise(18, ahead.likely(18, reach)) for reach in (0.5, -0.5, 2)] == pytest.approx([0.5, 0.5, 2])


def test_the_reach_without_earlier_cycles_is_that_of_a_well_told_forecast() -> None:
    # 80 % of 5 values end in the middle between the fourth and the fifth; widened by 15 %
    past = past_of([], TOTAL)
    assert checked(even(1, until=20), [], past, 2.0).reach == pytest.approx(1.15 * (1.036 + 1.645) / 2)


def test_the_reach_is_how_far_the_same_forecast_was_off_before() -> None:
    # Six cycles: after 20 of 70 each had used 20 points, and then nothing more.
    stopped = Piece([(0.0, 0.0), (20.0, 20.0), (70.0, 20.0)], TOTAL)
    past, clump = Past(1.0, 10.0, 0.5, known=True), 20.0
    ahead = outlook(even(1, until=20), past, clump)
    # used nothing in 50: (0 - 1 + unsure²/9) × 3 / unsure, without its sign
    unsure = sqrt(clump / (ahead.level * 50) + ahead.spread)
    off = (1 - unsure**2 / 9) * 3 / unsure
    assert off > 1.645
    # with the five typical values, which are smaller, that makes eleven; four fifths of them end at the ninth
    found = checked(even(1, until=20), [stopped] * 6, past, clump)
    assert found.reach == pytest.approx(1.15 * off)


def test_the_reach_has_an_end_so_that_more_time_never_means_less_use() -> None:
    stopped = Piece([(0.0, 0.0), (20.0, 20.0), (70.0, 20.0)], TOTAL)
    ahead = checked(even(1, until=20), [stopped] * 6, Past(1.0, 10.0, 0.5, known=True), 0.01)
    assert ahead.reach == 5
    path = [ahead.likely(counted, ahead.reach) for counted in range(51)]
    assert path == sorted(path)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(even(1, until=50), id="not seen to its end"),
        pytest.param(Piece([(0.0, 0.0), (20.0, 1.0), (70.0, 60.0)], TOTAL), id="hardly used by then"),
        pytest.param(Piece([(0.0, 0.0), (15.0, 100.0)], TOTAL), id="used up by then"),
    ],
)
def test_some_cycles_cannot_check_a_forecast(other: Piece) -> None:
    past = past_of([], TOTAL)
    assert checked(even(1, until=20), [other], past, 2.0) == checked(even(1, until=20), [], past, 2.0)
