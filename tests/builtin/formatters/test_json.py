"""``--format json``: the document is what its reference page, its example and its schema say."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import codex_quota
from codex_quota.builtin.formatters import json as module

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
PACKAGE = Path(codex_quota.__file__).parent
SCHEMA: dict[str, Any] = json.loads((PACKAGE / "snapshot.schema.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STYLE = codex_quota.Style(now=NOW)


def fresh(name: str, body: object, **account: str) -> codex_quota.Snapshot:
    return codex_quota.Snapshot(
        account=codex_quota.Account(name=name, source="directory", **account),
        quota=codex_quota.parse_usage(body, answered_at=NOW, asked_account_id=account.get("account_id")),
        fetched_at=NOW,
    )


def failed(name: str, error: codex_quota.CodexQuotaError) -> codex_quota.Snapshot:
    return codex_quota.Snapshot(account=codex_quota.Account(name=name, source="directory"), status="failed", error=error)


WORK = fresh(
    "work",
    {
        "plan_type": "plus",
        "rate_limit": {
            "allowed": True,
            "limit_reached": False,
            "primary_window": {"used_percent": 42.5, "limit_window_seconds": 604_800, "reset_after_seconds": 259_200},
        },
        "credits": {"has_credits": True, "unlimited": False, "overage_limit_reached": False, "balance": "12.50"},
        "rate_limit_reset_credits": {"available_count": 2},
    },
    account_id="acct-1",
    user_id="user-1",
    email="a@example.com",
)
PLAY = failed("play", codex_quota.UnauthorizedError("the service does not accept the access token"))
TEAM = fresh(
    "team",
    {
        "account_id": "acct-9",
        "plan_type": "team",
        "rate_limit": {
            "primary_window": {"used_percent": "odd", "limit_window_seconds": 18_000, "reset_at": "2026-11-22T15:00:00Z"},
            "secondary_window": {"used_percent": 100.6, "limit_window_seconds": 604_800},
            "tertiary_window": {"used_percent": 0, "limit_window_seconds": 2_628_000, "reset_after_seconds": 2_628_000},
        },
        "additional_rate_limits": [{"limit_name": "Büro", "rate_limit": {"primary_window": {"reset_at": 9}}}],
        "spend_control": {
            "reached": True,
            "individual_limit": {"limit": "1000", "used": "36.79", "remaining": "0E-10", "reset_at": 1796083200},
        },
        "rate_limit_reached_type": {"type": "workspace_member_usage_limit_reached"},
        "model_usage": {"big": {"available": False}},
    },
    account_id="acct-1",
)


def written(*snapshots: codex_quota.Snapshot, style: codex_quota.Style = STYLE) -> str:
    (formatter,) = module.register_formatters()
    return formatter.format(snapshots, style)


def test_the_formatter_introduces_itself() -> None:
    (formatter,) = module.register_formatters()
    assert (formatter.name, formatter.content_type, formatter.tells_problems) == ("json", "application/json", True)


def test_the_text_is_indented_readable_and_ends_in_a_newline() -> None:
    text = written(TEAM)
    assert text.startswith('{\n  "schema_version": 1,\n  "status": "success",\n')
    assert text.endswith("\n}\n")
    assert '"name": "Büro"' in text


def test_it_is_generated_at_the_styles_moment_in_utc() -> None:
    style = codex_quota.Style(now=NOW.astimezone(timezone(timedelta(hours=9))))
    assert json.loads(written(style=style)) == {
        "schema_version": 1,
        "status": "error",
        "generated_at": "2026-11-22T12:00:00Z",
        "results": [],
    }


def test_the_order_of_the_accounts_is_kept() -> None:
    assert [one["account"] for one in json.loads(written(WORK, TEAM, PLAY))["results"]] == ["work", "team", "play"]


@pytest.mark.parametrize("emails", [True, False])
def test_emails_are_there_whatever_the_style_says(emails: bool) -> None:
    (result,) = json.loads(written(WORK, style=codex_quota.Style(now=NOW, emails=emails)))["results"]
    assert result["email"] == "a@example.com"


def test_the_example_of_the_page_is_what_the_program_prints() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert written(PLAY, WORK) == example


@pytest.mark.parametrize("snapshots", [(), (WORK,), (TEAM,), (PLAY,), (WORK, TEAM, PLAY)], ids=len)
def test_what_is_printed_fits_the_schema(snapshots: tuple[codex_quota.Snapshot, ...]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [error.message for error in validator.iter_errors(json.loads(written(*snapshots)))] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("status", "fine"), ("fetched_at", "2026-11-22T12:00:00.5Z"), ("usable", "yes"), ("windows", None), ("credits", {})],
)
def test_the_schema_refuses_what_the_page_does_not_allow(key: str, value: object) -> None:
    document = json.loads(written(WORK))
    document["results"][0][key] = value
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
