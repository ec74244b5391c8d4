"""Accounts managed in a real browser: added, tried, renamed, deleted; wrong files, ended sessions, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codex_quota.builtin.dashboard.sessions import IDLE_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page
    from served import Served

    from conftest import Open

TOKEN = "right-token-0123456789"
REFUSED = ("Failed to load resource",)


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expected

    return expected(locator)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(open_page: Open, request: pytest.FixtureRequest) -> Page:
    """The list of accounts, signed in through the form."""
    page = open_page("/auth", expected=REFUSED, java_script_enabled=request.param, locale="en-GB")
    page.get_by_label("Admin token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    return page


def sign_in_file(served: Served, directory: Path, name: str, **options: Any) -> Path:
    """The sign-in of a new account of the service, as a file to upload."""
    path = directory / f"{name}.auth.json"
    path.write_text(served.service.add(name, **options).auth_json())
    return path


def problem(page: Page) -> Locator:
    return page.get_by_role("alert")


def test_an_account_is_tried_added_renamed_and_deleted(page: Page, served: Served, tmp_path: Path) -> None:
    file = sign_in_file(served, tmp_path, "new", plan="pro", five_hour=(12, timedelta(hours=3)))
    page.get_by_role("link", name="Add an account").click()
    page.get_by_label("Content of auth.json").fill(file.read_text())
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status")).to_contain_text("What the service says")
    expect(page.get_by_role("status")).to_contain_text("88")
    expect(page.get_by_label("Content of auth.json")).to_have_value("")
    page.get_by_label("Name", exact=True).fill("work")
    page.get_by_role("button", name="Save").click()
    expect(problem(page)).to_have_text("There is an account named work already. Choose another name, or edit that account.")
    page.get_by_label("Name", exact=True).fill("private 1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("private 1 is saved.")
    assert served.files()["private 1.auth.json"] == file.read_text()

    page.get_by_role("link", name="Edit private 1").click()
    page.get_by_label("Name", exact=True).fill("私人")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("私人 is saved.")
    assert served.files()["私人.auth.json"] == file.read_text()
    assert "private 1.auth.json" not in served.files()

    page.get_by_role("button", name="Delete 私人").click()
    page.get_by_role("link", name="Cancel").click()
    assert "私人.auth.json" in served.files()
    page.get_by_role("button", name="Delete 私人").click()
    page.get_by_role("button", name="Delete 私人").click()
    expect(page.get_by_role("status")).to_have_text("私人 is deleted.")
    assert "私人.auth.json" not in served.files()


def test_files_are_uploaded_and_wrong_ones_told(page: Page, served: Served, tmp_path: Path) -> None:
    good, wrong = sign_in_file(served, tmp_path, "good"), tmp_path / "wrong.auth.json"
    wrong.write_text('{"tokens": {"access_token": "eyJ')
    before = served.files()
    page.get_by_role("link", name="Add an account").click()
    page.get_by_label("Name", exact=True).fill("wrong")
    page.get_by_label("Or the file").set_input_files(wrong)
    page.get_by_role("button", name="Save").click()
    expect(problem(page)).to_contain_text("The sign-in is cut off or is not JSON.")
    assert served.files() == before
    page.get_by_label("Files", exact=True).set_input_files([good, wrong])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("row", name="good.auth.json")).to_contain_text("saved")
    expect(page.get_by_role("row", name="wrong.auth.json")).to_contain_text("The sign-in is cut off or is not JSON.")
    assert served.files() == {**before, "good.auth.json": good.read_text()}


def test_a_session_that_ends_loses_nothing(page: Page, served: Served) -> None:
    before = served.files()
    page.get_by_role("link", name="Edit work").click()
    served.clock.seconds += IDLE_SECONDS + 1
    page.get_by_label("Name", exact=True).fill("home")
    page.get_by_role("button", name="Save").click()
    expect(problem(page)).to_have_text(
        "You are not signed in any more, so nothing was changed. Sign in, then send the form again."
    )
    assert served.files() == before
    page.get_by_label("Admin token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"http://127.0.0.1:{served.port}/auth")
    expect(page.get_by_label("Admin token")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_account_pages_suit_everybody(open_page: Open, served: Served, width: int, scheme: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    (served.directory / "broken.auth.json").write_text("{")
    page = open_page("/auth", expected=REFUSED, width=width, color_scheme=scheme)
    paths = ["/auth/login", f"/auth?token={TOKEN}", "/auth/new", "/auth/edit?name=work", "/nowhere"]
    for path in paths:
        page.goto(f"http://127.0.0.1:{served.port}{path}")
        found = [(path, rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def linking(chromium: Browser, served: Served) -> Iterator[Page]:
    """A page of another site, with links to the dashboard, in a browser of its own."""
    home = f"http://127.0.0.1:{served.port}"
    links = {"with the token": f"{home}/auth?token={TOKEN}", "to the accounts": f"{home}/auth", "to the form": f"{home}/auth/new"}
    html = "".join(f'<p><a href="{address}">{text}</a>' for text, address in links.items())
    context = chromium.new_context()
    context.route("http://logs.example/**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page = context.new_page()
    page.goto("http://logs.example/")
    yield page
    context.close()


def test_a_link_on_another_site_leads_in(linking: Page, served: Served) -> None:
    for text, heading in (("with the token", "Accounts"), ("to the accounts", "Accounts"), ("to the form", "Add an account")):
        linking.goto("http://logs.example/")
        linking.get_by_role("link", name=text).click()
        expect(linking.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert TOKEN not in linking.url


def test_a_foreign_page_can_neither_load_nor_send_nor_frame_anything(linking: Page, served: Served) -> None:
    linking.get_by_role("link", name="with the token").click()
    expect(linking.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
    before, asked = served.files(), len(served.service.requests)
    linking.goto("http://logs.example/")
    home = f"http://127.0.0.1:{served.port}"
    read = """async home => {
        const mine = {credentials: "include"}, body = new URLSearchParams({name: "work", confirm: "yes"});
        const words = async answer => await answer.text() || Promise.reject();
        const tries = ["/api/results", "/refresh", "/auth"].flatMap(path => [
            fetch(home + path, mine),
            fetch(home + path, {...mine, mode: "no-cors"}).then(words),
        ]);
        tries.push(fetch(home + "/auth/delete", {...mine, method: "POST", body}));
        return (await Promise.allSettled(tries)).map(result => result.status);
    }"""
    assert linking.evaluate(read, home) == ["rejected"] * 7
    linking.set_content(
        f'<iframe src="{home}/"></iframe><form method="post" action="{home}/auth/delete">'
        '<input name="name" value="work"><input name="confirm" value="yes"><button>go</button></form>'
    )
    linking.wait_for_timeout(300)
    assert all("Quota" not in frame.content() for frame in linking.frames)
    linking.get_by_role("button", name="go").click()
    expect(linking.locator("main")).to_contain_text("Another site (http://logs.example) sent this request")
    assert (served.files(), len(served.service.requests)) == (before, asked)
