from __future__ import annotations

from decimal import Decimal

import pytest

from codex_quota import wording
from codex_quota.errors import CodexQuotaError, CredentialError, PluginError, ServiceError, all_errors
from codex_quota.model import Window
from snapshots import window


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"), (0, "0"), (0.04, "<1"), (0.4, "0.4"), (1, "1"), (57.34, "57.3"), (88.0, "88"), (87.96, "88"),
        (99.94, "99.9"), (99.96, ">99"), (100, "100"), (100.6, "100.6"), (1e300, ">999"), (float("inf"), ">999"),
    ],
)  # fmt: skip
def test_a_percentage_never_claims_nothing_or_everything_falsely(value: float | None, text: str) -> None:
    assert wording.percent_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.50"), ("36.79748725891113", "36.80"), ("1000", "1000"), ("394.0000", "394"), ("0E-10", "0"),
        ("0.001", "<0.01"), ("1E+3", "1000"), ("1E+999999", "1e+999999"), ("NaN", "NaN"),
    ],
)  # fmt: skip
def test_an_amount_is_short(value: str, text: str) -> None:
    assert wording.amount_text(Decimal(value)) == text


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        ("plus", "Plus"), (" PLUS\n", "Plus"), ("chatgpt-plus", "Plus"), ("chatgpt_pro", "Pro"), ("prolite", "Pro Lite"),
        ("hc", "Enterprise"), ("k12", "K-12"), ("self_serve_business_usage_based", "Business Usage"),
        ("galaxy_brain", "galaxy_brain"), ("a\x1b[31mb", "a [31mb"), ("chatgpt", "chatgpt"), ("", "-"), (None, "-"),
    ],
)  # fmt: skip
def test_a_plan_has_a_short_name(plan: str | None, text: str) -> None:
    assert wording.plan_text(plan) == text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (window("five_hour"), "5 h"),
        (window("weekly"), "weekly"),
        (window("monthly"), "monthly"),
        (window("other", label="9 h"), "9 h"),
        (window("other", label=""), "window"),
        (window("five_hour", limit="GPT-5.3-Codex-Spark"), "GPT-5.3-Codex-Spark 5 h"),
        (window("weekly", limit="\n"), "weekly"),
    ],
)
def test_a_window_is_called_by_its_length_and_a_foreign_limit(shown: Window, text: str) -> None:
    assert wording.window_text(shown) == text


@pytest.mark.parametrize(
    ("remaining", "word"),
    [
        (None, "unknown"), (0, "empty"), (0.001, "critical"), (5, "critical"), (5.1, "low"), (20, "low"), (20.1, "good"),
        (100, "good"),
    ],
)  # fmt: skip
def test_levels(remaining: float | None, word: str) -> None:
    assert wording.level(remaining) == word


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_an_error_is_its_code_in_english_and_words_elsewhere(kind: type[CodexQuotaError]) -> None:
    error = kind("what happened")
    translatable = issubclass(kind, CredentialError | PluginError | ServiceError)
    assert wording.error_word(error) == kind.code
    assert wording.error_word(error, lambda text: f"<{text}>").startswith("<") is translatable


def test_a_foreign_error_code_cannot_break_its_line() -> None:
    error = CodexQuotaError("what happened")
    error.__dict__["code"] = "a\nb"
    assert wording.error_word(error) == "a b"
