"""The page made of what a board knows."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from boards import ENGLISH, SETTINGS, live, page, results, style

from codex_quota.builtin.dashboard.board_page import bucket, style_for, zone_named
from codex_quota.builtin.dashboard.language import choose
from codex_quota.builtin.dashboard.visitor import Visitor
from codex_quota.wording import countdown
from snapshots import BIZ, BURNED, EVERYBODY, FREE, GONE, LIVELY, NOW, OLD, WORK, snapshot


def words(markup: str) -> str:
    """What a person reads, hidden parts left out."""
    shown = re.sub(r"<(p|li|tr)\b[^>]*\shidden>.*?</\1>", " ", markup, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?(?:time|span class=\"unit\")[^>]*>", "", shown))).split())


def test_the_page_says_what_the_table_says() -> None:
    said = words(live(results(BURNED, WORK)))
    for text in (
        "0 of 2 usable, 1 unknown, next back Mon 12:04 (1d)",
        "read <1m ago",
        "burned Plus back Mon 12:04",
        "weekly 0% left back Mon 12:04 (1d)",
        "5 h 99% left waits for weekly",
        "2 banked resets available",
        "work Plus unknown 5 h 88% left 15:04 (3h)",
        "Figures and bars show the percentage left. Times are in UTC.",
    ):
        assert text in said


def test_percentages_used_instead_of_left() -> None:
    said = words(live(results(WORK), settings=replace(SETTINGS, show="used")))
    assert "5 h 12% used 15:04 (3h)" in said
    assert "Figures and bars show the percentage used." in said


def test_bars_are_drawn_without_style() -> None:
    assert re.findall(r"<rect[^>]*>", live(results(WORK, BURNED))) == [
        '<rect height="8" rx="4" width="99.0%"/>',
        '<rect height="8" rx="4" width="88.0%"/>',
        '<rect height="8" rx="4" width="59.0%"/>',
    ]


@pytest.mark.parametrize("layout", ["cards", "table"])
def test_every_state_is_shown_in_both_layouts(layout: str) -> None:
    said = words(live(results(*EVERYBODY), layout=layout))
    for text in (
        "signed out; sign in again with 'codex login'",
        "12m old",
        "spend 320.50/1000 68% left",
        "not started",
        "no usage window",
    ):
        assert text in said
    for one in EVERYBODY:
        assert f" {one.account.name} " in said


def test_a_table_has_a_caption_headings_and_one_row_for_each_account() -> None:
    table = live(results(WORK, GONE, FREE), layout="table")
    assert re.findall(r"<caption[^>]*>([^<]*)<", table) == ["All accounts, one in each row"]
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)<', table) == ["Account", "State", "5 h", "weekly", "More", "Read"]
    rows = re.findall(r"<tr class.*?</tr>", table, re.S)
    assert [len(re.findall(r"<t[hd]\b", row)) + row.count('colspan="2"') for row in rows] == [6, 6, 6]


def test_other_limits_of_a_card_are_folded() -> None:
    card = live(results(LIVELY), layout="cards")
    folded = card[card.index("<details") : card.index("</details>")]
    assert "Other limits 2 GPT-5.3-Codex-Spark 5 h 75% left" in words(folded)


def test_a_hundred_accounts_are_a_table_and_a_dozen_are_cards() -> None:
    many = [snapshot(f"a{number}", WORK.quota) for number in range(13)]
    assert ('class="cards"' in live(results(*many[:12])), "<table" in live(results(*many[:12]))) == (True, False)
    assert ('class="cards"' in live(results(*many)), "<table" in live(results(*many))) == (False, True)


def test_filtered_accounts_are_hidden_and_the_way_back_is_shown() -> None:
    shown = live(results(WORK, GONE), only="failed")
    assert [name for name in ("work", "gone") if f" {name} " in words(shown)] == ["gone"]
    assert re.search(r'id="nothing" hidden', shown)
    nobody = live(results(WORK, GONE), q="nobody", sort="left")
    assert 'No account matches. <a href="/?sort=left" data-all>Show all</a>' in nobody
    assert not re.search(r'id="nothing" hidden', nobody)


def test_links_keep_the_other_choices() -> None:
    shown = live(results(WORK), sort="left", only="usable", q="wo rk", visitor=None)
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', shown)]
    assert "/?sort=left&only=failed&q=wo+rk" in links
    assert "/?sort=reset&only=usable&q=wo+rk" in links
    assert "/?layout=table&sort=left&only=usable&q=wo+rk" in links
    assert 'action="/refresh?sort=left&amp;only=usable&amp;q=wo+rk"' in shown
    assert re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', shown) == [("sort", "left"), ("only", "usable")]


def test_the_chosen_ones_are_marked_for_eyes_and_screen_readers() -> None:
    marked = re.findall(r'aria-current="true">([A-Za-z ]+)', live(results(WORK), sort="left", only="usable"))
    assert [text.strip() for text in marked] == ["Usable", "Most left", "Cards"]


def test_without_accounts_it_says_what_to_do() -> None:
    said = live(results())
    assert words(said) == (
        "No accounts yet Sign in with the Codex CLI, which writes a file named auth.json. "
        "Add that file here, and its quota appears within seconds. Add an account"
    )
    assert 'href="/auth/new"' in said


def test_while_the_first_answers_are_on_their_way_it_says_so() -> None:
    said = words(live(results(refreshing=("work",))))
    assert said == "Quota The accounts are being read for the first time. They appear here in a moment."


def test_what_is_being_asked_is_marked() -> None:
    said = words(live(results(WORK, BIZ, refreshing=("work",))))
    assert said.count("asking now") == 2
    assert said.count("read <1m ago") == 1


def test_problems_of_the_dashboard_itself_are_on_the_page() -> None:
    assert '<p class="notice warning">the disk is full &lt;b&gt;</p>' in live(results(WORK, problems=("the disk is full <b>",)))


def test_emails_are_whole_for_an_admin_only() -> None:
    assert "w…@example.com" in live(results(WORK))
    assert "work@example.com" not in page(results(WORK))
    assert "work@example.com" in live(results(WORK), visitor=Visitor(admin=True))


def test_a_name_is_never_markup() -> None:
    named = snapshot('<img src=x onerror="alert(1)">', WORK.quota)
    for layout in ("cards", "table"):
        assert "<img" not in live(results(named), layout=layout)


def test_it_speaks_chinese() -> None:
    said = words(live(results(BURNED, OLD), language="zh-CN"))
    assert "每周额度重置后可用" in said
    assert "刷新" in said
    assert not re.search(r"\b(usable|Refresh|weekly|read|left)\b", said)


def test_the_whole_page_reloads_without_a_script_only() -> None:
    whole = page(results(WORK))
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in whole
    assert whole.count("http-equiv") == 1
    assert re.findall(r'<script src="/static/(\w+)\.js\?v=\w+" defer></script>', whole) == ["morph", "app"]
    assert live(results(WORK)).strip() in whole


@pytest.mark.parametrize(
    "delta", [timedelta(0), *(timedelta(seconds=s) for s in (5, 420, 10800, 11220, 1209600, 270000))], ids=str
)
def test_the_script_is_given_the_words_of_every_countdown(delta: timedelta) -> None:
    found = re.search(r'data-words="([^"]*)"', page(results(WORK), language="zh"))
    assert found is not None
    told = json.loads(html.unescape(found[1]))
    assert countdown(delta, told.__getitem__) == countdown(delta, choose("zh").say)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("Etc/GMT+5", ZoneInfo("Etc/GMT+5")),
        ("", None),
        ("Nowhere/At all", None),
        ("Nowhere", None),
        ("../../etc/passwd", None),
        ("/etc/passwd", None),
        ("Europe", None),
        ("x" * 100, None),
    ],
)
def test_a_zone_is_taken_by_its_name_only(name: str, zone: ZoneInfo | None) -> None:
    assert zone_named(name) == zone


def test_times_are_in_the_readers_zone_unless_utc_was_asked_for() -> None:
    local = replace(SETTINGS, utc=False)
    assert style_for(local, ENGLISH, NOW, "Asia/Tokyo").tz == ZoneInfo("Asia/Tokyo")
    assert style_for(local, ENGLISH, NOW, "").tz is None
    assert style_for(SETTINGS, ENGLISH, NOW, "Asia/Tokyo").tz is UTC
    assert style().tz is UTC


def test_a_moment_is_rounded_down_to_ten_seconds() -> None:
    at = datetime(2026, 11, 22, 12, 4, 39, 999, tzinfo=UTC)
    assert (bucket(at), bucket(NOW)) == (datetime(2026, 11, 22, 12, 4, 30, tzinfo=UTC), NOW)
