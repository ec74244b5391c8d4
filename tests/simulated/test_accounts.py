"""What the accounts are, and what their usage bodies say."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from codex_quota.simulated import SimulatedService

from .asking import NOON, ask, claims

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON_SECONDS = int(NOON.timestamp())


def test_the_body_has_every_field_of_the_real_one(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(12, 2 * HOUR), weekly=(41, 3 * DAY), reset_credits=1, unavailable_models=["o9"])

    assert ask(service, work).body == {
        "user_id": work.user_id,
        "account_id": work.user_id,
        "email": "work@example.com",
        "plan_type": "plus",
        "rate_limit": {
            "allowed": True,
            "limit_reached": False,
            "primary_window": {
                "used_percent": 12,
                "limit_window_seconds": 18000,
                "reset_after_seconds": 7200,
                "reset_at": NOON_SECONDS + 7200,
            },
            "secondary_window": {
                "used_percent": 41,
                "limit_window_seconds": 604800,
                "reset_after_seconds": 259200,
                "reset_at": NOON_SECONDS + 259200,
            },
        },
        "code_review_rate_limit": None,
        "additional_rate_limits": None,
        "model_usage": {
            "gpt-5.3-codex": {"available": True, "available_at": None, "credits_would_enable": False},
            "o9": {"available": False, "available_at": None, "credits_would_enable": False},
        },
        "credits": {
            "has_credits": False,
            "unlimited": False,
            "overage_limit_reached": False,
            "balance": "0",
            "approx_local_messages": [0, 0],
            "approx_cloud_messages": [0, 0],
        },
        "spend_control": {"reached": False, "individual_limit": None},
        "rate_limit_reached_type": None,
        "promo": None,
        "rate_limit_reset_credits": {"available_count": 1, "applicable_available_count": 0},
    }


@pytest.mark.parametrize(
    ("options", "lengths"),
    [
        ({}, [18000, 604800]),
        ({"five_hour": None}, [604800, None]),
        ({"five_hour": None, "weekly": None, "monthly": 5}, [2592000, None]),
        ({"five_hour": None, "weekly": None, "windows": {"nine_hours": (9 * HOUR, 5)}}, [32400, None]),
        ({"monthly": 5}, [18000, 604800, 2592000]),
    ],
    ids=["classic", "weekly only", "monthly only", "odd length", "three"],
)
def test_windows_fill_the_slots_in_order(service: SimulatedService, options: dict[str, Any], lengths: list[int | None]) -> None:
    limit = ask(service, service.add("work", **options)).body["rate_limit"]

    slots = [slot for slot in limit if slot.endswith("_window")]
    assert slots == ["primary_window", "secondary_window", "tertiary_window"][: len(lengths)]
    assert [limit[slot] and limit[slot]["limit_window_seconds"] for slot in slots] == lengths


def test_without_any_window_there_is_no_rate_limit(service: SimulatedService) -> None:
    assert ask(service, service.add("work", five_hour=None, weekly=None)).body["rate_limit"] is None


@pytest.mark.parametrize(
    ("options", "allowed", "reached", "kind"),
    [
        ({"five_hour": 99.9}, True, False, None),
        ({"five_hour": 100}, False, True, "rate_limit_reached"),
        ({"five_hour": 0, "weekly": 100}, False, True, "rate_limit_reached"),
        ({"weekly": 100, "credits": "12.50"}, True, False, None),
        ({"weekly": 100, "credits": "unlimited"}, True, False, None),
        ({"weekly": 100, "credits": "0E-10"}, False, True, "rate_limit_reached"),
        ({"spend": ("50", "50")}, False, True, "workspace_member_usage_limit_reached"),
        ({"spend": ("50", "49.99")}, True, False, None),
        ({"limits": {"gpt-reserve": (None, 100)}}, True, False, None),
        ({"weekly": 80, "limit_reached": True}, False, True, "rate_limit_reached"),
        ({"weekly": 100, "limit_reached": False}, True, False, None),
        ({"weekly": 100, "allowed": True}, True, True, "rate_limit_reached"),
        ({"reached_type": "workspace_member_credits_depleted"}, True, False, "workspace_member_credits_depleted"),
    ],
)
def test_the_verdict_follows_the_account(
    service: SimulatedService, options: dict[str, Any], allowed: bool, reached: bool, kind: str | None
) -> None:
    body = ask(service, service.add("work", **options)).body

    assert (body["rate_limit"]["allowed"], body["rate_limit"]["limit_reached"]) == (allowed, reached)
    assert (body["rate_limit_reached_type"] or {}).get("type") == kind


def test_banked_resets_apply_only_to_a_reached_limit(service: SimulatedService) -> None:
    counts = {"available_count": 2, "applicable_available_count": 2}

    assert ask(service, service.add("work", weekly=100, reset_credits=2)).body["rate_limit_reset_credits"] == counts


def test_additional_limits_have_their_own_windows_and_verdict(service: SimulatedService) -> None:
    limits: dict[str, Any] = {"GPT-5.3-Codex-Spark": ((100, HOUR), 0), "Odd one": (None, (3, DAY))}

    spark, odd = ask(service, service.add("work", limits=limits)).body["additional_rate_limits"]

    assert (spark["limit_name"], spark["metered_feature"]) == ("GPT-5.3-Codex-Spark", "codex_bengalfox")
    assert (spark["rate_limit"]["allowed"], spark["rate_limit"]["limit_reached"]) == (False, True)
    assert spark["rate_limit"]["primary_window"]["reset_after_seconds"] == 3600
    assert spark["rate_limit"]["secondary_window"]["used_percent"] == 0
    assert (odd["limit_name"], odd["metered_feature"]) == ("Odd one", "codex_odd_one")
    assert odd["rate_limit"]["primary_window"]["limit_window_seconds"] == 604800
    assert odd["rate_limit"]["secondary_window"] is None


@pytest.mark.parametrize(
    ("balance", "shown"),
    [
        ("394.75", {"has_credits": True, "unlimited": False, "balance": "394.75"}),
        ("unlimited", {"has_credits": True, "unlimited": True, "balance": None}),
        ("0E-10", {"has_credits": False, "unlimited": False, "balance": "0E-10"}),
        ("$2.50", {"has_credits": False, "unlimited": False, "balance": "$2.50"}),
    ],
)
def test_credits(service: SimulatedService, balance: str, shown: dict[str, Any]) -> None:
    body = ask(service, service.add("work", credits=balance)).body

    assert {key: body["credits"][key] for key in shown} == shown


def test_a_spend_cap_ends_with_the_month(service: SimulatedService) -> None:
    work = service.add("work", spend=("1000", "36.79748725891113"))
    december = NOON.replace(month=12, day=1, hour=0)

    before = ask(service, work).body["spend_control"]
    service.advance(december - NOON)
    after = ask(service, work).body["spend_control"]

    assert before == {
        "reached": False,
        "individual_limit": {
            "source": "workspace_spend_controls",
            "limit": "1000",
            "used": "36.79748725891113",
            "remaining": "963.20251274108887",
            "used_percent": 3,
            "remaining_percent": 97,
            "reset_after_seconds": (december - NOON) // timedelta(seconds=1),
            "reset_at": int(december.timestamp()),
        },
    }
    assert (after["individual_limit"]["used"], after["individual_limit"]["remaining"]) == ("0", "1000")
    assert after["individual_limit"]["reset_at"] == int(december.replace(year=2027, month=1).timestamp())


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ({"plan_type": "pro"}, b'{"plan_type":"pro"}'),
        ([1, None], b"[1,null]"),
        (False, b"false"),
        (b"\xff not JSON", b"\xff not JSON"),
        (b"", b""),
    ],
)
def test_a_body_of_ones_own_is_sent_instead(service: SimulatedService, body: Any, content: bytes) -> None:
    got = ask(service, service.add("work", body=body))

    assert (got.status, got.content) == (200, content)


def test_an_attribute_changed_later_counts_at_once(service: SimulatedService) -> None:
    work = service.add("work")
    work.plan = "pro"

    assert ask(service, work).body["plan_type"] == "pro"


def test_auth_json_is_codex_own_file(service: SimulatedService) -> None:
    work = service.add("work")

    assert json.loads(work.auth_json()) == {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": work.id_token,
            "access_token": work.access_token,
            "refresh_token": work.refresh_token,
            "account_id": work.account_id,
        },
        "last_refresh": "2026-11-22T12:00:00.000000Z",
    }


def test_the_tokens_carry_the_claims_that_codex_reads(service: SimulatedService) -> None:
    work = service.add("work", plan="team", email="ann@example.org", workspace_id="ws-1", fedramp=True, token_life=2 * DAY)

    access, identity = claims(work.access_token), claims(work.id_token)

    assert access["https://api.openai.com/auth"] == {
        "chatgpt_plan_type": "team",
        "chatgpt_account_id": "ws-1",
        "chatgpt_user_id": work.user_id,
        "user_id": work.user_id,
        "chatgpt_account_is_fedramp": True,
    }
    assert access["email"] == access["https://api.openai.com/profile"]["email"] == "ann@example.org"
    assert access["exp"] == NOON_SECONDS + 2 * 86400
    assert identity == {**access, "exp": NOON_SECONDS + 3600}
    assert work.access_token.isascii()
    assert "=" not in work.access_token


def test_members_of_one_workspace_share_its_id_only(service: SimulatedService) -> None:
    ann, bob = service.add("ann", workspace_id="ws-1"), service.add("bob", workspace_id="ws-1")

    assert ann.account_id == bob.account_id == "ws-1"
    assert ann.user_id != bob.user_id
    assert [ask(service, one).body["account_id"] for one in (ann, bob)] == ["ws-1", "ws-1"]


def test_the_ids_of_a_name_are_always_the_same() -> None:
    first, second = SimulatedService(now=NOON).add("work"), SimulatedService(now=NOON).add("work")

    assert (first.user_id, first.account_id, first.access_token) == (second.user_id, second.account_id, second.access_token)


def test_write_accounts_makes_private_files(service: SimulatedService, tmp_path: Path) -> None:
    work, chinese = service.add("work"), service.add("工作")

    paths = service.write_accounts(tmp_path / "account")

    assert paths == [tmp_path / "account" / "work.auth.json", tmp_path / "account" / "工作.auth.json"]
    assert [path.read_text(encoding="utf-8") for path in paths] == [work.auth_json(), chinese.auth_json()]
    assert os.name != "posix" or [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600, 0o600]


def test_a_name_is_taken_once(service: SimulatedService) -> None:
    service.add("work")

    with pytest.raises(ValueError, match="'work' already"):
        service.add("work")


def test_a_repr_holds_no_token(service: SimulatedService) -> None:
    work = service.add("work")

    assert [token for token in (work.access_token, work.id_token, work.refresh_token) if token in repr(work)] == []
    assert "name='work'" in repr(work)
