"""The history over HTTP, from a real dashboard: what was read, what happened, and as a feed; only of the accounts on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from served import BEARER, Got, Served, serving

from codex_quota import Account, Options, Route, RouteRequest
from codex_quota.builtin.history.routes import EventsRoute, FeedRoute, HistoryRoute
from codex_quota.history import EVENT_KINDS, History, Reading
from codex_quota.simulated import SimulatedService
from codex_quota.testing import RouteContract
from snapshots import FIVE, WEEK

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ("/api/history", "/api/events", "/events.atom")


class TestHistoryRoute(RouteContract):
    def make(self) -> Route:
        return HistoryRoute()

    def request(self, *words: Any) -> RouteRequest:
        asked = super().request(*words)
        return replace(asked, options=replace(asked.options, environ={"HOME": str(words[1])}))


class TestEventsRoute(TestHistoryRoute):
    def make(self) -> Route:
        return EventsRoute()


class TestFeedRoute(TestHistoryRoute):
    def make(self) -> Route:
        return FeedRoute()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history.sqlite3"


@pytest.fixture
def now(service: SimulatedService) -> datetime:
    return service.clock().replace(microsecond=0)


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str], file: Path, now: datetime) -> Iterator[Served]:
    """A dashboard with the accounts ``work`` and ``home``; the history knows ``gone`` as well, and calls ``work`` differently."""
    service.add("work", email="ann@example.com")
    service.add("home")
    service.write_accounts(tmp_path / "account")
    fill(History(file), service, now)
    with serving(service, tmp_path / "account", {**environ, "CODEX_QUOTA_HISTORY_FILE": str(file)}) as running:
        with running.board._changed:
            assert running.board._changed.wait_for(lambda: len(running.board.results().snapshots) == 2, 20)
        yield running


def fill(history: History, service: SimulatedService, now: datetime) -> None:
    def week(used: float, reset: datetime) -> Any:
        return replace(WEEK, used_percent=used, resets_at=reset)

    work = service.accounts["work"]
    known = Account(name="ann's", source="directory", account_id=work.account_id, user_id=work.user_id)
    reset = now - 3 * HOUR
    states = [(8, 70, reset), (6, 75, reset), (4, 80, reset), (2.5, 2, reset + 7 * DAY), (2, 3, reset + 7 * DAY)]
    found = [Reading(account="x", at=now - ago * HOUR, windows=(week(used, at), FIVE), plan="plus") for ago, used, at in states]
    history.add(known, found)
    other = Account(name="gone", source="directory", account_id="gone", user_id="gone")
    history.add(other, [replace(one, plan="secret-plan") for one in found])


def get(served: Served, path: str, **query: object) -> Got:
    words = "&".join(f"{key}={quote(str(value))}" for key, value in query.items())
    return served.ask("GET", f"{path}?{words}")


def own(got: Got, now: datetime) -> list[dict[str, Any]]:
    """The readings of ``work`` that were there before the dashboard made its own."""
    (account,) = [one for one in got.json["accounts"] if one["account"] == "work"]
    return [one for one in account["readings"] if one["at"] < f"{now - 2 * HOUR + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"]


def test_what_was_read_of_the_accounts_on_the_dashboard(served: Served, now: datetime) -> None:
    got = get(served, "/api/history")
    assert (got.status, got.headers["content-type"], got.headers["cache-control"]) == (200, "application/json", "no-store")
    assert (got.json["schema_version"], [one["account"] for one in got.json["accounts"]]) == (1, ["home", "work"])
    assert [one["windows"][0]["used_percent"] for one in own(got, now)] == [70, 75, 80, 2, 3]
    assert [word for word in ("gone", "secret-plan", "ann's") if word in got.text] == []
    assert datetime.fromisoformat(got.json["until"]) - datetime.fromisoformat(got.json["since"]) == 7 * DAY


def test_the_dashboard_s_own_readings_are_among_them(served: Served) -> None:
    def newest() -> list[list[str]]:
        return [
            [window["name"] for window in one["readings"][-1]["windows"]] if one["readings"] else []
            for one in get(served, "/api/history", since="1h").json["accounts"]
        ]

    for _ in range(100):
        if all(newest()):
            break
        with served.board._changed:
            served.board._changed.wait(0.1)
    assert newest() == [["five_hour", "weekly"]] * 2


def test_one_account_one_window_and_a_few_points(served: Served, now: datetime) -> None:
    got = get(served, "/api/history", account="work", window="weekly", since="8.5h", until="1h", points=2)
    assert [one["account"] for one in got.json["accounts"]] == ["work"]
    (account,) = got.json["accounts"]
    assert [[window["name"] for window in one["windows"]] for one in account["readings"]] == [["weekly"]] * 2
    assert [one["windows"][0]["used_percent"] for one in account["readings"]] == [75, 3]


def test_without_an_account_each_has_fewer_points(served: Served, service: SimulatedService, file: Path, now: datetime) -> None:
    work = service.accounts["work"]
    known = Account(name="work", source="directory", account_id=work.account_id, user_id=work.user_id)
    many = [Reading(account="work", at=now - 2 * DAY + n * timedelta(seconds=30), windows=(FIVE,)) for n in range(2000)]
    History(file).add(known, many)

    def count(**more: object) -> int:
        return len(next(iter(get(served, "/api/history", since="3d", until="1d", **more).json["accounts"][::-1]))["readings"])

    assert 90 < count() <= 100
    assert 900 < count(account="work") <= 1000
    assert 1400 < count(points=1500) <= 1500


def test_what_happened(served: Served, now: datetime) -> None:
    got = get(served, "/api/events", kind="window_reset")
    assert (got.status, got.headers["content-type"]) == (200, "application/json")
    assert got.json["events"] == [
        {
            "account": "work", "at": f"{now - 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}", "kind": "window_reset", "limit": "codex",
            "window": "weekly", "label": "7 d", "before": "80", "after": "2",
        }
    ]  # fmt: skip
    assert get(served, "/api/events", kind="window_reset", account="home").json["events"] == []
    assert get(served, "/api/events", since="2h", kind="window_reset,plan_changed").json["events"] == []
    assert len(get(served, "/api/events", since="4h", until="2.9h", account="work").json["events"]) == 1


def test_the_feed(served: Served) -> None:
    got = get(served, "/events.atom", kind="window_reset")
    assert (got.status, got.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    feed = ElementTree.fromstring(got.text)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [
        "work: the weekly window was reset, 80 % had been used"
    ]
    assert [link.get("href") for link in feed.iter(f"{ATOM}link")] == ["/events.atom"]
    assert got.text == get(served, "/events.atom", kind="window_reset").text


@pytest.mark.parametrize(
    ("path", "query", "status", "code", "message", "hint"),
    [
        (
            "/api/history", {"since": "soon"}, 400, "usage",
            "since: 'soon' is neither a length like 7d nor a time like 2026-11-22 or 2026-11-22T12:00",
            "give a length like 7d or a time like 2026-11-22T12:00Z",
        ),
        (
            "/events.atom", {"until": "-1d"}, 400, "usage",
            "until: '-1d' is neither a length like 7d nor a time like 2026-11-22 or 2026-11-22T12:00",
            "give a length like 7d or a time like 2026-11-22T12:00Z",
        ),
        ("/api/events", {"since": "1h", "until": "2h"}, 400, "usage", "since lies after until", "give them the other way round"),
        (
            "/api/history", {"points": "1"}, 400, "usage", "points: '1' is not a whole number from 2 to 100000",
            "give the number of readings of each account",
        ),
        (
            "/api/events", {"kind": "drain,party"}, 400, "usage", "kind: 'party' is no kind of event",
            f"there is {', '.join(EVENT_KINDS)}",
        ),
        ("/api/history", {"account": "wrok"}, 404, "unknown_account", "there is no account 'wrok'", "did you mean 'work'?"),
        ("/api/events", {"account": "gone"}, 404, "unknown_account", "there is no account 'gone'", "/api/results names them"),
        (
            "/events.atom", {"account": "日本"}, 404, "unknown_account", "there is no account '日本'", "/api/results names them",
        ),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered(
    served: Served, path: str, query: dict[str, str], status: int, code: str, message: str, hint: str
) -> None:
    got = get(served, path, **query)
    assert (got.status, got.headers["content-type"]) == (status, "application/json")
    assert got.json == {"error": {"code": code, "message": message, "hint": hint}}


@pytest.mark.parametrize("path", PATHS)
def test_head_says_the_same_without_a_body_and_posting_is_refused(served: Served, path: str) -> None:
    head, whole = served.ask("HEAD", path), served.ask("GET", path)
    assert (head.status, head.text, head.headers["content-type"]) == (200, "", whole.headers["content-type"])
    assert served.script("POST", path).status == 405


@pytest.mark.parametrize("path", PATHS)
def test_where_reading_needs_the_token_so_does_this(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str], path: str
) -> None:
    with serving(service, tmp_path / "account", environ, require_token=True) as closed:
        assert (closed.ask("GET", path).status, closed.ask("GET", path, headers=BEARER).status) == (401, 200)


@pytest.mark.parametrize("path", PATHS)
def test_a_dashboard_without_a_history_says_so(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str], path: str
) -> None:
    with serving(service, tmp_path / "account", {**environ, "CODEX_QUOTA_HISTORY": "0"}) as forgetful:
        got = forgetful.ask("GET", path)
    error = {"code": "history", "message": "this dashboard keeps no history", "hint": "start it without --no-history"}
    assert (got.status, got.json) == (503, {"error": error})


@pytest.mark.parametrize("path", PATHS)
def test_a_history_that_cannot_be_read_is_no_fault_of_the_question(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str], path: str
) -> None:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    environ = {**environ, "CODEX_QUOTA_HISTORY_FILE": str(tmp_path)}
    with serving(service, tmp_path / "account", environ) as running:
        with running.board._changed:
            assert running.board._changed.wait_for(lambda: running.board.results().snapshots, 20)
        got = running.ask("GET", path)
    assert (got.status, got.json["error"]["code"]) == (503, "history")
    assert got.json["error"]["message"] == f"the history {tmp_path} cannot be used: Is a directory"


def test_a_login_that_took_over_the_name_of_another_does_not_see_its_history(tmp_path: Path, now: datetime) -> None:
    from snapshots import quota, snapshot

    history = History(tmp_path / "history.sqlite3")
    before = Account(name="work", source="directory", account_id="a", user_id="a")
    history.add(before, [Reading(account="work", at=now - HOUR, windows=(WEEK,))])
    shown = snapshot("work", quota(WEEK))
    shown = replace(shown, account=replace(before, account_id="b", user_id="b"))
    options = Options(environ={"CODEX_QUOTA_HISTORY_FILE": str(history.path)})
    answer = HistoryRoute().answer(RouteRequest(snapshots=(shown,), now=now, options=options))
    assert '"readings": []' in str(answer.body)
