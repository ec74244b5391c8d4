"""Addresses: Codex's own path rule, and where a token may go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota import __version__
from codex_quota.endpoint import DEFAULT_ENDPOINT, check_token_may_go, host_of, is_loopback, usage_endpoint, user_agent
from codex_quota.errors import UsageError


@pytest.mark.parametrize(
    ("given_url", "endpoint"),
    [
        ("https://chatgpt.com", DEFAULT_ENDPOINT),
        ("https://chatgpt.com/", DEFAULT_ENDPOINT),
        ("https://chatgpt.com/backend-api", DEFAULT_ENDPOINT),
        ("https://chatgpt.com/backend-api/", DEFAULT_ENDPOINT),
        ("https://chatgpt.com/backend-api///", DEFAULT_ENDPOINT),
        ("  https://chatgpt.com/backend-api\n", DEFAULT_ENDPOINT),
        (DEFAULT_ENDPOINT, DEFAULT_ENDPOINT),
        (DEFAULT_ENDPOINT + "/", DEFAULT_ENDPOINT),
        ("https://chat.openai.com", "https://chat.openai.com/backend-api/wham/usage"),
        ("https://chatgpt.com/x", "https://chatgpt.com/x/backend-api/wham/usage"),
        ("https://chatgpt.com:8443", "https://chatgpt.com:8443/backend-api/wham/usage"),
        ("https://ChatGPT.com", "https://ChatGPT.com/backend-api/wham/usage"),
        ("https://chatgpt.com/backend-api/codex/usage", "https://chatgpt.com/backend-api/codex/usage"),
        ("https://chatgpt.com.example.com", "https://chatgpt.com.example.com/api/codex/usage"),
        ("https://notchatgpt.com", "https://notchatgpt.com/api/codex/usage"),
        ("https://proxy.example.com", "https://proxy.example.com/api/codex/usage"),
        ("https://proxy.example.com/codex/", "https://proxy.example.com/codex/api/codex/usage"),
        ("https://proxy.example.com/backend-api", "https://proxy.example.com/backend-api/wham/usage"),
        ("https://proxy.example.com/a/backend-api/b", "https://proxy.example.com/a/backend-api/b/wham/usage"),
        ("https://proxy.example.com/api/codex/usage", "https://proxy.example.com/api/codex/usage"),
        ("https://proxy.example.com/usage?tenant=1#top", "https://proxy.example.com/usage?tenant=1"),
        ("https://proxy.example.com?tenant=1", "https://proxy.example.com/api/codex/usage?tenant=1"),
        ("HTTPS://proxy.example.com", "https://proxy.example.com/api/codex/usage"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/codex/usage"),
        ("http://[::1]:8080/backend-api", "http://[::1]:8080/backend-api/wham/usage"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]/api/codex/usage"),
    ],
)
def test_a_base_is_completed_and_an_endpoint_kept(given_url: str, endpoint: str) -> None:
    assert usage_endpoint(given_url) == endpoint
    assert usage_endpoint(endpoint) == endpoint


NO_URLS = [
    *("", " ", "chatgpt.com", "chatgpt.com/backend-api", "//chatgpt.com", "/backend-api", "https:chatgpt.com", "https://"),
    *("https:///x", "https://.", "https://:443", "https://a:0", "ftp://chatgpt.com", "file:///etc/passwd", "javascript:alert(1)"),
    *("https://exämple.com", "https://ex ample.com", "https://exa\nmple.com", "https://example.com/a\tb", "h`://a"),
    *(f"https://a{character}b.example.com" for character in '\\<>"{}|^`\x7f'),
]
WITH_PASSWORDS = ["https://sesame@example.com", "https://me:sesame@example.com", "https://:sesame@a", "https://@a"]


@pytest.mark.parametrize(
    ("junk", "message"),
    [
        *((junk, f"--chatgpt-url is not an http or https address: {junk.strip()!r}") for junk in NO_URLS),
        *((junk, "--chatgpt-url must not hold a user name or password") for junk in WITH_PASSWORDS),
        ("me:sesame@example.com", "--chatgpt-url is not an http or https address"),
        ("https://[::1", "--chatgpt-url is not an address: Invalid IPv6 URL"),
        ("https://a:99999", "--chatgpt-url is not an address: Port out of range 0-65535"),
        ("https://a:b", "--chatgpt-url is not an address: Port could not be cast to integer value as 'b'"),
    ],
)
def test_what_is_no_address_is_refused_and_no_password_repeated(junk: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        usage_endpoint(junk)
    assert (raised.value.message, raised.value.hint) == (message, "give https://HOST/backend-api, or the whole endpoint")
    assert "sesame" not in raised.value.line()


def test_the_error_names_where_the_address_came_from() -> None:
    with pytest.raises(UsageError, match=r"^chatgpt_base_url in the Codex configuration is not an http or https address: 'x'$"):
        usage_endpoint("x", origin="chatgpt_base_url in the Codex configuration")


@given(st.text(max_size=30), st.sampled_from(["", "https://", "http://", "https://a/", "http://127.0.0.1"]))
def test_no_text_makes_it_fail_in_another_way(text: str, start: str) -> None:
    try:
        endpoint = usage_endpoint(start + text)
    except UsageError:
        return
    assert endpoint.startswith(("https://", "http://"))
    assert usage_endpoint(endpoint) == endpoint


HERE = ["127.0.0.1", "127.0.0.1:80", "127.255.0.9", "localhost", "LOCALHOST:1", "[::1]:1"]
ELSEWHERE = [
    *("128.0.0.1", "0.0.0.0", "127", "127.1", "127.0.0.1.2", "[::2]", "mylocalhost", "localhost.evil.example"),
    *("127.evil.example", "127.0.0.1.evil.example", "127.0.0.1%2eevil.example"),
]


@pytest.mark.parametrize(("host", "loopback"), [*((h, True) for h in HERE), *((h, False) for h in ELSEWHERE)])
def test_what_is_on_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(f"http://{host}/usage") is loopback


@pytest.mark.parametrize(
    "url", ["https://example.com/usage", "http://localhost/usage", "http://[::1]:1/usage", "https://10.0.0.1/u"]
)
@pytest.mark.parametrize("environ", [{}, {"CODEX_QUOTA_ALLOW_HTTP": "0"}])
def test_a_token_goes_over_https_and_on_this_machine(url: str, environ: dict[str, str]) -> None:
    assert check_token_may_go(url, environ) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("environ", [{}, {"CODEX_QUOTA_ALLOW_HTTP": ""}, {"CODEX_QUOTA_ALLOW_HTTP": "0"}])
def test_a_token_does_not_go_over_plain_http_to_another_machine(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        check_token_may_go("http://proxy.example.com:8080/usage", environ)
    assert raised.value.message == "a token is not sent over plain http to proxy.example.com"
    assert raised.value.hint == "use https, or set CODEX_QUOTA_ALLOW_HTTP=1 if that network is yours"


def test_the_user_may_allow_plain_http() -> None:
    environ = {"CODEX_QUOTA_ALLOW_HTTP": "1"}
    assert check_token_may_go("http://proxy.example.com/usage", environ) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(("url", "host"), [("https://Example.com:1/x", "example.com"), ("https://[::1]/x", "::1"), ("x", "x")])
def test_the_host_in_a_message(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (None, f"codex-quota/{__version__}"),
        ("", f"codex-quota/{__version__}"),
        (" ", f"codex-quota/{__version__}"),
        (" a b/1 ", "a b/1"),
    ],
)
def test_the_program_says_its_own_name_unless_another_is_chosen(chosen: str | None, name: str) -> None:
    assert user_agent({} if chosen is None else {"CODEX_QUOTA_USER_AGENT": chosen}) == name


@pytest.mark.parametrize("chosen", ["ü", "a\nX-More: 1", "a\tb", "\x00", "\udcff"])
def test_a_name_that_cannot_be_sent_is_refused_with_its_variable(chosen: str) -> None:
    with pytest.raises(UsageError, match=r"^CODEX_QUOTA_USER_AGENT is ") as raised:
        user_agent({"CODEX_QUOTA_USER_AGENT": chosen})
    assert raised.value.message.isascii()
