"""What a usage answer says: verdict, plan, amounts, warnings, and which bodies are no usage answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from codex_quota.errors import BadPayloadError
from codex_quota.model import Credits, Quota, RateLimit, SpendLimit, Window
from codex_quota.payload import parse_usage

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIVE = {"used_percent": 25, "limit_window_seconds": 18_000, "reset_after_seconds": 3600}
WEEK = {"used_percent": 60, "limit_window_seconds": 604_800, "reset_after_seconds": 86_400}


def read(body: object, *, asked: str | None = "acct-1") -> Quota:
    return parse_usage(body, answered_at=NOW, asked_account_id=asked)


def test_an_ordinary_answer_is_read_whole() -> None:
    body = {
        "user_id": "user-1",
        "account_id": "acct-1",
        "email": "a@example.com",
        "plan_type": "plus",
        "rate_limit": {"allowed": True, "limit_reached": False, "primary_window": FIVE, "secondary_window": WEEK},
        "code_review_rate_limit": None,
        "additional_rate_limits": None,
        "model_usage": {"big": {"available": False}, "small": {"available": True}, "odd": {"available": 0}, "null": None},
        "credits": {"has_credits": True, "unlimited": False, "overage_limit_reached": False, "balance": "12.50"},
        "spend_control": {"reached": False, "individual_limit": None},
        "rate_limit_reached_type": None,
        "rate_limit_reset_credits": {"available_count": 2, "applicable_available_count": 0},
        "promo": None,
        "something_new": {"deep": [1, 2, 3]},
    }
    five = Window(
        limit="codex",
        name="five_hour",
        label="5 h",
        used_percent=25.0,
        length=timedelta(hours=5),
        resets_at=NOW + timedelta(hours=1),
        started=True,
    )
    week = Window(
        limit="codex",
        name="weekly",
        label="7 d",
        used_percent=60.0,
        length=timedelta(days=7),
        resets_at=NOW + timedelta(days=1),
        started=True,
    )
    assert read(json.dumps(body)) == Quota(
        plan="plus",
        limits=(RateLimit(name="codex", allowed=True, limit_reached=False, windows=(five, week)),),
        limit_reached=False,
        credits=Credits(has_credits=True, unlimited=False, overage_limit_reached=False, balance=Decimal("12.50")),
        spend=SpendLimit(reached=False),
        reset_credits=2,
        unavailable_models=("big",),
        email="a@example.com",
        account_id="acct-1",
        user_id="user-1",
    )


@pytest.mark.parametrize("encode", [str, str.encode, lambda t: t.encode("utf-8-sig"), lambda t: "\ufeff" + t, json.loads])
def test_text_bytes_and_decoded_values_read_alike(encode: object) -> None:
    assert callable(encode)
    assert read(encode('{"plan_type": "plus", "rate_limit": {"allowed": true}}')).limit_reached is False


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the answer cannot be read as JSON"),
        ("<html>", "the answer cannot be read as JSON"),
        ('{"plan_type": "plus"', "the answer cannot be read as JSON"),
        (b"\xff\xfe\x00", "the answer cannot be read as JSON"),
        ("[" * 100_000, "the answer cannot be read as JSON"),
        ('{"rate_limit":' * 100_000, "the answer cannot be read as JSON"),
        ("9" * 5000, "the answer is not a JSON object"),
        ("[]", "the answer is not a JSON object"),
        ("null", "the answer is not a JSON object"),
        ('"plan_type"', "the answer is not a JSON object"),
        (None, "the answer is not a JSON object"),
        (7, "the answer is not a JSON object"),
        ({}, "the answer is an object without any field of a usage answer"),
        ({"email": "a@example.com", "user_id": "u"}, "the answer is an object without any field of a usage answer"),
        ({"error": {"code": "token_invalidated"}, "status": 401}, "the answer is an error report"),
        ({"detail": {"code": "deactivated_workspace"}}, "the answer is an error report"),
    ],
)
def test_what_is_no_usage_answer_is_an_error_and_not_zero_percent(body: object, message: str) -> None:
    with pytest.raises(BadPayloadError) as raised:
        read(body)
    assert (raised.value.code, raised.value.message) == ("bad_payload", message)


@pytest.mark.parametrize(
    "key",
    [
        "plan_type",
        "rate_limit",
        "additional_rate_limits",
        "code_review_rate_limit",
        "credits",
        "spend_control",
        "individual_limit",
        "rate_limit_reached_type",
        "rate_limit_reset_credits",
        "model_usage",
    ],
)
def test_one_known_field_makes_it_a_usage_answer_even_when_it_says_nothing(key: str) -> None:
    assert read({key: None}) == Quota()


def test_constants_that_are_no_json_are_unknown_figures() -> None:
    body = '{"rate_limit": {"primary_window": {"used_percent": NaN, "limit_window_seconds": 18000, "reset_at": Infinity}}}'
    window = read(body).five_hour
    assert window is not None
    assert (window.used_percent, window.resets_at) == (None, None)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("  FrEe\t", "free"),
        ("chatgpt-plus", "chatgpt-plus"),
        ("Some New Plan", "some new plan"),
        ("", None),
        ("  ", None),
        (None, None),
        (5, None),
    ],
)
def test_the_plan_is_trimmed_lower_cased_text(plan: object, expected: str | None) -> None:
    assert read({"plan_type": plan}).plan == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"rate_limit": {"primary_window": WEEK}}, None),
        ({"rate_limit": {"allowed": None, "limit_reached": "true"}, "rate_limit_reached_type": None}, None),
        ({"rate_limit": None, "rate_limit_reached_type": ""}, None),
        ({"rate_limit": {"allowed": True}}, False),
        ({"rate_limit": {"limit_reached": False}}, False),
        ({"spend_control": {"reached": False}}, False),
        ({"rate_limit": {"allowed": True, "limit_reached": False, "primary_window": {**WEEK, "used_percent": 100}}}, False),
        ({"rate_limit": {"allowed": False}}, True),
        ({"rate_limit": {"allowed": True, "limit_reached": True}}, True),
        ({"rate_limit": {"allowed": True}, "spend_control": {"reached": True}}, True),
        ({"rate_limit": {"allowed": True}, "rate_limit_reached_type": {"type": "new_cap"}}, True),
        ({"rate_limit": None, "rate_limit_reached_type": {"kind": "workspace_member_credits_depleted"}}, True),
        ({"rate_limit": None, "rate_limit_reached_type": "weekly"}, True),
        ({"rate_limit_reached_type": {}}, True),
        ({"rate_limit": {"allowed": True}, "rate_limit_reached_type": {"type": None}}, True),
        ({"rate_limit": {"allowed": True}, "rate_limit_reached_type": {"type": ["odd"], "kind": 5}}, True),
        ({"additional_rate_limits": [{"limit_name": "x", "rate_limit": {"allowed": False, "limit_reached": True}}]}, None),
        ({"code_review_rate_limit": {"allowed": False, "limit_reached": True}}, None),
    ],
)
def test_the_verdict_is_the_services_own(body: dict[str, object], expected: bool | None) -> None:
    assert read(body).limit_reached is expected


def test_an_integer_of_absurd_length_leaves_its_neighbours_alone() -> None:
    absurd = "9" * 5000
    body = (
        f'{{"plan_type": "plus", "unknown": {absurd}, "credits": {{"has_credits": true, "balance": -{absurd}}}, '
        f'"rate_limit": {{"primary_window": {{"used_percent": 5, "limit_window_seconds": 18000, "reset_at": {absurd}}}}}}}'
    )
    quota = read(body)
    assert (quota.plan, quota.credits) == ("plus", Credits(has_credits=True))
    assert [(window.name, window.used_percent, window.resets_at) for window in quota.windows] == [("five_hour", 5.0, None)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "new_cap", "kind": "old"}, "new_cap"),
        ({"kind": "old"}, "old"),
        ({"type": None}, None),
        (" weekly ", "weekly"),
        ("", None),
        (7, None),
    ],
)
def test_the_reached_type_is_told(value: object, expected: str | None) -> None:
    assert read({"rate_limit_reached_type": value}).limit_reached_type == expected


def test_extra_limits_touch_neither_headline_nor_verdict() -> None:
    full = {"primary_window": {**FIVE, "used_percent": 100}, "secondary_window": {**WEEK, "used_percent": 100}}
    quota = read({"additional_rate_limits": [{"limit_name": "codex", "rate_limit": full}], "code_review_rate_limit": full})
    assert (quota.five_hour, quota.weekly, quota.usable) == (None, None, None)
    assert [window.limit for window in quota.windows] == ["codex 2", "codex 2", "code review", "code review"]


def test_a_free_plans_first_window_without_a_length_is_weekly() -> None:
    quota = read({"plan_type": " FREE", "rate_limit": {"primary_window": {"used_percent": 7, "reset_after_seconds": 60}}})
    assert (quota.five_hour, quota.weekly and quota.weekly.used_percent) == (None, 7.0)


def test_a_full_week_makes_the_five_hour_remainder_unusable() -> None:
    quota = read({"rate_limit": {"primary_window": FIVE, "secondary_window": {**WEEK, "used_percent": 100}}})
    assert (quota.usable, quota.limited_by, quota.available_at) == (False, "weekly", NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50", Decimal("12.50")),
        ("$2.50", Decimal("2.50")),
        ("$1,234.5", Decimal("1234.5")),
        ("394.7967250000", Decimal("394.7967250000")),
        (123.4, Decimal("123.4")),
        (9, Decimal(9)),
        ("0E-10", Decimal(0)),
        ("", None),
        ("lots", None),
        ("NaN", None),
        ("-Infinity", None),
        ("1E999999", None),
        ("1" * 500, None),
        (10**400, None),
        (float("inf"), None),
        (True, None),
        ([], None),
        (None, None),
    ],
)
def test_a_balance_is_exact_and_never_loses_its_siblings(value: object, expected: Decimal | None) -> None:
    credit = read({"credits": {"has_credits": True, "unlimited": False, "balance": value}}).credits
    assert credit == Credits(has_credits=True, unlimited=False, balance=expected)


@pytest.mark.parametrize("value", [None, {}, [], "none", {"balance": "much", "has_credits": "yes"}])
def test_credits_that_say_nothing_are_none(value: object) -> None:
    assert read({"credits": value}).credits is None


def test_every_figure_of_a_spend_limit_is_read() -> None:
    limit = {
        "limit": "1000",
        "used": "36.79748725891113",
        "remaining": "963.2025127410889",
        "used_percent": 4,
        "remaining_percent": 50,
        "reset_after_seconds": 60,
        "reset_at": int(NOW.timestamp()) + 3600,
    }
    assert read({"spend_control": {"reached": True, "individual_limit": limit}}).spend == SpendLimit(
        reached=True,
        limit=Decimal("1000"),
        used=Decimal("36.79748725891113"),
        remaining=Decimal("963.2025127410889"),
        used_percent=4.0,
        resets_at=NOW + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"used_percent": 30, "remaining_percent": 50, "limit": 100, "used": 10}, 30.0),
        ({"used_percent": None, "remaining_percent": 92.239, "limit": 100, "used": 10}, 7.761),
        ({"remaining_percent": 120}, 0.0),
        ({"limit": 500, "used": "100"}, 20.0),
        ({"limit": 0, "used": "100"}, None),
        ({"limit": 500}, None),
    ],
)
def test_the_used_part_of_a_spend_limit_comes_from_the_best_figure(limit: dict[str, object], expected: float | None) -> None:
    spend = read({"individual_limit": limit}).spend
    assert spend is not None
    assert spend.used_percent == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"individual_limit": {"limit": 1}, "spend_control": {"individual_limit": {"limit": 2}}}, 1),
        ({"individual_limit": {}, "spend_control": {"individual_limit": {"limit": 2}}}, 2),
        ({"individual_limit": "garbage", "rate_limit": {"individual_limit": {"limit": 3}}}, 3),
        ({"spend_control": {"individual_limit": {"limit": 2}}, "rate_limit": {"individual_limit": {"limit": 3}}}, 2),
    ],
)
def test_the_top_level_spend_limit_wins(body: dict[str, object], expected: int) -> None:
    assert read(body).spend == SpendLimit(limit=Decimal(expected))


def test_a_spend_limit_may_name_its_reset_in_the_plural() -> None:
    spend = read({"individual_limit": {"limit": 1, "resets_at": int(NOW.timestamp()) + 60}}).spend
    assert spend == SpendLimit(limit=Decimal(1), resets_at=NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (4, 4), ("3", 3), (2.0, 2), (1.5, None), (-1, None), (True, None), (None, None), ("many", None), (1e300, None)],
)
def test_banked_resets_are_counted(value: object, expected: int | None) -> None:
    assert read({"rate_limit_reset_credits": {"available_count": value}}).reset_credits == expected


def test_unavailable_models_are_sorted_and_only_those_marked_so() -> None:
    usage = {"z": {"available": False}, "a": {"available": False}, "m": {"available": None}, "n": False, "": {"available": False}}
    assert read({"model_usage": usage}).unavailable_models == ("a", "z")


@pytest.mark.parametrize(
    ("fields", "asked", "expected"),
    [
        ({"account_id": "acct-1"}, "acct-1", ()),
        ({"account_id": "ACCT-1"}, "acct-1", ()),
        ({"account_id": "user-9"}, "acct-1", ()),
        ({"account_id": None}, "acct-1", ()),
        ({"account_id": "acct-2"}, None, ()),
        ({"account_id": "acct-2"}, "acct-1", ("the service answered for account acct-2, not for acct-1",)),
        (
            {"account_id": "11111111-2222-3333-4444-555555555555"},
            "99999999-2222-3333-4444-000000000000",
            ("the service answered for account 1111…5555, not for 9999…0000",),
        ),
    ],
)
def test_an_answer_for_another_account_is_a_warning(
    fields: dict[str, object], asked: str | None, expected: tuple[str, ...]
) -> None:
    assert read({"plan_type": "team", **fields}, asked=asked).warnings == expected


NO_ACCOUNT_NAMED = (
    "the answer has no limits; a workspace's sign-in gets such an answer when the question names no account: "
    "add the account id to the sign-in"
)


@pytest.mark.parametrize(
    ("body", "asked", "expected"),
    [
        ({"plan_type": "free", "rate_limit": None}, None, (NO_ACCOUNT_NAMED,)),
        ({"plan_type": "free", "rate_limit": None}, "acct-1", ()),
        ({"plan_type": "free", "rate_limit": {"primary_window": WEEK}}, None, ()),
        ({"plan_type": "free"}, None, ()),
        ({"plan_type": "plus", "rate_limit": None}, None, ()),
    ],
)
def test_a_free_answer_without_limits_to_a_question_without_an_account_is_doubted(
    body: dict[str, object], asked: str | None, expected: tuple[str, ...]
) -> None:
    assert read(body, asked=asked).warnings == expected


def test_two_windows_of_one_name_both_stay_and_the_more_used_one_counts() -> None:
    less, more = {**WEEK, "used_percent": 7}, {**WEEK, "used_percent": 41.5}
    quota = read({"rate_limit": {"primary_window": less, "secondary_window": more}})
    assert [window.used_percent for window in quota.windows] == [7.0, 41.5]
    assert quota.weekly == quota.windows[1]
    assert quota.warnings == ("the answer has 2 weekly windows (7 % and 41.5 % used); the most used one counts",)


def test_two_windows_of_one_name_in_an_extra_limit_both_stay_without_a_word() -> None:
    entry = {"limit_name": "Spark", "rate_limit": {"primary_window": WEEK, "secondary_window": WEEK}}
    quota = read({"additional_rate_limits": [entry]})
    assert ([window.name for window in quota.windows], quota.warnings) == (["weekly", "weekly"], ())


def test_two_odd_windows_are_no_conflict() -> None:
    odd = [{"used_percent": 1, "limit_window_seconds": seconds} for seconds in (300, 777)]
    assert read({"rate_limit": {"primary_window": odd[0], "secondary_window": odd[1]}}).warnings == ()


def test_an_unreadable_percentage_is_a_warning_and_leaves_its_siblings() -> None:
    bad = {"used_percent": "bad", "limit_window_seconds": 604_800}
    odd = {"limit_window_seconds": 32_400}
    quota = read(
        {
            "rate_limit": {"primary_window": bad, "secondary_window": FIVE},
            "additional_rate_limits": [{"limit_name": "Spark", "rate_limit": {"primary_window": odd}}],
        }
    )
    assert quota.five_hour is not None
    assert quota.five_hour.used_percent == 25.0
    assert quota.warnings == (
        "weekly window: the service's percentage cannot be read",
        "Spark, 9 h window: the service's percentage cannot be read",
    )


def test_texts_of_the_service_are_cleaned_for_a_terminal() -> None:
    quota = read({"plan_type": "pl\x1b[31mus", "rate_limit_reached_type": "a\nb", "email": "\ud83d"})
    assert (quota.plan, quota.limit_reached_type, quota.email) == ("pl [31mus", "a b", None)
