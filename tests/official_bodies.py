"""Usage answers for the official client and us: each complete enough for the client's strict decoder."""

from __future__ import annotations

from typing import Any

NOW = 1_788_000_000
HOUR, DAY = 3600, 86_400
Json = dict[str, Any]


def window(used: int, length: int, after: int, **fields: object) -> Json:
    """A window of *length* seconds that resets *after* seconds from now."""
    return {
        "used_percent": used,
        "limit_window_seconds": length,
        "reset_after_seconds": after,
        "reset_at": NOW + after,
        **fields,
    }


def five_hour(used: int = 25, after: int = 2 * HOUR, **fields: object) -> Json:
    return window(used, 5 * HOUR, after, **fields)


def weekly(used: int = 40, after: int = 3 * DAY, **fields: object) -> Json:
    return window(used, 7 * DAY, after, **fields)


def limit(primary: Json | None, secondary: Json | None = None, *, reached: bool = False, **fields: object) -> Json:
    return {
        "allowed": not reached,
        "limit_reached": reached,
        "primary_window": primary,
        "secondary_window": secondary,
        **fields,
    }


def body(main: Json | None, *, plan: str = "plus", **fields: object) -> Json:
    """An answer with the members that the service sends today."""
    return {
        "plan_type": plan,
        "rate_limit": main,
        "code_review_rate_limit": None,
        "additional_rate_limits": None,
        "credits": {"has_credits": False, "unlimited": False, "overage_limit_reached": False, "balance": "0"},
        "spend_control": {"reached": False, "individual_limit": None},
        "rate_limit_reached_type": None,
        "rate_limit_reset_credits": {"available_count": 0, "applicable_available_count": 0},
        **fields,
    }


def extra(name: str, feature: str, rate_limit: Json | None, **fields: object) -> Json:
    return {"limit_name": name, "metered_feature": feature, "rate_limit": rate_limit, "normal_model_slug": None, **fields}


def credit(balance: str | None, *, has: bool = True, unlimited: bool = False) -> Json:
    return {"has_credits": has, "unlimited": unlimited, "overage_limit_reached": False, "balance": balance}


def spend(reached: bool, **fields: object) -> Json:
    cap = {
        "source": "workspace_spend_controls",
        "limit": "1000",
        "used": "36.79748725891113",
        "remaining": "963.20251274108887",
        "used_percent": 3,
        "remaining_percent": 97,
        "reset_after_seconds": 5 * DAY,
        "reset_at": NOW + 5 * DAY,
    }
    return {"reached": reached, "individual_limit": {**cap, **fields}}


USUAL = limit(five_hour(), weekly())
FULL = limit(five_hour(100), weekly(), reached=True)
SPARK = ("GPT-5.3-Codex-Spark", "codex_bengalfox")
REACHED = {"type": "rate_limit_reached", "details": "default"}
REACHED_TYPES = (
    "rate_limit_reached",
    "workspace_owner_credits_depleted",
    "workspace_member_credits_depleted",
    "workspace_owner_usage_limit_reached",
    "workspace_member_usage_limit_reached",
    "a_type_of_tomorrow",
)
KNOWN_PLANS = (
    "free", "go", "plus", "pro", "prolite", "promax", "team", "self_serve_business_prolite", "self_serve_business_usage_based",
    "business", "ent26", "enterprise_cbp_automation", "enterprise_cbp_usage_based", "enterprise", "edu", "edu_plus", "edu_pro",
)  # fmt: skip
OTHER_PLANS = ("guest", "free_workspace", "education", "quorum", "k12", "hc", "PRO", " plus ", "a_plan_of_tomorrow")

