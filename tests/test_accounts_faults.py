"""Sources that fail or give rubbish: an entry each, and no account hidden."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from codex_quota.accounts import find
from codex_quota.errors import CredentialInvalidError, PluginError
from codex_quota.model import Credential
from listing import Source, cred, names, one, world
from signins import assert_tells_nothing


class CustomError(Exception):
    pass


def raising(error: BaseException) -> Callable[[], Iterator[Credential]]:
    def give() -> Iterator[Credential]:
        yield cred("good")
        raise error

    return give


@pytest.mark.parametrize(
    ("give", "message"),
    [
        (raising(CustomError("no\nvault")), "the source bad failed: CustomError: no vault"),
        (raising(SystemExit(3)), "the source bad failed: SystemExit: 3"),
        (lambda: [cred("good"), 5], "the source bad failed: TypeError: gave int, not a Credential"),
        (lambda: [None, cred("good")], "the source bad failed: TypeError: gave NoneType, not a Credential"),
        (lambda: [cred("good"), cred], "the source bad failed: TypeError: gave function, not a Credential"),
    ],
)
def test_a_source_that_fails_is_an_entry_and_hides_no_account(give: Callable[[], Any], message: str) -> None:
    listings = world(Source("bad", give), one("other", cred("x")))
    assert names(listings) == [("bad", "bad"), ("good", "bad"), ("x", "other")]
    error = listings[0].error
    assert isinstance(error, PluginError)
    assert (error.message, error.account, listings[0].source_failed) == (message, "bad", True)


@pytest.mark.parametrize("answer", [None, 5, object()])
def test_a_source_that_gives_no_list_is_an_entry(answer: object) -> None:
    (entry,) = world(Source("bad", lambda: answer))
    assert isinstance(entry.error, PluginError)
    assert entry.error.message.startswith("the source bad failed: TypeError: ")


def test_ctrl_c_while_a_source_is_asked_ends_the_program() -> None:
    with pytest.raises(KeyboardInterrupt):
        world(Source("bad", raising(KeyboardInterrupt())))


GOOD = cred("work", "acct", "user", token="sesame")


@pytest.mark.parametrize(
    ("credential", "message"),
    [
        (replace(GOOD, access_token="sesame\r\nX: y"), "the access token in the sign-in holds characters that cannot be sent"),
        (replace(GOOD, access_token="sesamé"), "the access token in the sign-in holds characters that cannot be sent"),
        (replace(GOOD, access_token="", location="v:1"), "the access token in v:1 holds characters that cannot be sent"),
        (
            replace(GOOD, account=replace(GOOD.account, account_id="a\nb")),
            "the account id in the sign-in holds characters that cannot be sent",
        ),
    ],
)
def test_a_sign_in_of_a_plugin_that_cannot_be_sent_is_refused_before_it_is_sent(credential: Credential, message: str) -> None:
    first, second = world(one("s", credential, cred("x")))
    assert (first.account.name, first.credential, second.account.name) == ("work", None, "x")
    assert isinstance(first.error, CredentialInvalidError)
    assert (first.error.message, first.error.account, first.source_failed) == (message, "work", False)
    assert_tells_nothing(first.error)


@pytest.mark.parametrize(
    ("name", "shown", "message"),
    [
        ("team/work", "team/work", "account name 'team/work' holds '/', which is not allowed"),
        ("a\x1b[31m", "a [31m", "account name 'a [31m' holds '\\x1b', which is not allowed"),
        ("", "s", "account name '' is empty, or has a dot or a space at its edge"),
    ],
)
def test_a_name_of_a_plugin_keeps_the_rules_for_names(name: str, shown: str, message: str) -> None:
    entries = world(one("s", cred(name), cred("x")))
    assert sorted(names(entries)) == sorted([(shown, "s"), ("x", "s")])
    (error,) = (entry.error for entry in entries if entry.error)
    assert error.message == message


def test_a_name_of_a_plugin_is_found_however_it_is_written() -> None:
    decomposed = unicodedata.normalize("NFD", "Grüße")
    listings = world(one("s", cred(decomposed)))
    assert names(listings) == [("Grüße", "s")]
    assert find(listings, decomposed) is find(listings, "Grüße") is listings[0]


ODD: list[Any] = [
    replace(GOOD, access_token=None),  # type: ignore[arg-type]
    replace(GOOD, access_token=b"sesame"),  # type: ignore[arg-type]
    replace(GOOD, account=None),  # type: ignore[arg-type]
    replace(GOOD, account="work"),  # type: ignore[arg-type]
    replace(GOOD, account=replace(GOOD.account, name=5)),  # type: ignore[arg-type]
    replace(GOOD, account=replace(GOOD.account, name=None)),  # type: ignore[arg-type]
    replace(GOOD, account=replace(GOOD.account, account_id=5)),  # type: ignore[arg-type]
    replace(GOOD, account=replace(GOOD.account, user_id=["u"])),  # type: ignore[arg-type]
    replace(GOOD, account=replace(GOOD.account, email=5)),  # type: ignore[arg-type]
    replace(GOOD, plan=5),  # type: ignore[arg-type]
    replace(GOOD, location=Path("/x")),  # type: ignore[arg-type]
    replace(GOOD, base_url=5),  # type: ignore[arg-type]
    replace(GOOD, expires_at=datetime(2026, 11, 22)),
    replace(GOOD, expires_at=5),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("odd", ODD)
def test_rubbish_in_a_sign_in_is_an_entry_and_not_a_crash_later(odd: Any) -> None:
    entries = world(one("s", odd, cred("x")))
    assert names(entries) == [("s", "s"), ("x", "s")]
    assert isinstance(entries[0].error, PluginError)
    assert_tells_nothing(entries[0].error)
    assert entries[0].source_failed is True


def test_an_expiry_with_a_time_zone_passes() -> None:
    (entry,) = world(one("s", replace(GOOD, expires_at=datetime(2026, 11, 22, tzinfo=UTC))))
    assert entry.error is None
