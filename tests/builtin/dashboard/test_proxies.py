"""What proxies tell counts only from trusted ones, and only what they themselves can know."""

from __future__ import annotations

import pytest

from codex_quota import UsageError
from codex_quota.builtin.dashboard.proxies import Asked, Proxies


def asked(trusted: list[str], peer: str = "10.0.0.1", base: str = "", **forwarded: str) -> Asked:
    environ = {"REMOTE_ADDR": peer, "HTTP_HOST": "inner:8081", "wsgi.url_scheme": "http"}
    headers = {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in forwarded.items()}
    return Proxies(trusted, base).see({**environ, **headers})


ALL = {"for": "203.0.113.9", "proto": "https", "host": "quota.example.com", "prefix": "/quota"}


@pytest.mark.parametrize(
    ("trusted", "peer", "base"),
    [([], "10.0.0.1", ""), (["10.0.0.2"], "10.0.0.1", "/given"), (["192.168.0.0/16"], "10.0.0.1", ""), (["10.0.0.1"], "", "")],
)
def test_a_stranger_can_tell_nothing(trusted: list[str], peer: str, base: str) -> None:
    assert asked(trusted, peer, base, **ALL) == Asked(peer, "http", "inner:8081", base)


@pytest.mark.parametrize(
    ("trusted", "peer"),
    [("10.0.0.1", "10.0.0.1"), ("10.0.0.0/8", "10.0.0.1"), ("10.0.0.1", "::ffff:10.0.0.1"), ("fd00::/8", "fd00::1")],
)
def test_a_trusted_proxy_tells_how_the_browser_asked(trusted: str, peer: str) -> None:
    assert asked([trusted], peer, "/given", **ALL) == Asked("203.0.113.9", "https", "quota.example.com", "/quota")


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the beginning is whatever the browser claims
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),
        ("unknown", "10.0.0.1"),
        ("203.0.113.9, unknown", "10.0.0.1"),
        ("<script>", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
    ],
)
def test_the_address_is_the_last_one_that_no_trusted_proxy_has(chain: str, address: str) -> None:
    assert asked(["10.0.0.0/8"], **{"for": chain}).address == address


def test_several_proxies_are_counted_from_the_end() -> None:
    seen = asked(
        ["10.0.0.0/8"],
        **{"for": "6.6.6.6, 203.0.113.9, 10.0.0.7", "proto": "http, https, http", "host": "evil.example, q.example, in"},
    )
    assert seen == Asked("203.0.113.9", "https", "q.example", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("proto", "javascript"),
        ("prefix", "//evil.example"),
        ("prefix", "/a/../b"),
        ("prefix", '/"onload'),
        ("prefix", "https://evil.example"),
        ("prefix", "/a b"),
        ("prefix", "/" + "a" * 300),
        ("prefix", "/"),
    ],
)
def test_nonsense_is_passed_over(name: str, value: str) -> None:
    assert asked(["10.0.0.1"], base="/given", **{name: value}) == Asked("10.0.0.1", "http", "inner:8081", "/given")


def test_a_trusted_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(UsageError, match="--trusted-proxy is 'nginx', but must be an address or a network"):
        Proxies(["nginx"], "")
