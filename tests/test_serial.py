"""The JSON schema, written: what stands where, and that loading gives back what was dumped."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import codex_quota
from bodies import PLAUSIBLE, bodies
from codex_quota.errors import BadPayloadError, RateLimitedError
from codex_quota.model import Account, Answer, Credits, Quota, RateLimit, Snapshot, SpendLimit, Window
from codex_quota.pace import Pace
from codex_quota.payload import parse_usage
from codex_quota.serial import dump_results, dump_snapshot, load_results, load_snapshot, snapshot_from_dict, snapshot_to_dict

PUBLISHED = Path(codex_quota.__file__).parent / "snapshot.schema.json"
SCHEMA = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = Account(name="work", source="directory", account_id="acct-1", user_id="user-1", email="a@example.com")
WEEK = Window(
    limit="codex",
    name="weekly",
    label="7 d",
    used_percent=100.0,
    length=timedelta(days=7),
    resets_at=NOW + timedelta(days=1),
    started=True,
)
EXHAUSTED = Snapshot(
    account=ACCOUNT,
    fetched_at=NOW,
    quota=Quota(
        plan="plus",
        limits=(RateLimit(name="codex", allowed=False, limit_reached=True, windows=(WEEK,)),),
        limit_reached=True,
        limit_reached_type="rate_limit_reached",
        credits=Credits(has_credits=True, unlimited=False, overage_limit_reached=True, balance=Decimal("12.50")),
        spend=SpendLimit(reached=False, limit=Decimal("1E+3"), used=Decimal("36.79"), used_percent=3.679),
        reset_credits=2,
        unavailable_models=("big",),
        warnings=("told by the answer",),
    ),
    warnings=("told by the reader",),
)
WRITTEN_WEEK = {
    "limit": "codex",
    "name": "weekly",
    "label": "7 d",
    "used_percent": 100,
    "remaining_percent": 0,
    "window_seconds": 604800,
    "resets_at": "2026-11-23T12:00:00Z",
    "started": True,
    "pace": None,
}


def snapshot_of(body: object) -> Snapshot:
    return Snapshot(account=ACCOUNT, quota=parse_usage(body, answered_at=NOW, asked_account_id="acct-1"), fetched_at=NOW)


def test_every_field_stands_where_the_schema_says() -> None:
    assert snapshot_to_dict(EXHAUSTED) == {
        "account": "work",
        "email": "a@example.com",
        "account_id": "acct-1",
        "user_id": "user-1",
        "plan": "plus",
        "token_expires_at": None,
        "source": "network",
        "status": "fresh",
        "fetched_at": "2026-11-22T12:00:00Z",
        "limit_reached": True,
        "limit_reached_type": "rate_limit_reached",
        "usable": False,
        "limited_by": "weekly",
        "available_at": "2026-11-23T12:00:00Z",
        "five_hour": None,
        "weekly": WRITTEN_WEEK,
        "monthly": None,
        "limits": [{"name": "codex", "feature": None, "allowed": False, "limit_reached": True}],
        "windows": [WRITTEN_WEEK],
        "credits": {"has_credits": True, "unlimited": False, "overage_limit_reached": True, "balance": "12.50"},
        "spend": {
            "reached": False,
            "limit": "1000",
            "used": "36.79",
            "remaining": None,
            "used_percent": 3.679,
            "resets_at": None,
        },
        "reset_credits": 2,
        "unavailable_models": ["big"],
        "warnings": ["told by the reader", "told by the answer"],
        "error": None,
    }


def test_a_failure_says_what_happened_and_what_to_do() -> None:
    error = RateLimitedError("asked too often", hint="wait", status=429)
    failed = Snapshot(account=Account(name="work", source="directory"), status="failed", error=error, plan_claim="pro")
    written = snapshot_to_dict(failed)
    assert {key: value for key, value in written.items() if value not in (None, [])} == {
        "account": "work",
        "plan": "pro",
        "source": "network",
        "status": "failed",
        "error": {"code": "rate_limited", "message": "asked too often", "hint": "wait"},
    }


def test_identity_comes_from_the_answer_where_the_account_does_not_know_it() -> None:
    quota = Quota(email="theirs@example.com", account_id="acct-9", user_id="user-9")
    known = snapshot_to_dict(Snapshot(account=replace(ACCOUNT, user_id=None), quota=quota))
    assert (known["email"], known["account_id"], known["user_id"]) == ("a@example.com", "acct-1", "user-9")


def test_times_are_written_in_utc_to_whole_seconds() -> None:
    local = datetime(2026, 11, 22, 14, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert snapshot_to_dict(replace(EXHAUSTED, fetched_at=local))["fetched_at"] == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize(
    ("used", "expected"),
    [(0.0, "0"), (42.0, "42"), (42.5, "42.5"), (0.1 + 0.2, "0.3"), (100.6, "100.6"), (None, "null"), (float("nan"), "null")],
)
def test_percentages_are_short_numbers(used: float | None, expected: str) -> None:
    limit = RateLimit(name="codex", windows=(replace(WEEK, used_percent=used),))
    written = snapshot_to_dict(Snapshot(account=ACCOUNT, quota=Quota(limits=(limit,))))["weekly"]
    assert isinstance(written, dict)
    assert json.dumps(written["used_percent"]) == expected


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("0E-10", "0"), ("12.50", "12.50"), ("1E+3", "1000"), ("1E-7", "0.0000001"), ("-5", "-5"), ("NaN", None)],
)
def test_amounts_are_plain_decimals(balance: str, expected: str | None) -> None:
    written = snapshot_to_dict(Snapshot(account=ACCOUNT, quota=Quota(credits=Credits(balance=Decimal(balance)))))["credits"]
    assert isinstance(written, dict)
    assert written["balance"] == expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "error"),
        (["failed"], "error"),
        (["stale", "stale"], "error"),
        (["fresh"], "success"),
        (["fresh", "stale"], "partial"),
        (["failed", "fresh"], "partial"),
    ],
)
def test_the_status_tells_how_many_answered_this_time(statuses: list[str], expected: str) -> None:
    snapshots = [replace(EXHAUSTED, status=status) for status in statuses]
    document = json.loads(dump_results(snapshots, generated_at=NOW))
    assert (document["schema_version"], document["status"], document["generated_at"], len(document["results"])) == (
        1,
        expected,
        "2026-11-22T12:00:00Z",
        len(statuses),
    )


def test_texts_are_readable_and_can_always_be_written() -> None:
    odd = replace(EXHAUSTED, account=replace(ACCOUNT, name="Büro", email="\ud800@example.com"))
    text = dump_results([odd], generated_at=NOW)
    assert '"account": "Büro", "email": "?@example.com"' in text
    assert text.encode("utf-8").decode("utf-8") == text


def test_the_raw_answer_is_never_written() -> None:
    answer = Answer(status=200, headers=(("x-secret", "s3cret"),), body='{"s3cret": 1}')
    told = replace(EXHAUSTED, answer=answer)
    assert [text for text in (dump_snapshot(told), dump_results([told], generated_at=NOW)) if "s3cret" in text] == []


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_the_cache_gives_back_what_it_was_given(body: dict[str, object]) -> None:
    snapshot = snapshot_of(body)
    assert load_snapshot(dump_snapshot(snapshot)) == snapshot


@settings(max_examples=100, deadline=None)
@given(st.lists(bodies(), max_size=3))
def test_a_document_gives_back_what_it_says(found: list[dict[str, object]]) -> None:
    snapshots = [snapshot_of(body) for body in found]
    text = dump_results(snapshots, generated_at=NOW)
    assert dump_results(load_results(text), generated_at=NOW) == text


@settings(max_examples=100, deadline=None)
@given(bodies())
def test_every_document_fits_the_published_schema(body: dict[str, object]) -> None:
    document = json.loads(dump_results([snapshot_of(body)], generated_at=NOW))
    assert [error.message for error in SCHEMA.iter_errors(document)] == []


@pytest.mark.parametrize("account", [ACCOUNT, Account(name="work", source="directory")])
@pytest.mark.parametrize("quota", [EXHAUSTED.quota, replace(EXHAUSTED.quota or Quota(), account_id="acct-9"), Quota(), None])
def test_the_cache_keeps_the_accounts_and_the_answers_identity_apart(account: Account, quota: Quota | None) -> None:
    snapshot = replace(EXHAUSTED, account=account, quota=quota, source="cache", status="stale")
    assert load_snapshot(dump_snapshot(snapshot)) == snapshot


def test_the_cache_does_not_keep_a_plan_that_only_the_sign_in_claims() -> None:
    kept = load_snapshot(dump_snapshot(Snapshot(account=ACCOUNT, quota=Quota(), plan_claim="pro")))
    assert kept is not None
    assert kept.plan is None


def test_a_failure_comes_back_as_the_same_error() -> None:
    failed = Snapshot(account=ACCOUNT, status="failed", error=BadPayloadError("not JSON", hint="look"), plan_claim="pro")
    (back,) = load_results(dump_results([failed], generated_at=NOW))
    assert (type(back.error), back.error and back.error.line()) == (BadPayloadError, "work: not JSON; look")
    assert (back.quota, back.plan, back.status) == (None, "pro", "failed")


def test_a_given_account_stands_for_the_named_one() -> None:
    mine = Account(name="mine", source="environment")
    assert snapshot_from_dict(snapshot_to_dict(EXHAUSTED), account=mine).account == mine


def test_a_loaded_document_has_every_warning_once() -> None:
    (back,) = load_results(dump_results([EXHAUSTED], generated_at=NOW))
    assert (back.warnings, back.quota and back.quota.warnings) == (("told by the reader", "told by the answer"), ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"schema_version": 1}',
        '{"schema_version": ' + "9" * 5000 + "}",
        dump_snapshot(EXHAUSTED)[:-10],
        dump_snapshot(EXHAUSTED).replace('"schema_version":1', '"schema_version":2'),
        dump_snapshot(EXHAUSTED).replace('"schema_version":1', '"schema_version":true'),
        dump_snapshot(EXHAUSTED).replace('"schema_version":1', '"schema_version":"1"'),
        dump_snapshot(EXHAUSTED).replace('"weekly"', '"fortnightly"'),
        dump_results([EXHAUSTED], generated_at=NOW),
    ],
    ids=range(14),
)
def test_a_cached_text_that_is_garbage_or_of_another_version_is_ignored(text: str) -> None:
    assert load_snapshot(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not JSON", "Expecting value"),
        ("[]", "document: not an object"),
        ("[" * 100_000, "document: nested too deeply"),
        ("{}", "schema_version: not 1"),
        ('{"schema_version": 2, "status": "success", "results": []}', "schema_version: not 1"),
        ('{"schema_version": 1, "status": "fine", "results": []}', "status: not one of success, partial, error"),
        ('{"schema_version": 1, "status": "error"}', "results: missing"),
        ('{"schema_version": 1, "status": "error", "results": {}}', "results: not of type list"),
        ('{"schema_version": 1, "status": "error", "results": [], "generated_at": "now"}', "generated_at: not a time"),
        ('{"schema_version": 1, "status": "error", "results": [null]}', "result: not an object"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_results(text)


def test_the_made_up_body_has_something_in_every_field() -> None:
    written = snapshot_to_dict(snapshot_of(PLAUSIBLE))
    assert [key for key, value in written.items() if value in (None, [])] == ["token_expires_at", "error"]


def test_the_end_of_the_token_is_told_and_not_kept() -> None:
    ending = replace(snapshot_of(PLAUSIBLE), token_expires_at=NOW)
    assert snapshot_to_dict(ending)["token_expires_at"] == "2026-11-22T12:00:00Z"
    (loaded,) = load_results(dump_results([ending], generated_at=NOW))
    kept = load_snapshot(dump_snapshot(ending))
    assert (loaded.token_expires_at, kept and kept.token_expires_at) == (NOW, None)


WHOLE_PACE = Pace(
    at=NOW, used_percent=100, resets_at=WEEK.resets_at, even_percent=62.5, ahead_points=-20.25, rate=0.75,
    exhausts_at=NOW + timedelta(hours=5), exhausts_between=(NOW, None), percent_at_reset=130, percent_between=(80, 190.5),
    basis="weekly_shape",
)  # fmt: skip
WRITTEN_PACE = {
    "at": "2026-11-22T12:00:00Z",
    "even_percent": 62.5,
    "ahead_points": -20.25,
    "points_per_hour": 0.75,
    "exhausts_at": "2026-11-22T17:00:00Z",
    "exhausts_earliest": "2026-11-22T12:00:00Z",
    "exhausts_latest": None,
    "percent_at_reset": 130,
    "percent_at_reset_low": 80,
    "percent_at_reset_high": 190.5,
    "confidence": 0.8,
    "basis": "weekly_shape",
    "reason": None,
}


@pytest.mark.parametrize(
    "pace", [WHOLE_PACE, Pace(at=NOW, used_percent=100, resets_at=WEEK.resets_at, reason="exhausted")], ids=["whole", "bare"]
)
def test_the_pace_of_a_window_comes_back_as_it_was(pace: Pace) -> None:
    quick = replace(EXHAUSTED, quota=Quota(limits=(RateLimit(name="codex", windows=(replace(WEEK, pace=pace),)),)))
    text = dump_results([quick], generated_at=NOW)
    assert SCHEMA.is_valid(json.loads(text))
    (loaded,) = load_results(text)
    assert loaded.quota is not None
    assert [window.pace for window in loaded.quota.windows] == [pace]
    if pace is WHOLE_PACE:
        assert json.loads(text)["results"][0]["weekly"]["pace"] == WRITTEN_PACE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": None}, "pace: without at or confidence"),
        ({"basis": "magic"}, "basis: not one of average, history, weekly_shape"),
        ({"reason": 5}, "reason: not of type str"),
        ({"ahead_points": float("nan")}, "ahead_points: not a number"),
        ({"even_percent": -1}, "even_percent: not a percentage"),
    ],
)
def test_a_pace_that_does_not_fit_is_refused(change: dict[str, object], message: str) -> None:
    document = json.loads(dump_results([EXHAUSTED], generated_at=NOW))
    document["results"][0]["windows"][0]["pace"] = {**WRITTEN_PACE, **change}
    with pytest.raises(ValueError, match=message):
        load_results(json.dumps(document))
