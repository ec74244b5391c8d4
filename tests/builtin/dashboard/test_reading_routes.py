"""The reading routes over a real socket, against the simulated service."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from served import BEARER, HTML, Served, serving

import codex_quota
from codex_quota.builtin.dashboard.board import Results
from codex_quota.builtin.dashboard.openapi import results_schema
from codex_quota.simulated import Fault, SimulatedService

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = {"Accept": HTML}
CURL = {"User-Agent": "curl/8.5.0", "Accept": "*/*"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService(now=NOW) as running:
        yield running


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    service.add("work", five_hour=(12, timedelta(hours=3)), weekly=(41, timedelta(days=4)), email="me@example.com")
    service.add("spent", weekly=(100, timedelta(hours=2)))
    service.add("工作", five_hour=37)
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ, utc=True) as running:
        read(running)
        yield running


def read(served: Served, number: int = 3) -> Results:
    """Wait until that many accounts are on the board and nobody is being asked."""
    board = served.board
    with board._changed:
        assert board._changed.wait_for(lambda: len(board.results().snapshots) == number and not board._under_way, 20)
    return board.results()


def requests(served: Served) -> int:
    return len(served.service.requests)


def test_the_page(served: Served) -> None:
    got = served.ask("GET", "/", headers=PAGE)
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "2 of 3 usable, next back at 14:00 (2h)" in re.sub(r"</?time[^>]*>", "", got.text)
    assert "<!doctype html>" in got.text
    assert "me@example.com" not in got.text
    assert got.headers["cache-control"] == "private, no-cache"


def test_an_admin_sees_whole_addresses(served: Served) -> None:
    assert "me@example.com" in served.ask("GET", "/", headers=PAGE | BEARER).text
    assert "m…@example.com" in served.ask("GET", "/", headers=PAGE).text


def test_the_living_part_alone(served: Served) -> None:
    whole, part = (served.ask("GET", path, headers=PAGE).text for path in ("/", "/?fragment=1"))
    assert part.strip() in whole
    assert "<html" not in part


def test_the_page_is_sent_once_while_nothing_changes(served: Served) -> None:
    tag = served.ask("GET", "/?fragment=1", headers=PAGE).headers["etag"]
    again = served.ask("GET", "/?fragment=1", headers=PAGE | {"If-None-Match": tag})
    assert (again.status, again.text) == (304, "")
    served.service.advance(timedelta(minutes=1))
    later = served.ask("GET", "/?fragment=1", headers=PAGE | {"If-None-Match": tag})
    assert later.status == 200
    assert "(1h 59m)" in re.sub(r"</?time[^>]*>", "", later.text)


def test_the_zone_of_the_browser_counts(
    served: Served, service: SimulatedService, tmp_path: Path, environ: dict[str, str]
) -> None:
    cookie = {"Cookie": "codex_quota_zone=Asia/Tokyo"}
    assert "Times are in UTC." in served.ask("GET", "/", headers=PAGE | cookie).text
    with serving(served.service, tmp_path / "account", environ, state_file=tmp_path / "other.json") as local:
        read(local)
        page = local.ask("GET", "/", headers=PAGE | cookie).text
        assert "Times are in Asia/Tokyo." in page
        assert "next back at 23:00" in page


def test_curl_gets_the_table(served: Served) -> None:
    got = served.ask("GET", "/?sort=left", headers=CURL)
    assert (got.status, got.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    lines = got.text.splitlines()
    assert lines[0] == "2 of 3 usable, next back at 14:00 (2h)"
    assert [line.split()[0] for line in lines[3:] if re.match(r"\S+ +Plus", line)] == ["工作", "work", "spent"]
    assert max(map(len, lines)) <= 80


def test_the_results_document(served: Served) -> None:
    got = served.ask("GET", "/api/results")
    assert (got.status, got.headers["content-type"]) == (200, "application/json")
    assert got.text.encode() == served.board.results().json
    jsonschema.validate(got.json, results_schema())
    assert [one["account"] for one in got.json["results"]] == ["spent", "work", "工作"]
    assert [one["email"] for one in got.json["results"]][1] == "m…@example.com"


def test_an_admin_gets_whole_addresses(served: Served) -> None:
    assert [one["email"] for one in served.ask("GET", "/api/results", headers=BEARER).json["results"]][1] == "me@example.com"


def test_results_have_an_etag_that_changes_with_them(served: Served) -> None:
    first = served.ask("GET", "/api/results")
    same = served.ask("GET", "/api/results", headers={"If-None-Match": first.headers["etag"]})
    assert (same.status, same.text, same.headers["etag"]) == (304, "", first.headers["etag"])
    assert served.ask("GET", "/api/results", headers=BEARER | {"If-None-Match": first.headers["etag"]}).status == 200
    served.service.accounts["work"].use(five_hour=10)
    served.service.advance(timedelta(seconds=30))
    served.board.refresh(wait=20)
    changed = served.ask("GET", "/api/results", headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status, changed.json["results"][1]["five_hour"]["used_percent"]) == (200, 22)


def test_results_come_compressed_to_whom_can_read_that(served: Served) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/api/results", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(body) == served.board.results().json


def test_one_account(served: Served) -> None:
    got = served.ask("GET", "/api/results?account=%E5%B7%A5%E4%BD%9C")
    assert ([one["account"] for one in got.json["results"]], got.json["status"]) == (["工作"], "success")
    jsonschema.validate(got.json, results_schema())
    assert "me@example.com" not in served.ask("GET", "/api/results?account=work").text


@pytest.mark.parametrize("path", ["/api/results?account=wrok", "/api/results.csv?account=wrok", "/refresh?account=wrok"])
def test_an_unknown_account_is_refused_with_the_nearest(served: Served, path: str) -> None:
    got = served.ask("GET", path, headers=JSON)
    error = {"code": "not_found", "message": "There is no account wrok.", "hint": "Did you mean work?"}
    assert (got.status, got.json) == (404, {"error": error})


def formats() -> list[str]:
    return list(codex_quota.Catalogue().formatters)


@pytest.mark.parametrize("name", formats())
def test_every_format_of_the_command_line(served: Served, name: str) -> None:
    formatter = served.board.client.catalogue.formatters[name]
    got = served.ask("GET", f"/api/results.{name}")
    assert (got.status, got.headers["content-type"]) == (200, formatter.content_type)
    assert "work" in got.text
    assert "me@example.com" not in got.text


def test_formats_say_what_the_command_line_says(served: Served) -> None:
    style = codex_quota.Style(now=NOW, tz=UTC)
    plain = served.board.client.catalogue.formatters["plain"].format(served.board.results().snapshots, style)
    assert served.ask("GET", "/api/results.plain").text == plain
    (record,) = csv.DictReader(io.StringIO(served.ask("GET", "/api/results.csv?account=work").text))
    assert (record["account"], record["five_hour_left_percent"]) == ("work", "88")
    assert [one["email"] for one in served.ask("GET", "/api/results.json", headers=BEARER).json["results"]][1] == "me@example.com"


def test_an_unknown_format_is_refused_with_those_there_are(served: Served) -> None:
    got = served.ask("GET", "/api/results.xml")
    error = {"code": "not_found", "message": "There is no format xml.", "hint": "There is csv, ics, json, plain, table."}
    assert (got.status, got.json) == (404, {"error": error})


class Leaky(codex_quota.Formatter):
    """A plugin's formatter that prints all it can get hold of."""

    name = "leaky"
    summary = "everything"

    def format(self, snapshots: Any, style: codex_quota.Style) -> str:
        return "".join(f"{snapshot!r}{snapshot.answer}{snapshot.account}" for snapshot in snapshots) + f"{style.emails}"


