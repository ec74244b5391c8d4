"""What a chart draws, worked out by hand: lines, resets, gaps, axes, the table beside it, and the picture itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from boards import style

from codex_quota import Style
from codex_quota.builtin.dashboard.chart_axes import marks, stretches_between
from codex_quota.builtin.dashboard.chart_lines import (
    MOST_POINTS,
    Line,
    Pause,
    Point,
    Reset,
    line_of,
    lowest,
    pauses_of,
    stretches,
    within,
)
from codex_quota.builtin.dashboard.charts import MOST_RESETS, Chart, picture, spark
from codex_quota.builtin.dashboard.language import choose
from codex_quota.history import Reading
from codex_quota.pace import ConePoint, Observation
from snapshots import DAY, HOUR, NOW

DAWN = NOW.replace(hour=0, minute=0)
BERLIN = ZoneInfo("Europe/Berlin")
SVG = "{http://www.w3.org/2000/svg}"


def clock(hour: float) -> datetime:
    """That hour of the day, which may be more than 24."""
    return DAWN + hour * HOUR


def seen(hour: float, used: float, resets: float | None, *, started: bool = True) -> Observation:
    """A five-hour window as it was at that hour of the day."""
    return Observation(
        at=clock(hour),
        used_percent=used,
        resets_at=None if resets is None else clock(resets),
        length=5 * HOUR,
        started=started,
    )


def three_hours(moment: datetime) -> timedelta:
    """The usual longest pause."""
    return 3 * HOUR


def hours(line: Line) -> list[list[tuple[float, float]]]:
    """The parts of *line* with hours of the day in place of moments."""
    return [[((point.at - DAWN) / HOUR, point.used) for point in part] for part in line.parts]


def drawn(*observations: Observation, now: float = 24) -> Line:
    return line_of(observations, clock(now), three_hours)


class TestLine:
    def test_between_two_readings_use_is_even(self) -> None:
        line = drawn(seen(10, 20, 12), seen(11, 30, 12), now=11)
        assert (hours(line), line.resets) == ([[(10, 20), (11, 30)]], ())

    def test_it_stays_until_a_reset_and_begins_anew_there(self) -> None:
        line = drawn(seen(10, 40, 12), seen(13, 10, 17), now=13)
        assert hours(line) == [[(10, 40), (12, 40), (12, 0), (13, 10)]]
        assert line.resets == (Reset(at=clock(12)),)

    def test_a_reset_before_its_time_is_one_that_came_early(self) -> None:
        line = drawn(seen(10, 60, 14), seen(11, 4, 15.5), now=11)
        assert hours(line) == [[(10, 60), (10.5, 60), (10.5, 0), (11, 4)]]
        assert line.resets == (Reset(at=clock(10.5), early=True),)

    def test_a_window_that_waits_for_its_first_use_has_everything_left(self) -> None:
        idle = seen(12.5, 0, 17.5, started=False)
        line = drawn(seen(10, 40, 12), idle, seen(14, 5, 18.75), now=14)
        assert hours(line) == [[(10, 40), (12, 40), (12, 0), (12.5, 0), (13.75, 0), (14, 5)]]
        assert line.resets == (Reset(at=clock(12)),)

    def test_a_figure_that_flips_for_one_answer_is_left_out(self) -> None:
        line = drawn(seen(10, 40, 14), seen(10.5, 3, 14), seen(11, 41, 14), now=11)
        assert (hours(line), line.resets) == ([[(10, 40), (11, 41)]], ())

    def test_it_breaks_where_nothing_was_read_for_long_but_the_reset_is_known(self) -> None:
        line = drawn(seen(8, 40, 10), seen(12, 10, 15), now=12)
        assert hours(line) == [[(8, 40)], [(12, 10)]]
        assert line.resets == (Reset(at=clock(10)),)

    def test_a_reset_that_nobody_saw_happens_all_the_same(self) -> None:
        assert drawn(seen(10, 40, 12), now=13).resets == (Reset(at=clock(12)),)
        assert drawn(seen(10, 40, 12), now=11.9).resets == ()

    def test_nothing_gives_nothing(self) -> None:
        assert drawn() == Line()

    def test_only_what_lies_on_the_axis_is_drawn(self) -> None:
        line = drawn(seen(10, 0, 15), seen(12, 20, 15), seen(14, 40, 15), now=14)
        assert hours(within(line, clock(11), clock(14))) == [[(11, 10), (12, 20), (14, 40)]]
        assert hours(within(line, clock(12), clock(13))) == [[(12, 20), (13, 30)]]
        assert within(line, clock(15), clock(16)) == Line()

    def test_many_points_become_few_that_draw_the_same(self) -> None:
        points = tuple(Point(clock(24 * number / 5000), 100.0 if number == 3350 else number % 50) for number in range(5000))
        (part,) = within(Line(parts=(points,)), DAWN, clock(24)).parts
        assert len(part) <= MOST_POINTS
        assert [part[0], part[-1]] == [points[0], points[-1]]
        assert points[3350] in part
        assert all(before.at < after.at for before, after in pairwise(part))


def reading(hour: float, error: str | None = None) -> Reading:
    return Reading(account="work", at=clock(hour), error=error)


@pytest.mark.parametrize(
    ("readings", "pauses"),
    [
        ([reading(8), reading(10), reading(12)], []),
        ([reading(8), reading(11.5), reading(12)], [Pause(begin=clock(8), end=clock(11.5))]),
        ([reading(8)], [Pause(begin=clock(8), end=clock(13))]),
        ([reading(8), reading(9, "timeout"), reading(10), reading(12)], [Pause(begin=clock(9), end=clock(10), error="timeout")]),
        (
            [reading(8), reading(9, "unauthorized"), reading(11, "unauthorized")],
            [Pause(begin=clock(9), end=clock(13), error="unauthorized")],
        ),
        (
            [reading(8), reading(9, "network"), reading(12, "unauthorized")],
            [
                Pause(begin=clock(9), end=clock(12), error="network"),
                Pause(begin=clock(12), end=clock(13), error="unauthorized"),
            ],
        ),
        ([], []),
    ],
    ids=["read often", "nobody asked", "not since", "an error", "an error that lasts", "two errors", "nothing"],
)
def test_times_from_which_nothing_is_known(readings: Sequence[Reading], pauses: list[Pause]) -> None:
    assert pauses_of(readings, clock(13), three_hours) == pauses


class TestTable:
    LINE = drawn(seen(10, 20, 12), seen(11, 40, 12), seen(13, 10, 17), seen(18, 0, 23, started=False), now=18)

    def test_each_stretch_tells_its_end_its_most_and_what_happened(self) -> None:
        silence = Pause(begin=clock(13), end=clock(18))
        found = stretches(self.LINE, [silence], [clock(hour) for hour in (9, 10.5, 12.5, 14, 16, 17)])
        assert [((one.begin - DAWN) / HOUR, one.used, one.most, len(one.resets), len(one.pauses)) for one in found] == [
            (9, 30, 30, 0, 0),
            (10.5, 5, 40, 1, 0),
            (12.5, 10, 10, 0, 1),
            (14, None, None, 0, 1),
            (16, None, None, 0, 1),
        ]

    def test_what_nothing_is_known_about_is_left_out(self) -> None:
        assert stretches(self.LINE, (), [clock(hour) for hour in (1, 2, 3)]) == []

    def test_the_most_of_each_stretch_as_a_line(self) -> None:
        line = lowest(self.LINE, [clock(hour) for hour in (9, 10.5, 12.5, 14, 16, 19)])
        assert hours(line) == [
            [(9, 30), (10.5, 30), (10.5, 40), (12.5, 40), (12.5, 10), (14, 10)],
            [(16, 0), (19, 0)],
        ]


def labels(begin: datetime, length: timedelta, **changes: Any) -> list[str]:
    """The words along an axis, those in brackets that a small screen leaves out."""
    shown = replace(style(), **changes)
    return [f"({mark.text})" if mark.minor else mark.text for mark in marks(begin, begin + length, shown)]


class TestAxis:
    @pytest.mark.parametrize(
        ("length", "expected"),
        [
            (DAY, ["(15:00)", "18:00", "(21:00)", "Mon", "(03:00)", "06:00", "(09:00)", "12:00"]),
            (2 * DAY, ["(18:00)", "Mon", "(06:00)", "12:00", "(18:00)", "Tue", "(06:00)", "12:00"]),
            (9 * DAY, ["Mon 23", "(Tue 24)", "Wed 25", "(Thu 26)", "Fri 27", "(Sat 28)", "Sun 29", "(Mon 30)", "Tue 1"]),
            (14 * DAY, ["(Mon 23)", "Wed 25", "(Fri 27)", "Sun 29", "(Tue 1)", "Thu 3", "(Sat 5)"]),
            (40 * DAY, ["23 Nov", "(30 Nov)", "7 Dec", "(14 Dec)", "21 Dec", "(28 Dec)"]),
        ],
        ids=lambda value: f"{value / DAY:g} d" if isinstance(value, timedelta) else "",
    )
    def test_even_moments_in_few_words(self, length: timedelta, expected: list[str]) -> None:
        assert labels(NOW, length) == expected

    def test_in_chinese(self) -> None:
        say = choose("zh").say
        assert labels(NOW, 14 * DAY, say=say)[:2] == ["(23日周一)", "25日周三"]
        assert labels(NOW, 40 * DAY, say=say)[:2] == ["11月23日", "(11月30日)"]

    def test_days_begin_at_midnight_in_the_readers_zone_also_when_the_clocks_change(self) -> None:
        begin = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
        found = marks(begin, begin + 2 * DAY, replace(style(), tz=BERLIN))
        there = [mark.at.astimezone(BERLIN) for mark in found]
        assert [f"{moment:%d %H:%M}" for moment in there] == [
            "24 12:00", "24 18:00", "25 00:00", "25 06:00", "25 12:00", "25 18:00", "26 00:00", "26 06:00", "26 12:00",
        ]  # fmt: skip
        assert [(after.at - before.at) / HOUR for before, after in pairwise(found)] == [6, 6, 7, 6, 6, 6, 6, 6]
        assert [mark.text for mark in found][2] == "Sun"

    @pytest.mark.parametrize("length", [DAY, 29 * HOUR, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY])
    @pytest.mark.parametrize("shift", [0, 5, 11, 47])
    def test_there_are_never_many(self, length: timedelta, shift: int) -> None:
        found = marks(NOW + shift * HOUR, NOW + shift * HOUR + length, style())
        assert 3 <= len(found) <= 10
        assert 1 <= sum(not mark.minor for mark in found) <= 5

    def test_stretches_go_from_step_to_step(self) -> None:
        begin, end = clock(22.5), clock(49)
        assert stretches_between(begin, end, DAY, BERLIN) == [begin, clock(23), clock(47), end]

    def test_the_hour_that_is_left_out_in_spring_is_no_stretch(self) -> None:
        begin, end = (datetime(2026, 3, 29, hour, 30, tzinfo=BERLIN).astimezone(UTC) for hour in (0, 4))
        assert [f"{moment:%H:%M}" for moment in stretches_between(begin, end, HOUR, BERLIN)] == [
            "23:30", "00:00", "01:00", "02:00", "02:30",
        ]  # fmt: skip


def chart(**changes: Any) -> Chart:
    """A day and a half, with now after a day."""
    line = Line(parts=((Point(DAWN, 20), Point(clock(12), 70)),), resets=(Reset(at=clock(6)),))
    return replace(Chart(begin=DAWN, now=clock(24), end=clock(36), line=line), **changes)


def parsed(shown: Chart, seen_as: Style | None = None, label: str = "weekly") -> ElementTree.Element:
    return ElementTree.fromstring(picture(shown, seen_as or style(), label).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def path(root: ElementTree.Element, kind: str) -> str:
    found = root.find(f".//{SVG}path[@class='{kind}']")
    assert found is not None
    return found.get("d", "")


class TestPicture:
    def test_full_is_at_the_top_and_time_goes_to_the_right(self) -> None:
        root = parsed(chart())
        assert path(root, "line") == "M0 20L333.3 70"
        assert path(root, "area") == "M0 20L333.3 70L333.3 100L0 100z"

    def test_what_is_used_grows_upwards(self) -> None:
        assert path(parsed(chart(), replace(style(), show="used")), "line") == "M0 80L333.3 30"

    def test_the_cone_ends_at_the_reset_and_at_nothing_left(self) -> None:
        cone = [
            ConePoint(at=clock(24), low=70, percent=70, high=70),
            ConePoint(at=clock(30), low=75, percent=85, high=130),
        ]
        root = parsed(chart(cone=cone, resets_at=clock(30)))
        assert path(root, "cone") == "M666.7 70L833.3 100L833.3 75L666.7 70z"
        assert path(root, "expected") == "M666.7 70L833.3 85"
        coming = root.find(f"{SVG}svg[@class='mark coming']")
        assert coming is not None
        assert (coming.get("x"), coming[0].text) == ("83.33%", "resets Mon 06:00")

    def test_a_cone_that_is_longer_than_the_axis_is_cut_off(self) -> None:
        cone = [ConePoint(at=clock(24), low=0, percent=0, high=0), ConePoint(at=clock(48), low=20, percent=40, high=80)]
        root = parsed(chart(cone=cone, resets_at=clock(48)))
        assert path(root, "expected") == "M666.7 0L1000 20"
        assert path(root, "cone") == "M666.7 0L1000 40L1000 10L666.7 0z"
        assert root.find(f"{SVG}svg[@class='mark coming']") is None

    def test_resets_are_marked_and_named(self) -> None:
        early = Reset(at=clock(9), early=True)
        line = Line(parts=(), resets=(Reset(at=clock(6)), early))
        marked = parsed(chart(line=line)).findall(f"{SVG}svg[@x]")
        assert [(one.get("class"), one.get("x"), one[0].text) for one in marked] == [
            ("mark reset", "16.67%", "reset 06:00"),
            ("mark early", "25.00%", "reset early, 09:00"),
        ]

    def test_too_many_resets_are_not_marked(self) -> None:
        line = Line(parts=(), resets=tuple(Reset(at=clock(number / 2)) for number in range(MOST_RESETS + 1)))
        assert parsed(chart(line=line)).findall(f"{SVG}svg[@x]") == []

    def test_what_is_not_known_is_shaded_and_says_why(self) -> None:
        pauses = [Pause(begin=clock(-3), end=clock(3)), Pause(begin=clock(18), end=clock(24), error="unauthorized")]
        fields = parsed(chart(pauses=pauses)).findall(f"{SVG}rect")
        assert [(one.get("class"), one.get("x"), one.get("width"), one.get("fill")) for one in fields] == [
            ("pause", "0.00%", "8.33%", "url(#pause)"),
            ("failed", "50.00%", "16.67%", "url(#failed)"),
        ]
        assert [one[0].text for one in fields] == [
            "nothing read, 21 Nov 21:00 – 03:00",
            "not read: unauthorized, 18:00 – Mon 00:00",
        ]

    def test_now_is_a_line_with_a_word(self) -> None:
        root = parsed(chart())
        line = root.find(f"{SVG}line[@class='now']")
        word = root.find(f"{SVG}text[@class='now']")
        assert line is not None
        assert word is not None
        assert (line.get("x1"), word.get("x"), word.text) == ("66.67%", "66.67%", "now")

    def test_the_words_of_a_mark_at_the_end_do_not_stand_out_far(self) -> None:
        root = parsed(chart(now=clock(23), end=clock(24)))
        anchors = [(word.text, word.get("text-anchor")) for word in root.findall(f"{SVG}g/{SVG}text")]
        assert anchors[0] == ("Sun", "middle")
        assert anchors[-2:] == [("21:00", "middle"), ("Mon", "end")]

    def test_a_single_reading_is_a_dot(self) -> None:
        line = Line(parts=((Point(clock(12), 70),),))
        assert path(parsed(chart(line=line)), "line dot") == "M333.3 70h0"

    def test_the_policy_and_hostile_words(self) -> None:
        hostile = '"><script>alert(1)</script>'
        root = parsed(chart(pauses=[Pause(begin=DAWN, end=clock(3), error=hostile)]), label=hostile)
        assert root.get("aria-label") == hostile
        assert {element.tag for element in root.iter()} == {
            f"{SVG}{name}" for name in ("svg", "rect", "title", "line", "text", "g", "path")
        }
        assert not [element for element in root.iter() if "style" in element.keys()]  # noqa: SIM118

    def test_words_are_not_scaled(self) -> None:
        root = parsed(chart())
        scaled = root.find(f"{SVG}svg[@viewBox]")
        assert scaled is not None
        assert root.get("viewBox") is None
        assert list(scaled.iter(f"{SVG}text")) == []

    def test_a_spark_is_the_line_alone(self) -> None:
        made = spark(chart(), style())
        assert re.findall(r"<path class=\"(\w+)\"", made) == ["area", "line"]
        assert "<text" not in made
        assert 'aria-hidden="true"' in made
