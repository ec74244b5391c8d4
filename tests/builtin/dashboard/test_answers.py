"""Answers made once: ETag, compression, and one maker however many ask."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor

import bottle
import pytest

from codex_quota.builtin.dashboard.answers import FOR_EVER, Kept, Ready, ready, send

LONG = ready("word " * 1000, "text/plain")


def sent(answer: Ready, cache: str | None = None, **headers: str) -> bottle.HTTPResponse:
    bottle.request.bind({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return send(answer) if cache is None else send(answer, cache=cache, vary="Cookie")


def test_the_etag_belongs_to_the_body_and_its_type() -> None:
    assert ready("a", "text/plain").etag == ready(b"a", "text/plain").etag
    assert len({ready("a", "text/plain").etag, ready("b", "text/plain").etag, ready("a", "text/html").etag}) == 3


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=1.0, identity", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("x-gzip-like", False),
    ],
)
def test_a_body_is_compressed_for_who_can_read_it(header: str, packed: bool) -> None:
    answer = sent(LONG, accept_encoding=header)
    assert answer.get_header("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(answer.body) if packed else answer.body) == b"word " * 1000
    assert answer.get_header("Vary") == "Accept-Encoding"


def test_a_short_body_stays_as_it_is() -> None:
    assert ready("short", "text/plain").packed is None
    assert sent(ready("short", "text/plain"), accept_encoding="gzip").body == b"short"


@pytest.mark.parametrize(
    "header", [LONG.etag, LONG.etag.removeprefix("W/"), f'"other", {LONG.etag}', "*"], ids=["same", "strong", "list", "any"]
)
def test_who_has_it_already_is_told_so(header: str) -> None:
    answer = sent(LONG, FOR_EVER, if_none_match=header)
    assert (answer.status_code, answer.body) == (304, b"")
    assert dict(answer.headerlist) == {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Etag": LONG.etag,
        "Vary": "Accept-Encoding, Cookie",
    }


def test_who_has_another_one_gets_it() -> None:
    assert sent(LONG, if_none_match='W/"other"').status_code == 200


def test_the_answer_that_rested_longest_goes_first() -> None:
    kept, made = Kept(most=2), list[str]()

    def get(key: str) -> None:
        def make() -> Ready:
            made.append(key)
            return ready(key, "text/plain")

        assert kept.get(key, make).body == key.encode()

    for key in "abacab":
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_one_makes_it_and_the_others_wait() -> None:
    kept, made, begun, go_on = Kept(), list[int](), threading.Event(), threading.Event()

    def make() -> Ready:
        made.append(1)
        begun.set()
        assert go_on.wait(20)
        return LONG

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(kept.get, "page", make)
        assert begun.wait(20)
        others = [pool.submit(kept.get, "page", make) for _ in range(5)]
        assert kept.get("another page", lambda: ready("x", "text/plain")).body == b"x"
        go_on.set()
        assert [one.result(20) for one in (first, *others)] == [LONG] * 6
    assert made == [1]


def test_a_failed_answer_is_made_anew() -> None:
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.get("page", lambda: ready(str(1 // 0), "text/plain"))
    assert kept.get("page", lambda: LONG) is LONG
