"""The words of alerts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from codex_quota_notify.config import Config
from codex_quota_notify.messages import Kind, message
from notify_story import DAY, HOUR, Story, after, failure, reading, window

from codex_quota import (
    CodexQuotaError,
    CredentialError,
    CredentialInvalidError,
    NotChatGPTLoginError,
    Snapshot,
    UnauthorizedError,
    WorkspaceDeactivatedError,
)

REST = 3 * DAY


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            UnauthorizedError("HTTP 401", hint="CODEX_HOME=/home/me codex login"),
            "work: the service does not accept the sign-in any more; sign in again with 'codex login'",
        ),
        (
            CredentialInvalidError("/home/me/me@example.com.auth.json is cut off"),
            "work: the sign-in cannot be read; sign in again with 'codex login'",
        ),
        (NotChatGPTLoginError("x"), "work: the sign-in is not a ChatGPT sign-in; sign in again with 'codex login'"),
        (CredentialError("x"), "work: the sign-in cannot be used; 'codex-quota accounts' tells why"),
        (WorkspaceDeactivatedError("x"), "work: the workspace is deactivated; ask the workspace's owner"),
    ],
)
def test_a_broken_sign_in_says_nothing_of_files_or_addresses(error: CodexQuotaError, text: str) -> None:
    story = Story()
    story.hear(0, failure(error))
    assert story.lines(0) == [text]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("workspace_owner_credits_depleted", "work: the workspace's credits are used up; nobody knows until when"),
        ("workspace_member_usage_limit_reached", "work: the workspace's usage limit is reached; nobody knows until when"),
        ("new_kind", "work: the service says that a limit is reached; nobody knows until when"),
    ],
)
def test_what_keeps_an_account_from_working(kind: str, text: str) -> None:
    story = Story()
    story.hear(0, reading(0, reached=True, kind=kind))
    assert story.lines(0) == [text]


def test_a_token_s_end() -> None:
    from datetime import timedelta

    story = Story(Config(urls=("json://x",), token=timedelta(days=1), zone=ZoneInfo("Asia/Tokyo")))
    story.hear(0, reading(0, window("weekly", 90, REST), token_ends=20 * HOUR))
    expected = "work: the sign-in's token ends Mon 17:00 (20h); use Codex with this account and it is renewed, or sign in again"
    assert story.lines(0) == [expected]


def test_a_reset_that_nobody_knows() -> None:
    story = Story()
    story.hear(0, reading(0, window("weekly", 15, None)))
    assert story.lines(0) == ["work: weekly 15 % left; reset time unknown"]


def test_a_side_limit_and_an_odd_window_have_their_own_names() -> None:
    story = Story(Config(urls=("json://x",), zone=None, side_limits=True))
    story.turn(zone=ZoneInfo("UTC"))
    spark = window("weekly", 4, REST, limit="GPT-5.3-\x1b[31mSpark")
    story.hear(0, reading(0, window("other", 15, 100), spark))
    assert story.lines(0) == [
        "work: 9 h 15 % left; resets 13:40 (1h 40m)",
        "work: GPT-5.3- [31mSpark weekly 4 % left; resets Wed 12:00 (3d)",
    ]


@pytest.mark.parametrize(
    ("name", "emails", "shown"),
    [
        ("me@example.com", False, "m…@example.com"),
        ("me@example.com", True, "me@example.com"),
        ("work", False, "work"),
        ("b\x07ell", False, "b ell"),
    ],
)
def test_an_account_that_is_called_like_an_address(name: str, emails: bool, shown: str) -> None:
    story = Story(Config(urls=("json://x",), emails=emails))
    story.hear(0, reading(0, window("weekly", 15, REST), name=name))
    assert story.lines(0)[0].split(": ")[0] == shown
    assert story.send(0)[1].startswith(f"Codex quota: {shown}: weekly 15 % left\n")


@pytest.mark.parametrize(
    ("snapshots", "kind"),
    [
        ([reading(0, window("weekly", 64, DAY))], "info"),
        ([reading(0, window("weekly", 15, REST))], "warning"),
        ([reading(0, window("weekly", 0, REST))], "failure"),
        ([failure(UnauthorizedError("x"))], "failure"),
        ([reading(0, window("weekly", 64, DAY)), reading(0, window("weekly", 15, REST), name="home")], "warning"),
    ],
)
def test_how_grave_a_message_is(snapshots: list[Snapshot], kind: Kind) -> None:
    story = Story()
    story.hear(0, *snapshots)
    assert message(story.state.pending, story.state.accounts, after(0), story.config).kind == kind


def test_good_news_is_success() -> None:
    story = Story()
    story.hear(0, reading(0, window("five_hour", 0, 60)))
    story.send(0)
    story.hear(60, reading(60, window("five_hour", 100, 360, started=False)))
    assert message(story.state.pending, story.state.accounts, after(60), story.config).kind == "success"


def test_of_too_many_alerts_the_gravest_are_named_and_the_others_counted() -> None:
    story = Story()
    names = [f"a{number:02}" for number in range(22)]
    low, out = window("weekly", 15, REST), window("weekly", 0, REST)
    story.hear(0, *(reading(0, low, name=name) for name in names), *(reading(0, out, name=name) for name in ("x", "y")))
    told = message(story.state.pending, story.state.accounts, after(0), story.config)
    lines = [one.partition(":")[0] for one in told.body.splitlines()]
    assert (told.title, lines) == ("Codex quota: 24 alerts", ["x", "y", *names[:18], "and 4 more"])
