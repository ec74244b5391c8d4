"""Addresses of the server: which are taken, what is shown of them, and that nothing of a bad one is repeated."""

from __future__ import annotations

import argparse

import pytest
from codex_quota_redis.address import check_url, shown, user_of
from codex_quota_redis.store import PREFIX, URL

from codex_quota import UsageError

CA = "rediss://cache.example/0?ssl_ca_certs=/etc/ca.pem"


@pytest.mark.parametrize(
    ("url", "people_see"),
    [
        ("redis://localhost", "redis://localhost"),
        ("redis://", "redis://"),
        ("redis://:s3cret@cache.example:6380/2", "redis://cache.example:6380/2"),
        ("redis://me:s3cret@cache.example", "redis://cache.example"),
        ("redis://me:s3cr@et@cache.example/", "redis://cache.example/"),
        ("redis://me:s3cret%2F%23@[2001:db8::1]:6379/0", "redis://[2001:db8::1]:6379/0"),
        ("rediss://me:s3cret@cache.example?ssl_ca_certs=/etc/ca.pem&ssl_cert_reqs=none", "rediss://cache.example"),
        (" redis://localhost?socket_timeout=5&socket_connect_timeout=0.5\n", "redis://localhost"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("unix://me:s3cret@/run/redis.sock?db=3", "unix:///run/redis.sock"),
    ],
)
def test_an_address_is_taken_and_shown_without_its_secrets(url: str, people_see: str) -> None:
    assert shown(check_url(url)) == people_see


@pytest.mark.parametrize(
    ("url", "user"),
    [
        ("redis://localhost", ("", "")),
        ("redis://:s3cret@localhost", ("", "s3cret")),
        ("redis://m%65:s3cret%2F%23%40@localhost", ("me", "s3cret/#@")),
        ("unix://me:s3cr@et@/run/redis.sock?db=3", ("me", "s3cr@et")),
    ],
)
def test_user_and_password_are_found(url: str, user: tuple[str, str]) -> None:
    assert user_of(url) == user


@pytest.mark.parametrize(
    "url",
    [
        "s3cret",
        "",
        "http://me:s3cret@cache.example",
        "redis+sentinel://me:s3cret@cache.example",
        "redis:/me:s3cret@cache.example",
        "redis://:s3cret/more@cache.example/0",
        "redis://:12/s3cret@cache.example/0",
        "redis://:12?s3cret=more@cache.example/0",
        "redis://:s3cret#more@cache.example/0",
        "redis://:s3cret[@cache.example",
        "redis://cache.example:s3cret",
        "redis://cache.example:70000",
        "redis://cache.example:0",
        "redis://cache.example/s3cret",
        "redis://cache.example/-1",
        "redis://me:s3cret@cache.example/0#1",
        "redis://me:s3cret@cache\x1b.example",
        "unix://s3cret.sock",
        "unix:///",
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(url: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        check_url(url)
    assert str(caught.value) == (
        "not the address of a Redis server, which is redis://USER:PASSWORD@HOST:PORT/DB, rediss:// for TLS, or"
        " unix:///PATH?db=DB; in user and password write %XX for special characters"
    )


@pytest.mark.parametrize(
    "query",
    ["s3cret", "password=s3cret", "decode_responses=s3cret", "socket_timeout=s3cret", "socket_timeout=nan", "socket_timeout=0",
     "socket_connect_timeout=61", "ssl_ca_certs=/etc/s3cret", "db=s3cret", "db="],
)  # fmt: skip
def test_an_option_that_the_store_does_not_know_is_not_passed_on(query: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        check_url(f"redis://cache.example?{query}")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("query", ["&ssl_cert_reqs=some", "&ssl_check_hostname=maybe", "&ssl_keyfile="])
def test_options_of_tls_have_values_that_make_sense(query: str) -> None:
    assert check_url(CA) == CA
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        check_url(CA + query)
    assert str(caught.value) == (
        "has an option after ? that cannot be used; there is db, socket_timeout, socket_connect_timeout,"
        " ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_cert_reqs, ssl_check_hostname"
    )


def test_without_an_address_the_server_is_on_this_machine() -> None:
    assert URL.value({}) == "redis://localhost:6379/0"


@pytest.mark.parametrize("prefix", ["a b", "ü", "x" * 101, "a\n"])
def test_a_prefix_is_plain_text(prefix: str) -> None:
    with pytest.raises(UsageError) as caught:
        PREFIX.value({"CODEX_QUOTA_REDIS_PREFIX": prefix})
    assert caught.value.message == "CODEX_QUOTA_REDIS_PREFIX: must be 1 to 100 ASCII characters without spaces"
