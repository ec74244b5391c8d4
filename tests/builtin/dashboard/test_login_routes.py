"""Signing in and out over a real socket, and what a visitor without the token does not get."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from served import TOKEN, Browser, Served, serving

from codex_quota.builtin.dashboard.sessions import IDLE_SECONDS
from codex_quota.simulated import SimulatedService


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    service.add("work", email="me@example.com")
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ) as running:
        yield running


@pytest.fixture
def browser(served: Served) -> Browser:
    return Browser(served)


ACCOUNT_PAGES = ["/auth", "/auth/", "/auth/new", "/auth/edit?name=work", "/auth/upload", "/auth/login"]


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_without_a_session_the_account_pages_are_a_form_for_the_token(browser: Browser, path: str) -> None:
    got = browser.get(path)
    assert got.status == (200 if path == "/auth/login" else 401)
    assert '<input id="token" name="token" type="password"' in got.text
    assert got.headers["cache-control"] == "no-store"
    assert got.cookies == []
    assert [secret for secret in ("work", "me@example.com", TOKEN) if secret in got.words] == []


@pytest.mark.parametrize("path", ["/auth/save", "/auth/delete", "/auth/upload", "/auth/logout"])
def test_without_a_session_nothing_is_changed(browser: Browser, served: Served, path: str) -> None:
    before = served.files()
    got = browser.post(
        path, {"name": "work", "auth_json": '{"access_token": "stolen-token"}', "original_name": "work", "confirm": "yes"}
    )
    assert got.status == 401
    assert "You are not signed in any more, so nothing was changed." in got.words
    assert (served.files(), "stolen-token" in got.text) == (before, False)


@pytest.mark.parametrize("path", ["/auth", "/auth/edit?name=work"])
def test_a_program_without_token_gets_json(served: Served, path: str) -> None:
    got = served.ask("GET", path, headers={"Accept": "application/json"})
    assert (got.status, got.headers["www-authenticate"]) == (401, 'Bearer realm="codex-quota"')
    assert got.json["error"]["code"] == "token_needed"


def test_the_link_from_the_log_makes_a_session_and_a_clean_address(browser: Browser, served: Served) -> None:
    got = browser.get(f"/auth?token={TOKEN}")
    assert (got.status, got.headers["location"], got.text) == (303, "/auth", "")
    (cookie,) = got.cookies
    value, *attributes = cookie.split("; ")
    assert value.startswith(f"codex_quota_{served.port}=")
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Strict"]
    assert TOKEN not in cookie
    page = browser.get("/auth")
    assert (page.status, "work" in page.words) == (200, True)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/auth/new?token={}", "/auth/new"),
        ("/auth/edit?name=%E5%B7%A5%E4%BD%9C&token={}", "/auth/edit?name=%E5%B7%A5%E4%BD%9C"),
        ("/auth/login?token={}", "/auth"),
        ("/auth/login?next=/auth/new&token={}", "/auth/new"),
        ("/auth/login?next=//evil.example&token={}", "/auth"),
        ("/auth/login?next=https://evil.example/&token={}", "/auth"),
        ("/auth/login?next=/auth/edit?name=a%0d%0aX: 1&token={}", "/auth"),
        ("/auth/login?next=/auth/../..//evil.example&token={}", "/auth"),
        ("/auth/login?next=/&token={}", "/"),
    ],
)
def test_the_token_leads_back_to_the_page_and_nowhere_else(browser: Browser, path: str, location: str) -> None:
    got = browser.get(quote(path.format(TOKEN), safe="/?=&%:"))
    assert (got.status, got.headers["location"]) == (303, location)


ELSEWHERE = [{"Sec-Fetch-Site": "cross-site"}, {"Referer": "http://logs.example/today"}, {"Referer": "nonsense"}]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_after_a_link_on_another_site_a_page_of_this_one_leads_on(browser: Browser, headers: dict[str, str]) -> None:
    got = browser.get(f"/auth?token={TOKEN}", **headers)
    assert (got.status, got.headers["refresh"], len(got.cookies)) == (200, "0; url=/auth", 1)
    assert ('href="/auth"' in got.text, TOKEN in got.text) == (True, False)
    stranger = Browser(browser.served)
    for path, place in {"/auth": "/auth", "/auth/login?next=/auth/new": "/auth/new"}.items():
        assert stranger.get(path, **headers).headers["refresh"] == f"0; url={place}"
    assert stranger.get(f"/auth?token={TOKEN}x", **headers).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Referer": "http://logs.example/"},
        {"Referer": "http://127.0.0.1/x"},
    ],
)
def test_whoever_is_here_already_is_not_led_on(browser: Browser, headers: dict[str, str]) -> None:
    assert browser.get("/auth", **headers).status == 401
    assert browser.get("/auth/login", **headers).status == 200
    assert browser.get(f"/auth?token={TOKEN}", **headers).status == 303


def test_a_wrong_link_opens_nothing(browser: Browser) -> None:
    got = browser.get("/auth?token=wrong-token")
    assert (got.status, got.cookies) == (401, [])
    assert "This is not the admin token." in got.words
    assert "wrong-token" not in got.text


def test_the_token_opens_nothing_but_account_pages(browser: Browser) -> None:
    assert browser.get(f"/?token={TOKEN}").cookies == []
    assert browser.get(f"/api/results?token={TOKEN}").cookies == []


def test_the_form_makes_a_session(browser: Browser) -> None:
    got = browser.post("/auth/login", {"token": f" {TOKEN} ", "next": "/auth/edit?name=work"})
    assert (got.status, got.headers["location"], len(got.cookies)) == (303, "/auth/edit?name=work", 1)
    assert browser.get("/auth").status == 200
    assert browser.get("/auth/login").headers["location"] == "/auth"


def test_wrong_tokens_are_told_and_then_slowed_down(browser: Browser, served: Served) -> None:
    answers = [browser.post("/auth/login", {"token": "wrong"}) for _ in range(6)]
    assert [got.status for got in answers] == [401] * 5 + [429]
    assert "This is not the admin token." in answers[0].words
    assert "Too many wrong tokens came from your address. Try again in 1 seconds." in answers[5].words
    assert answers[5].headers["retry-after"] == "1"
    assert browser.post("/auth/login", {"token": TOKEN}).status == 429
    assert browser.get(f"/auth?token={TOKEN}").status == 429
    served.clock.seconds += 1
    assert browser.post("/auth/login", {"token": TOKEN}).status == 303


def test_a_login_form_of_another_site_is_refused(browser: Browser) -> None:
    got = browser.post("/auth/login", {"token": TOKEN}, Origin="http://evil.example", **{"Sec-Fetch-Site": "cross-site"})
    assert (got.status, got.cookies) == (403, [])
    assert "Another site (http://evil.example) sent this request" in got.words


def test_signing_out_ends_the_session(browser: Browser) -> None:
    csrf = browser.sign_in()
    stolen = dict(browser.cookies)
    assert browser.post("/auth/logout", {}).status == 403
    got = browser.post("/auth/logout", {"csrf": csrf})
    assert (got.status, got.headers["location"], browser.cookies) == (303, "/", {})
    browser.cookies = stolen
    assert browser.get("/auth").status == 401


def test_a_session_that_has_ended_asks_for_the_token_again(browser: Browser, served: Served) -> None:
    csrf = browser.sign_in()
    before = served.files()
    served.clock.seconds += IDLE_SECONDS + 1
    assert browser.get("/auth/edit?name=work").value("next") == "/auth/edit?name=work"
    got = browser.post("/auth/delete", {"name": "work", "confirm": "yes", "csrf": csrf})
    assert (got.status, served.files()) == (401, before)
    assert "You are not signed in any more, so nothing was changed. Sign in, then send the form again." in got.words


def test_the_reading_pages_mask_emails_for_all_but_admins(browser: Browser, served: Served) -> None:
    served.board.refresh(wait=10)
    assert served.ask("GET", "/api/results").json["results"][0]["email"] == "m…@example.com"
    assert "me@example.com" not in browser.get("/").text
    browser.sign_in()
    assert "me@example.com" in browser.get("/").text
    assert served.script("GET", "/api/results").json["results"][0]["email"] == "me@example.com"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["/", "/api/results", "/auth", "/static/app.css"])
def test_a_foreign_name_gets_nothing(served: Served, host: str, path: str) -> None:
    got = served.ask("GET", path, host=host)
    assert (got.status, "work" in got.text) == (403, False)
    assert "--allowed-host" in got.text


def test_no_answer_names_the_server_or_its_version(served: Served, browser: Browser) -> None:
    browser.sign_in()
    answers = [
        browser.get("/auth"),
        browser.get("/nowhere"),
        served.ask("GET", "/", host="evil.example"),
        served.ask("POST", "/auth/save", body=b"x" * 100_001),
        served.ask("DELETE", "/auth"),
        served.ask("GET", "/%ff"),
    ]
    assert [got.status for got in answers] == [200, 404, 403, 413, 405, 400]
    for got in answers:
        assert {"server", "via", "x-powered-by", "access-control-allow-origin"} & set(got.headers) == set()
        assert [word for word in ("waitress", "Bottle", "Python", "Traceback") if word in got.text] == []
        assert got.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")


@pytest.fixture
def private(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Browser]:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    with serving(
        service,
        tmp_path / "account",
        environ,
        require_token=True,
        base_path="/quota",
        trusted_proxies=("127.0.0.1",),
        allowed_hosts=("q.example.com",),
    ) as running:
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "q.example.com", "X-Forwarded-For": "203.0.113.9"}
        yield Browser(running, extra=proxied)


@pytest.mark.parametrize("path", ["/", "/refresh", "/api/results", "/api/results.csv", "/api/openapi.json", "/nowhere"])
def test_with_require_token_nothing_can_be_read_without_it(private: Browser, path: str) -> None:
    got = private.served.ask("GET", f"/quota{path}", headers={"Accept": "application/json"})
    assert (got.status, got.json["error"]["code"]) == (401, "token_needed")
    assert private.served.script("GET", f"/quota{path}").status in (200, 303, 404)


def test_with_require_token_a_browser_signs_in_behind_a_proxy_and_reads(private: Browser) -> None:
    first = private.get("/quota/")
    assert (first.status, first.headers["location"]) == (303, "/quota/auth/login?next=/")
    form = private.get(first.headers["location"])
    assert form.status == 200
    assert 'action="/quota/auth/login"' in form.text
    assert private.get("/quota/healthz").status == 200
    (sheet,) = [part.partition('"')[0] for part in form.text.split('rel="stylesheet" href="')[1:]]
    assert private.get(sheet).headers["content-type"].startswith("text/css")
    got = private.post("/quota/auth/login", {"token": TOKEN, "next": form.value("next")}, Origin="https://q.example.com")
    assert (got.status, got.headers["location"]) == (303, "/quota/")
    (cookie,) = got.cookies
    assert cookie.partition("; ")[2] == "Path=/quota; HttpOnly; SameSite=Strict; Secure"
    assert private.get("/quota/").status == 200
    assert private.get("/").status == 200
