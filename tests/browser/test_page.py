"""The quota page in a real browser: living, filtered, dark, small, read aloud, and without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from codex_quota.wording import countdown

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from served import Served

    from conftest import Open

LOST = ("Failed to load resource",)


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expected

    return expected(locator)


def card(page: Page, name: str) -> Locator:
    """The card or the row of an account."""

    found: Locator = page.locator("[data-items] > *", has=page.get_by_text(name, exact=True))
    return found


def names(page: Page) -> list[str]:
    """The accounts that can be seen, in their order."""
    return [text.strip() for text in page.locator("[data-items] > :not([hidden]) :is(h2, .name)").all_inner_texts()]


def use(served: Served, name: str, percent: float) -> None:
    """Use some of an account's five hours, and let the dashboard ask."""
    served.service.accounts[name].use(five_hour=percent)
    served.service.advance(timedelta(seconds=15))
    served.board.refresh([name], wait=20)


def ask_now(page: Page) -> None:
    """Let the page ask for news at once, as it does when its tab comes to the front."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("layout", ["cards", "table"])
def test_news_come_in_place(open_page: Open, served: Served, layout: str) -> None:
    page = open_page(f"/?layout={layout}", viewport={"width": 500, "height": 320})
    folded = card(page, "low" if layout == "cards" else "free").locator("details")
    folded.locator("summary").click()
    page.locator("#q").fill("o")
    page.evaluate("scrollTo(0, 260)")
    card(page, "work").evaluate("element => { element.mine = true }")
    before = page.evaluate("scrollY")
    expect(card(page, "work")).to_contain_text("88%")
    use(served, "work", 30)
    ask_now(page)
    expect(card(page, "work")).to_contain_text("58%")
    assert card(page, "work").evaluate("element => element.mine")
    expect(folded).to_have_attribute("open", "")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("o")
    assert (page.evaluate("scrollY"), before) == (before, 260)
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_the_page_asks_by_itself(open_page: Open, served: Served) -> None:
    page = open_page()
    use(served, "work", 10)
    expect(card(page, "work")).to_contain_text("78%", timeout=20_000)


def test_accounts_come_and_go_in_place(open_page: Open, served: Served) -> None:
    page = open_page()
    card(page, "work").evaluate("element => { element.mine = true }")
    served.service.add("another", five_hour=50)
    served.service.write_accounts(served.directory)
    (served.directory / "spent.auth.json").unlink()
    served.board.account_files_changed()
    with served.board._changed:
        wanted = {"another", "free", "low", "work", "工作"}
        served.board._changed.wait_for(lambda: {s.account.name for s in served.board.results().snapshots} == wanted, 20)
    ask_now(page)
    expect(card(page, "another")).to_be_visible()
    assert names(page) == ["another", "free", "low", "work", "工作"]
    assert card(page, "work").evaluate("element => element.mine")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p id=a>1</p><p id=b>2</p>", "<p id=a>3</p><p id=b>2</p>"),
        ("<p id=a>1</p> <p id=b>2</p>", "\n<p id=b>2</p>\n<p id=c>3</p><p id=a>1</p>"),
        ("<p id=a>1</p><p id=b>2</p><p id=c>3</p>", "<p id=c>3</p>"),
        ("<div><input id=a></div><p id=b>2</p>", "<p>a notice</p> <div><input id=a></div><p id=b>2</p>"),
        ("<p>a notice</p> <div><input id=a></div>", "<div><input id=a></div>"),
        ("<p>a notice</p> <div id=d><input id=a></div><p>end</p>", "<div id=d><input id=a></div><p>end</p>"),
        ("<div><input id=a></div> <p>end</p>", "<p>a notice</p> <div><input id=a></div> <p>end</p>"),
        ("text<ul><li id=a>1</li></ul>tail", "<ul title=x><li id=b>2</li><li id=a>1</li></ul>tail<b>!</b>"),
        ("<p id=a class=x hidden>1</p>", "<p id=a title=y>1</p>"),
        ("<p id=a>1</p>", "<div id=a>1</div>"),
        ("", "<p id=a>1</p>"),
        ("<p id=a>1</p>", ""),
    ],
)
def test_a_new_version_replaces_only_what_differs(open_page: Open, before: str, after: str) -> None:
    page = open_page("/nothing", expected=LOST)
    page.add_script_tag(url=page.locator("link[rel=stylesheet]").get_attribute("href").replace("app.css", "morph.js"))  # type: ignore[union-attr]
    html, wanted, moved = page.evaluate(
        """([before, after]) => {
            const make = (html) => {
                const made = document.createElement("div");
                made.innerHTML = html;
                return made;
            };
            const now = make(before), next = make(after), wanted = next.innerHTML;
            document.body.append(now);
            const mine = new Map([...now.querySelectorAll("[id]")].map((element) => [element.id + element.nodeName, element]));
            morph(now, next);
            const replaced = [...now.querySelectorAll("[id]")].filter((element) => {
                const old = mine.get(element.id + element.nodeName);
                return old && old !== element;
            });
            return [now.innerHTML, wanted, replaced.map((element) => element.id)];
        }""",
        [before, after],
    )
    assert (html, moved) == (wanted, [])


def test_what_the_reader_has_in_hand_stays(open_page: Open, served: Served) -> None:
    page = open_page("/?layout=table")
    page.locator("#q").focus()
    page.evaluate("document.getElementById('q').mine = true")
    served.board.problem("test", "The disk is full.")
    ask_now(page)
    expect(page.get_by_text("The disk is full.")).to_be_visible()
    served.board.problem("test", None)
    ask_now(page)
    expect(page.get_by_text("The disk is full.")).to_be_hidden()
    expect(page.locator("#q")).to_be_focused()
    assert page.evaluate("document.getElementById('q').mine")


def test_countdowns_run_while_the_connection_is_lost(open_page: Open) -> None:
    page = open_page(expected=LOST)
    page.clock.install(time=datetime.now(UTC))
    page.reload()
    expect(card(page, "work")).to_contain_text("3h 29m")
    page.context.set_offline(True)
    page.clock.fast_forward("00:05:00")
    expect(card(page, "work")).to_contain_text("3h 24m")
    expect(card(page, "work")).to_contain_text("read 5m ago")
    expect(page.get_by_role("alert")).to_contain_text("The connection is lost.")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("alert")).to_be_hidden()


LENGTHS = [0, 1, 59, 60, 61, 3599, 3600, 3660, 7384, 86399, 86400, 90000, 90060, 9 * 86400 + 3600, 10 * 86400 + 3600, 10**8]


@pytest.mark.parametrize(("locale", "said"), [("en-US", "4d 5h"), ("zh-CN", "4 天 5 小时")])
def test_countdowns_are_rounded_and_worded_as_on_the_command_line(open_page: Open, locale: str, said: str) -> None:
    from codex_quota.builtin.dashboard.language import choose

    lengths = [*LENGTHS, 4 * 86400 + 5 * 3600]
    page = open_page(locale=locale, expected=LOST)
    page.route("**/?*", lambda route: route.abort())
    page.clock.install(time=datetime.now(UTC))
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.reload()
    shown = page.evaluate(
        """lengths => {
            const times = lengths.map((length) => {
                const time = document.createElement("time");
                time.dataset.left = "";
                time.dateTime = new Date(Date.now() + length * 1000).toISOString();
                document.getElementById("live").append(time);
                return time;
            });
            document.dispatchEvent(new Event("visibilitychange"));
            return times.map((time) => time.textContent);
        }""",
        lengths,
    )
    assert shown == [countdown(timedelta(seconds=length), choose(locale).say) for length in lengths]
    assert shown[-1] == said


def test_a_hidden_tab_does_not_ask(open_page: Open) -> None:
    page = open_page()
    page.clock.install(time=datetime.now(UTC))
    page.reload()
    asked: list[str] = []
    page.on("request", lambda request: "/?" in request.url and asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.away === true })")
    page.evaluate("window.away = true")
    page.clock.run_for("00:02:00")
    assert asked == []
    page.evaluate("window.away = false")
    with page.expect_response("**/?fragment=1"):
        ask_now(page)
    assert len(asked) == 1


def test_filters_work_at_once_and_stand_in_the_address(open_page: Open) -> None:
    page = open_page()
    assert names(page) == ["free", "low", "spent", "work", "工作"]
    page.get_by_label("Find an account").fill("W")
    assert names(page) == ["low", "work"]
    page.get_by_role("link", name="Exhausted 1").click()
    assert names(page) == []
    expect(page.get_by_text("No account matches.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    assert (names(page), page.get_by_label("Find an account").input_value()) == (["free", "low", "spent", "work", "工作"], "")
    page.get_by_role("link", name="Not read 1").click()
    assert (names(page), page.url.partition("?")[2]) == (["工作"], "only=failed")
    expect(page.get_by_role("link", name="Not read 1")).to_have_attribute("aria-current", "true")
    page.reload()
    assert names(page) == ["工作"]


def test_sorting_works_at_once(open_page: Open) -> None:
    page = open_page("/?layout=table")
    page.get_by_role("link", name="Most left").click()
    assert names(page) == ["free", "work", "low", "spent", "工作"]
    page.get_by_role("link", name="Next reset").click()
    assert names(page) == ["low", "spent", "work", "free", "工作"]
    assert page.url.partition("?")[2] == "layout=table&sort=reset"
    page.get_by_role("link", name="Cards").click()
    page.wait_for_url("**/?layout=cards*")


def test_the_refresh_button_asks_without_leaving_the_page(open_page: Open, served: Served) -> None:
    page = open_page()
    page.evaluate("window.mine = true")
    served.service.accounts["work"].use(five_hour=20)
    served.service.advance(timedelta(seconds=15))
    page.get_by_role("button", name="Refresh").click()
    expect(card(page, "work")).to_contain_text("68%")
    assert page.evaluate("window.mine")


def test_times_are_those_of_the_browser(open_page: Open) -> None:
    page = open_page("/", timezone_id="Asia/Tokyo")
    expect(page.get_by_text("Times are in Asia/Tokyo.")).to_be_visible()
    page.reload()
    assert "Times are in Asia/Tokyo." in page.content()


@pytest.mark.parametrize("layout", ["cards", "table"])
@pytest.mark.parametrize("width", [320, 390, 1000, 1920])
def test_nothing_is_wider_than_the_window(open_page: Open, served: Served, layout: str, width: int) -> None:
    served.service.add("a-very-long-name-without-any-place-to-break-" + "x" * 50, plan="self_serve_business_usage_based")
    served.service.write_accounts(served.directory)
    served.board.account_files_changed()
    with served.board._changed:
        assert served.board._changed.wait_for(lambda: len(served.board.results().snapshots) == 6, 20)
    for locale in ("en-US", "zh-CN"):
        page = open_page(f"/?layout={layout}", width=width, locale=locale)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_dark_where_the_system_is(open_page: Open) -> None:
    colours = {
        scheme: open_page(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert colours == {"light": "rgb(245, 246, 247)", "dark": "rgb(15, 19, 22)"}


def test_nothing_moves_for_who_does_not_want_that(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    moving = "[...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("path", ["/?layout=cards", "/?layout=table", "/?q=nobody", "/nothing"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious(open_page: Open, path: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path, color_scheme=scheme, width=width, expected=LOST if path == "/nothing" else ())
    for folded in page.locator("summary:visible").all():
        folded.click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_an_empty_dashboard_says_what_to_do(open_page: Open, served: Served) -> None:
    for file in served.directory.iterdir():
        file.unlink()
    served.board.account_files_changed()
    with served.board._changed:
        served.board._changed.wait_for(lambda: not served.board.results().snapshots, 20)
    page = open_page()
    expect(page.get_by_role("heading", name="No accounts yet")).to_be_visible()
    expect(page.get_by_role("link", name="Add an account")).to_have_attribute("href", "/auth/new")


def test_the_keyboard_reaches_the_content_first(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle + document.activeElement.textContent.trim()")
    assert outline == "solidRefresh"


def test_a_screen_reader_hears_what_the_bars_show(open_page: Open) -> None:
    page = open_page()
    assert [page.get_by_role(role).count() for role in ("banner", "main", "search")] == [1, 1, 1]
    expect(page.get_by_role("status")).to_contain_text("3 of 5 usable, 1 unknown, next back ")
    heard = card(page, "work").aria_snapshot()
    assert 'heading "work" [level=2]' in heard
    assert "text: 5 h 88% left" in heard


class TestWithoutJavaScript:
    """Everything but counting down."""

    def test_the_page_is_whole_and_loads_itself_again(self, open_page: Open) -> None:
        page = open_page(java_script_enabled=False)
        expect(card(page, "work")).to_contain_text("88%")
        assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"

    def test_filters_and_order_are_links_and_a_form(self, open_page: Open) -> None:
        page = open_page(java_script_enabled=False)
        page.get_by_role("link", name="Most left").click()
        page.get_by_label("Find an account").fill("o")
        page.get_by_role("button", name="Find").click()
        assert (names(page), page.url.partition("?")[2]) == (["work", "low"], "sort=left&q=o")
        page.get_by_role("link", name="Table").click()
        assert names(page) == ["work", "low"]

    def test_the_refresh_button_leads_back(self, open_page: Open, served: Served) -> None:
        page = open_page("/?sort=left", java_script_enabled=False)
        served.service.accounts["work"].use(five_hour=20)
        served.service.advance(timedelta(seconds=15))
        page.get_by_role("button", name="Refresh").click()
        expect(card(page, "work")).to_contain_text("68%")
        assert page.url.endswith("/?sort=left")
