"""The coming resets as a calendar that keeps to RFC 5545."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import Account, Snapshot, Window
from codex_quota.history import calendar
from codex_quota.testing import sample_snapshots
from snapshots import DAY, EVERYBODY, FIVE, HOUR, NOW, OLD, WEEK, quota, snapshot, window

WORK = snapshot("work", quota(FIVE, WEEK))
Property = tuple[str, str, str]


def lines_of(text: str) -> list[str]:
    """The content lines, unfolded (3.1), of a text whose lines are all as long as they may be."""
    assert text.endswith("\r\n")
    physical = text.removesuffix("\r\n").split("\r\n")
    assert [line for line in physical if len(line.encode()) > 75 or set("\r\n\x00\x1b") & set(line)] == []
    return re.sub("\r\n[ \t]", "", text.removesuffix("\r\n")).split("\r\n")


def properties(text: str) -> list[Property]:
    """Name, parameters and value of each line."""
    found = [re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:\"]+)*):(.*)", line) for line in lines_of(text)]
    return [(one[1], one[2], one[3]) for one in found if one is not None or pytest.fail(text)]  # type: ignore[index]


def events(snapshots: Sequence[Snapshot], now: datetime = NOW) -> list[dict[str, str]]:
    """The events of the calendar of *snapshots*, which is checked as a whole."""
    found = properties(calendar(snapshots, now=now))
    assert (found[0], found[-1]) == (("BEGIN", "", "VCALENDAR"), ("END", "", "VCALENDAR"))
    open_parts: list[str] = []
    parts: dict[str, list[dict[str, str]]] = {}
    for name, _, value in found:
        if name == "BEGIN":
            open_parts.append(value)
            parts.setdefault(value, []).append({})
        elif name == "END":
            assert open_parts.pop() == value
        else:
            here = parts[open_parts[-1]][-1]
            assert name not in here
            here[name] = value
    (whole,) = parts.pop("VCALENDAR")
    assert (whole["VERSION"], bool(whole["PRODID"]), len(parts) > 0) == ("2.0", True, True)
    found_events = parts.get("VEVENT", [])
    for event in found_events:
        assert {"UID", "DTSTAMP", "DTSTART"} <= event.keys()
        assert [event[name] for name in ("DTSTAMP", "DTSTART", "DTEND") if not re.fullmatch(r"\d{8}T\d{6}Z", event[name])] == []
        assert event["DTSTART"] < event["DTEND"]
    assert [uid for uid, count in Counter(event["UID"] for event in found_events).items() if count > 1] == []
    return found_events


def text_of(value: str) -> str:
    """What a text value (3.3.11) means."""
    assert re.fullmatch(r"(?:[^\\,;]|\\[\\,;nN])*", value), value
    return re.sub(r"\\(.)", r"\1", value)


def test_each_coming_reset_is_an_event() -> None:
    assert events([WORK]) == [
        {
            "UID": events([WORK])[0]["UID"],
            "DTSTAMP": "20261122T120400Z",
            "DTSTART": "20261122T150400Z",
            "DTEND": "20261122T150900Z",
            "SUMMARY": "Codex work: 5 h resets",
            "DESCRIPTION": "88 % left at the last reading",
            "TRANSP": "TRANSPARENT",
        },
        {
            "UID": events([WORK])[1]["UID"],
            "DTSTAMP": "20261122T120400Z",
            "DTSTART": "20261126T120400Z",
            "DTEND": "20261126T120900Z",
            "SUMMARY": "Codex work: weekly resets",
            "DESCRIPTION": "59 % left at the last reading",
            "TRANSP": "TRANSPARENT",
        },
    ]


def test_the_whole_calendar_s_head() -> None:
    assert calendar([WORK], now=NOW).split("\r\nBEGIN:VEVENT")[0].split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//codex-quota//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Codex quota",
        "X-WR-CALNAME:Codex quota",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]


@pytest.mark.parametrize(
    "windows",
    [
        (),
        (replace(WEEK, resets_at=None),),
        (replace(WEEK, resets_at=NOW - HOUR),),
        (replace(WEEK, used_percent=0, started=False),),
    ],
    ids=["no-window", "no-reset", "reset-passed", "not-started"],
)
def test_what_has_no_coming_reset_is_no_event(windows: tuple[Window, ...]) -> None:
    assert events([snapshot("work", quota(*windows))]) == []
    assert events([]) == []


def test_an_event_moves_with_its_reset_and_every_window_has_one_of_its_own() -> None:
    later = snapshot("work", quota(replace(FIVE, resets_at=NOW + 4 * HOUR, used_percent=50), WEEK), fetched_at=NOW + HOUR)
    before, after = events([WORK]), events([later], NOW + HOUR)
    assert [one["UID"] for one in before] == [one["UID"] for one in after]
    assert [(one["DTSTAMP"], one["DTSTART"]) for one in (before[0], after[0])] == [
        ("20261122T120400Z", "20261122T150400Z"), ("20261122T130400Z", "20261122T160400Z"),
    ]  # fmt: skip
    alike = snapshot("twice", quota(WEEK, window("weekly", 43, 5 * DAY), window("weekly", 1, DAY, limit="spark")))
    assert [text_of(one["SUMMARY"]) for one in events([WORK, alike])] == [
        "Codex work: 5 h resets", "Codex work: weekly resets", "Codex twice: weekly resets", "Codex twice: weekly resets",
        "Codex twice: spark weekly resets",
    ]  # fmt: skip


def test_the_same_figures_give_the_same_calendar_whenever_it_is_asked_for() -> None:
    assert calendar([WORK, OLD], now=NOW) == calendar([WORK, OLD], now=NOW + timedelta(minutes=5))


def test_stale_figures_count_and_failed_accounts_have_none() -> None:
    assert {text_of(one["SUMMARY"]) for one in events(EVERYBODY)} >= {
        "Codex old: weekly resets",
        "Codex 北京办公室: weekly resets",
    }
    assert [one["SUMMARY"] for one in events(EVERYBODY) if "gone" in one["SUMMARY"]] == []


@pytest.mark.parametrize("one", sample_snapshots(), ids=lambda one: one.account.name[:20])
def test_every_shape_of_an_account_makes_a_calendar(one: Snapshot) -> None:
    coming = [w for w in one.quota.windows if w.resets_at and w.resets_at > NOW and w.started is not False] if one.quota else []
    assert len(events([one])) == len(coming)


@settings(max_examples=200, deadline=None)
@given(name=st.text(max_size=120), limit=st.text(max_size=120))
def test_any_text_comes_through_escaped_and_folded(name: str, limit: str) -> None:
    odd = replace(WORK, account=Account(name=name, source="x"), quota=quota(replace(WEEK, limit=limit or "x")))
    (event,) = events([odd])
    expected = " ".join(f"Codex {name}: {limit or 'x'} weekly resets".split())
    shown = text_of(event["SUMMARY"])
    assert "weekly resets" in shown
    if expected.isprintable() and limit != "codex":
        assert shown == expected


def test_a_long_line_is_folded_between_characters() -> None:
    long = "会" * 40 + ", a; b\\c"
    text = calendar([replace(WORK, account=Account(name=long, source="x"), quota=quota(WEEK))], now=NOW)
    assert max(len(line.encode()) for line in text.split("\r\n")) == 75
    assert "\r\n 会" in text
    assert text_of({name: value for name, _, value in properties(text)}["SUMMARY"]) == f"Codex {long}: weekly resets"
    assert "\\, a\\; b\\\\c" in "".join(lines_of(text))


def test_moments_are_written_in_utc() -> None:
    assert events([WORK], NOW.astimezone())[0]["DTSTART"] == f"{NOW.astimezone(UTC) + 3 * HOUR:%Y%m%dT%H%M%SZ}"
