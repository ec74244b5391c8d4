"""What every formatter has to do, as a test class that a formatter's tests subclass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any, ClassVar

import pytest

from codex_quota import Formatter, Snapshot, Style

from .contract import Contract, check_names
from .records import SAMPLE_NOW
from .samples import sample_snapshots

SAMPLES = sample_snapshots()
PLAIN = Style(now=SAMPLE_NOW)
STYLES = {
    "plain": PLAIN,
    "used": replace(PLAIN, show="used"),
    "clock": replace(PLAIN, time="clock", tz=timezone(timedelta(hours=9))),
    "countdown": replace(PLAIN, time="countdown", tz=timezone(timedelta(hours=-3, minutes=-30))),
    "1 column": replace(PLAIN, width=1),
    "20 columns": replace(PLAIN, width=20),
    "80 columns": replace(PLAIN, width=80),
    "wide": replace(PLAIN, width=1000),
    "colour": replace(PLAIN, color=True, width=80),
    "ASCII": replace(PLAIN, unicode=False, width=80),
    "emails": replace(PLAIN, emails=True),
    "long ago": replace(PLAIN, now=SAMPLE_NOW - timedelta(days=400)),
    "much later": replace(PLAIN, now=SAMPLE_NOW + timedelta(days=400)),
}
GROUPS: tuple[tuple[Snapshot, ...], ...] = ((), *((each,) for each in SAMPLES), SAMPLES)


class FormatterContract(Contract):
    """Subclass it and let ``make`` give the formatter; pytest runs the tests under your class's name.

    ``shows_emails_always`` True is for a format that is read only where the sign-ins lie, whatever ``Style.emails`` says.
    """

    shows_emails_always: ClassVar[bool] = False

    def make(self) -> Formatter:
        """The formatter."""
        raise NotImplementedError("override make")

    @pytest.fixture
    def formatter(self) -> Formatter:
        """The formatter under test."""
        return self.make()

    def test_it_says_what_it_is(self, formatter: Formatter) -> None:
        check_names(formatter)
        kind, _, subtype = formatter.content_type.partition(";")[0].partition("/")
        assert (bool(kind), bool(subtype)) == (True, True), "content_type is like text/plain; charset=utf-8"
        assert formatter.content_type.isascii()
        assert isinstance(formatter.tells_problems, bool)

    @pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
    def test_every_shape_gives_a_text_that_ends_in_a_newline(self, formatter: Formatter, style: Style) -> None:
        for snapshots in GROUPS:
            text = written(formatter, snapshots, style)
            assert text == "" or text.endswith("\n"), about(snapshots)
            text.encode()
            if not style.color:
                assert {char for char in text if not char.isprintable()} <= set("\n\r\t"), about(snapshots)

    def test_without_unicode_only_texts_of_the_accounts_are_not_ascii(self, formatter: Formatter) -> None:
        for snapshots in GROUPS:
            given = set("".join(_texts(snapshots)))
            text = written(formatter, snapshots, STYLES["ASCII"])
            assert {char for char in text if not char.isascii()} - given == set(), about(snapshots)

    def test_no_address_is_shown_unless_it_is_asked_for(self, formatter: Formatter) -> None:
        if self.shows_emails_always:
            return
        text = written(formatter, SAMPLES, replace(PLAIN, emails=False, width=1000))
        assert [each.account.email for each in SAMPLES if each.account.email and each.account.email in text] == []

    def test_json_can_be_read_back(self, formatter: Formatter) -> None:
        if "json" not in formatter.content_type:
            return
        for snapshots in GROUPS:
            json.loads(written(formatter, snapshots, PLAIN), parse_constant=pytest.fail)

    def test_it_gives_the_same_text_twice_and_from_two_threads(self, formatter: Formatter) -> None:
        expected = written(formatter, SAMPLES, PLAIN)
        with ThreadPoolExecutor(2) as pool:
            texts = list(pool.map(lambda _: formatter.format(SAMPLES, PLAIN), range(8)))
        assert [formatter.format(SAMPLES, PLAIN), *texts] == [expected] * 9

    def test_problems_are_told_when_it_says_so(self, formatter: Formatter) -> None:
        if not formatter.tells_problems:
            return
        for snapshots in GROUPS:
            text = written(formatter, snapshots, PLAIN)
            told = " ".join(_strings(json.loads(text))) if "json" in formatter.content_type else text.replace('""', '"')
            told = " ".join(told.split())
            missing = [problem for problem in _problems(snapshots) if " ".join(problem.split()) not in told]
            assert missing == [], about(snapshots)


def written(formatter: Formatter, snapshots: Sequence[Snapshot], style: Style) -> str:
    """The text; an exception gets a note that tells of which sample."""
    try:
        text = formatter.format(snapshots, style)
    except Exception as error:
        error.add_note(about(snapshots))
        raise
    assert isinstance(text, str), about(snapshots)
    return text


def about(snapshots: Sequence[Snapshot]) -> str:
    """Which samples these are, for a test that fails."""
    names = [each.account.name for each in snapshots]
    return f"with the sample {names[0]!r} alone" if len(names) == 1 else f"with {'all' if names else 'no'} samples"


def _texts(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """Every text that an account brings along."""
    for each in snapshots:
        yield each.account.name
        yield each.account.email or ""
        yield each.plan or ""
        yield from each.warnings
        if each.error is not None:
            yield each.error.line()
        if each.quota is not None:
            yield from (*each.quota.warnings, *each.quota.unavailable_models, *(limit.name for limit in each.quota.limits))


def _problems(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """Every error and warning."""
    for each in snapshots:
        yield from each.warnings
        if each.error is not None:
            yield each.error.message
        if each.quota is not None:
            yield from each.quota.warnings


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
