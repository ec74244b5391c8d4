"""Each rule, over sequences worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from codex_quota_notify.config import Config, Unused
from notify_story import ALL, DAY, HOUR, LENGTHS, WEEK, Name, Story, after, failure, reading, window

from codex_quota import (
    BlockedError,
    CodexQuotaError,
    CredentialInvalidError,
    Credits,
    NetworkError,
    NotChatGPTLoginError,
    RateLimitedError,
    SpendLimit,
    TimedOutError,
    UnauthorizedError,
    UnavailableError,
    WorkspaceDeactivatedError,
)

REST = 3 * DAY


@pytest.mark.parametrize("name", ["five_hour", "daily", "weekly", "monthly", "other"])
def test_each_threshold_is_told_once_when_it_is_reached(name: Name) -> None:
    story = Story()
    lefts = [60, 21, 20, 19, 5.5, 5, 4, 4]
    told = [story.hear(at, reading(at, window(name, left, LENGTHS[name] - 60))) for at, left in enumerate(lefts)]
    key = "9 h" if name == "other" else name
    assert told == [[], [], [("low", key, "20")], [], [], [("low", key, "5")], [], []]


def test_a_fall_past_two_thresholds_is_one_alert_about_the_lower_one() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 40, REST))) == []
    assert story.hear(9, reading(9, window("weekly", 3, REST))) == [("low", "weekly", "5")]
    assert story.hear(18, reading(18, window("weekly", 19, REST))) == []


def test_a_first_reading_tells_how_things_stand() -> None:
    assert Story().hear(0, reading(0, window("five_hour", 80, 200), window("weekly", 12, REST))) == [("low", "weekly", "20")]


def test_used_up_and_back_again_are_told_once_each_cycle() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 30, 100))) == []
    assert story.hear(10, reading(10, window("five_hour", 0, 100))) == [("exhausted", "five_hour")]
    assert story.hear(20, reading(20, window("five_hour", 0, 100))) == []
    assert story.hear(101, reading(101, window("five_hour", 100, 401, started=False))) == [("back", "five_hour")]
    assert story.hear(111, reading(111, window("five_hour", 90, 405))) == []
    assert story.hear(300, reading(300, window("five_hour", 30, 405))) == []
    assert story.hear(350, reading(350, window("five_hour", 0, 405))) == [("exhausted", "five_hour")]


def test_used_up_is_told_of_what_holds_longest() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 0, 100), window("weekly", 8, REST))) == [
        ("exhausted", "five_hour"),
        ("low", "weekly", "20"),
    ]
    assert story.hear(9, reading(9, window("five_hour", 0, 100), window("weekly", 0, REST))) == [("exhausted", "weekly")]
    both = reading(101, window("five_hour", 100, 401, started=False), window("weekly", 0, REST))
    assert story.hear(101, both) == []
    assert story.hear(REST, reading(REST, window("five_hour", 100, REST + 300), window("weekly", 100, REST + WEEK))) == [
        ("back", "weekly")
    ]


def test_nothing_is_told_of_a_window_that_waits_for_another() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 3, 100), window("weekly", 0, REST))) == [("exhausted", "weekly")]


def test_a_full_window_that_credits_cover_is_low_and_not_used_up() -> None:
    covered = Credits(has_credits=True, balance=Decimal(12))
    snapshot = reading(0, window("weekly", 0, REST), reached=False, credits=covered)
    assert Story().hear(0, snapshot) == [("low", "weekly", "5")]


@pytest.mark.parametrize(
    ("kind", "blocker"),
    [
        ("workspace_member_credits_depleted", "credits"),
        ("workspace_owner_usage_limit_reached", "workspace"),
        ("rate_limit_reached", ""),
    ],
)
def test_an_end_that_nobody_knows_is_told_once_and_the_return_after_a_second_reading(kind: str, blocker: str) -> None:
    story = Story()
    key = (blocker,) if blocker else ()
    assert story.hear(0, reading(0, reached=True, kind=kind)) == [("exhausted", *key)]
    assert story.hear(9, reading(9, reached=True, kind=kind)) == []
    assert story.hear(18, reading(18, reached=False)) == []
    assert story.hear(27, reading(27, reached=False)) == [("back", *key)]
    assert story.hear(36, reading(36, reached=True, kind=kind)) == [("exhausted", *key)]


def test_a_limit_that_the_service_closes_is_told_with_what_is_left() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 18, REST), reached=True)) == [("exhausted", "weekly")]
    assert story.lines(0) == ["work: weekly limit is closed by the service with 18 % left; back Wed 12:00 (3d)"]


def test_a_spend_limit_is_a_window() -> None:
    def spent(at: int, used: int, *, reached: bool = False) -> list[tuple[str, ...]]:
        limit = SpendLimit(reached=reached, limit=Decimal(50), used=Decimal(used) / 2, resets_at=after(REST))
        return story.hear(at, reading(at, spend=limit, reached=reached))

    story = Story()
    told = [spent(0, 70), spent(9, 81), spent(18, 100, reached=True), spent(27, 100, reached=True)]
    assert told == [[], [("low", "spend", "20")], [("exhausted", "spend")], []]
    assert story.lines(27) == ["work: the spend limit is reached; back Wed 12:00 (2d 23h)"]


def test_side_limits_are_told_only_when_they_are_wanted() -> None:
    snapshot = reading(0, window("weekly", 90, REST), window("weekly", 4, REST, limit="Spark"))
    assert Story().hear(0, snapshot) == []
    assert Story(Config(urls=("json://x",), side_limits=True)).hear(0, snapshot) == [("low", "Spark/weekly", "5")]


def test_an_early_reset_is_told_after_a_second_reading() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 45, REST))) == []
    assert story.hear(60, reading(60, window("weekly", 99, WEEK + 60))) == []
    assert story.hear(120, reading(120, window("weekly", 98, WEEK + 60))) == [("early_reset", "weekly")]
    assert story.lines(120) == [
        "work: weekly was reset, 2d 22h earlier than announced; 98 % left, announced was Wed 12:00 (2d 22h)"
    ]
    assert story.hear(180, reading(180, window("weekly", 97, WEEK + 60))) == []


def test_an_early_reset_under_the_announced_time_is_told_once() -> None:
    story = Story()
    lefts = [15, 100, 100, 60, 15]
    told = [story.hear(at * 60, reading(at * 60, window("weekly", left, REST))) for at, left in enumerate(lefts)]
    assert told == [[("low", "weekly", "20")], [], [("early_reset", "weekly")], [], []]


def test_a_little_given_back_early_is_no_news() -> None:
    story = Story()
    for at in (0, 60, 120, 180):
        assert story.hear(at, reading(at, window("weekly", 45 if at == 0 else 53, REST))) == []


def test_an_early_reset_of_a_used_up_account_is_one_alert() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 50, 100), window("weekly", 0, REST))) == [("exhausted", "weekly")]
    for at in (10, 20):
        full = reading(at, window("five_hour", 100, 320, started=False), window("weekly", 100, at + WEEK, started=False))
        assert story.hear(at, full) == ([] if at == 10 else [("back", "weekly")])
    assert story.lines(20) == [
        "work: works again, 2d 23h earlier than announced; 5 h 100 % left, not started; weekly 100 % left, not started"
    ]


def test_without_the_rule_back_an_early_return_is_an_early_reset() -> None:
    story = Story(Config(urls=("json://x",), back=False))
    assert story.hear(0, reading(0, window("weekly", 0, REST))) == [("exhausted", "weekly")]
    told = [story.hear(at, reading(at, window("weekly", 100, WEEK + at, started=False))) for at in (10, 20)]
    assert told == [[], [("early_reset", "weekly")]]


@pytest.mark.parametrize(
    "error",
    [
        UnauthorizedError("refused"),
        CredentialInvalidError("unreadable"),
        NotChatGPTLoginError("an API key"),
        WorkspaceDeactivatedError("gone"),
    ],
)
def test_a_broken_sign_in_is_told_once(error: CodexQuotaError) -> None:
    story = Story()
    told = [story.hear(at, failure(error)) for at in (0, 60, DAY)]
    assert told == [[("sign_in",)], [], []]


@pytest.mark.parametrize(
    "error", [NetworkError("x"), TimedOutError("x"), UnavailableError("x"), RateLimitedError("x"), BlockedError("x")]
)
def test_trouble_on_the_way_is_no_broken_sign_in(error: CodexQuotaError) -> None:
    assert Story().hear(0, failure(error)) == []


def test_a_sign_in_that_breaks_again_is_told_again_but_not_within_six_hours() -> None:
    story = Story()
    broken, good = failure(UnauthorizedError("refused")), window("weekly", 80, REST)
    assert story.hear(0, broken) == [("sign_in",)]
    assert story.hear(10, reading(10, good)) == []
    assert story.hear(20, broken) == []
    assert story.hear(359, broken) == []
    assert story.hear(360, broken) == [("sign_in",)]
    assert story.hear(370, failure(NetworkError("no connection"))) == []
    assert story.hear(2 * DAY, broken) == []


def test_a_cached_answer_from_before_does_not_repair_a_sign_in() -> None:
    story = Story()
    story.hear(0, reading(0, window("weekly", 80, REST)))
    assert story.hear(10, failure(UnauthorizedError("refused"))) == [("sign_in",)]
    story.hear(20, reading(0, window("weekly", 80, REST), source="cache"))
    assert story.lines(20) == ["work: the service does not accept the sign-in any more; sign in again with 'codex login'"]
    story.hear(30, reading(30, window("weekly", 80, REST)))
    assert story.lines(30) == []


def test_a_token_that_ends_soon_is_told_once_when_that_is_wanted() -> None:
    def heard(story: Story) -> list[list[tuple[str, ...]]]:
        fine = window("weekly", 80, WEEK)
        return [story.hear(at, reading(at, fine, token_ends=2 * DAY)) for at in (0, DAY - 1, DAY, DAY + 60, 2 * DAY)]

    assert heard(Story()) == [[], [], [], [], []]
    assert heard(Story(Config(urls=("json://x",), token=timedelta(days=1)))) == [[], [], [("token",)], [], []]


def test_a_renewed_token_is_nothing_to_tell() -> None:
    story = Story(Config(urls=("json://x",), token=timedelta(days=1)))
    assert story.hear(0, reading(0, window("weekly", 80, REST), token_ends=DAY)) == [("token",)]
    assert story.hear(60, reading(60, window("weekly", 80, REST), token_ends=10 * DAY)) == []
    assert story.state.pending == ()


def test_much_left_shortly_before_the_reset_is_told_once() -> None:
    story = Story()
    told = [story.hear(at, reading(at, window("weekly", 64, REST))) for at in (0, 2 * DAY - 1, 2 * DAY, 2 * DAY + 60)]
    assert told == [[], [], [("unused", "weekly")], []]
    assert story.lines(2 * DAY + 60) == ["work: weekly 64 % left; resets Wed 12:00 (23h), and what is left then is lost"]


@pytest.mark.parametrize(("later", "told"), [(6 * HOUR, [("unused", "weekly")]), (6 * HOUR + 1, [])])
def test_time_alone_can_raise_it_but_not_over_old_figures(later: int, told: list[tuple[str, ...]]) -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 64, DAY + HOUR))) == []
    assert story.hear(later, failure(NetworkError("no connection"))) == told


@pytest.mark.parametrize(
    ("name", "left", "reset", "told"),
    [
        ("weekly", 30, DAY, True),
        ("weekly", 29.9, DAY, False),
        ("monthly", 30, DAY, True),
        ("five_hour", 90, 100, False),
        ("weekly", 90, None, False),
    ],
)
def test_what_counts_as_much_and_as_shortly(name: Name, left: float, reset: int | None, told: bool) -> None:
    raised = Story().hear(0, reading(0, window(name, left, reset)))
    assert raised == ([("unused", name)] if told else [])


def test_what_is_left_is_no_news_while_something_else_keeps_the_account_from_working() -> None:
    short = reading(0, window("five_hour", 0, 60), window("weekly", 64, DAY))
    long = reading(0, window("weekly", 64, DAY), window("monthly", 0, 2 * DAY))
    assert Story().hear(0, short) == [("exhausted", "five_hour"), ("unused", "weekly")]
    assert Story().hear(0, long) == [("exhausted", "monthly")]


@pytest.mark.parametrize("rule", ["exhausted", "back", "early_reset", "sign_in", "unused", "low"])
def test_each_rule_can_be_turned_off(rule: str) -> None:
    def heard(config: Config) -> set[str]:
        story = Story(config)
        told = story.hear(0, reading(0, window("five_hour", 0, 60), window("weekly", 64, DAY)))
        told += story.hear(61, reading(61, window("five_hour", 15, 300), window("weekly", 64, DAY)))
        told += story.hear(62, failure(UnauthorizedError("refused")))
        for at in (70, 80):
            told += story.hear(at, reading(at, window("five_hour", 15, 300), window("weekly", 100, WEEK)))
        return {raised[0] for raised in told}

    off: dict[str, object] = {"unused": None, "low": {}}
    everything = {"exhausted", "back", "early_reset", "sign_in", "unused", "low"}
    assert heard(ALL) == everything
    story = Story()
    story.turn(**{rule: off.get(rule, False)})
    assert heard(story.config) == everything - {rule}


def test_only_the_accounts_that_are_wanted() -> None:
    story = Story(Config(urls=("json://x",), accounts=("work", "team-*"), unused=Unused()))
    low = window("weekly", 3, REST)
    told = [story.hear(0, reading(0, low, name=name)) for name in ("work", "home", "team-1", "a-team-1")]
    assert told == [[("low", "weekly", "5")], [], [("low", "weekly", "5")], []]
