"""The account pages over a real socket, as a browser and as a script see them."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from served import BEARER, HTML, TOKEN, Browser, Got, Served, multipart, serving

from codex_quota.simulated import Fault, SimulatedService


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    service.add("work", weekly=71, email="me@example.com")
    service.write_accounts(tmp_path / "account")
    service.add("spare", plan="pro", weekly=12)
    with serving(service, tmp_path / "account", environ) as running:
        yield running


@pytest.fixture
def browser(served: Served) -> Browser:
    return Browser(served)


@pytest.fixture
def csrf(browser: Browser) -> str:
    return browser.sign_in()


def secrets(served: Served) -> list[str]:
    """Every token that no answer may hold."""
    return [
        token
        for account in served.service.accounts.values()
        for token in (account.access_token, account.id_token, account.refresh_token)
    ]


def has_secret(served: Served, *answers: Got) -> bool:
    return any(token in got.text + str(got.headers) for token in secrets(served) for got in answers)


def test_the_list_tells_about_each_account_but_never_a_token(browser: Browser, csrf: str, served: Served) -> None:
    served.board.refresh(wait=10)
    account = served.service.accounts["work"]
    page = browser.get("/auth")
    assert f"work good Edit Delete Plus · me@example.com · token …{account.access_token[-4:]} · ends " in page.words
    assert not has_secret(served, page)
    got = served.script("GET", "/auth")
    assert got.json == {
        "accounts": [
            {
                "name": "work",
                "status": "ok",
                "email": "me@example.com",
                "account_id": account.account_id,
                "plan": "plus",
                "expires_at": f"{account.expires_at:%Y-%m-%dT%H:%M:%SZ}",
                "last4": account.access_token[-4:],
                "same_as": None,
                "error": None,
            }
        ]
    }


def test_the_list_tells_what_is_wrong(browser: Browser, csrf: str, served: Served, tmp_path: Path) -> None:
    served.service.sign_out(served.service.accounts["work"])
    (served.directory / "broken.auth.json").write_text('{"tokens": {"access_token": "eyJ-secret')
    (served.directory / "far.auth.json").symlink_to(tmp_path / "elsewhere")
    (served.directory / "old.auth.json").write_text(served.service.add("old", token_life=timedelta(hours=-1)).auth_json())
    (served.directory / "twin.auth.json").write_text(served.service.accounts["work"].auth_json())
    served.board.account_files_changed()
    served.board.refresh(wait=10)
    page = browser.get("/auth")
    assert (
        "broken not usable Edit Delete The sign-in is cut off or is not JSON. Give the whole content of auth.json" in page.words
    )
    assert "far link Delete This is a symbolic link, which is not looked into from here." in page.words
    assert "old ended Edit Delete Plus · old@example.com · token …" in page.words
    assert " · ended " in page.words.partition("old ended")[2]
    assert "Its access token has ended; give it a new sign-in." in page.words
    assert "work not read" in page.words
    assert "HTTP 401" in page.words
    assert "eyJ-secret" not in page.text


def test_no_accounts_yet(browser: Browser, csrf: str, served: Served) -> None:
    (served.directory / "work.auth.json").unlink()
    page = browser.get("/auth")
    assert "No account files yet Sign in with 'codex login', which writes ~/.codex/auth.json. Add that file here." in page.words
    assert 'href="/auth/new"' in page.text


def test_accounts_from_elsewhere_are_named(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> None:
    account = service.add("env")
    given = {"CODEX_QUOTA_ACCESS_TOKEN": account.access_token, "CODEX_QUOTA_ACCOUNT_ID": account.account_id}
    with serving(service, tmp_path / "account", {**environ, **given}) as running:
        browser = Browser(running)
        running.board.refresh(wait=10)
        browser.get(f"/auth?token={TOKEN}")
        assert "Shown on the quota page, but kept elsewhere: environment (environment)." in browser.get("/auth").words


def test_an_account_is_added_and_appears(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.accounts["spare"].auth_json()
    got = browser.post("/auth/save", {"csrf": csrf, "name": " 备用 1 ", "auth_json": text.replace("\n", "\r\n")})
    assert (got.status, got.headers["location"]) == (303, "/auth")
    assert served.files()["备用 1.auth.json"] == text
    assert (served.directory / "备用 1.auth.json").stat().st_mode & 0o777 == 0o600
    page = browser.get("/auth")
    assert "备用 1 is saved." in page.words
    assert "备用 1 is saved." not in browser.get("/auth").words
    served.board.refresh(wait=10)
    assert [result["account"] for result in served.ask("GET", "/api/results").json["results"]] == ["work", "备用 1"]
    assert not has_secret(served, got, page)


@pytest.mark.parametrize("field", ["auth_file", "auth_json"])
def test_an_account_is_added_from_a_file(browser: Browser, csrf: str, served: Served, field: str) -> None:
    text = served.service.accounts["spare"].auth_json()
    got = browser.post("/auth/save", {"csrf": csrf, "name": "spare"}, [(field, "auth.json", text.encode())])
    assert (got.status, served.files()["spare.auth.json"]) == (303, text)


def test_an_empty_file_field_is_no_file(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.accounts["spare"].auth_json()
    got = browser.post("/auth/save", {"csrf": csrf, "name": "spare", "auth_json": text}, [("auth_file", "", b"")])
    assert (got.status, "spare.auth.json" in served.files()) == (303, True)


def test_the_form_to_edit_shows_no_token(browser: Browser, csrf: str, served: Served) -> None:
    page = browser.get("/auth/edit?name=work")
    assert page.value("original_name") == "work"
    assert "Leave this empty to keep the sign-in there is." in page.words
    assert not has_secret(served, page)


@pytest.mark.parametrize("path", ["/auth/edit?name=ghost", "/auth/edit?name=", "/auth/edit", "/auth/edit?name=../work"])
def test_what_is_not_there_cannot_be_edited(browser: Browser, csrf: str, served: Served, path: str) -> None:
    status = 404 if "ghost" in path else 422
    assert browser.get(path).status == status
    assert served.script("GET", path).status == status


def test_an_account_is_renamed_and_keeps_its_sign_in(browser: Browser, csrf: str, served: Served) -> None:
    text = served.files()["work.auth.json"]
    got = browser.post("/auth/save", {"csrf": csrf, "name": "home", "original_name": "work", "auth_json": ""})
    assert (got.status, served.files()) == (303, {"home.auth.json": text})


def test_an_account_gets_a_new_sign_in(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.accounts["spare"].auth_json()
    got = browser.post("/auth/save", {"csrf": csrf, "name": "work", "original_name": "work", "auth_json": text})
    assert (got.status, served.files()) == (303, {"work.auth.json": text})


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"name": ""}, 422, "Account name '' is empty, or has a dot or a space at its edge."),
        ({"name": "../x"}, 422, "Account name '../x' holds '/', which is not allowed."),
        ({"name": "work"}, 409, "There is an account named work already. Choose another name, or edit that account."),
        ({"name": "x", "original_name": "ghost"}, 404, "There is no account file named ghost."),
        ({"name": "x", "auth_json": "eyJ-secret"}, 422, "The sign-in is cut off or is not JSON."),
        ({"name": "x", "auth_json": ""}, 422, "The sign-in is empty."),
        ({"name": "x", "auth_json": '{"OPENAI_API_KEY": "sk-secret"}'}, 422, "The sign-in is signed in with an API key"),
        ({"name": "工" * 100}, 422, "The name is too long for a file on this disk. Choose a shorter name."),
    ],
)
def test_what_cannot_be_saved_is_told_and_changes_nothing(
    browser: Browser, csrf: str, served: Served, fields: dict[str, str], status: int, words: str
) -> None:
    before = served.files()
    whole = {"auth_json": served.service.accounts["spare"].auth_json(), **fields}
    page = browser.post("/auth/save", {"csrf": csrf, **whole})
    assert (page.status, words in page.words) == (status, True), page.words
    script = served.script("POST", "/auth/save", whole)
    assert (script.status, script.json["error"]["message"][1:20]) == (status, words[1:20])
    assert served.files() == before
    assert not has_secret(served, page, script)
    assert "secret" not in page.text + script.text


def test_a_sign_in_that_was_refused_for_its_name_need_not_be_given_again(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.accounts["spare"].auth_json()
    page = browser.post("/auth/save", {"csrf": csrf, "name": "work", "auth_json": text})
    draft = page.value("draft")
    assert not has_secret(served, page)
    other = Browser(served)
    stolen = other.post("/auth/save", {"csrf": other.sign_in(), "name": "new", "auth_json": "", "draft": draft})
    assert stolen.status == 422
    got = browser.post("/auth/save", {"csrf": csrf, "name": "new", "auth_json": "", "draft": draft})
    assert (got.status, served.files()["new.auth.json"]) == (303, text)
    again = browser.post("/auth/save", {"csrf": csrf, "name": "newer", "auth_json": "", "draft": draft})
    assert again.status == 422


def test_a_sign_in_that_has_ended_is_saved_only_on_purpose(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.add("old", token_life=timedelta(hours=-1)).auth_json()
    page = browser.post("/auth/save", {"csrf": csrf, "name": "old", "auth_json": text})
    assert (page.status, "old.auth.json" in served.files()) == (422, False)
    assert "This sign-in has ended, so the service would refuse it." in page.words
    assert 'name="expired" value="yes"' in page.text
    got = browser.post("/auth/save", {"csrf": csrf, "name": "old", "draft": page.value("draft"), "expired": "yes"})
    assert (got.status, served.files()["old.auth.json"]) == (303, text)


def test_trying_asks_the_service_once_and_saves_nothing(browser: Browser, csrf: str, served: Served) -> None:
    before = served.files()
    text = served.service.accounts["spare"].auth_json()
    page = browser.post("/auth/save", {"csrf": csrf, "name": "", "auth_json": text, "action": "try"})
    assert page.status == 200
    assert "What the service says Pro" in page.words
    assert "88" in page.words.partition("weekly")[2][:10]
    assert "Nothing is saved yet." in page.words
    assert len([request for request in served.service.requests if request.account == "spare"]) == 1
    assert served.files() == before
    assert not has_secret(served, page)
    got = browser.post("/auth/save", {"csrf": csrf, "name": "spare", "draft": page.value("draft"), "action": "save"})
    assert (got.status, served.files()["spare.auth.json"]) == (303, text)


def test_trying_tells_what_the_service_refuses(browser: Browser, csrf: str, served: Served) -> None:
    account = served.service.accounts["spare"]
    served.service.fail(account, Fault.unauthorized(), times=None)
    page = browser.post("/auth/save", {"csrf": csrf, "name": "spare", "auth_json": account.auth_json(), "action": "try"})
    assert page.status == 200
    assert "HTTP 401" in page.words
    assert not has_secret(served, page)


def test_a_script_tries_and_saves(served: Served) -> None:
    account = served.service.accounts["spare"]
    tried = served.script("POST", "/auth/save", {"name": "spare", "auth_json": account.auth_json(), "action": "try"})
    assert (tried.status, tried.json["tried"]["last4"], tried.json["results"][0]["weekly"]["used_percent"]) == (
        200,
        account.access_token[-4:],
        12,
    )
    assert "spare.auth.json" not in served.files()
    saved = served.script("POST", "/auth/save", {"name": "spare", "auth_json": account.auth_json()})
    assert (saved.status, saved.json) == (200, {"saved": "spare"})
    gone = served.script("POST", "/auth/delete", {"name": "spare"})
    assert (gone.status, gone.json) == (200, {"deleted": "spare"})
    assert set(served.files()) == {"work.auth.json"}
    assert not has_secret(served, tried, saved, gone)


def test_a_person_is_asked_before_an_account_is_deleted(browser: Browser, csrf: str, served: Served) -> None:
    page = browser.post("/auth/delete", {"csrf": csrf, "name": "work"})
    assert (page.status, page.value("name"), page.value("confirm")) == (200, "work", "yes")
    assert "Delete work? The sign-in file is removed from the account directory" in page.words
    assert set(served.files()) == {"work.auth.json"}
    got = browser.post("/auth/delete", {"csrf": page.value("csrf"), "name": "work", "confirm": "yes"})
    assert (got.status, served.files()) == (303, {})
    assert "work is deleted." in browser.get("/auth").words
    assert browser.post("/auth/delete", {"csrf": csrf, "name": "work", "confirm": "yes"}).status == 404


@pytest.mark.parametrize("csrf_sent", ["", "guess", "another session's"])
@pytest.mark.parametrize("path", ["/auth/save", "/auth/delete", "/auth/upload", "/auth/logout"])
def test_a_form_without_the_sessions_own_token_changes_nothing(
    browser: Browser, csrf: str, served: Served, path: str, csrf_sent: str
) -> None:
    before = served.files()
    sent = Browser(served).sign_in() if csrf_sent == "another session's" else csrf_sent
    text = served.service.accounts["spare"].auth_json()
    fields = {"csrf": sent, "name": "work", "original_name": "work", "auth_json": text, "confirm": "yes", "replace": "yes"}
    page = browser.post(path, fields, [("files", "work.auth.json", text.encode())])
    assert (page.status, served.files()) == (403, before)
    assert "This form does not belong to your session, so nothing was changed." in page.words
    assert browser.get("/auth").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing_even_with_everything_right(
    browser: Browser, csrf: str, served: Served, headers: dict[str, str]
) -> None:
    before = served.files()
    page = browser.post("/auth/delete", {"csrf": csrf, "name": "work", "confirm": "yes"}, **headers)
    assert (page.status, served.files()) == (403, before)
    assert served.script("POST", "/auth/delete", {"name": "work"}, **headers).status == 403
    assert served.files() == before


def test_several_files_have_a_result_each(browser: Browser, csrf: str, served: Served) -> None:
    accounts = served.service.accounts
    before = served.files()["work.auth.json"]
    files = [
        ("files", "spare.auth.json", accounts["spare"].auth_json().encode()),
        ("files", "C:\\Users\\me\\备用.auth.json", accounts["spare"].auth_json().encode()),
        ("files", "../../etc/evil.json", accounts["spare"].auth_json().encode()),
        ("files", "work.auth.json", accounts["spare"].auth_json().encode()),
        ("files", "cut.auth.json", b'{"access_token": "eyJ-secret'),
        ("files", ".auth.json", accounts["spare"].auth_json().encode()),
    ]
    page = browser.post("/auth/upload", {"csrf": csrf}, files)
    assert page.status == 200
    for words in (
        "spare.auth.json saved spare",
        "备用.auth.json saved 备用",
        "evil.json saved evil",
        "work.auth.json not saved There is an account named work already.",
        "cut.auth.json not saved The sign-in is cut off or is not JSON.",
        ".auth.json not saved Account name '' is empty",
    ):
        assert words in page.words
    assert set(served.files()) == {f"{name}.auth.json" for name in ("spare", "备用", "evil", "work")}
    assert served.files()["work.auth.json"] == before
    assert not has_secret(served, page)
    assert "eyJ-secret" not in page.text


def test_several_files_replace_accounts_only_when_told_to(browser: Browser, csrf: str, served: Served) -> None:
    text = served.service.accounts["spare"].auth_json()
    page = browser.post("/auth/upload", {"csrf": csrf, "replace": "yes"}, [("files", "work.auth.json", text.encode())])
    assert (page.status, served.files()) == (200, {"work.auth.json": text})


def test_a_script_uploads_many_files_in_memory_alone(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile._get_default_tempdir", lambda *_: pytest.fail("a sign-in went to a temporary file"))
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    text = served.service.accounts["spare"].auth_json().encode() + b" " * 2000
    body, kind = multipart({}, [("files", f"many{number}.auth.json", text) for number in range(100)])
    got = served.ask("POST", "/auth/upload", body=body, headers={**BEARER, "Content-Type": kind})
    assert got.status == 200
    assert [result["error"] for result in got.json["results"]] == [None] * 100
    assert len(served.files()) == 101


@pytest.mark.parametrize("fields", [None, [("files", "", b"")]])
def test_no_files_is_told(browser: Browser, csrf: str, fields: list[tuple[str, str, bytes]] | None) -> None:
    page = browser.post("/auth/upload", {"csrf": csrf}, fields)
    assert (page.status, "No file was sent. Choose files named like work.auth.json." in page.words) == (400, True)


@pytest.mark.parametrize(
    ("path", "size"),
    [("/auth/save", 100_001), ("/auth/delete", 16_385), ("/auth/login", 16_385), ("/auth/upload", 500_001)],
)
def test_what_is_too_large_is_refused(served: Served, path: str, size: int) -> None:
    before = served.files()
    got = served.ask("POST", path, body=b"x" * size, headers=BEARER)
    assert (got.status, served.files()) == (413, before)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=%ff%fe&auth_json=%ff", "application/x-www-form-urlencoded"),
        (b"not multipart", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\n\xff\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"--x\r\nnonsense\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x; charset=nonsense"),
        (b'{"name": "x"}', "application/json"),
        (b"\0" * 100, "application/octet-stream"),
    ],
)
def test_a_form_that_cannot_be_read_is_no_crash(served: Served, body: bytes, kind: str) -> None:
    before = served.files()
    got = served.ask("POST", "/auth/save", body=body, headers={**BEARER, "Content-Type": kind})
    assert got.status in (400, 422)
    assert served.files() == before


def test_a_script_that_asks_for_nothing_special_gets_json(served: Served) -> None:
    got = served.ask("GET", "/auth", headers={**BEARER, "Accept": "*/*"})
    assert got.headers["content-type"] == "application/json"
    page = served.ask("GET", "/auth", headers={**BEARER, "Accept": HTML})
    assert page.headers["content-type"].startswith("text/html")


def test_a_full_or_read_only_directory_is_told_in_words(
    browser: Browser, csrf: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.files()
    text = served.service.accounts["spare"].auth_json()
    for number, status, words in (
        (errno.ENOSPC, 507, f"There is no space left in {served.directory}. Free some; the account files are as they were."),
        (errno.EROFS, 403, f"The dashboard may not change {served.directory}. Mount it writable and check who owns it;"),
    ):

        def fail(*_: Any, number: int = number, **__: Any) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patch:
            patch.setattr("codex_quota.builtin.dashboard.moving.codex_quota.write_private", fail)
            page = browser.post("/auth/save", {"csrf": csrf, "name": "spare", "auth_json": text})
        assert (page.status, words in page.words) == (status, True), page.words
        assert served.files() == before


def test_account_pages_are_kept_by_nobody(browser: Browser, csrf: str) -> None:
    for got in (browser.get("/auth"), browser.get("/auth/new"), browser.post("/auth/save", {"csrf": csrf, "name": ""})):
        assert got.headers["cache-control"] == "no-store"
        assert "etag" not in got.headers


def test_names_are_escaped_wherever_they_come_out(browser: Browser, csrf: str, served: Served) -> None:
    name = '"><script>alert(1)</script>'
    page = browser.post("/auth/save", {"csrf": csrf, "name": name, "original_name": name, "auth_json": "{}"})
    assert "<script>alert" not in page.text
    upload = browser.post("/auth/upload", {"csrf": csrf}, [("files", "<script>alert(1)</script>.auth.json", b"{}")])
    assert (upload.status, "<script>alert" in upload.text) == (422, False)


def test_pages_speak_the_visitors_language(browser: Browser, csrf: str, served: Served) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    page = browser.get("/auth/new", **chinese)
    assert ('<html lang="zh-Hans">' in page.text, "添加账号" in page.words) == (True, True)
    text = served.service.accounts["spare"].auth_json()
    taken = browser.post("/auth/save", {"csrf": csrf, "name": "work", "auth_json": text}, **chinese)
    english = served.script("POST", "/auth/save", {"name": "work", "auth_json": text}, **chinese)
    assert (taken.status, "work" in taken.words, "already" in taken.words) == (409, True, False)
    assert english.json["error"]["message"] == "There is an account named work already."


def test_no_page_has_script_or_style_of_its_own(browser: Browser, csrf: str) -> None:
    pages = [
        browser.get("/auth"),
        browser.get("/auth/new"),
        browser.get("/auth/edit?name=work"),
        browser.post("/auth/delete", {"csrf": csrf, "name": "work"}),
        Browser(browser.served).get("/auth/login"),
    ]
    for page in pages:
        for forbidden in ("<style", " style=", "javascript:", " onclick", " onload", "<script>"):
            assert forbidden not in page.text
        assert json.dumps("http://") not in page.text
