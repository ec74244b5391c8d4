"""A token is taken out of whatever came from elsewhere, however it is written there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.redaction import redactor, shown_headers
from codex_quota.simulated.tokens import make_token

TOKEN = make_token({"sub": "somebody", "exp": 1_800_000_000})
redact = redactor(TOKEN)


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04X}" for character in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("nothing to hide", "nothing to hide"),
        (TOKEN, "[redacted]"),
        (f"a {TOKEN}{TOKEN} b {TOKEN}", "a [redacted][redacted] b [redacted]"),
        (f"cut: {TOKEN[:24]}", "cut: [redacted]"),
        (f"cut: {TOKEN[:-1]}…", "cut: [redacted]…"),
        (f"too short: {TOKEN[:23]}", f"too short: {TOKEN[:23]}"),
        (f'{{"a": "{escaped(TOKEN)}"}}', '{"a": "[redacted]"}'),
        (f'{{"a": "{escaped(TOKEN).lower()}"}}', '{"a": "[redacted]"}'),
        (f'{{"a": "{escaped(TOKEN[0])}{TOKEN[1:]}"}}', '{"a": "[redacted]"}'),
        (f'{{"a": "{TOKEN[:30]}{escaped(TOKEN[30])}{TOKEN[31:]}"}}', '{"a": "[redacted]"}'),
        (f'["{escaped(TOKEN)}", "\\u0022\\u005c"]', '["[redacted]", "\\u0022\\u005c"]'),
        (r'{"a": "\u0065\n\\u0065\""}', r'{"a": "\u0065\n\\u0065\""}'),
    ],
)
def test_a_token_is_replaced_in_every_form(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(("token", "text", "expected"), [("short", "a short text", "a [redacted] text"), ("", "text", "text")])
def test_a_short_token_is_replaced_as_a_whole_and_no_token_leaves_the_text(token: str, text: str, expected: str) -> None:
    assert redactor(token)(text) == expected


@given(st.text(max_size=30), st.lists(st.booleans(), min_size=len(TOKEN), max_size=len(TOKEN)), st.booleans())
def test_no_way_to_escape_a_token_hides_it_and_the_rest_reads_as_before(around: str, which: list[bool], ascii_only: bool) -> None:
    written = "".join(escaped(c) if escape else c for c, escape in zip(TOKEN, which, strict=True))
    quoted = json.dumps(around, ensure_ascii=ascii_only)
    body = f'{{"before": {quoted}, "echo": "{written}", "after": {quoted}}}'
    assert json.loads(redact(body)) == {"before": around, "echo": "[redacted]", "after": around}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-Request-Id", "r-1", "r-1"),
        ("X-Echo", TOKEN, "[redacted]"),
        ("X-Echo", f"Bearer {TOKEN}; more", "[redacted]"),
        ("X-Echo", TOKEN[:40], "[redacted]"),
        ("X-Echo", TOKEN.replace(".", "%2E"), "[redacted]"),
        ("Set-Cookie", "a=b", "[redacted]"),
        ("X-Auth", "a", "[redacted]"),
        ("X-Error-Json", "e30=", "[redacted]"),
        ("Location", "https://example.com/login?next=/a&code=5#part", "https://example.com/login?[redacted]"),
        ("Location", "https://example.com/login#access=5", "https://example.com/login#[redacted]"),
        ("location", "/login", "/login"),
        ("Location", f"/login/{TOKEN}", "[redacted]"),
        ("Refresh", "5; url=/login?code=5", "5; url=/login?[redacted]"),
        ("Link", '</a?b=c>; rel="next", </d>', '</a?[redacted]>; rel="next", </d>'),
        ("X-Other", "what?", "what?"),
    ],
)
def test_a_header_is_shown_without_secrets(name: str, value: str, expected: str) -> None:
    assert list(shown_headers([(name, value)], redact)) == [(name, expected)]
