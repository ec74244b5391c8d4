"""Every status of the service, with every body known for it, and when it wants to be asked again."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.errors import ServiceError
from codex_quota.statuses import error_for, retry_at

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HTML = "<!DOCTYPE html><html><title>Just a moment...</title></html>"


def wire(code: str | None, message: str = "no", type_: str | None = None) -> str:
    """An error body of the service."""
    return json.dumps({"error": {"message": message, "type": type_, "code": code, "param": None}, "status": 401})


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def failure(status: int, body: str = "", **headers: str) -> ServiceError:
    error = error_for(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, now=NOW)
    assert error is not None
    assert error.status == status
    return error


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_success_is_no_error(status: int) -> None:
    assert error_for(status, {}, HTML, now=NOW) is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("account_deactivated", "no new sign-in helps: ask the workspace's owner, or help.openai.com"),
        ("token_expired", "sign in again with 'codex login'"),
    ],
)
def test_a_new_sign_in_is_advised_only_where_it_helps(code: str, hint: str) -> None:
    assert failure(401, wire(code)).hint == hint


def test_the_copy_in_the_header_is_redacted_after_it_is_decoded() -> None:
    headers = {"x-error-json": base64_of(wire(None, "your token abc is bad"))}
    error = error_for(401, headers, "", now=NOW, redact=lambda text: text.replace("abc", "[redacted]"))
    assert error is not None
    assert error.message == f"{REFUSED}: your token [redacted] is bad (HTTP 401)"


def test_what_the_service_says_ends_without_a_full_stop() -> None:
    assert failure(401, wire(None, "Please sign in.")).message == f"{REFUSED}: Please sign in (HTTP 401)"


def test_an_integer_of_absurd_length_leaves_the_code_readable() -> None:
    body = f'{{"error": {{"code": "token_expired"}}, "status": {"4" * 5000}}}'
    assert failure(401, body).message == "the access token has expired (HTTP 401)"


REFUSED = "the service does not accept the access token"
UNREADABLE = "the service cannot read the access token"
INVALIDATED = "signed out: the access token was invalidated, mostly by a newer sign-in"


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        (wire("token_invalidated", type_="invalid_request_error"), {}, INVALIDATED),
        (wire("unauthorized_unknown"), {}, UNREADABLE),
        ("", {"x_error_json": base64_of(wire("unauthorized_unknown"))}, UNREADABLE),
        ("text", {"x_openai_ide_error_code": "token_expired"}, "the access token has expired"),
        (wire("token_expired"), {}, "the access token has expired"),
        (wire("token_revoked"), {}, "signed out: the access token was revoked"),
        (wire("account_deactivated"), {}, "the account is deactivated"),
        (wire("app_session_terminated"), {}, "signed out: the session was ended"),
        (wire("invalid_workspace_selected"), {}, "the sign-in does not belong to this workspace any more"),
        (wire("something_new", "please sign in"), {}, f"{REFUSED}: please sign in"),
        (wire(None, "bad token", "invalid_request_error"), {}, f"{REFUSED}: bad token"),
        ('{"detail": "Unauthorized"}', {}, f"{REFUSED}: Unauthorized"),
        ("", {}, REFUSED),
        ("Unauthorized", {"content_type": "text/plain"}, REFUSED),
        (HTML, {"x_error_json": "%%%"}, REFUSED),
        ("", {"x_error_json": base64_of("\xff")}, REFUSED),
    ],
)
def test_a_401_says_what_became_of_the_sign_in(body: str, headers: dict[str, str], message: str) -> None:
    error = failure(401, body, **headers)
    assert (error.code, error.message, error.retry_at) == ("unauthorized", f"{message} (HTTP 401)", None)


CHALLENGE = {"cf_mitigated": "challenge"}
USAGE_LIMIT = '{"error": {"type": "usage_limit_reached", "message": "no"}}'


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "message"),
    [
        (
            402,
            '{"detail": {"code": "deactivated_workspace"}}',
            {},
            "workspace_deactivated",
            "the workspace of this sign-in is deactivated",
        ),
        (403, HTML, CHALLENGE, "blocked", "a Cloudflare page stands in the way"),
        (403, "", CHALLENGE, "blocked", "a Cloudflare page stands in the way"),
        (403, f"\n {HTML}", {}, "blocked", "a Cloudflare page stands in the way"),
        (403, '{"detail": "Forbidden"}', {}, "blocked", "the service refuses the request: Forbidden"),
        (403, "", {}, "blocked", "the service refuses the request"),
        (404, '{"detail": "Not Found"}', {}, "not_found", "there is no usage endpoint at this address: Not Found"),
        (404, HTML, {}, "not_found", "there is no usage endpoint at this address"),
        (429, "", {}, "rate_limited", "asked too often"),
        (429, wire("rate_limit_exceeded"), {}, "rate_limited", "asked too often"),
        (429, USAGE_LIMIT, {}, "rate_limited", "the service says the usage limit is reached"),
        *((status, HTML, {}, "unavailable", "the service is in trouble") for status in (408, 500, 502, 503, 504, 520, 529)),
        (503, '{"error": "overloaded"}', {}, "unavailable", "the service is in trouble: overloaded"),
    ],
)
def test_every_other_row_of_the_error_table(status: int, body: str, headers: dict[str, str], code: str, message: str) -> None:
    error = failure(status, body, **headers)
    assert (error.code, error.message, error.retry_at) == (code, f"{message} (HTTP {status})", None)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_an_error(status: int) -> None:
    error = failure(status, HTML, location="https://evil.example")
    assert error.code == "redirected"
    assert error.message == f"the service answered with a redirect (HTTP {status}), which is not followed"


@pytest.mark.parametrize("status", [100, 400, 402, 405, 410, 418, 451])
@pytest.mark.parametrize(("body", "said"), [(HTML, ""), ('{"detail": "Not So"}', ": Not So")], ids=["html", "json"])
def test_any_other_status_is_told_as_it_is(status: int, body: str, said: str) -> None:
    error = failure(status, body)
    assert (error.code, error.message) == ("unexpected_status", f"the service answered HTTP {status}{said}")


def test_what_the_service_says_is_cut_and_kept_on_one_line() -> None:
    said = "first line\n\x1b[31msecond " + "x" * 500
    for status in (401, 403, 404, 500, 400):
        error = failure(status, wire(None, said))
        assert "first line [31msecond x" in error.message
        assert len(error.message) < 220
        assert error.message.isprintable()


@pytest.mark.parametrize("body", ["[]", "null", "5", '"text"', "{", '{"error": []}', '{"error": {"code": 5}}', "[" * 100_000])
@pytest.mark.parametrize("status", [401, 402, 403, 429, 500])
def test_an_odd_body_changes_nothing(status: int, body: str) -> None:
    assert failure(status, body).message == failure(status).message


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("0", None),
        ("1", 1),
        (" 30 ", 30),
        ("86400", 86400),
        ("999999999999999999999999", 400 * 86400),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 300),
        ("Sunday, 22-Nov-26 12:05:00 GMT", 300),
        ("Sun Nov 22 12:05:00 2026", 300),
        ("Sun, 22 Nov 2026 14:05:00 +0200", 300),
        ("Sun, 22 Nov 2026 12:00:00 GMT", None),
        ("Sun, 22 Nov 2026 11:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 400 * 86400),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("Sun, 22 Nov 99999999999999999999 12:05:00 GMT", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("2026-11-22T12:05:00Z", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503, 408])
def test_retry_after_in_each_of_its_forms(status: int, value: str, after: int | None) -> None:
    assert failure(status, retry_after=value).retry_at == (None if after is None else NOW + timedelta(seconds=after))


@pytest.mark.parametrize(
    ("error", "after"),
    [
        ({"resets_in_seconds": 90}, 90),
        ({"resets_in_seconds": 90.5}, 90.5),
        ({"resets_in_seconds": 90, "resets_at": NOW.timestamp() + 500}, 90),
        ({"resets_in_seconds": 0, "resets_at": NOW.timestamp() + 500}, 500),
        ({"resets_in_seconds": -1}, None),
        ({"resets_in_seconds": True}, None),
        ({"resets_in_seconds": "90"}, None),
        ({"resets_in_seconds": 10**400}, 400 * 86400),
        ({"resets_in_seconds": float("nan")}, None),
        ({"resets_in_seconds": float("inf")}, 400 * 86400),
        ({"resets_at": NOW.timestamp() + 500}, 500),
        ({"resets_at": "2026-11-22T12:05:00Z"}, 300),
        ({"resets_at": NOW.timestamp()}, None),
        ({"resets_at": 0}, None),
        ({"resets_at": None}, None),
        ("text", None),
        (None, None),
    ],
)
def test_without_retry_after_the_body_may_name_the_reset(error: Any, after: float | None) -> None:
    expected = None if after is None else NOW + timedelta(seconds=after)
    assert failure(429, json.dumps({"error": error})).retry_at == expected


def test_retry_after_counts_before_the_body() -> None:
    assert failure(429, json.dumps({"error": {"resets_in_seconds": 90}}), retry_after="5").retry_at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize("status", [301, 401, 402, 403, 404, 418])
def test_only_what_is_tried_again_says_when(status: int) -> None:
    assert failure(status, retry_after="5").retry_at is None


@given(st.text(max_size=40))
def test_no_retry_after_makes_it_fail(value: str) -> None:
    at = retry_at({"retry-after": value}, "", NOW)
    assert at is None or NOW < at <= NOW + timedelta(days=400)


@given(
    st.integers(100, 999),
    st.text(max_size=40),
    st.dictionaries(st.sampled_from(["x-error-json", "cf-mitigated"]), st.text(max_size=9)),
)
def test_no_answer_makes_it_fail(status: int, body: str, headers: dict[str, str]) -> None:
    error = error_for(status, headers, body, now=NOW)
    assert (error is None) is (200 <= status < 300)
