"""Texts on the server: how long they stay, what counts as damaged, what lies beside them, and who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from codex_quota_redis import RedisStore
from codex_quota_redis.store import LARGEST
from real_redis import RealRedis, free_port
from redis import Redis
from redis_worlds import opened

import codex_quota

DAY_MS = 86_400_000


@pytest.mark.parametrize(("keep", "days"), [("", 90), ("2d", 2)])
def test_a_text_is_forgotten_when_it_was_not_replaced_for_long(redis: RealRedis, keep: str, days: int) -> None:
    store = opened(redis.url, keep=keep)
    with Redis.from_url(redis.url) as client:
        for _ in range(2):
            store.set("key", "text")
            left = client.pttl("codex-quota:text:key")
            assert days * DAY_MS - 60_000 < left <= days * DAY_MS
            client.pexpire("codex-quota:text:key", 1000)
        with store.lock("key", 0):
            store.set("key", "text")
            assert days * DAY_MS - 60_000 < client.pttl("codex-quota:text:key") <= days * DAY_MS


@pytest.mark.parametrize("damage", [b"{\xff\xfe", b" " * (LARGEST + 1)], ids=["bytes", "huge"])
def test_what_cannot_be_a_text_counts_as_not_there(redis: RealRedis, damage: bytes) -> None:
    store = opened(redis.url)
    with Redis.from_url(redis.url) as client:
        client.set("codex-quota:text:key", damage)
    assert store.get("key") is None
    store.set("key", "text")
    assert store.get("key") == "text"


def test_a_list_is_no_text(redis: RealRedis) -> None:
    store = opened(redis.url)
    with Redis.from_url(redis.url) as client:
        client.rpush("codex-quota:text:key", "text")
    assert (store.get("key"), list(store.keys())) == (None, [])
    store.set("key", "text")
    assert (store.get("key"), list(store.keys())) == ("text", ["key"])


def test_a_text_that_is_too_large_is_not_kept(redis: RealRedis) -> None:
    store = opened(redis.url)
    store.set("key", "x" * LARGEST)
    with pytest.raises(codex_quota.PluginError) as caught:
        store.set("key", "ü" * LARGEST)
    assert caught.value.line() == f"an answer of {2 * LARGEST} bytes is not kept; at most {LARGEST} bytes are"
    assert store.get("key") == "x" * LARGEST


def test_every_key_is_found_among_those_of_others(redis: RealRedis) -> None:
    store, other = opened(redis.url), opened(redis.url, prefix="c*:")
    with Redis.from_url(redis.url) as client:
        client.mset({f"other:{number}": "x" for number in range(3000)} | {b"codex-quota:text:\xff": "x"})
    for number in range(2500):
        store.set(f"key{number}", "text")
    other.set("mine", "text")
    assert list(store.keys()) == sorted(f"key{number}" for number in range(2500))
    assert list(other.keys()) == ["mine"]


def test_it_says_where_texts_lie_without_the_password(redis: RealRedis) -> None:
    store = opened(f"redis://default:s3cret@127.0.0.1:{redis.port}/0", prefix="team:")
    assert store.describe() == f"redis://127.0.0.1:{redis.port}/0, keys team:*"
    assert "s3cret" not in repr(store) + repr(RedisStore())


def test_databases_are_apart(redis: RealRedis) -> None:
    first, second = opened(redis.url), opened(f"{redis.unix_url}?db=1")
    first.set("key", "text")
    assert (second.get("key"), list(second.keys())) == (None, [])


def test_a_bad_setting_is_an_error_of_use_without_its_text() -> None:
    with pytest.raises(codex_quota.UsageError) as caught:
        opened("http://me:s3cret@cache.example")
    assert caught.value.message.startswith("CODEX_QUOTA_REDIS_URL: not the address of a Redis server, which is redis://")
    assert "s3cret" not in caught.value.line()


def test_a_user_without_the_rights_is_told(own_redis: RealRedis) -> None:
    own_redis.start()
    with Redis.from_url(own_redis.url) as admin:
        admin.execute_command("ACL", "SETUSER", "reader", "on", ">s3cret", "~*", "+getrange", "+exists")
    store = opened(own_redis.url.replace("//", "//reader:s3cret@"))
    assert store.get("key") is None
    with pytest.raises(codex_quota.PluginError) as caught:
        store.set("key", "text")
    said = caught.value.line()
    assert said == (
        f"Redis at {own_redis.url} refuses: this user has no permissions to run the 'set' command;"
        " check the server and the rights of the user"
    )


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server that speaks TLS, and the certificate of its authority."""
    authority, port = trustme.CA(), free_port()
    certificate = authority.issue_cert("localhost")
    pem, key, ca = tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem"
    certificate.cert_chain_pems[0].write_to_path(pem)
    certificate.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    server = RealRedis(
        "--tls-port", str(port), "--tls-cert-file", str(pem), "--tls-key-file", str(key), "--tls-ca-cert-file", str(ca),
        "--tls-auth-clients", "no",
    )  # fmt: skip
    yield f"rediss://localhost:{server.start() and port}/0", ca
    server.remove()


def test_tls_with_an_authority_of_one_s_own(tls: tuple[str, Path]) -> None:
    url, ca = tls
    store = opened(f"{url}?ssl_ca_certs={ca}")
    store.set("key", "text")
    assert (store.get("key"), store.describe()) == ("text", f"{url}, keys codex-quota:*")


def test_a_certificate_of_an_unknown_authority_is_refused(tls: tuple[str, Path]) -> None:
    url, _ = tls
    with pytest.raises(codex_quota.PluginError) as caught:
        opened(url).get("key")
    assert caught.value.message.startswith(f"no connection to Redis at {url}: ")
    assert re.search(": (self-signed certificate|unable to get local issuer certificate)[^:]*$", caught.value.message)