class Broken(codex_quota.Formatter):
    """A plugin's formatter that raises."""

    name = "broken"
    summary = "nothing"

    def format(self, snapshots: Any, style: codex_quota.Style) -> str:
        raise RuntimeError("secret of the plugin")


class Plugins:
    @codex_quota.hookimpl
    def register_formatters(self) -> list[codex_quota.Formatter]:
        return [Leaky(), Broken()]


def test_a_plugins_format_sees_no_more_than_its_visitor(served: Served) -> None:
    served.board.client.catalogue = codex_quota.Catalogue(plugins=[Plugins()])
    assert "me@example.com" not in served.ask("GET", "/api/results.leaky").text
    assert "me@example.com" in served.ask("GET", "/api/results.leaky", headers=BEARER).text


def test_a_plugins_format_that_fails_is_an_error_without_its_text(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served.board.client.catalogue = codex_quota.Catalogue(plugins=[Plugins()])
    got = served.ask("GET", "/api/results.broken")
    assert (got.status, got.json["error"]["code"]) == (500, "internal")
    assert "secret" not in got.text + capsys.readouterr().err


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refresh_asks_everybody_and_leads_back(served: Served, method: str) -> None:
    served.service.advance(timedelta(seconds=30))
    before = requests(served)
    got = served.ask(method, "/refresh?sort=left&only=usable", headers=PAGE | {"Content-Length": "0"})
    assert (got.status, got.headers["location"], got.text) == (303, "/?sort=left&only=usable", "")
    assert requests(served) == before + 3


def test_refresh_tells_programs_what_it_began(served: Served) -> None:
    served.service.advance(timedelta(seconds=30))
    first = served.ask("POST", "/refresh?account=work", headers=JSON | {"Content-Length": "0"})
    assert (first.status, first.json) == (200, {"started": ["work"], "running": [], "too_soon": []})
    second = served.ask("POST", "/refresh", headers=JSON | {"Content-Length": "0"})
    assert second.json == {"started": ["spent", "工作"], "running": [], "too_soon": ["work"]}


@pytest.mark.parametrize(
    ("method", "headers"), [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"})], ids=["HEAD", "a browser's prefetch"]
)
def test_looking_is_not_asking(served: Served, method: str, headers: dict[str, str]) -> None:
    served.service.advance(timedelta(seconds=30))
    before = requests(served)
    assert served.ask(method, "/refresh", headers=PAGE | headers).status == 303
    assert (requests(served), served.board.results().refreshing) == (before, frozenset())


def test_a_page_of_another_site_cannot_refresh(served: Served) -> None:
    before = requests(served)
    got = served.ask("POST", "/refresh", headers=PAGE | {"Origin": "https://evil.example", "Content-Length": "0"})
    assert (got.status, requests(served)) == (403, before)


def test_a_hanging_service_does_not_hang_the_page(served: Served) -> None:
    for name in ("work", "spent", "工作"):
        served.service.fail(served.service.accounts[name], Fault.hang())
    served.service.advance(timedelta(seconds=30))
    served.board.refresh()
    assert served.ask("GET", "/", headers=PAGE).text.count("asking now") == 4
    assert served.ask("GET", "/healthz").status == 200
    served.service.stop()


def test_health_tells_nothing_about_accounts(served: Served) -> None:
    got = served.ask("GET", "/healthz")
    assert (got.status, got.json, got.headers["content-type"]) == (200, {"status": "ok"}, "application/json")


def test_the_api_describes_itself(served: Served) -> None:
    got = served.ask("GET", "/api/openapi.json")
    assert (got.status, got.headers["content-type"], got.json["openapi"]) == (200, "application/json", "3.1.0")


@pytest.mark.parametrize(
    "path",
    ["/", "/?fragment=1", "/api/results", "/api/results.csv", "/healthz", "/api/openapi.json", "/static/app.css", "/nothing"],
)
def test_head_is_get_without_a_body(served: Served, path: str) -> None:
    get, head = (served.ask(method, path, headers=PAGE) for method in ("GET", "HEAD"))
    assert (head.status, head.text) == (get.status, "")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}
