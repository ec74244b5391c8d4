"""The charts in a real browser: legible on a phone, living, read aloud, linked from the quota page, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pasts import MONTH, history_of, lived
from served import Served

from codex_quota.simulated import SimulatedService

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from conftest import Open


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expected

    return expected(locator)


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    """The service on a Tuesday, so that work is always under way."""
    with SimulatedService(now=datetime(2026, 11, 24, 13, 20, tzinfo=UTC)) as running:
        yield running


@pytest.fixture
def aged(served: Served, environ: dict[str, str]) -> Served:
    """The dashboard, with accounts that have lived through five weeks."""
    accounts, history = served.service.accounts, history_of(environ)
    lived(accounts["work"], history, busy=1.15, seed=3, away=(4.6, 3.9))
    lived(accounts["low"], history, busy=2.6, seed=5, failed=(1.2, 0.7))
    lived(accounts["free"], history, MONTH, busy=1.3, seed=9)
    served.service.advance(timedelta(seconds=15))
    served.board.refresh(["work", "low", "free"], wait=20)
    return served


def figure(page: Page, account: str, window: str) -> Locator:
    """One chart, with its words and its table."""
    section = page.locator("section.charts", has=page.get_by_role("heading", name=account, exact=True, level=2))
    found: Locator = section.locator("figure", has=page.get_by_role("heading", name=window, exact=True, level=3))
    return found


@pytest.mark.parametrize("path", ["/charts", "/charts?span=24h", "/charts?span=30d&account=low"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_serious(open_page: Open, aged: Served, path: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path, color_scheme=scheme, width=width)
    for folded in page.locator("summary").all():
        folded.click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")] == []


SPANS = ("24h", "7d", "30d")
MEASURED = """() => {
    const sizes = new Set(), touching = [], outside = [];
    for (const chart of document.querySelectorAll("figure > svg")) {
        const words = [...chart.querySelectorAll("text")].filter((text) => text.getClientRects().length);
        const boxes = words.map((text) => [text.textContent, text.getBoundingClientRect()]);
        for (const text of words) sizes.add(parseFloat(getComputedStyle(text).fontSize));
        boxes.forEach(([a, one], index) => {
            if (one.left < 0 || one.right > innerWidth) outside.push(a);
            for (const [b, other] of boxes.slice(index + 1)) {
                const apart = one.right <= other.left || other.right <= one.left
                    || one.bottom <= other.top || other.bottom <= one.top;
                if (!apart) touching.push([a, b]);
            }
        });
    }
    return [[...sizes], touching, outside, document.documentElement.scrollWidth];
}"""


@pytest.mark.parametrize("width", [320, 390, 1000, 1280])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_words_are_large_enough_and_do_not_touch(open_page: Open, aged: Served, width: int, locale: str) -> None:
    for span in SPANS:
        page = open_page(f"/charts?span={span}", width=width, locale=locale)
        expect(page.locator("figure > svg")).to_have_count(7)
        sizes, touching, outside, wide = page.evaluate(MEASURED)
        assert (span, min(sizes) >= 12, touching, outside, wide) == (span, True, [], [], width)


def test_a_chart_is_as_wide_as_its_room_and_its_strokes_stay_thin(open_page: Open, aged: Served) -> None:
    widths = {}
    for width in (390, 1280):
        page = open_page("/charts?account=work", width=width)
        drawn = figure(page, "work", "weekly").locator("> svg")
        room, box = figure(page, "work", "weekly").bounding_box(), drawn.bounding_box()
        assert room is not None
        assert box is not None
        widths[width] = (round(room["width"] - box["width"]), box["height"] > 140)
        assert drawn.locator("path.line").first.evaluate("path => getComputedStyle(path).vectorEffect") == "non-scaling-stroke"
    assert widths == {390: (37, True), 1280: (42, True)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_those_of_the_scheme(open_page: Open, aged: Served, scheme: str) -> None:
    page = open_page("/charts", color_scheme=scheme)
    drawn = figure(page, "work", "weekly")
    style = "(path) => [getComputedStyle(path).stroke, getComputedStyle(path).strokeDasharray]"
    assert [drawn.locator(kind).first.evaluate(style) for kind in ("path.line", "path.expected")] == {
        "light": [["rgb(23, 148, 140)", "none"], ["rgb(122, 79, 181)", "5px, 4px"]],
        "dark": [["rgb(63, 185, 174)", "none"], ["rgb(183, 154, 236)", "5px, 4px"]],
    }[scheme]


def test_news_come_in_place(open_page: Open, aged: Served) -> None:
    page = open_page("/charts?account=work&span=24h")
    weekly = figure(page, "work", "weekly")
    weekly.locator("summary").click()
    weekly.evaluate("element => { element.mine = true }")
    before = weekly.locator(".figure").inner_text()
    aged.service.accounts["work"].use(weekly=9)
    aged.service.advance(timedelta(minutes=2))
    aged.board.refresh(["work"], wait=20)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(weekly.locator(".figure")).not_to_have_text(before)
    expect(weekly.get_by_role("table")).to_be_visible()
    assert weekly.evaluate("element => element.mine")


def test_a_screen_reader_hears_a_name_and_a_table(open_page: Open, aged: Served) -> None:
    page = open_page("/charts?account=work")
    weekly = figure(page, "work", "weekly")
    drawn = weekly.get_by_role("img")
    expect(drawn).to_have_accessible_name("Chart of weekly over 7 d; the table below has its figures.")
    weekly.locator("summary").click()
    heads = weekly.get_by_role("columnheader").all_inner_texts()
    assert heads == ["From", "Left at the end", "Least", "Remarks"]
    assert weekly.get_by_role("rowheader").count() >= 28
    assert "nothing read" in weekly.get_by_role("table").inner_text()


def test_from_a_card_to_its_charts_and_on(open_page: Open, aged: Served) -> None:
    page = open_page("/")
    page.get_by_role("link", name="work", exact=True).click()
    page.wait_for_url("**/charts?account=work")
    page.get_by_role("link", name="30 d").click()
    page.wait_for_url("**/charts?account=work&span=30d")
    page.get_by_label("Account").select_option("low")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/charts?span=30d&account=low")
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["low"]
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Charts").click()
    page.wait_for_url("**/charts")
    assert len(page.get_by_role("heading", level=2).all()) == 5


def test_a_card_has_the_last_week_in_small(open_page: Open, aged: Served) -> None:
    page = open_page("/?layout=cards")
    small = page.get_by_role("link", name="Charts of free, 7 d")
    expect(small.locator("path.line").first).to_be_visible()
    expect(small).to_have_attribute("href", "/charts?account=free")


def test_without_javascript(open_page: Open, aged: Served) -> None:
    page = open_page("/charts?span=24h", java_script_enabled=False)
    weekly = figure(page, "work", "weekly")
    expect(weekly.locator("path.line").first).to_be_visible()
    weekly.locator("summary").click()
    expect(weekly.get_by_role("table")).to_be_visible()
    page.get_by_label("Account").select_option("free")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["free"]


def test_times_are_those_of_the_browser(open_page: Open, aged: Served) -> None:
    page = open_page("/charts", timezone_id="Asia/Tokyo")
    expect(page.get_by_text("Times are in Asia/Tokyo.")).to_be_visible()
