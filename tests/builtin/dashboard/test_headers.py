"""Headers of every answer: strict, silent about the server, and nothing kept that is somebody's own."""

from __future__ import annotations

import pytest

from codex_quota.builtin.dashboard.headers import protected


def sent(headers: dict[str, str], path: str = "/", *, admin: bool = False, https: bool = False) -> dict[str, str]:
    strict = protected(headers.items(), path=path, admin=admin, https=https)
    assert len({name.lower() for name, _ in strict}) == len(strict)
    return {name.lower(): value for name, value in strict}


def test_every_answer_is_strict() -> None:
    found = sent({"Content-Type": "text/html"})
    policy = dict(rule.split(" ", 1) for rule in found.pop("content-security-policy").split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert found == {
        "content-type": "text/html",
        "cache-control": "no-store",
        "vary": "Cookie, Authorization",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-resource-policy": "same-origin",
    }


def test_an_application_cannot_loosen_it() -> None:
    given = {
        "Server": "waitress",
        "Via": "x",
        "X-Powered-By": "Bottle/0.13",
        "Access-Control-Allow-Origin": "*",
        "x-frame-options": "ALLOWALL",
        "content-security-policy": "default-src *",
    }
    found = sent(given)
    assert {"server", "via", "x-powered-by", "access-control-allow-origin"} & set(found) == set()
    assert found["x-frame-options"] == "DENY"
    assert found["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "admin", "headers", "cache"),
    [
        ("/", False, {}, "no-store"),
        ("/", False, {"ETag": '"1"'}, "no-cache"),
        ("/", True, {"ETag": '"1"'}, "private, no-cache"),
        ("/", False, {"Cache-Control": "public, max-age=5"}, "public, max-age=5"),
        ("/", True, {"Cache-Control": "public, max-age=5"}, "private, max-age=5"),
        ("/", True, {"Cache-Control": "private, no-cache"}, "private, no-cache"),
        ("/static/app.css", True, {"Cache-Control": "public, max-age=5"}, "public, max-age=5"),
        ("/auth", True, {"Cache-Control": "public, max-age=5"}, "no-store"),
        ("/auth/edit", True, {"cache-control": "public"}, "no-store"),
        ("/auth", False, {}, "no-store"),
        ("/authors", False, {"Cache-Control": "no-cache"}, "no-cache"),
        ("/", False, {"Cache-Control": "public", "Set-Cookie": "c=1"}, "no-store"),
    ],
)
def test_who_may_keep_what(path: str, admin: bool, headers: dict[str, str], cache: str) -> None:
    assert sent(headers, path, admin=admin)["cache-control"] == cache


def test_an_account_page_has_no_validator_by_which_a_browser_could_keep_it() -> None:
    found = sent({"ETag": '"1"', "Last-Modified": "now"}, "/auth", admin=True)
    assert {"etag", "last-modified"} & set(found) == set()


@pytest.mark.parametrize(
    ("given", "vary"),
    [
        ("Accept", "Accept, Cookie, Authorization"),
        ("accept, cookie", "accept, cookie, Authorization"),
        ("Authorization,Cookie", "Authorization, Cookie"),
    ],
)
def test_answers_vary_with_who_asks(given: str, vary: str) -> None:
    assert sent({"Vary": given})["vary"] == vary


def test_static_files_are_the_same_for_everybody() -> None:
    assert "vary" not in sent({"Cache-Control": "public"}, "/static/app.css")


def test_the_opener_is_cut_off_over_https() -> None:
    assert sent({}, https=True)["cross-origin-opener-policy"] == "same-origin"
