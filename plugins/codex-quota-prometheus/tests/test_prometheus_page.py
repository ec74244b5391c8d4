"""``/metrics``: what the route answers, and what a real dashboard makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import codex_quota_prometheus
import pytest
from codex_quota_prometheus import Metrics
from prometheus_world import BEARER, OPENMETRICS, TEXT, ask, formatted, page, read, request, serving, snapshot, values, window

import codex_quota
from codex_quota.testing import RouteContract, SimulatedService


class TestMetrics(RouteContract):
    """The route does what every route has to."""

    def make(self) -> codex_quota.Route:
        return Metrics()

    def test_it_gives_the_same_answer_from_two_threads(self, tmp_path: Path) -> None:
        """The same but for the count of answers, which misses none."""
        route = Metrics()
        with ThreadPoolExecutor(4) as pool:
            texts = [str(answer.body) for answer in pool.map(lambda _: route.answer(request(snapshot(window()))), range(40))]
        assert sorted(values(text, "codex_quota_scrapes_total") for text in texts) == list(range(1, 41))
        assert len({text.partition("# HELP codex_quota_scrapes_total")[0] for text in texts}) == 1


def test_the_page_has_what_the_format_has_and_two_counters() -> None:
    extra = read(page(snapshot(window()))).items() - read(formatted(snapshot(window()))).items()
    assert {name for (name, _), _ in extra} == {"codex_quota_scrapes_total", "codex_quota_upstream_requests_total"}


def test_each_dashboard_counts_for_itself() -> None:
    (first,), (second,) = codex_quota_prometheus.register_routes(), codex_quota_prometheus.register_routes()
    texts = [str(route.answer(request()).body) for route in (first, first, second)]
    assert [values(text, "codex_quota_scrapes_total") for text in texts] == [1, 2, 1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(scope="module")
def service() -> Iterator[SimulatedService]:
    with SimulatedService() as service:
        service.add("work", five_hour=20, weekly=60, limits={"GPT-5.3-Codex-Spark": (100, 63)})
        service.sign_out(service.add("home"))
        yield service


@pytest.fixture(scope="module")
def address(service: SimulatedService, place: Path) -> Iterator[str]:
    with serving(service=service, directory=place) as address:
        yield f"{address}/metrics"


@pytest.mark.parametrize("headers", [{}, BEARER], ids=["anybody", "admin"])
def test_a_scrape_of_a_real_dashboard(address: str, headers: dict[str, str]) -> None:
    got = ask(address, **headers)
    assert (got.status, got.headers["Content-Type"]) == (200, TEXT)
    assert values(got.text, "codex_quota_window_used_ratio", "account", "limit", "window") == {
        ("work", "codex", "five_hour"): 0.2,
        ("work", "codex", "weekly"): 0.6,
        ("work", "GPT-5.3-Codex-Spark", "five_hour"): 1,
        ("work", "GPT-5.3-Codex-Spark", "weekly"): 0.63,
    }
    assert values(got.text, "codex_quota_up", "account") == {"work": 1, "home": 0}
    assert values(got.text, "codex_quota_error", "account", "code")["home", "unauthorized"] == 1
    assert set(values(got.text, "codex_quota_token_expiry_timestamp_seconds", "account")) == {"work", "home"}
    assert "@" not in got.text


def test_requests_to_the_service_are_counted(address: str, service: SimulatedService) -> None:
    counted = values(ask(address).text, "codex_quota_upstream_requests_total", "outcome")
    assert {outcome: count for outcome, count in counted.items() if count} == {
        "200": sum(one.account == "work" for one in service.requests),
        "401": sum(one.account == "home" for one in service.requests),
    }


def test_scrapes_are_counted_and_ask_nobody(address: str, service: SimulatedService) -> None:
    before = len(service.requests)
    counts = [values(ask(address).text, "codex_quota_scrapes_total") for _ in range(3)]
    assert [count - counts[0] for count in counts] == [0, 1, 2]
    assert len(service.requests) == before


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", TEXT),
        ("text/plain;version=0.0.4", TEXT),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPENMETRICS),
        ("application/openmetrics-text;version=1.0.0;q=0.1,text/plain;version=0.0.4;q=0.5", TEXT),
        ("application/openmetrics-text;q=0, */*;q=0.1", TEXT),
    ],
)
def test_the_answer_is_what_its_content_type_says(address: str, accept: str, expected: str) -> None:
    got = ask(address, Accept=accept)
    assert got.headers["Content-Type"] == expected
    assert got.text.endswith("\n# EOF\n") == (expected == OPENMETRICS)
    assert values(got.text, "codex_quota_accounts") == 2


def test_head_has_the_headers_and_no_body(address: str) -> None:
    head = ask(address, "HEAD")
    assert (head.status, head.headers["Content-Type"], head.text) == (200, TEXT, "")


def test_nothing_is_changed_through_it(address: str) -> None:
    assert [ask(address, method).status for method in ("POST", "PUT", "DELETE")] == [405, 405, 405]


def test_the_format_has_an_address_too(address: str) -> None:
    got = ask(address.replace("/metrics", "/api/results.prometheus"))
    assert (got.status, got.headers["Content-Type"]) == (200, TEXT)
    assert values(got.text, "codex_quota_up", "account") == {"work": 1, "home": 0}


def test_a_token_below_a_path_under_another_name(service: SimulatedService, tmp_path: Path) -> None:
    words = ("--require-token", "--base-path", "/quota", "--allowed-host", "codex-quota")
    with serving(*words, service=service, directory=tmp_path) as address:
        assert address.endswith("/quota")
        statuses = {
            "nobody": ask(f"{address}/metrics").status,
            "wrong": ask(f"{address}/metrics", Authorization="Bearer wrong-token").status,
            "right": ask(f"{address}/metrics", **BEARER).status,
            "without the path": ask(f"{address.removesuffix('/quota')}/metrics", **BEARER).status,
            "the container's name": ask(f"{address}/metrics", Host="codex-quota:8081", **BEARER).status,
            "another name": ask(f"{address}/metrics", Host="elsewhere:8081", **BEARER).status,
        }
    assert statuses == {
        "nobody": 401,
        "wrong": 401,
        "right": 200,
        "without the path": 200,
        "the container's name": 200,
        "another name": 403,
    }