WINDOWS: dict[str, Json] = {
    "ordinary": body(USUAL),
    "nothing used, not started": body(limit(five_hour(0, 5 * HOUR), weekly(0, 7 * DAY))),
    "nothing used, under way": body(limit(five_hour(0), weekly(0))),
    "weekly alone in the primary slot": body(limit(weekly(93))),
    "weekly alone in the secondary slot": body(limit(None, weekly(93))),
    "swapped slots": body(limit(weekly(), five_hour())),
    "five-hour alone": body(limit(five_hour())),
    "a month of 30 days": body(limit(window(63, 30 * DAY, 9 * DAY)), plan="free"),
    "a month of 30.4 days": body(limit(window(12, 2_628_000, 20 * DAY)), plan="team"),
    "a month and 777 s": body(limit(window(12, 30 * DAY + 777, 20 * DAY))),
    "five-hour and monthly": body(limit(five_hour(), window(5, 30 * DAY, 9 * DAY)), plan="team"),
    "weekly and monthly": body(limit(weekly(), window(5, 28 * DAY, 9 * DAY))),
    "two weekly windows": body(limit(weekly(23), weekly(41, 4 * DAY))),
    "a day and a year": body(limit(window(3, DAY, HOUR), window(7, 365 * DAY, 90 * DAY)), plan="enterprise"),
    "nine hours": body(limit(window(3, 9 * HOUR, HOUR))),
    "777 seconds": body(limit(window(3, 777, 60))),
    "one second": body(limit(window(3, 1, 1))),
    "a second more and less than five hours": body(limit(window(3, 18_001, 60), window(4, 17_999, 60))),
    "no length": body(limit(window(12, 0, HOUR))),
    "no length, a far reset": body(limit(window(12, 0, 4 * DAY), window(30, 0, 5 * DAY))),
    "a negative length": body(limit(window(12, -1, HOUR))),
    "the longest length": body(limit(window(12, 2**31 - 1, HOUR))),
    "a placeholder of zeros": body(limit(weekly(), window(0, 0, 0, reset_at=0))),
    "a percentage and zeros": body(limit(weekly(), window(12, 0, 0, reset_at=0))),
    "a relative reset alone": body(limit(five_hour(reset_at=0), weekly())),
    "a relative reset and no length": body(limit(window(12, 0, HOUR, reset_at=0))),
    "no reset": body(limit(five_hour(reset_at=0, reset_after_seconds=0), weekly())),
    "a reset in the past": body(limit(five_hour(80, -60), weekly())),
    "two resets that disagree": body(limit(five_hour(reset_at=NOW + HOUR), weekly())),
    "a reset before 1970": body(limit(five_hour(reset_at=-60), weekly())),
    "the last 32-bit reset": body(limit(five_hour(reset_at=2**31 - 1), weekly())),
    "above 100 %": body(limit(five_hour(101), weekly())),
    "below 0 %": body(limit(five_hour(-1), weekly())),
    "no windows": body(limit(None), plan="business"),
    "no window members": body({"allowed": True, "limit_reached": False}, plan="business"),
    "a third window": body(limit(five_hour(), weekly(), tertiary_window=window(9, 30 * DAY, 9 * DAY))),
    "no limit": body(None, plan="business"),
    "a code review limit": body(USUAL, code_review_rate_limit=limit(weekly(9))),
}
VERDICTS: dict[str, Json] = {
    "five-hour exhausted": body(FULL, rate_limit_reached_type=REACHED),
    "weekly exhausted": body(limit(five_hour(3), weekly(100), reached=True), rate_limit_reached_type=REACHED),
    "exhausted without a type": body(FULL),
    "allowed and reached": body({**FULL, "allowed": True}),
    "denied and not reached": body({**USUAL, "allowed": False}),
    "denied at 0 %": body(limit(five_hour(0, 5 * HOUR), weekly(0, 7 * DAY), reached=True)),
    "reached at 80 %": body(limit(five_hour(80), weekly(), reached=True), rate_limit_reached_type=REACHED),
    "full but allowed": body(limit(five_hour(100), weekly()), credits=credit("12.50")),
    "a type against the flags": body(USUAL, rate_limit_reached_type=REACHED),
    **{f"type {kind}": body(FULL, rate_limit_reached_type={"type": kind}) for kind in REACHED_TYPES},
    "an unknown type alone": body(USUAL, rate_limit_reached_type={"type": "a_type_of_tomorrow"}),
    "a usage-based workspace without credits": body(
        None,
        plan="self_serve_business_usage_based",
        rate_limit_reached_type={"type": "workspace_member_credits_depleted", "details": "default"},
    ),
    "nothing about a verdict": {"plan_type": "plus"},
    "another account's answer": body(USUAL, account_id="00000000-0000-4000-8000-000000000000"),
    "a personal account's answer": body(USUAL, account_id="user-0123456789abcdef"),
}
EXTRAS: dict[str, Json] = {
    "Spark": body(USUAL, additional_rate_limits=[extra(*SPARK, limit(five_hour(3), weekly(9)))]),
    "Spark exhausted": body(USUAL, additional_rate_limits=[extra(*SPARK, limit(five_hour(100), weekly(9), reached=True))]),
    "Spark exhausted, with a slug": body(
        USUAL, additional_rate_limits=[extra(*SPARK, limit(weekly(100), reached=True), normal_model_slug="gpt-5.3-codex")]
    ),
    "Spark without windows": body(USUAL, additional_rate_limits=[extra(*SPARK, limit(None))]),
    "Spark without a limit": body(USUAL, additional_rate_limits=[extra(*SPARK, None)]),
    "Spark without the main limit": body(None, additional_rate_limits=[extra(*SPARK, limit(weekly(9)))]),
    "Spark in two parts": body(
        USUAL, additional_rate_limits=[extra(*SPARK, limit(five_hour(3))), extra(*SPARK, limit(weekly(9)))]
    ),
    "Spark twice": body(
        USUAL, additional_rate_limits=[extra(*SPARK, limit(five_hour(3))), extra("Spark again", SPARK[1], limit(five_hour(50)))]
    ),
    "two extra limits": body(
        USUAL,
        additional_rate_limits=[
            extra(*SPARK, limit(five_hour(3))),
            extra("gpt-reserve", "base_model_inference", limit(weekly(77))),
        ],
    ),
    "two features of one name": body(
        USUAL, additional_rate_limits=[extra("Twin", "codex_one", limit(weekly(1))), extra("Twin", "codex_two", limit(weekly(2)))]
    ),
    "an extra limit with the main limit's id": body(USUAL, additional_rate_limits=[extra("Codex", "codex", limit(weekly(77)))]),
    "an extra limit with the main limit's name": body(
        USUAL, additional_rate_limits=[extra("codex", "codex_x", limit(weekly(7)))]
    ),
    "an extra limit without a name": body(USUAL, additional_rate_limits=[extra("", "codex_other", limit(weekly(77)))]),
    "no extra limits": body(USUAL, additional_rate_limits=[]),
}
AMOUNTS: dict[str, Json] = {
    "credits": body(USUAL, credits=credit("12.50")),
    "many digits of credits": body(USUAL, credits=credit("394.7967250000")),
    "no credits in an exponent": body(USUAL, credits=credit("0E-10")),
    "credits without a balance": body(USUAL, credits=credit("0")),
    "unlimited credits": body(USUAL, credits=credit(None, unlimited=True)),
    "credits in dollars": body(USUAL, credits=credit("$2.50")),
    "credits below zero": body(USUAL, credits=credit("-1.50")),
    "credits null": body(USUAL, credits=None),
    "a spend limit": body(USUAL, plan="business", spend_control=spend(False)),
    "a spend limit reached": body(
        {**USUAL, "allowed": False},
        plan="business",
        spend_control=spend(True, used="1000", remaining="0", used_percent=100, remaining_percent=0),
        rate_limit_reached_type={"type": "workspace_member_usage_limit_reached"},
    ),
    "a spend limit reached, nothing else said": body(None, plan="business", spend_control=spend(True)),
    "a spend limit overrun": body(
        USUAL, plan="business", spend_control=spend(True, used="1200", remaining="0", used_percent=120, remaining_percent=0)
    ),
    "a spend limit in rounded percents": body(USUAL, plan="business", spend_control=spend(False, remaining_percent=96)),
    "a spend limit of zero": body(
        USUAL,
        plan="business",
        spend_control=spend(True, limit="0", used="0", remaining="0", used_percent=100, remaining_percent=0),
    ),
    "a spend limit with a relative reset": body(USUAL, plan="business", spend_control=spend(False, reset_at=0)),
    "spend reached without a limit": body(USUAL, spend_control={"reached": True, "individual_limit": None}),
    "spend control null": body(USUAL, spend_control=None),
    "banked resets": body(USUAL, rate_limit_reset_credits={"available_count": 4, "applicable_available_count": 0}),
    "banked resets, one member": body(USUAL, rate_limit_reset_credits={"available_count": 2}),
    "banked resets null": body(USUAL, rate_limit_reset_credits=None),
    "an upsell": body(FULL, rate_limit_upsell={"banner_type": "upgrade", "title": "More", "ctas": []}),
    "a model gone": body(USUAL, model_usage={"big": {"available": False, "available_at": None, "credits_would_enable": False}}),
    "members of tomorrow": body({**USUAL, "tomorrow": 1}, tomorrow={"deep": [1]}, promo=None, seat_type="codex"),
    **{f"plan {plan}": body(USUAL, plan=plan) for plan in (*KNOWN_PLANS, *OTHER_PLANS)},
}
BODIES: dict[str, Json] = {**WINDOWS, **VERDICTS, **EXTRAS, **AMOUNTS}
