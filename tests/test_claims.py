"""What tokens say about themselves."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.claims import AUTH_CLAIM, PROFILE_CLAIM, auth_claims, decode_claims, email_claim, expiry_claim
from codex_quota.simulated.tokens import make_token

WHEN = datetime(2026, 9, 1, tzinfo=UTC)
SECONDS = int(WHEN.timestamp())


def middle(payload: bytes) -> str:
    return "e30." + base64.urlsafe_b64encode(payload).decode().rstrip("=") + ".sig"


@pytest.mark.parametrize("claims", [{}, {"a": 1}, {"ab": "ü?>"}, {"abc": ["x", None]}, {"exp": 1}])
def test_claims_are_read_whatever_the_padding(claims: dict[str, Any]) -> None:
    assert decode_claims(make_token(claims)) == claims


@pytest.mark.parametrize(
    "token",
    [
        *("", "opaque", "at-abc", "a.b", "a.b.c.d", "..", "a.!!!.c", "a.é.c", "a.e30=x.c"),
        *(middle(b"{"), middle(b"[]"), middle(b"null"), middle(b"\xff\xfe{}"), middle(b"[" * 100_000)),
    ],
)
def test_a_token_that_cannot_be_read_claims_nothing(token: str) -> None:
    assert decode_claims(token) == {}


@given(st.text())
def test_no_text_makes_the_reader_fail(token: str) -> None:
    assert isinstance(decode_claims(f"a.{token}.c"), dict)


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@example.com"}, "a@example.com"),
        ({PROFILE_CLAIM: {"email": "b@example.com"}}, "b@example.com"),
        ({"email": "a@example.com", PROFILE_CLAIM: {"email": "b@example.com"}}, "a@example.com"),
        ({"email": " ", PROFILE_CLAIM: {"email": "b@example.com"}}, "b@example.com"),
        ({"email": 5, PROFILE_CLAIM: "text"}, None),
        ({}, None),
    ],
)
def test_the_email_stands_at_one_of_two_places(claims: dict[str, Any], email: str | None) -> None:
    assert email_claim(claims) == email


@pytest.mark.parametrize(("claims", "part"), [({AUTH_CLAIM: {"a": 1}}, {"a": 1}), ({AUTH_CLAIM: "text"}, {}), ({}, {})])
def test_the_part_about_the_account(claims: dict[str, Any], part: dict[str, Any]) -> None:
    assert auth_claims(claims) == part


def test_the_expiry_is_the_tokens_own() -> None:
    assert expiry_claim(json.loads(f'{{"exp": {SECONDS}}}')) == WHEN
    assert expiry_claim({}) is None
