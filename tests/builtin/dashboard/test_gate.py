"""The gate: who is let in, as whom, and in which words others are turned away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from codex_quota.builtin.dashboard.gate import Gate, Refusal, Visitor
from codex_quota.builtin.dashboard.sessions import IDLE_SECONDS
from codex_quota.builtin.dashboard.settings import Settings

TOKEN = "right-token-0123456789"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def gate(clock: Clock | None = None, **settings: Any) -> Gate:
    return Gate(Settings(admin_token=TOKEN, **settings), now=clock or Clock())


def environ(path: str = "/", method: str = "GET", **headers: str) -> dict[str, Any]:
    named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    length = {"CONTENT_LENGTH": named.pop("HTTP_CONTENT_LENGTH")} if "content_length" in headers else {}
    usual = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "localhost:8081", "wsgi.url_scheme": "http"}
    return {**usual, "REQUEST_METHOD": method, "PATH_INFO": path, **named, **length}


def refused(door: Gate, asked: dict[str, Any]) -> Refusal:
    answer = door.check(asked)
    assert isinstance(answer, Refusal)
    return answer


def let_in(door: Gate, asked: dict[str, Any]) -> Visitor:
    answer = door.check(asked)
    assert isinstance(answer, Visitor)
    return answer


def signed_in(door: Gate, asked: dict[str, Any]) -> str:
    """The ``Cookie`` header of a new session."""
    cookie = door.sign_in(let_in(door, asked), TOKEN)
    assert isinstance(cookie, str)
    return cookie.partition(";")[0]


def test_a_stranger_may_read_and_is_no_admin() -> None:
    visitor = let_in(gate(), environ())
    assert (visitor.admin, visitor.csrf, visitor.address, visitor.scheme, visitor.base) == (False, None, "192.0.2.7", "http", "")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example:8081", "", "localhost, evil.example", "evil.example:8081"]
)
def test_a_foreign_name_is_refused_against_dns_rebinding(host: str) -> None:
    refusal = refused(gate(), environ(host=host))
    assert (refusal.status, refusal.code) == (403, "wrong_host")
    assert refusal.message == f"The dashboard does not answer to the name {host!r}."
    assert "--allowed-host" in refusal.advice


def test_a_check_of_health_may_use_any_name_or_none() -> None:
    door = gate(require_token=True)
    for asked in (environ("/healthz", host="10.1.2.3.evil.example"), environ("/healthz", host="")):
        assert let_in(door, asked).admin is False
    assert refused(door, environ("/healthz", "POST", host="evil.example")).code == "wrong_host"
    assert refused(door, environ("/healthz/x", host="evil.example")).code == "wrong_host"


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, None),
        ({"origin": "http://localhost:8081"}, None),
        ({"origin": "http://localhost:8081", "sec_fetch_site": "same-origin"}, None),
        ({"sec_fetch_site": "none"}, None),
        ({"origin": "https://localhost:8081"}, None),
        ({"origin": "http://localhost:3000"}, "foreign_origin"),
        ({"origin": "http://evil.example"}, "foreign_origin"),
        ({"origin": "http://evil.example", "sec_fetch_site": "same-origin"}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"origin": ""}, "foreign_origin"),
        ({"origin": "http://localhost:8081", "sec_fetch_site": "cross-site"}, "foreign_origin"),
        ({"sec_fetch_site": "cross-site"}, "foreign_origin"),
        ({"sec_fetch_site": "same-site"}, "foreign_origin"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "post"])
def test_what_a_foreign_page_sends_is_refused(method: str, headers: dict[str, str], refusal: str | None) -> None:
    answer = gate().check(environ("/refresh", method, **headers))
    assert (answer.code if isinstance(answer, Refusal) else None) == refusal
    assert not isinstance(answer, Refusal) or answer.status == 403


def test_the_token_of_a_script_does_not_excuse_a_foreign_origin() -> None:
    asked = environ("/auth/save", "POST", origin="http://evil.example", authorization=f"Bearer {TOKEN}")
    assert refused(gate(), asked).code == "foreign_origin"


@pytest.mark.parametrize(
    ("headers", "let_through"),
    [
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, True),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, False),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "cors", "origin": "http://evil.example"}, False),
        ({"sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"}, True),
        ({"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"}, True),
        ({"origin": "http://evil.example"}, True),
    ],
)
def test_a_foreign_page_may_link_here_but_load_nothing(headers: dict[str, str], let_through: bool) -> None:
    assert isinstance(gate().check(environ("/refresh", **headers)), Visitor) is let_through


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/auth/save", "100000", None),
        ("/auth/save", "100001", 413),
        ("/auth/upload", "500000", None),
        ("/auth/upload", "500001", 413),
        ("/auth/login", "16384", None),
        ("/auth/login", "16385", 413),
        ("/auth/upload/", "16385", 413),
        ("/anything", "999999999999999999", 413),
        ("/anything", "9" * 30, 400),
        ("/anything", "-1", 400),
        ("/anything", "1e3", 400),
        ("/anything", "١", 400),
        ("/anything", "", None),
    ],
)
def test_bodies_are_limited_by_what_their_path_needs(path: str, length: str, status: int | None) -> None:
    answer = gate().check(environ(path, "POST", content_length=length))
    assert (answer.status if isinstance(answer, Refusal) else None) == status


def test_a_body_without_a_length_is_refused() -> None:
    assert refused(gate(), environ("/refresh", "POST", transfer_encoding="chunked")).status == 411


@pytest.mark.parametrize("path", ["/\xff", "/auth\xc3", "/\x00", "/auth/\xe5\xb7"])
def test_a_path_that_is_no_text_is_refused(path: str) -> None:
    assert refused(gate(), environ(path)).status == 400


@pytest.mark.parametrize(
    ("header", "admin"),
    [(f"Bearer {TOKEN}", True), (f"bearer  {TOKEN} ", True), ("Basic dXNlcjpwYXNz", False), (TOKEN, False), ("", False)],
)
def test_a_script_shows_the_token_with_its_request(header: str, admin: bool) -> None:
    visitor = let_in(gate(), environ("/auth/save", "POST", authorization=header))
    assert (visitor.admin, visitor.csrf, visitor.session) == (admin, None, None)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\xe9"])
def test_a_wrong_token_is_refused_even_where_none_is_needed(token: str) -> None:
    refusal = refused(gate(), environ("/", authorization=f"Bearer {token}"))
    assert (refusal.status, refusal.code) == (401, "wrong_token")
    assert dict(refusal.headers) == {"WWW-Authenticate": 'Bearer realm="codex-quota"'}


def test_guessing_is_slowed_down_for_the_guesser_alone() -> None:
    clock = Clock()
    door, wrong = gate(clock), environ("/", authorization="Bearer wrong")
    assert [refused(door, wrong).status for _ in range(7)] == [401] * 5 + [429] * 2
    assert dict(refused(door, wrong).headers) == {"Retry-After": "1"}
    assert refused(door, environ("/", authorization=f"Bearer {TOKEN}")).status == 429
    assert let_in(door, {**environ("/", authorization=f"Bearer {TOKEN}"), "REMOTE_ADDR": "192.0.2.8"}).admin
    assert let_in(door, environ("/")).admin is False
    clock.seconds += 1
    assert let_in(door, environ("/", authorization=f"Bearer {TOKEN}")).admin


def test_guessing_in_the_form_and_in_the_header_counts_together() -> None:
    door = gate()
    visitor = let_in(door, environ("/auth"))
    answers = [door.sign_in(visitor, "wrong") for _ in range(5)]
    assert [answer.status for answer in answers if isinstance(answer, Refusal)] == [401] * 5
    assert refused(door, environ("/", authorization="Bearer wrong")).status == 429


def test_an_open_session_is_not_slowed_down_by_guesses_from_its_address() -> None:
    door = gate()
    cookie = signed_in(door, environ())
    for _ in range(9):
        door.check(environ(authorization="Bearer wrong"))
    assert let_in(door, environ(cookie=cookie)).admin


def test_behind_a_proxy_each_browser_is_slowed_down_for_itself() -> None:
    door = gate(trusted_proxies=("192.0.2.7",))

    def status(address: str) -> int | None:
        answer = door.check(environ(authorization="Bearer wrong", x_forwarded_for=address))
        return answer.status if isinstance(answer, Refusal) else None

    assert [status("203.0.113.1") for _ in range(6)] == [401] * 5 + [429]
    assert status("203.0.113.2") == 401


def test_a_stranger_cannot_escape_by_claiming_other_addresses() -> None:
    door = gate()
    answers = [
        refused(door, environ(authorization="Bearer wrong", x_forwarded_for=f"203.0.113.{number}")).status for number in range(6)
    ]
    assert answers == [401] * 5 + [429]


def test_a_session_makes_an_admin_until_it_ends() -> None:
    clock = Clock()
    door = gate(clock)
    cookie = signed_in(door, environ())
    visitor = let_in(door, environ("/auth", cookie=cookie))
    assert (visitor.admin, visitor.csrf is not None) == (True, True)
    clock.seconds += IDLE_SECONDS + 1
    assert let_in(door, environ("/auth", cookie=cookie)).admin is False


def test_the_cookie_is_not_the_token() -> None:
    cookie = signed_in(gate(), environ())
    assert TOKEN not in cookie


@pytest.mark.parametrize("cookie", ["codex_quota_8081=", "codex_quota_8081=guess", f"codex_quota_8081={TOKEN}", "x" * 9000])
def test_no_other_cookie_opens_anything(cookie: str) -> None:
    door = gate()
    signed_in(door, environ())
    assert let_in(door, environ("/auth", cookie=cookie)).admin is False


def test_a_cookie_of_an_earlier_start_among_the_cookies_does_no_harm() -> None:
    door = gate()
    cookie = signed_in(door, environ())
    assert let_in(door, environ(cookie=f"codex_quota_8081=old; {cookie}; other=1")).admin


def test_two_dashboards_on_one_machine_keep_their_cookies_apart() -> None:
    one, other = environ(host="localhost:8081"), environ(host="localhost:8082")
    door = gate()
    assert signed_in(door, one).partition("=")[0] == "codex_quota_8081"
    assert signed_in(door, other).partition("=")[0] == "codex_quota_8082"


def test_signing_out_ends_the_session_and_takes_the_cookie_away() -> None:
    door = gate()
    cookie = signed_in(door, environ())
    asked = environ("/auth/logout", "POST", cookie=cookie)
    assert door.sign_out(asked, let_in(door, asked)) == "codex_quota_8081=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    assert let_in(door, environ(cookie=cookie)).admin is False


def test_the_cookie_follows_what_a_trusted_proxy_tells() -> None:
    door = gate(trusted_proxies=("192.0.2.7",), allowed_hosts=("quota.example.com",))
    forwarded = {"x_forwarded_proto": "https", "x_forwarded_host": "quota.example.com", "x_forwarded_prefix": "/quota"}
    visitor = let_in(door, environ(**forwarded))
    assert (visitor.scheme, visitor.base) == ("https", "/quota")
    cookie = door.sign_in(visitor, TOKEN)
    assert isinstance(cookie, str)
    assert cookie.partition("; ")[2] == "Path=/quota; HttpOnly; SameSite=Strict; Secure"
    untold = let_in(gate(), environ(x_forwarded_proto="https", x_forwarded_prefix="/quota"))
    assert (untold.scheme, untold.base) == ("http", "")


def test_a_form_must_hold_the_token_of_its_own_session() -> None:
    door = gate()
    mine = let_in(door, environ(cookie=signed_in(door, environ())))
    other = let_in(door, environ(cookie=signed_in(door, environ())))
    assert door.check_csrf(mine, mine.csrf) is None
    answers = [door.check_csrf(mine, given) for given in (None, "", "guess", other.csrf, TOKEN)]
    assert [answer.code for answer in answers if answer is not None] == ["csrf"] * 5
    script = let_in(door, environ(authorization=f"Bearer {TOKEN}"))
    assert door.check_csrf(script, None) is None


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/healthz", {}, None),
        ("/auth", {"accept": "text/html"}, None),
        ("/auth/login", {"accept": "text/html"}, None),
        ("/static/app.css", {}, None),
        ("/", {"accept": "text/html"}, 303),
        ("/", {}, 401),
        ("/refresh", {"accept": "text/html"}, 303),
        ("/api/results", {}, 401),
        ("/api/results", {"accept": "text/html"}, 401),
        ("/api/openapi.json", {}, 401),
        ("/authors", {}, 401),
        ("/static", {}, 401),
        ("/healthz/", {}, 401),
    ],
)
def test_with_require_token_nothing_but_health_and_the_way_in_is_open(
    path: str, headers: dict[str, str], status: int | None
) -> None:
    door = gate(require_token=True)
    answer = door.check(environ(path, **headers))
    assert (answer.status if isinstance(answer, Refusal) else None) == status
    assert let_in(door, environ(path, **headers, authorization=f"Bearer {TOKEN}"))
    assert let_in(door, environ(path, **headers, cookie=signed_in(door, environ("/auth"))))


def test_a_browser_without_token_is_led_to_the_form_below_the_base_path() -> None:
    refusal = refused(gate(require_token=True, base_path="/quota"), environ("/", accept="text/html"))
    assert dict(refusal.headers) == {"Location": "/quota/auth/login?next=/"}
    posted = refused(gate(require_token=True), environ("/refresh", "POST", accept="text/html"))
    assert (posted.status, dict(posted.headers)) == (401, {"WWW-Authenticate": 'Bearer realm="codex-quota"'})


HEADER = st.text(st.characters(max_codepoint=255), max_size=60)


@examples(max_examples=200, deadline=None)
@given(
    host=HEADER,
    origin=HEADER,
    cookie=HEADER,
    authorization=HEADER,
    sec_fetch_site=HEADER,
    path=HEADER,
    length=HEADER,
    method=st.sampled_from(["GET", "POST", "", "X"]),
)
def test_no_request_makes_the_gate_stumble_or_makes_an_admin(method: str, path: str, length: str, **headers: str) -> None:
    door = gate(trusted_proxies=("192.0.2.0/24",))
    forwarded = {
        f"x_forwarded_{name}": value for name, value in zip(("for", "host", "proto", "prefix"), headers.values(), strict=False)
    }
    answer = door.check(environ(path, method, content_length=length, **headers, **forwarded))
    if isinstance(answer, Refusal):
        assert answer.status in (400, 401, 403, 413)
        assert answer.message
    else:
        assert answer.admin is False
