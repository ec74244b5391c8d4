"""The official Codex client and we, asked the same bodies: windows, percentages, resets, credits, plan and verdict.

Opt-in, because it needs the client (``npm install @openai/codex`` in a directory of its own) and Linux::

    unshare -n sh -c 'ip link set lo up && pytest tests/test_official.py --official-codex=PATH'

PATH is the ``codex`` executable, ``node_modules/.bin/codex`` for the npm package.
``unshare -n`` (as root, else ``unshare -rn``) leaves loopback as the only network, so the client can send nothing anywhere.
While any other interface is up nothing is started.

The client and we read the same Codex home, whose ``chatgpt_base_url`` is a simulated service.
The client's decoder is strict: recorded bodies of the optional corpus next to the checkout that it refuses are skipped.
Differences that follow from a rule of ours stand in ``DIFFERS``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import official_client
from codex_quota import Client, Quota, RateLimit, SpendLimit
from codex_quota.simulated import SimulatedAccount, SimulatedService
from official_bodies import BODIES, DAY, HOUR, NOW, OTHER_PLANS
from official_client import NetworkInReachError, OfficialClient, RefusedError

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "payloads"
NO_BODIES = {"INDEX.tsv", "OFFICIAL.json"}
Told = dict[str, object]
Limit = tuple[str, str, list[tuple[int | None, float | None, int | None]]]

FIVE_HOUR, WEEKLY = (300, 25, NOW + 2 * HOUR), (10_080, 40, NOW + 3 * DAY)
MAIN: Limit = ("codex", "", [FIVE_HOUR, WEEKLY])
SPARK = ("codex_bengalfox", "GPT-5.3-Codex-Spark")
RULE_1 = "rule 1: zeros are no evidence of a window"
RULE_2 = "rule 2: a negative percentage is unknown"
RULE_3 = "over ten years is no length to believe"
RULE_6 = "rule 6: no reset_at, so the relative reset counts, and never 1970"
RULE_8_TYPE = "rule 8: an unknown type is reached all the same"
RULE_8_FLAG = "rule 8: limit_reached true is a verdict"
RULE_9 = "rule 9: the official client does not read the code review limit"
RULE_12 = "rule 12: an answer for another account is a warning, not an unknown verdict"
PARTS = "the official client keeps the last entry of one feature, we keep the first window of each kind"
NAMES = "our limits have names of their own, because a window tells its limit by name"
PLAN = "the official client calls a plan it does not know unknown (and education edu), we keep the service's word"

DIFFERS: dict[str, tuple[str, Told]] = {
    "the longest length": (RULE_3, {"limits": [("codex", "", [(None, 12, NOW + HOUR)])]}),
    "a placeholder of zeros": (RULE_1, {"limits": [("codex", "", [WEEKLY])]}),
    "a percentage and zeros": (RULE_1, {"limits": [("codex", "", [WEEKLY])]}),
    "a relative reset alone": (RULE_6, {"limits": [MAIN]}),
    "a relative reset and no length": (RULE_6, {"limits": [("codex", "", [(None, 12, NOW + HOUR)])]}),
    "a reset before 1970": (RULE_6, {"limits": [MAIN]}),
    "no reset": (RULE_6, {"limits": [("codex", "", [(300, 25, None), WEEKLY])]}),
    "below 0 %": (RULE_2, {"limits": [("codex", "", [(300, None, NOW + 2 * HOUR), WEEKLY])]}),
    "a third window": (
        "the official client reads two windows",
        {"limits": [("codex", "", [FIVE_HOUR, WEEKLY, (43_200, 9, NOW + 9 * DAY)])]},
    ),
    "a code review limit": (RULE_9, {"limits": [("code review", "code review", [(10_080, 9, NOW + 3 * DAY)]), MAIN]}),
    "allowed and reached": (RULE_8_FLAG, {"limit_reached": True}),
    "type a_type_of_tomorrow": (RULE_8_TYPE, {"reached_type": "a_type_of_tomorrow"}),
    "an unknown type alone": (RULE_8_TYPE, {"reached_type": "a_type_of_tomorrow", "limit_reached": True}),
    "another account's answer": (RULE_12, {"allowed": True}),
    "a personal account's answer": (RULE_12, {"allowed": True}),
    "Spark in two parts": (PARTS, {"limits": [MAIN, (*SPARK, [(300, 3, NOW + 2 * HOUR), (10_080, 9, NOW + 3 * DAY)])]}),
    "Spark twice": (PARTS, {"limits": [MAIN, (*SPARK, [(300, 3, NOW + 2 * HOUR)])]}),
    "two features of one name": (
        NAMES,
        {
            "limits": [
                MAIN,
                ("codex_one", "Twin", [(10_080, 1, NOW + 3 * DAY)]),
                ("codex_two", "Twin 2", [(10_080, 2, NOW + 3 * DAY)]),
            ]
        },
    ),
    "an extra limit with the main limit's name": (
        NAMES,
        {"limits": [MAIN, ("codex_x", "codex 2", [(10_080, 7, NOW + 3 * DAY)])]},
    ),
    "an extra limit without a name": (
        NAMES,
        {"limits": [MAIN, ("codex_other", "codex_other", [(10_080, 77, NOW + 3 * DAY)])]},
    ),
    "a spend limit in rounded percents": (
        "we keep the percent used, which is cut off and not rounded as the percent left is",
        {"spend": (Decimal(1000), Decimal("36.79748725891113"), 97, NOW + 5 * DAY)},
    ),
    "a spend limit with a relative reset": (
        RULE_6,
        {"spend": (Decimal(1000), Decimal("36.79748725891113"), 97, NOW + 5 * DAY)},
    ),
    "cap_hermes_resetwatch2_allowed_and_reached.json": (RULE_8_FLAG, {"limit_reached": True}),
    "cap_team_real_code_review.json": (
        RULE_9,
        {
            "limits": [
                ("code review", "code review", [(10_080, 0, 1775406209)]),
                ("codex", "", [(300, 5, 1774816656), (10_080, 9, 1775385173)]),
            ]
        },
    ),
    "oa_percent_negative.json": (RULE_2, {"limits": [("codex", "", [(5, None, 2000000000)])]}),
    "oa_reset_at_zero.json": (RULE_6, {"limits": [("codex", "", [(5, 12, NOW + 60)])]}),
    "oa_unknown_reached_type.json": (RULE_8_TYPE, {"reached_type": "new_cap", "limit_reached": True}),
    **{f"plan {plan}": (PLAN, {"plan": plan.strip().lower()}) for plan in OTHER_PLANS},
}


@dataclass
class Pair:
    """The official client and ours, with one sign-in, and the account that answers both."""

    service: SimulatedService
    account: SimulatedAccount
    official: OfficialClient
    client: Client

    def ask(self, body: object) -> tuple[Told, Told]:
        """What both say about *body*, which is this account's unless it names another one."""
        mine = {"account_id": self.account.account_id, "user_id": self.account.user_id}
        self.account.body = {**mine, **body} if isinstance(body, dict) else body
        theirs = self.official.rate_limits()
        quota = self.client.fetch("codex").quota
        assert quota is not None
        return their_words(theirs), our_words(quota)


