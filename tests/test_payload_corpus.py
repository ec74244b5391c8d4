"""Holds the reader against an optional corpus of recorded bodies next to the checkout.

The corpus's index says what a correct reader shows; where it and the reading rules differ, the rules win (``BY_THE_RULES``).
A second file says what the official client answered to the same bodies, where it did not refuse them.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from codex_quota.errors import BadPayloadError
from codex_quota.model import Quota, RateLimit, Window
from codex_quota.payload import parse_usage

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "payloads"
INDEX = CORPUS / "INDEX.tsv"
OFFICIAL = CORPUS / "OFFICIAL.json"
NOW = 1_788_000_000

BAD = {
    "http401_refresh_token_reused.json": "the answer is an error report",
    "http401_token_invalidated.json": "the answer is an error report",
    "http401_unauthorized_unknown.json": "the answer is an error report",
    "http402_deactivated_workspace.json": "the answer is an error report",
    "http429_usage_limit_reached.json": "the answer is an error report",
    "junk_array.json": "the answer is not a JSON object",
    "junk_empty_object.json": "the answer is an object without any field of a usage answer",
    "junk_html_cloudflare_403.html": "the answer cannot be read as JSON",
    "junk_truncated.txt": "the answer cannot be read as JSON",
}

BY_THE_RULES: dict[str, tuple[str, dict[str, object]]] = {
    "c2_reset_credits_four_no_windows.json": ("rule 8: allowed true is a verdict", {"limit_reached": False}),
    "cap_duplicate_weekly_windows.json": ("rule 5: the headline takes the more used one", {"weekly": 41.0}),
    "cap_overshoot_100_6.json": ("rule 2: above 100 is kept as used", {"five_hour": 100.6}),
    "cap_plan_chatgpt_plus_alias.json": ("rule 8: spend_control.reached false is a verdict", {"limit_reached": False}),
    "cap_reached_type_plain_string.json": (
        "rule 4: no length, and a reset more than 5 h away, is weekly",
        {"weekly": 100.0, "weekly_reset": 1789000000},
    ),
    "cap_string_percents_no_durations.json": (
        "rule 1: a percentage alone is no window",
        {"five_hour": None, "weekly": None},
    ),
    "cb_malformed_primary_reversed.json": ("rule 2: the window stays with its reset", {"weekly_reset": 1767407914}),
    "cb_malformed_secondary.json": ("rule 2: the window stays with its reset", {"weekly_reset": 1767407914}),
    "lb_secondary_used_percent_null.json": ("rule 2: the window stays with its reset", {"weekly_reset": 1736208000}),
    "oa_full_mapping_example.json": ("rule 6: never 1970, so the resets are unknown", {"missing": ["123", "456"]}),
    "oa_zero_duration.json": ("rule 4: no length, and a reset a minute away, is five_hour", {"five_hour": 12.0}),
}

OFFICIAL_DIFFERS: dict[str, tuple[str, dict[str, object]]] = {
    "cap_team_real_code_review.json": (
        "rule 9: the official client does not read the code review limit",
        {"limits": {"codex": [(300, 5, 1774816656), (10080, 9, 1775385173)], "code review": [(10080, 0, 1775406209)]}},
    ),
    "oa_full_mapping_example.json": (
        "rule 6: never 1970",
        {
            "limits": {"codex": [(5, 42, None), (60, 84, None)], "codex_other": [(15, 70, None)]},
            "spend": (Decimal(25000), Decimal(8000), 68, None),
        },
    ),
    "oa_percent_negative.json": ("rule 2: a negative percentage is unknown", {"limits": {"codex": [(5, None, 2000000000)]}}),
    "oa_reset_at_zero.json": ("rule 6: reset_at 0 is not 1970", {"limits": {"codex": [(5, 12, NOW + 60)]}}),
    "oa_unknown_reached_type.json": ("rule 8: an unknown type is reached all the same", {"reached_type": "new_cap"}),
}


def rows() -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def official() -> dict[str, dict[str, Any]]:
    if not OFFICIAL.is_file():
        return {}
    answers: dict[str, dict[str, Any]] = json.loads(OFFICIAL.read_text(encoding="utf-8"))["answers"]
    return {file: answer for file, answer in answers.items() if not answer.get("refused")}


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def answer_time(body: bytes) -> int:
    """When the body was sent, as far as a window with both forms of its reset tells it."""
    try:
        decoded = json.loads(body)
    except ValueError:
        return NOW
    for found in objects(decoded):
        at, after = found.get("reset_at"), found.get("reset_after_seconds")
        if isinstance(at, int) and isinstance(after, int) and at > 10**9 and after > 0:
            return at - after
    return NOW


def read(file: str) -> tuple[Quota, int]:
    body = (CORPUS / file).read_bytes()
    now = answer_time(body)
    return parse_usage(body, answered_at=datetime.fromtimestamp(now, UTC)), now


def figure(text: str) -> float | None:
    return None if text == "none" else float(text)


def epoch(window: Window | None) -> int | None:
    return None if window is None or window.resets_at is None else int(window.resets_at.timestamp())


def used(window: Window | None) -> float | None:
    return None if window is None else window.used_percent


USAGE_ROWS = [row for row in rows() if row["file"] not in BAD]
PARAMETERS = [pytest.param(row, id=row["file"]) for row in USAGE_ROWS]


def test_the_corpus_is_there() -> None:
    if not INDEX.is_file():
        pytest.skip("there is no corpus of recorded bodies next to the checkout")
    named = {row["file"] for row in rows()}
    assert named >= BAD.keys() | BY_THE_RULES.keys()


@pytest.mark.parametrize("row", PARAMETERS)
def test_a_recorded_body_reads_as_the_index_or_the_rules_say(row: dict[str, str]) -> None:
    quota, now = read(row["file"])
    reset = row["weekly_reset_epoch"]
    by_the_rules = BY_THE_RULES.get(row["file"], ("", {}))[1]
    expected: dict[str, object] = {
        "plan": None if row["plan"] == "none" else row["plan"],
        "limit_reached": {"true": True, "false": False, "unknown": None}[row["limit_reached"]],
        "five_hour": by_the_rules["five_hour"] if "five_hour" in by_the_rules else figure(row["five_hour_used_percent"]),
        "weekly": by_the_rules["weekly"] if "weekly" in by_the_rules else figure(row["weekly_used_percent"]),
        "weekly_reset": now + int(reset[4:]) if reset.startswith("now+") else figure(reset),
    }
    actual = {
        "plan": quota.plan,
        "limit_reached": quota.limit_reached,
        "five_hour": used(quota.five_hour),
        "weekly": used(quota.weekly),
        "weekly_reset": epoch(quota.weekly),
    }
    assert {key: by_the_rules.get(key, value) for key, value in expected.items()} == actual


@pytest.mark.parametrize("row", PARAMETERS)
def test_the_other_figures_of_the_index_are_there_too(row: dict[str, str]) -> None:
    quota, now = read(row["file"])
    other = row["other_windows_or_credits"]
    spend_reset = [int(quota.spend.resets_at.timestamp())] if quota.spend and quota.spend.resets_at else []
    percents = [used(window) for window in quota.windows]
    resets = [*(epoch(window) for window in quota.windows), *spend_reset]
    missing = [f"{one} %" for one in re.findall(r"(\d+(?:\.\d+)?)\s?%", other) if float(one) not in percents]
    missing += [one for one in re.findall(r"reset (\d{3,})", other) if int(one) not in resets]
    missing += [one for one in re.findall(r"reset now\+(\d+)", other) if now + int(one) not in resets]
    missing += [one for one in re.findall(r"code review (\d+(?:\.\d+)?)", other) if float(one) not in percents]
    assert missing == BY_THE_RULES.get(row["file"], ("", {}))[1].get("missing", [])
    assert re.findall(r"reset credits (\d+)", other) in ([], [str(quota.reset_credits)])
    assert re.findall(r"model (\S+) unavailable", other) in ([], list(quota.unavailable_models))
    for told in re.findall(r"(?<!reset )credits \$?(\d+(?:\.\d+)?)", other):
        assert quota.credits is not None
        assert float(told) == pytest.approx(float(quota.credits.balance or 0), abs=0.001)
    for spent, limit in re.findall(r"(?:spend|limit) (\d+(?:\.\d+)?) of (\d+)", other):
        assert quota.spend is not None
        assert Decimal(limit) == quota.spend.limit
        assert float(spent) == pytest.approx(float(quota.spend.used or 0), abs=0.001)


@pytest.mark.parametrize(("file", "message"), BAD.items())
def test_what_is_no_usage_answer_is_refused(file: str, message: str) -> None:
    if not (CORPUS / file).is_file():
        pytest.skip("there is no corpus of recorded bodies next to the checkout")
    with pytest.raises(BadPayloadError) as raised:
        read(file)
    assert message == raised.value.message


@pytest.mark.parametrize("row", PARAMETERS)
def test_ordinary_bodies_give_no_warnings(row: dict[str, str]) -> None:
    quota, _ = read(row["file"])
    doubtful = {"cap_duplicate_weekly_windows.json", "cap_quotio191_team_token_without_account_header.json"}
    unreadable = any(window.used_percent is None for window in quota.windows)
    assert (row["file"] in doubtful or unreadable) == bool(quota.warnings)


def minutes(window: Window) -> int | None:
    """The length as the official client tells it, rounded up."""
    return None if window.length is None else math.ceil(window.length.total_seconds() / 60)


def our_windows(limit: RateLimit) -> list[tuple[int | None, float | None, int | None]]:
    return [(minutes(window), window.used_percent, epoch(window)) for window in limit.windows]


def their_windows(limit: dict[str, Any]) -> list[tuple[int | None, float | None, int | None]]:
    found = [limit[slot] for slot in ("primary", "secondary") if limit[slot]]
    return [(window["windowDurationMins"], window["usedPercent"], window["resetsAt"]) for window in found]


def balance(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text.removeprefix("$"))


@pytest.mark.parametrize(("file", "answer"), [pytest.param(*pair, id=pair[0]) for pair in official().items()])
def test_the_official_client_says_the_same(file: str, answer: dict[str, Any]) -> None:
    quota, _ = read(file)
    main = answer["rateLimits"]
    resets = answer["rateLimitResetCredits"]
    their_credits, their_spend = main["credits"], main["individualLimit"]
    theirs: dict[str, object] = {
        "plan": main["planType"],
        "reached_type": main["rateLimitReachedType"],
        "spend_reached": main["spendControlReached"],
        "reset_credits": resets["availableCount"] if resets else None,
        "credits": their_credits and (their_credits["hasCredits"], their_credits["unlimited"], balance(their_credits["balance"])),
        "spend": their_spend
        and (
            Decimal(their_spend["limit"]),
            Decimal(their_spend["used"]),
            their_spend["remainingPercent"],
            their_spend["resetsAt"],
        ),
        "limits": {name: told for name, limit in answer["rateLimitsByLimitId"].items() if (told := their_windows(limit))},
    }
    ours = {
        "plan": quota.plan,
        "reached_type": quota.limit_reached_type,
        "spend_reached": quota.spend.reached if quota.spend else None,
        "reset_credits": quota.reset_credits,
        "credits": quota.credits and (quota.credits.has_credits, quota.credits.unlimited, quota.credits.balance),
        "spend": quota.spend
        and quota.spend.limit
        and (
            quota.spend.limit,
            quota.spend.used,
            100 - (quota.spend.used_percent or 0),
            quota.spend.resets_at and quota.spend.resets_at.timestamp(),
        ),
        "limits": {limit.feature or limit.name: told for limit in quota.limits if (told := our_windows(limit))},
    }
    assert {**theirs, **OFFICIAL_DIFFERS.get(file, ("", {}))[1]} == ours
