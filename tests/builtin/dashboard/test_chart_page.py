"""The page of charts over a real socket, with accounts that have a past in the history."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from boards import results, style
from pasts import DAY, HOUR, MONTH, history_of, lived
from served import BEARER, HTML, TOKEN, Got, Served, serving

from codex_quota import Account, Client
from codex_quota.builtin.dashboard.cards import key_of
from codex_quota.builtin.dashboard.chart_data import Past
from codex_quota.builtin.dashboard.chart_page import ChartChoices, shown_on
from codex_quota.builtin.dashboard.sparks import Sparks
from codex_quota.history import History, Reading
from codex_quota.simulated import SimulatedService
from snapshots import FREE, NOW, WORK, quota, snapshot, window

PAGE = {"Accept": HTML}
MOMENT = datetime(2026, 11, 24, 13, 20, 7, tzinfo=UTC)


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService(now=MOMENT) as running:
        yield running


@pytest.fixture
def home(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Path:
    """Three accounts with a past, one without, one that was never answered."""
    history = history_of(environ)
    lived(service.add("work", email="me@example.com"), history, busy=1.15, seed=3, away=(4.6, 3.9))
    heavy = service.add("heavy", plan="pro", limits={"GPT-5.3-Codex-Spark": ((40, HOUR), (63, 5 * DAY))})
    lived(heavy, history, busy=2.6, seed=5, failed=(1.2, 0.7))
    lived(service.add("free", plan="free"), history, MONTH, busy=1.3, seed=9)
    service.add("new", five_hour=(12, 3 * HOUR), weekly=(31, 4 * DAY))
    service.sign_out(service.add("out"))
    service.write_accounts(tmp_path / "account")
    return tmp_path


@pytest.fixture
def served(service: SimulatedService, home: Path, environ: dict[str, str]) -> Iterator[Served]:
    with serving(service, home / "account", environ, utc=True) as running:
        read(running, 5)
        yield running


def read(served: Served, number: int) -> None:
    """Wait until that many accounts are on the board and nobody is being asked."""
    board = served.board
    with board._changed:
        assert board._changed.wait_for(lambda: len(board.results().snapshots) == number and not board._under_way, 30)


def ask(served: Served, path: str = "/charts", **headers: str) -> Got:
    return served.ask("GET", path, headers=PAGE | headers)


def charts(page: Got) -> dict[str, list[str]]:
    """The windows of each account that have a chart, as they are called."""
    found = {}
    for part in page.text.split("<section ")[1:]:
        (name,) = re.findall(r"<h2[^>]*><a[^>]*>([^<]*)</a>", part)
        found[name] = [" ".join(re.sub(r"<[^>]*>", " ", title).split()) for title in re.findall(r"<h3>(.*?)</h3>", part, re.S)]
    return found


def test_every_account_has_a_chart_of_each_main_window(served: Served) -> None:
    page = ask(served)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert charts(page) == {
        "free": ["monthly"],
        "heavy": ["5 h", "weekly"],
        "new": ["5 h", "weekly"],
        "out": [],
        "work": ["5 h", "weekly"],
    }
    assert page.words.count("Nothing was read of this account yet.") == 1
    assert "the access token was invalidated" in page.words


def test_an_account_without_windows_was_read_all_the_same(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str]
) -> None:
    service.add("business", plan="business", five_hour=None, weekly=None, spend=("50", "36.80"))
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ) as running:
        read(running, 1)
        page, chinese = ask(running), ask(running, **{"Accept-Language": "zh-CN"})
    assert "This account has no window to draw a chart of." in page.words
    assert "Nothing was read" not in page.words
    assert "此账号没有可以绘制图表的额度窗口。" in chinese.words


def test_one_account_with_all_its_limits(served: Served) -> None:
    assert charts(ask(served, "/charts?account=heavy")) == {
        "heavy": ["5 h", "weekly", "GPT-5.3-Codex-Spark 5 h", "GPT-5.3-Codex-Spark weekly"]
    }


def test_each_chart_is_summed_up_in_words(served: Served) -> None:
    words = ask(served, "/charts?account=work").words
    assert "weekly 77 % left resets Mon 09:50 ( 5d 20h )" in words
    assert re.search(r"runs out Fri \d\d:\d\d \(.*\), \d.* before the reset , \d points ahead of even use", words)
    assert "Times are in UTC." in words


def test_the_table_tells_what_the_chart_shows(served: Served) -> None:
    text = ask(served, "/charts?account=heavy&span=24h").text
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in table.split("<tr>")[1:]]
    assert [re.findall(r'<th scope="col">([^<]*)<', text)[:4]] == [["From", "Left at the end", "Least", "Remarks"]]
    assert [row[0] for row in rows[:3]] == ["23 Nov 13:20", "23 Nov 14:00", "23 Nov 15:00"]
    assert rows[2][1:] == ["-", "-", "not read: unauthorized"]
    assert rows[-1] == ["13:00", "23%", "23%", ""]


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("/charts", "7 d"),
        ("/charts?span=24h", "24 h"),
        ("/charts?span=30d&account=work", "30 d"),
        ("/charts?span=9y&page=-2", "7 d"),
    ],
)
def test_the_span_stands_in_the_address(served: Served, path: str, chosen: str) -> None:
    assert re.findall(r'<a href="/charts[^"]*" aria-current="true">([^<]*)</a>', ask(served, path).text) == [chosen]


def test_windows_that_begin_anew_too_often_are_shown_day_by_day(served: Served) -> None:
    hint = "The line shows the least of each day."
    shown = {span: ask(served, f"/charts?account=work&span={span}").words.count(hint) for span in ("24h", "7d", "30d")}
    assert shown == {"24h": 0, "7d": 0, "30d": 1}


def test_nobody_sees_an_address_there(served: Served) -> None:
    assert "example.com" not in ask(served).text + ask(served, **BEARER).text


def test_the_markup_is_whole_and_keeps_to_the_policy(served: Served) -> None:
    for path in ("/charts", "/charts?span=24h", "/charts?span=30d&account=heavy"):
        text = ask(served, path).text
        drawn = re.findall(r'<svg class="chart" role="img".*?</svg>(?=\n)', text, re.S)
        assert len(drawn) == text.count("<figure ")
        for picture in drawn:
            ElementTree.fromstring(picture)
        assert not re.search(r"<style|\sstyle=|<script(?! src=)|\son\w+=|\\", text)
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids))


def test_many_visitors_cost_one_look_into_the_history(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, look = [], History.readings

    def counted(history: History, account: Account | str, **more: Any) -> list[Reading]:
        looked.append(account.name if isinstance(account, Account) else account)
        return look(history, account, **more)

    monkeypatch.setattr(History, "readings", counted)
    threads = [threading.Thread(target=ask, args=(served, f"/charts{query}")) for query in ("", "?fragment=1") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(looked) == ["free", "heavy", "new", "out", "work"]
    ask(served, "/charts", **{"Accept-Language": "zh"})
    assert len(looked) == 5
    served.service.advance(timedelta(minutes=2))
    ask(served)
    assert len(looked) == 5


def test_a_new_reading_is_drawn_within_the_same_minute(served: Served) -> None:
    assert "5 h 88 % left" in ask(served, "/charts?account=new&span=24h").words
    served.service.advance(timedelta(seconds=15))
    served.service.accounts["new"].use(five_hour=20)
    served.board.refresh(["new"], wait=20)
    words = ask(served, "/charts?account=new&span=24h").words
    assert "5 h 68 % left" in words
    assert "13:00 68% 68%" in words


def test_it_is_sent_once_while_nothing_changes(served: Served) -> None:
    first = ask(served, "/charts?fragment=1")
    again = ask(served, "/charts?fragment=1", **{"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    assert first.text.strip() in ask(served, "/charts").text


def test_an_unknown_account_is_refused_with_a_hint(served: Served) -> None:
    refused = ask(served, "/charts?account=wrok")
    assert refused.status == 404
    assert refused.words.endswith("404 There is no account wrok. Did you mean work? Back to the quota page")


def test_in_chinese(served: Served) -> None:
    words = ask(served, **{"Accept-Language": "zh-CN"}).words
    for text in ("图表", "7 天", "每周", "剩余", "预计", "数据"):
        assert text in words
    assert not re.search(r"left|resets|Figures|reading", words)


def test_everybody_has_their_own_zone_and_language(service: SimulatedService, home: Path, environ: dict[str, str]) -> None:
    with serving(service, home / "account", environ) as running:
        read(running, 5)
        told = [
            ask(running, Cookie=f"codex_quota_zone={zone}", **{"Accept-Language": language}).words.rpartition("error ")[2]
            for zone, language in (("Asia/Tokyo", "en"), ("Europe/Berlin", "en"), ("Europe/Berlin", "zh"))
        ]
    assert told[:2] == ["Times are in Asia/Tokyo.", "Times are in Europe/Berlin."]
    assert told[2].endswith("时间按 Europe/Berlin 显示。")


def test_percentages_used_where_the_dashboard_shows_them(service: SimulatedService, home: Path, environ: dict[str, str]) -> None:
    with serving(service, home / "account", environ, utc=True, show="used") as running:
        read(running, 5)
        page = ask(running, "/charts?account=work&span=30d")
    assert "weekly 23 % used resets Mon 09:50" in page.words
    assert "From Used at the end Most Remarks" in page.words
    assert "The line shows the most of each day." in page.words


def test_links_lead_there_also_below_a_path(service: SimulatedService, home: Path, environ: dict[str, str]) -> None:
    with serving(service, home / "account", environ, utc=True, base_path="/quota") as running:
        read(running, 5)
        pages = {layout: ask(running, f"/quota/?layout={layout}").text for layout in ("cards", "table")}
        assert ask(running, "/quota/charts?account=work").status == 200
    for text in pages.values():
        assert '<a href="/quota/charts">Charts</a>' in text
        assert 'href="/quota/charts?account=work">work</a>' in text


def test_whoever_may_not_read_the_quota_does_not_see_it(service: SimulatedService, home: Path, environ: dict[str, str]) -> None:
    with serving(service, home / "account", environ, require_token=True) as running:
        assert ask(running, "/charts").status in (303, 401)
        assert ask(running, "/charts", **{"Authorization": f"Bearer {TOKEN}"}).status == 200


class TestWithoutHistory:
    def test_none_is_kept(self, service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
        service.add("work", five_hour=(12, 3 * HOUR), weekly=(31, 4 * DAY))
        service.write_accounts(tmp_path / "account")
        with serving(service, tmp_path / "account", {**environ, "CODEX_QUOTA_HISTORY": "0"}, utc=True) as running:
            read(running, 1)
            page = ask(running)
        assert (
            "This dashboard keeps no history, so there are only the present figures. Start it without --no-history" in page.words
        )
        assert charts(page) == {"work": ["5 h", "weekly"]}
        assert "69 % left resets Sat 13:20 ( 4d )" in page.words

    def test_it_cannot_be_read(self, service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
        service.add("work")
        service.write_accounts(tmp_path / "account")
        (tmp_path / "history").mkdir()
        environ = {**environ, "CODEX_QUOTA_HISTORY_FILE": str(tmp_path / "history")}
        with serving(service, tmp_path / "account", environ, utc=True) as running:
            read(running, 1)
            page = ask(running)
            assert ask(running, "/").status == 200
        assert page.status == 200
        assert f"The history cannot be read: the history {tmp_path / 'history'} cannot be used" in page.words
        assert "What to do: check space and permissions" in page.words

    def test_there_is_no_account(self, service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
        with serving(service, tmp_path / "account", environ) as running:
            page = ask(running)
        assert page.words.endswith("Charts Charts appear here once an account was read. Back to the quota page")


class TestPages:
    BOARD = results(*(snapshot(f"a{number}", quota(window("weekly", number))) for number in range(30)))

    @pytest.mark.parametrize(
        ("asked", "first", "last", "page"),
        [("1", "a0", "a11", 1), ("2", "a12", "a23", 2), ("3", "a24", "a29", 3), ("99", "a24", "a29", 3), ("x", "a0", "a11", 1)],
    )
    def test_twelve_accounts_at_a_time(self, asked: str, first: str, last: str, page: int) -> None:
        shown, number, pages = shown_on(self.BOARD, ChartChoices.of({"page": asked}))
        assert ([shown[0].account.name, shown[-1].account.name], number, pages) == ([first, last], page, 3)

    def test_one_account_has_one_page(self) -> None:
        shown, number, pages = shown_on(self.BOARD, ChartChoices.of({"page": "2", "account": "a29"}))
        assert ([one.account.name for one in shown], number, pages) == (["a29"], 1, 1)

    def test_links_lead_on(self, service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
        for number in range(25):
            service.add(f"a{number}", weekly=(number, DAY))
        service.write_accounts(tmp_path / "account")
        with serving(service, tmp_path / "account", environ) as running:
            read(running, 25)
            pages = [ask(running, f"/charts?span=24h&page={page}") for page in (1, 2, 3)]
        assert [len(charts(page)) for page in pages] == [12, 12, 1]
        assert "Page 2 of 3" in pages[1].words
        links = [re.findall(r'rel="(prev|next)" href="([^"]*)"', page.text) for page in pages]
        assert links == [
            [("next", "/charts?span=24h&amp;page=2")],
            [("prev", "/charts?span=24h"), ("next", "/charts?span=24h&amp;page=3")],
            [("prev", "/charts?span=24h&amp;page=2")],
        ]


class TestSparks:
    @pytest.fixture
    def past(self, tmp_path: Path, environ: dict[str, str]) -> Iterator[Past]:
        history = history_of(environ)
        for name in ("work", "free"):
            used = [
                Reading(account=name, at=NOW - hours * HOUR, windows=_windows(name, 50 - hours)) for hours in range(48, 0, -1)
            ]
            history.add(Account(name=name, source="directory"), used)
        with Client(environ=environ) as client:
            yield Past(client, interval=HOUR, utc=True)

    def test_every_card_has_the_last_week_of_its_longest_usual_window(self, past: Past) -> None:
        drawn = Sparks(past, budget=9).drawn([WORK, FREE, snapshot("new", quota(window("weekly", 3)))], style())
        assert sorted(drawn) == sorted([key_of("work"), key_of("free")])
        assert "M" in drawn[key_of("work")]

    def test_the_quota_page_does_not_wait_for_the_history(self, past: Past) -> None:
        impatient = Sparks(past, budget=0)
        assert [len(impatient.drawn([WORK, FREE], style())) for _ in range(3)] == [1, 2, 2]

    def test_one_is_drawn_once_for_each_reading(self, past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        sparks = Sparks(past, budget=9)
        before = sparks.drawn([WORK], style())
        monkeypatch.setattr(Past, "line", lambda *_: pytest.fail("the history was read again"))
        assert sparks.drawn([WORK], style()) == before

    def test_they_are_on_the_page(self, served: Served) -> None:
        for _ in range(5):  # each page draws one of five at least
            served.service.advance(timedelta(seconds=10))
            text = ask(served, "/?layout=cards").text
        linked = re.findall(r'<a class="past" href="([^"]*)">', text)
        assert linked == ["/charts?account=free", "/charts?account=heavy", "/charts?account=work"]
        assert 'class="past"' not in ask(served, "/?layout=table").text


def _windows(name: str, used: float) -> tuple[Any, ...]:
    return (window("weekly", used, 4 * DAY),) if name == "work" else (window("monthly", used, 24 * DAY),)