@pytest.fixture(scope="module")
def pair(official_codex: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    home, now = tmp_path_factory.mktemp("codex-home"), datetime.fromtimestamp(NOW, UTC)
    with SimulatedService(now=now) as service:
        account = service.add("official", token_life=timedelta(days=36_500))
        (home / "config.toml").write_text(f'chatgpt_base_url = "{service.url}"\n', encoding="utf-8")
        (home / "auth.json").write_text(account.auth_json(), encoding="utf-8")
        environ = {"CODEX_HOME": str(home), "HOME": str(home)}
        client = Client(sources=["codex-home"], cache="none", retries=0, environ=environ, now=lambda: now)
        with client, OfficialClient(official_codex, home) as official:
            yield Pair(service, account, official, client)


def recorded(file: str) -> object:
    """A body of the corpus without its identity, so that it is the answering account's own."""
    text = (CORPUS / file).read_bytes()
    try:
        body = json.loads(text)
    except ValueError:
        return text
    return {key: value for key, value in body.items() if key not in ("account_id", "user_id")} if isinstance(body, dict) else body


def their_words(answer: dict[str, Any]) -> Told:
    main, resets, allowed = answer["rateLimits"], answer["rateLimitResetCredits"], answer["ordinaryUsageAllowed"]
    credit, spend, kind = main["credits"], main["individualLimit"], main["rateLimitReachedType"]
    said = [
        one for one in (kind and True, main["spendControlReached"], None if allowed is None else not allowed) if one is not None
    ]
    limits = [main, *(limit for limit in answer["rateLimitsByLimitId"].values() if limit != main)]
    return {
        "plan": main["planType"],
        "allowed": allowed,
        "limit_reached": any(said) if said else None,
        "reached_type": kind,
        "spend_reached": main["spendControlReached"],
        "spend": spend and (Decimal(spend["limit"]), Decimal(spend["used"]), spend["remainingPercent"], spend["resetsAt"]),
        "credits": credit and (credit["hasCredits"], credit["unlimited"], their_balance(credit["balance"])),
        "reset_credits": resets and resets["availableCount"],
        "limits": sorted(told for limit in limits if (told := their_limit(limit))[2]),
    }


def their_balance(text: str | None) -> Decimal | None:
    """The client hands the service's text on; amounts are exact and may have a dollar sign."""
    return None if text is None else Decimal(text.removeprefix("$"))


def their_limit(limit: dict[str, Any]) -> Limit:
    windows = [limit[slot] for slot in ("primary", "secondary") if limit[slot]]
    told = [(window["windowDurationMins"], window["usedPercent"], window["resetsAt"]) for window in windows]
    return limit["limitId"], limit["limitName"] or "", told


def our_words(quota: Quota) -> Told:
    credit, spend = quota.credits, quota.spend
    return {
        "plan": quota.plan,
        "allowed": quota.main.allowed if quota.main else None,
        "limit_reached": quota.limit_reached,
        "reached_type": quota.limit_reached_type,
        "spend_reached": spend and spend.reached,
        "spend": our_spend(spend) if spend and spend.limit is not None else None,
        "credits": credit and (credit.has_credits, credit.unlimited, credit.balance),
        "reset_credits": quota.reset_credits,
        "limits": sorted(our_limit(limit) for limit in quota.limits if limit.windows),
    }


def our_spend(spend: SpendLimit) -> tuple[object, ...]:
    left = None if spend.used_percent is None else max(0.0, 100 - spend.used_percent)
    return spend.limit, spend.used, left, seconds(spend.resets_at)


def our_limit(limit: RateLimit) -> Limit:
    told = [
        (None if one.length is None else math.ceil(one.length.total_seconds() / 60), one.used_percent, seconds(one.resets_at))
        for one in limit.windows
    ]
    return limit.feature or limit.name, "" if limit.name == "codex" else limit.name, told


def seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One skipped test without the client, and with it none at all while a network is in reach."""
    if "name" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("--official-codex") is None:
        metafunc.parametrize("name", ["every body"])
        return
    try:
        official_client.refuse_a_network()
    except NetworkInReachError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    files = sorted(path.name for path in CORPUS.iterdir() if path.name not in NO_BODIES) if CORPUS.is_dir() else []
    metafunc.parametrize("name", [*BODIES, *files])


def test_the_official_client_says_the_same(name: str, pair: Pair) -> None:
    try:
        theirs, ours = pair.ask(BODIES[name] if name in BODIES else recorded(name))
    except RefusedError as error:
        if name in BODIES:
            raise
        pytest.skip(f"the official client refuses this body: {error}")
    expected = DIFFERS.get(name, ("", {}))[1]
    assert {**theirs, **expected} == ours
    assert {key: theirs[key] for key in expected if theirs[key] == expected[key]} == {}, "no difference any more"


def test_both_ask_the_same(pair: Pair) -> None:
    pair.service.forget_requests()
    pair.ask(BODIES["ordinary"])
    usage = [request for request in pair.service.requests_for("official") if request.path.endswith("/usage")]
    same = ("authorization", "chatgpt-account-id")
    theirs, ours = [(request.method, request.path, *map(request.headers.get, same)) for request in usage]
    assert theirs == ours


def test_the_differences_are_about_bodies_there_are() -> None:
    assert {name for name in DIFFERS if not name.endswith(".json")} <= BODIES.keys()


@pytest.mark.parametrize(
    ("up", "why"),
    [
        ({"lo": True, "eth0": False}, "the network is in reach (eth0)"),
        ({"eth0": False}, "the network is in reach (eth0)"),
        ({}, "loopback is down"),
    ],
)
def test_with_a_network_in_reach_the_client_is_not_started(
    up: dict[str, bool], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    codex = tmp_path / "codex"
    codex.write_text(f"#!/bin/sh\ntouch {started}\n", encoding="utf-8")
    codex.chmod(0o700)
    monkeypatch.setattr(official_client, "interfaces", lambda: up)
    with pytest.raises(NetworkInReachError) as raised, OfficialClient(codex, tmp_path):
        pass
    assert str(raised.value).startswith(f"{why}: ")
    assert "unshare -n sh -c 'ip link set lo up && pytest" in str(raised.value)
    assert not started.exists()
