"""Accounts that are renamed, swapped, removed or replaced."""

from __future__ import annotations

from dataclasses import replace

from notify_story import ALL, DAY, HOUR, WEEK, Story, failure, reading, window

from codex_quota import Account, CredentialInvalidError, NetworkError

REST = 3 * DAY
ME, YOU = ("team", "user-me"), ("team", "user-you")
LOW = window("weekly", 15, REST)


def test_a_renamed_account_is_not_told_again() -> None:
    story = Story()
    assert story.hear(0, reading(0, LOW, ids=ME)) == [("low", "weekly", "20")]
    assert story.hear(60, reading(60, LOW, name="job", ids=ME)) == []
    assert list(story.state.accounts) == ["job"]
    assert story.lines(60) == ["job: weekly 15 % left; resets Wed 12:00 (2d 23h)"]


def test_a_rename_amid_a_doubt_loses_no_reading() -> None:
    story = Story()
    story.hear(0, reading(0, LOW, ids=ME))
    fresh = window("weekly", 100, REST)
    assert story.hear(60, reading(60, fresh, name="job", ids=ME)) == []
    assert story.hear(120, reading(120, fresh, name="job", ids=ME)) == [("early_reset", "weekly")]


def test_a_rename_while_the_service_is_away_loses_no_reading() -> None:
    story = Story()
    story.hear(0, reading(0, window("weekly", 0, HOUR), ids=ME))
    story.send(0)
    away = failure(NetworkError("no connection"), name="job")
    login = Account(name="job", source="directory", account_id=ME[0], user_id=ME[1])
    assert story.hear(30, replace(away, account=login)) == []
    assert story.hear(2 * HOUR, reading(2 * HOUR, window("weekly", 100, WEEK), name="job", ids=ME)) == [("back", "weekly")]


def test_two_accounts_that_swap_their_names_keep_their_own() -> None:
    story = Story()
    fine = window("weekly", 60, REST)
    story.hear(0, reading(0, LOW, name="a", ids=ME), reading(0, fine, name="b", ids=YOU))
    assert story.hear(60, reading(60, fine, name="a", ids=YOU), reading(60, LOW, name="b", ids=ME)) == []


def test_a_login_with_two_names_is_told_once_for_each() -> None:
    story, twins = Story(), ("a", "b")
    told = [("low", "weekly", "20")]
    assert story.hear(0, *(reading(0, LOW, name=name, ids=ME) for name in twins)) == told * 2
    assert story.hear(60, *(reading(60, LOW, name=name, ids=ME) for name in twins)) == []
    assert [story.hear(at, reading(at, LOW, name=name, ids=ME)) for at, name in ((120, "a"), (180, "b"), (240, "a"))] == [[]] * 3
    assert list(story.state.accounts) == ["a", "b"]


def test_a_second_name_for_a_login_takes_nothing_from_the_first() -> None:
    story = Story()
    story.hear(0, reading(0, LOW, name="b", ids=ME))
    assert story.hear(60, *(reading(60, LOW, name=name, ids=ME) for name in ("a", "b"))) == [("low", "weekly", "20")]
    assert story.lines(60)[0].startswith("b: ")


def test_another_login_under_the_name_is_another_account() -> None:
    story = Story()
    story.hear(0, reading(0, window("weekly", 0, REST), ids=ME))
    story.send(0)
    assert story.hear(60, reading(60, window("weekly", 90, 2 * REST), ids=YOU)) == []
    assert story.hear(120, reading(120, window("weekly", 90, 2 * REST), ids=YOU)) == []
    assert story.hear(180, reading(180, window("weekly", 0, REST), name="old", ids=ME)) == [("exhausted", "weekly")]


def test_a_sign_in_that_cannot_be_read_any_more_is_still_the_same_account() -> None:
    story = Story()
    story.hear(0, reading(0, LOW, ids=ME))
    assert story.hear(60, failure(CredentialInvalidError("cut off"))) == [("sign_in",)]
    assert story.hear(120, reading(120, LOW, ids=ME)) == []


def test_people_in_one_workspace_whose_user_is_not_known_are_told_apart_by_name() -> None:
    story = Story()
    unknown = ("team", None)
    for name in ("a", "b"):
        assert story.hear(0, reading(0, LOW, name=name, ids=unknown)) == [("low", "weekly", "20")]  # type: ignore[arg-type]


def test_an_account_that_is_removed_is_told_of_once_more_at_most() -> None:
    story = Story(ALL)
    story.hear(0, reading(0, LOW), reading(0, LOW, name="home"))
    story.send(0, fails={1: True})
    story.hear(HOUR, reading(HOUR, LOW))
    assert story.send(HOUR)[1].startswith("Codex quota: 2 alerts")
    for at in range(2 * HOUR, 2 * DAY, HOUR):
        story.hear(at, reading(at, LOW))
        assert story.send(at) == {}


def test_an_account_that_is_asked_alone_leaves_the_others_as_they_are() -> None:
    story = Story()
    story.hear(0, reading(0, LOW), reading(0, LOW, name="home"))
    story.send(0)
    assert [story.hear(at, reading(at, LOW, name=name)) for at, name in ((60, "home"), (120, "work"), (180, "home"))] == [[]] * 3
