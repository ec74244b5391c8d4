"""Which proxy an address is asked through, as the variables say."""

from __future__ import annotations

import sys

import pytest

from codex_quota.proxy import proxy_for, shown_proxy

SERVICE = "https://chatgpt.com/backend-api/wham/usage"
PROXY = "http://proxy.example:3128"


@pytest.fixture(autouse=True)
def plain_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": PROXY}, PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, PROXY),
        ({"https_proxy": "", "HTTPS_PROXY": PROXY}, None),
        ({"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        ({"HTTP_PROXY": PROXY}, None),
        ({"ALL_PROXY": "socks5://localhost:1080"}, "socks5://localhost:1080"),
        ({"ALL_PROXY": "http://other", "HTTPS_PROXY": PROXY}, PROXY),
        ({"ALL_PROXY": "junk"}, "http://junk"),
        ({"HTTPS_PROXY": " "}, None),
    ],
)
def test_the_scheme_of_the_address_chooses_the_variable(environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for(SERVICE, environ) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HTTP_PROXY": PROXY}, PROXY),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None),
        ({"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, PROXY),
    ],
)
def test_a_request_to_a_web_server_names_no_proxy(environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for("http://service.example/usage", environ) == expected


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("*", SERVICE, True),
        ("other.example, *", SERVICE, True),
        ("chatgpt.com", SERVICE, True),
        ("other.example, chatgpt.com", SERVICE, True),
        ("CHATGPT.com", SERVICE, True),
        (".chatgpt.com", SERVICE, False),
        ("*.chatgpt.com", SERVICE, False),
        ("com", SERVICE, True),
        ("gpt.com", SERVICE, False),
        ("", SERVICE, False),
        (",", SERVICE, False),
        ("[", SERVICE, False),
        ("chatgpt.com:443", SERVICE, True),
        ("chatgpt.com:8443", SERVICE, False),
        ("chatgpt.com:99999", SERVICE, False),
        ("https://chatgpt.com", SERVICE, True),
        ("http://chatgpt.com", SERVICE, False),
        ("all://chatgpt.com", SERVICE, True),
        ("example.com", "https://a.example.com/usage", True),
        (".example.com", "https://a.example.com/usage", True),
        ("https://example.com", "https://a.example.com/usage", False),
        ("10.0.0.1", "https://10.0.0.1/usage", True),
        ("::1", "https://[::1]:8443/usage", True),
        ("[::1]", "https://[::1]/usage", True),
        ("localhost", "https://localhost/usage", True),
        ("localhost", "https://a.localhost/usage", False),
    ],
)
def test_no_proxy_names_what_is_asked_directly(no_proxy: str, url: str, direct: bool) -> None:
    assert proxy_for(url, {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}) == (None if direct else PROXY)


def test_the_system_counts_where_no_variable_names_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("urllib.request.getproxies_macosx_sysconf", lambda: {"https": "http://system:1"}, raising=False)
    found = [proxy_for(SERVICE, environ) for environ in ({}, {"HTTPS_PROXY": PROXY}, {"NO_PROXY": "chatgpt.com"})]
    assert found == ["http://system:1", PROXY, None]


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://user:pass@host:3128/", "host:3128"),
        ("socks5://host", "host"),
        ("http://a@b@[::1]:5", "[::1]:5"),
        ("http://junk", "junk"),
    ],
)
def test_a_proxy_is_shown_without_its_password(proxy: str, shown: str) -> None:
    assert shown_proxy(proxy) == shown
