"""What the metrics say about snapshots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from codex_quota_prometheus import Prometheus
from codex_quota_prometheus.metrics import ERROR_CODES, METRICS, USUAL_OUTCOMES
from prometheus_world import NOW, Series, families, formatted, page, read, snapshot, values, window

import codex_quota
from codex_quota import Credits, NetworkError, Quota, RateLimit, Snapshot, SpendLimit
from codex_quota.testing import FormatterContract, sample_snapshots

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACCOUNT_WIDE = ("account",)
PLACE = ("account", "limit", "window")


class TestPrometheus(FormatterContract):
    """The format does what every format has to."""

    def make(self) -> codex_quota.Formatter:
        return Prometheus()


def test_the_text_of_one_account() -> None:
    text = formatted(
        snapshot(window("weekly", 57.3, reset=2 * DAY), quota={"limit_reached": False}, token_expires_at=NOW + DAY),
        now=NOW + HOUR,
    )
    assert [line for line in text.splitlines() if 'code="' not in line or line.endswith(" 1.0")] == [
        "# HELP codex_quota_accounts Accounts in this output.",
        "# TYPE codex_quota_accounts gauge",
        "codex_quota_accounts 1.0",
        "# HELP codex_quota_account_info The plan of an account.",
        "# TYPE codex_quota_account_info gauge",
        'codex_quota_account_info{account="work",plan="plus"} 1.0',
        "# HELP codex_quota_up 1 when the last reading of an account gave figures, 0 when it failed.",
        "# TYPE codex_quota_up gauge",
        'codex_quota_up{account="work"} 1.0',
        "# HELP codex_quota_error 1 for the error that the last reading ended with, 0 for every other.",
        "# TYPE codex_quota_error gauge",
        "# HELP codex_quota_fetched_timestamp_seconds When the service told the figures of an account.",
        "# TYPE codex_quota_fetched_timestamp_seconds gauge",
        'codex_quota_fetched_timestamp_seconds{account="work"} 1.7953488e+09',
        "# HELP codex_quota_age_seconds How old the figures of an account were when this was written.",
        "# TYPE codex_quota_age_seconds gauge",
        'codex_quota_age_seconds{account="work"} 3600.0',
        "# HELP codex_quota_token_expiry_timestamp_seconds When the access token of the sign-in ends.",
        "# TYPE codex_quota_token_expiry_timestamp_seconds gauge",
        'codex_quota_token_expiry_timestamp_seconds{account="work"} 1.7954352e+09',
        "# HELP codex_quota_usable 1 when an account can be used, 0 when a limit is reached.",
        "# TYPE codex_quota_usable gauge",
        'codex_quota_usable{account="work"} 1.0',
        "# HELP codex_quota_limited_by_info What keeps an account from working longest, none when nothing does.",
        "# TYPE codex_quota_limited_by_info gauge",
        'codex_quota_limited_by_info{account="work",limited_by="none"} 1.0',
        "# HELP codex_quota_window_used_ratio Used part of a window; may exceed 1.",
        "# TYPE codex_quota_window_used_ratio gauge",
        'codex_quota_window_used_ratio{account="work",limit="codex",window="weekly"} 0.573',
        "# HELP codex_quota_window_remaining_ratio Part of a window that is left.",
        "# TYPE codex_quota_window_remaining_ratio gauge",
        'codex_quota_window_remaining_ratio{account="work",limit="codex",window="weekly"} 0.427',
        "# HELP codex_quota_window_length_seconds How long a window lasts.",
        "# TYPE codex_quota_window_length_seconds gauge",
        'codex_quota_window_length_seconds{account="work",limit="codex",window="weekly"} 604800.0',
        "# HELP codex_quota_window_reset_timestamp_seconds When a window that has started is full again.",
        "# TYPE codex_quota_window_reset_timestamp_seconds gauge",
        'codex_quota_window_reset_timestamp_seconds{account="work",limit="codex",window="weekly"} 1.7955216e+09',
        "# HELP codex_quota_window_started 1 when a window runs, 0 when it waits for its first use.",
        "# TYPE codex_quota_window_started gauge",
        'codex_quota_window_started{account="work",limit="codex",window="weekly"} 1.0',
    ]


def test_without_accounts_there_is_their_number() -> None:
    assert read(formatted()) == {("codex_quota_accounts", ()): 0}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_occurs_with_its_type_its_unit_and_its_labels(metric: Any) -> None:
    ending = {"info": "_info", "counter": "_total"}.get(metric.kind, "")
    (family,) = [
        one
        for one in families(page(*sample_snapshots(), accept="application/openmetrics-text"))
        if one.name == metric.name.removesuffix(ending)
    ]
    assert (family.type, family.unit, family.documentation) == (metric.kind, metric.unit, metric.help)
    assert {(sample.name, tuple(sorted(sample.labels))) for sample in family.samples} == {
        (metric.name, tuple(sorted(metric.labels)))
    }


def test_the_format_has_no_counter() -> None:
    shown = {name for name, _ in read(formatted(*sample_snapshots()))}
    assert shown == {metric.name for metric in METRICS if metric.kind != "counter"}
    assert "_created" not in page(*sample_snapshots(), accept="application/openmetrics-text")


def test_both_formats_say_the_same() -> None:
    text, openmetrics = page(*sample_snapshots()), page(*sample_snapshots(), accept="application/openmetrics-text")
    assert openmetrics.endswith("\n# EOF\n")
    assert read(text) == read(openmetrics)


@pytest.mark.parametrize(
    ("metric", "labels", "unknown"),
    [
        ("codex_quota_window_used_ratio", PLACE, window(used=None)),
        ("codex_quota_window_remaining_ratio", PLACE, window(used=None)),
        ("codex_quota_window_length_seconds", PLACE, window(days=None)),
        ("codex_quota_window_reset_timestamp_seconds", PLACE, window()),
        ("codex_quota_window_started", PLACE, window(started=None)),
        ("codex_quota_usable", ACCOUNT_WIDE, window()),
        ("codex_quota_limited_by_info", ACCOUNT_WIDE, window()),
        ("codex_quota_available_timestamp_seconds", ACCOUNT_WIDE, window()),
        ("codex_quota_token_expiry_timestamp_seconds", ACCOUNT_WIDE, window()),
        ("codex_quota_credits_balance", ACCOUNT_WIDE, window()),
        ("codex_quota_spend_limit", ACCOUNT_WIDE, window()),
        ("codex_quota_banked_resets", ACCOUNT_WIDE, window()),
    ],
)
def test_what_nobody_knows_has_no_series(metric: str, labels: tuple[str, ...], unknown: codex_quota.Window) -> None:
    assert values(formatted(snapshot(unknown)), metric, *labels) == {}


@pytest.mark.parametrize("balance", ["NaN", "Infinity", "1e400"])
def test_an_amount_that_is_no_number_has_no_series(balance: str) -> None:
    text = formatted(snapshot(quota={"credits": Credits(balance=Decimal(balance), unlimited=False)}))
    assert values(text, "codex_quota_credits_balance", "account") == {}
    assert values(text, "codex_quota_credits_unlimited", "account") == {"work": 0}


def test_more_than_everything_is_used() -> None:
    text = formatted(snapshot(window(used=104.2)))
    assert values(text, "codex_quota_window_used_ratio", "window") == {"weekly": 1.042}
    assert values(text, "codex_quota_window_remaining_ratio", "window") == {"weekly": 0}


def test_a_window_that_waits_for_its_first_use_has_no_reset() -> None:
    text = formatted(snapshot(window(used=0.0, reset=7 * DAY, started=False)))
    assert values(text, "codex_quota_window_reset_timestamp_seconds", "window") == {}
    assert values(text, "codex_quota_window_started", "window") == {"weekly": 0}


@pytest.mark.parametrize(
    ("quota", "usable", "reason", "back"),
    [
        ({"limit_reached": False}, 1, "none", None),
        ({"limit_reached": True}, 0, "weekly", NOW + DAY),
        ({"limit_reached": True, "spend": SpendLimit(reached=True, resets_at=NOW + 9 * DAY)}, 0, "spend", NOW + 9 * DAY),
    ],
)
def test_what_keeps_an_account_from_working(quota: dict[str, Any], usable: int, reason: str, back: datetime | None) -> None:
    used = 10.0 if quota["limit_reached"] is False else 100.0
    text = formatted(snapshot(window(used=used, reset=DAY), quota=quota))
    assert values(text, "codex_quota_usable", "account") == {"work": usable}
    assert values(text, "codex_quota_limited_by_info", "account", "limited_by") == {("work", reason): 1}
    expected = {} if back is None else {"work": back.timestamp()}
    assert values(text, "codex_quota_available_timestamp_seconds", "account") == expected


def test_a_block_that_nobody_explains_is_unknown() -> None:
    text = formatted(snapshot(quota={"limit_reached": True}))
    assert values(text, "codex_quota_limited_by_info", "limited_by") == {"unknown": 1}


def test_credits_spending_and_banked_resets() -> None:
    spend = SpendLimit(limit=Decimal(50), used=Decimal("12.5"), remaining=Decimal("37.5"), reached=False, resets_at=NOW + DAY)
    bought = Credits(has_credits=True, unlimited=False, balance=Decimal("394.7967"))
    found = read(formatted(snapshot(quota={"credits": bought, "spend": spend, "reset_credits": 2})))
    who = (("account", "work"),)
    assert {name: found[f"codex_quota_{name}", who] for name in ("credits_balance", "credits_unlimited", "banked_resets")} == {
        "credits_balance": 394.7967,
        "credits_unlimited": 0,
        "banked_resets": 2,
    }
    assert {name.removeprefix("codex_quota_spend_"): value for (name, _), value in found.items() if "_spend_" in name} == {
        "limit": 50,
        "used": 12.5,
        "remaining": 37.5,
        "used_ratio": 0.25,
        "reached": 0,
        "reset_timestamp_seconds": (NOW + DAY).timestamp(),
    }


def test_a_failed_account_tells_its_error_and_its_token_and_no_figure() -> None:
    error = NetworkError("no route")
    failed = replace(
        snapshot(), quota=None, status="failed", fetched_at=None, error=error, plan_claim="pro", token_expires_at=NOW
    )
    who = ("account", "work")
    errors: dict[Series, float] = {("codex_quota_error", (who, ("code", code))): code == "network" for code in ERROR_CODES}
    assert read(formatted(failed)) == {
        ("codex_quota_accounts", ()): 1,
        ("codex_quota_account_info", (who, ("plan", "pro"))): 1,
        ("codex_quota_up", (who,)): 0,
        ("codex_quota_token_expiry_timestamp_seconds", (who,)): NOW.timestamp(),
        **errors,
    }


@pytest.mark.parametrize("status", ["fresh", "stale", "failed"])
def test_up_is_about_the_last_reading(status: Any) -> None:
    error = None if status == "fresh" else NetworkError("no route")
    text = formatted(snapshot(window(), status=status, error=error))
    assert values(text, "codex_quota_up", "account") == {"work": status == "fresh"}


def test_a_stale_account_keeps_its_figures_and_shows_error_and_age() -> None:
    stale = snapshot(window(used=25.0), status="stale", source="cache", error=NetworkError("no route"))
    ages = [values(formatted(stale, now=NOW + n * HOUR), "codex_quota_age_seconds", "account") for n in (1, 5)]
    text = formatted(stale, now=NOW + 5 * HOUR)
    assert ages == [{"work": 3600}, {"work": 18000}]
    assert values(text, "codex_quota_window_used_ratio", "window") == {"weekly": 0.25}
    assert values(text, "codex_quota_fetched_timestamp_seconds", "account") == {"work": NOW.timestamp()}
    assert values(text, "codex_quota_error", "account", "code")["work", "network"] == 1


def test_a_clock_that_went_back_gives_no_negative_age() -> None:
    assert values(formatted(snapshot(window()), now=NOW - HOUR), "codex_quota_age_seconds", "account") == {"work": 0}


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_code_has_a_series_at_any_time(code: str) -> None:
    error = type("AnError", (codex_quota.CodexQuotaError,), {"code": code})("it went wrong")
    failed = replace(snapshot(), quota=None, status="failed", fetched_at=None, error=error)
    assert values(formatted(failed), "codex_quota_error", "code") == {one: one == code for one in ERROR_CODES}
    assert values(formatted(snapshot(window())), "codex_quota_error", "code") == dict.fromkeys(ERROR_CODES, 0)


def test_a_code_that_a_plugin_made_up_is_other() -> None:
    error = type("AnError", (codex_quota.CodexQuotaError,), {"code": "vault_sealed"})("it went wrong")
    found = values(formatted(snapshot(status="failed", error=error)), "codex_quota_error", "code")
    assert [code for code, value in found.items() if value] == ["other"]


def test_the_codes_are_those_that_an_account_can_have() -> None:
    of_an_account = codex_quota.CredentialError, codex_quota.ServiceError, codex_quota.PluginError
    public = [getattr(codex_quota, name) for name in codex_quota.__all__]
    errors = [one for one in public if isinstance(one, type) and issubclass(one, of_an_account)]
    assert list(ERROR_CODES) == sorted({*(one.code for one in errors), "other"})


def test_requests_are_counted_from_0_on_and_by_any_outcome() -> None:
    text = page(requests={"200": 12, "418": 1, "network": 2})
    expected = {**dict.fromkeys(USUAL_OUTCOMES, 0), "200": 12, "418": 1, "network": 2}
    assert values(text, "codex_quota_upstream_requests_total", "outcome") == expected


def test_an_account_without_a_plan_has_an_unknown_one() -> None:
    nameless = Snapshot(account=snapshot().account, quota=Quota(limits=(RateLimit(name="codex"),)), fetched_at=datetime.now(UTC))
    assert values(formatted(nameless), "codex_quota_account_info", "plan") == {"unknown": 1}


def test_no_address_id_or_message_is_in_any_text() -> None:
    failed = snapshot(name="home", status="stale", error=NetworkError("no route to home@example.com acct-1"))
    text = formatted(snapshot(window(), quota={"email": "work@example.com", "account_id": "acct-1"}), failed)
    assert [secret for secret in ("@", "acct-1", "user-1", "no route") if secret in text] == []
