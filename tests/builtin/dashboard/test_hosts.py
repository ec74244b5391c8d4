"""Host names and origins: parsed strictly, and let in only when they cannot belong to a foreign site."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota.builtin.dashboard.hosts import AllowedHosts, Host, is_same_place, parse_host, parse_origin

PORTS = st.one_of(st.none(), st.integers(1, 65535))
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABEL, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("localhost", Host("localhost", None)),
        ("LocalHost:8081", Host("localhost", 8081)),
        ("localhost.", Host("localhost", None)),
        ("nas.example.com:443", Host("nas.example.com", 443)),
        ("my_box", Host("my_box", None)),
        ("127.0.0.1:8081", Host("127.0.0.1", 8081)),
        ("[::1]:8081", Host("::1", 8081)),
        ("[2001:DB8:0:0::1]", Host("2001:db8::1", None)),
    ],
)
def test_a_host_is_read(text: str, host: Host) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        ":8081",
        "a:",
        "a:b",
        "a:0",
        "a:65536",
        "a:-1",
        "a:+1",
        "a:１",
        "a:8081:1",
        "a b",
        "a,b",
        "a/b",
        "a\\b",
        "a@b",
        "user@localhost",
        "localhost@evil.example",
        "localhost#.evil.example",
        "localhost\n",
        "a..b",
        "-a",
        "::1",
        "[::1",
        "[::1]x",
        "[localhost]",
        "[127.0.0.1]",
        "[fe80::1%eth0]",
        "bücher.example",
        "a" * 400,
        "*",
    ],
)
def test_what_is_no_host_is_nobody(text: str) -> None:
    assert parse_host(text) is None


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_makes_the_reader_of_hosts_stumble(text: str) -> None:
    parsed = parse_host(text)
    assert parsed is None or parse_host(parsed.name if ":" not in parsed.name else f"[{parsed.name}]") == Host(parsed.name, None)


@settings(max_examples=100, deadline=None)
@given(name=NAMES, port=PORTS)
def test_a_foreign_name_is_not_let_in_whatever_its_port(name: str, port: int | None) -> None:
    allowed = AllowedHosts("0.0.0.0")
    mine = {"localhost", socket.gethostname().lower(), socket.gethostname().lower().partition(".")[0]}
    host = parse_host(name if port is None else f"{name}:{port}")
    assert host is not None
    expected = name in mine or name.endswith(".localhost") or host.is_address or name.removesuffix(".local") in mine
    assert (host in allowed) is expected


@settings(max_examples=100, deadline=None)
@given(address=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), port=PORTS)
def test_an_address_cannot_be_a_foreign_name(address: IPv4Address | IPv6Address, port: int | None) -> None:
    text = f"[{address}]" if address.version == 6 else str(address)
    host = parse_host(text if port is None else f"{text}:{port}")
    assert host == Host(str(address), port)
    assert host in AllowedHosts("127.0.0.1")


@pytest.mark.parametrize(
    ("text", "let_in"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("quota.lan", True),
        ("quota.home", True),
        ("QUOTA.home:1", True),
        ("shown.example.com", True),
        ("deep.shown.example.com", True),
        ("example.com", False),
        ("notexample.com", False),
        ("quota.lan.evil.example", False),
        ("localhost.evil.example", False),
        ("evillocalhost", False),
        ("127.0.0.1.evil.example", False),
        ("0x7f.1", False),
        ("2130706433", False),
        ("127.1", False),
        ("bind.example", True),
    ],
)
def test_names_that_were_allowed_are_let_in(text: str, let_in: bool) -> None:
    allowed = AllowedHosts("bind.example", ["quota.lan", "https://Quota.Home:8443/x", ".example.com"])
    host = parse_host(text)
    assert host is not None
    assert (host in allowed) is let_in


def test_the_machines_own_names_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Nas.fritz.box")
    allowed = AllowedHosts("0.0.0.0")
    assert [Host(name, 1) in allowed for name in ("nas", "nas.fritz.box", "nas.local", "nas.evil.example")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_star_lets_every_name_in() -> None:
    assert Host("evil.example", None) in AllowedHosts("0.0.0.0", ["*"])


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("http://localhost:8081", ("http", Host("localhost", 8081))),
        ("HTTPS://Quota.Example.COM", ("https", Host("quota.example.com", None))),
        ("http://[::1]:8081", ("http", Host("::1", 8081))),
        ("null", None),
        ("", None),
        ("localhost:8081", None),
        ("file://localhost", None),
        ("chrome-extension://abcdef", None),
        ("http://a/b", None),
        ("http://localhost@evil.example", None),
        ("http://localhost http://evil.example", None),
    ],
)
def test_an_origin_is_read(text: str, origin: tuple[str, Host] | None) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "vouched", "same"),
    [
        ("http://nas:8081", "http", "nas:8081", False, True),
        ("http://nas", "http", "nas:80", False, True),
        ("https://nas", "https", "nas", False, True),
        ("https://nas:443", "https", "nas", False, True),
        ("https://nas", "http", "nas", False, True),  # something in between ended the encryption
        ("http://nas", "https", "nas", False, False),
        ("http://nas:3000", "http", "nas:8081", False, False),
        ("http://nas:3000", "http", "nas:8081", True, False),
        ("http://nas", "http", "nas:8081", False, False),
        ("https://nas:8443", "http", "nas", False, False),
        ("https://nas:8443", "http", "nas", True, True),  # a proxy that drops the port
        ("https://evil.example", "http", "nas", True, False),
        ("https://nas.evil.example", "https", "nas", False, False),
    ],
)
def test_an_origin_is_the_same_place_or_not(origin: str, scheme: str, host: str, vouched: bool, same: bool) -> None:
    parsed, asked = parse_origin(origin), parse_host(host)
    assert parsed is not None
    assert asked is not None
    assert is_same_place(parsed, scheme, asked, vouched=vouched) is same


@settings(max_examples=150, deadline=None)
@given(mine=NAMES, theirs=NAMES, port=PORTS, scheme=st.sampled_from(["http", "https"]), vouched=st.booleans())
def test_another_name_is_never_the_same_place(mine: str, theirs: str, port: int | None, scheme: str, vouched: bool) -> None:
    origin = parse_origin(f"{scheme}://{theirs}" + (f":{port}" if port else ""))
    assert origin is not None
    if mine != theirs:
        assert not is_same_place(origin, scheme, Host(mine, port), vouched=vouched)
    else:
        assert is_same_place(origin, scheme, Host(mine, port), vouched=vouched)
