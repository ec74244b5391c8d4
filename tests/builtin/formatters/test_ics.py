"""``--format ics``: the coming resets for a calendar program."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from codex_quota import Formatter, Style
from codex_quota.builtin.formatters import ics
from codex_quota.history import calendar
from codex_quota.testing import FormatterContract
from program import Program
from snapshots import EVERYBODY, NOW

HOUR = timedelta(hours=1)


class TestIcs(FormatterContract):
    def make(self) -> Formatter:
        (formatter,) = ics.register_formatters()
        return formatter


def test_it_is_the_calendar_of_what_is_shown_whatever_the_style() -> None:
    (formatter,) = ics.register_formatters()
    expected = calendar(EVERYBODY, now=NOW)
    plain = Style(now=NOW)
    styles = (plain, replace(plain, show="used", time="countdown", tz=UTC), replace(plain, width=20, color=True, unicode=False))
    assert [formatter.format(EVERYBODY, style) for style in styles] == [expected] * 3
    assert formatter.content_type == "text/calendar; charset=utf-8"


def test_it_comes_out_of_the_program_with_its_own_line_ends(program: Program) -> None:
    assert program.service is not None
    program.service.add("work", weekly=30, five_hour=(10, 2 * HOUR))
    program.service.add("gone").signed_out = True
    program.serve()
    ran = program("--format", "ics")
    assert (ran.status, ran.out.count("\r\n"), ran.out.count("\n")) == (3, ran.out.count("\n"), ran.out.count("\n"))
    assert [line for line in ran.out.split("\r\n") if line.startswith("SUMMARY")] == [
        "SUMMARY:Codex work: 5 h resets", "SUMMARY:Codex work: weekly resets",
    ]  # fmt: skip
    assert ran.err.startswith("gone: ")
