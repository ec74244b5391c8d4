"""Events in words, and as an Atom feed that keeps to RFC 4287."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import Style
from codex_quota.history import EVENT_KINDS, HistoryEvent, atom_feed, event_text
from snapshots import DAY, HOUR, NOW

ATOM = "{http://www.w3.org/2005/Atom}"
STYLE = Style(now=NOW, time="clock", tz=UTC)
WEEKLY = HistoryEvent(
    account="work", at=NOW, kind="window_reset", limit="codex", window="weekly", label="7 d", before="41", after="0"
)
FIVE_HOUR = replace(WEEKLY, window="five_hour", label="5 h")
MOVED = replace(
    WEEKLY, kind="reset_moved", before=(NOW + 4 * DAY).isoformat(), after=(NOW + 5 * DAY + HOUR).isoformat()
)  # fmt: skip
WHOLE = HistoryEvent(account="work", at=NOW, kind="plan_changed", before="plus", after="pro")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (WEEKLY, "the weekly window was reset, 41 % had been used"),
        (replace(FIVE_HOUR, kind="early_reset"), "the 5 h window was reset early, from 41 % used to 0 %"),
        (MOVED, "the reset of the weekly window moved from Thu 12:04 to Fri 13:04"),
        (replace(WEEKLY, kind="window_appeared", window="other", label="9 h"), "the 9 h window appeared"),
        (replace(FIVE_HOUR, kind="window_vanished", limit="GPT-5.3-Codex-Spark"), "the GPT-5.3-Codex-Spark 5 h window vanished"),
        (WHOLE, "the plan changed from Plus to Pro"),
        (replace(WHOLE, before="a plan of tomorrow", after="k12"), "the plan changed from a plan of tomorrow to K-12"),
        (replace(WHOLE, kind="credits_changed", before="394.7967250000", after="0E-10"), "credits went from 394.80 to 0"),
        (replace(WHOLE, kind="banked_resets_changed", before="2", after="1"), "banked resets went from 2 to 1"),
        (
            replace(WHOLE, kind="sign_in_broken", before=None, after="unauthorized"),
            "the sign-in does not work any more (unauthorized)",
        ),
        (replace(WHOLE, kind="sign_in_mended", before="unauthorized", after=None), "the sign-in works again"),
        (
            replace(FIVE_HOUR, kind="drain", before="10", after="31"),
            "the 5 h window went from 10 % used to 31 % in a short time",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, HistoryEvent) else None,
)
def test_an_event_in_words(event: HistoryEvent, text: str) -> None:
    assert event_text(event, STYLE) == text


def test_every_kind_has_words() -> None:
    for kind in EVENT_KINDS:
        event = MOVED if kind == "reset_moved" else replace(WEEKLY, kind=kind)  # type: ignore[arg-type]
        assert re.fullmatch(r"[a-z][^{}]+", event_text(event, STYLE))


def test_an_event_in_another_language() -> None:
    words = {"the {window} window appeared": "{window} ist da", "weekly": "die Woche"}
    style = replace(STYLE, say=lambda text: words.get(text, text))
    assert event_text(replace(WEEKLY, kind="window_appeared"), style) == "die Woche ist da"


def feed(events: Iterable[HistoryEvent], *, identity: str = "one", now: datetime = NOW) -> ElementTree.Element:
    text = atom_feed([*events], identity=identity, self_url="/q/events.atom", now=now, style=Style(now=now))
    return ElementTree.fromstring(text)


def check(root: ElementTree.Element) -> None:
    """What RFC 4287 demands of a feed and of its entries (4.1.1, 4.1.2, 4.2.6, 3.3), as far as this one could break it."""
    assert root.tag == f"{ATOM}feed"
    once = {"id", "title", "updated"}
    for element in (root, *root.iter(f"{ATOM}entry")):
        names = [child.tag.removeprefix(ATOM) for child in element]
        assert [name for name in once if names.count(name) != 1] == []
        assert UUID(element.findtext(f"{ATOM}id", "").removeprefix("urn:uuid:")).version == 5
        assert element.findtext(f"{ATOM}title", "") != ""
        stamp = element.findtext(f"{ATOM}updated", "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp), stamp
        datetime.fromisoformat(stamp)
    # an author of the feed is the author of every entry, and an entry without a link needs content
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "codex-quota"
    assert all(entry.findtext(f"{ATOM}content") for entry in root.iter(f"{ATOM}entry"))
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    (link,) = root.iter(f"{ATOM}link")
    assert link.attrib == {"rel": "self", "type": "application/atom+xml", "href": "/q/events.atom"}


def test_a_feed_has_the_newest_event_first() -> None:
    root = feed([WEEKLY, replace(WHOLE, at=NOW + HOUR)])
    check(root)
    entries = [[entry.findtext(f"{ATOM}{name}") for name in ("updated", "title")] for entry in root.iter(f"{ATOM}entry")]
    assert entries == [
        ["2026-11-22T13:04:00Z", "work: the plan changed from Plus to Pro"],
        ["2026-11-22T12:04:00Z", "work: the weekly window was reset, 41 % had been used"],
    ]
    assert root.findtext(f"{ATOM}updated") == "2026-11-22T13:04:00Z"
    assert [entry.find(f"{ATOM}category").attrib for entry in root.iter(f"{ATOM}entry")] == [  # type: ignore[union-attr]
        {"term": "plan_changed"}, {"term": "window_reset"},
    ]  # fmt: skip


def test_a_feed_without_events_is_one_all_the_same() -> None:
    root = feed([])
    check(root)
    assert root.findtext(f"{ATOM}updated") == "2026-11-22T12:04:00Z"


def test_an_entry_never_changes_and_two_feeds_share_none() -> None:
    def entries(root: ElementTree.Element) -> list[bytes]:
        return [ElementTree.tostring(entry) for entry in root.iter(f"{ATOM}entry")]

    events = [WEEKLY, MOVED, WHOLE]
    assert entries(feed(events)) == entries(feed(events, now=NOW + 30 * DAY))
    assert "from 2026-11-26 12:04 UTC to 2026-11-27 13:04 UTC" in ElementTree.tostring(feed([MOVED])).decode()
    ids = [element.text for identity in ("one", "two") for element in feed(events, identity=identity).iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 8


def test_a_feed_has_500_entries_at_most() -> None:
    root = feed(replace(WHOLE, at=NOW + number * HOUR) for number in range(600))
    times = [entry.findtext(f"{ATOM}updated") for entry in root.iter(f"{ATOM}entry")]
    assert (len(times), times[0]) == (500, "2026-12-17T11:04:00Z")


@settings(max_examples=200, deadline=None)
@given(account=st.text(), limit=st.text(), after=st.text(), days=st.integers(0, 300))
def test_whatever_the_names_are_a_feed_can_be_read(account: str, limit: str, after: str, days: int) -> None:
    event = replace(WEEKLY, account=account, limit=limit, at=NOW - timedelta(days=days), kind="sign_in_broken", after=after)
    root = feed([event, replace(event, kind="window_vanished")])
    check(root)


def test_markup_in_a_name_stays_text() -> None:
    (entry,) = feed([replace(WHOLE, account="<b>\"&amp;' ]]>\x00\x1b[1m")]).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "<b>\"&amp;' ]]> [1m: the plan changed from Plus to Pro"
