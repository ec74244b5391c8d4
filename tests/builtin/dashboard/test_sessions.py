"""Sessions: found only by their own id, ended in time, few enough; cookies that give nothing away."""

from __future__ import annotations

import pytest

from codex_quota.builtin.dashboard.sessions import (
    DRAFT_SECONDS,
    IDLE_SECONDS,
    LIMIT,
    WHOLE_SECONDS,
    Sessions,
    cookie_header,
    cookie_values,
    same_secret,
)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("given", "expected", "same"),
    [
        ("secret", "secret", True),
        ("secret ", "secret", False),
        ("Secret", "secret", False),
        ("", "secret", False),
        ("sécret", "sécret", True),
        ("\udcff", "secret", False),
        ("", "", False),
    ],
)
def test_secrets_are_the_same_only_when_they_are(given: str, expected: str, same: bool) -> None:
    assert same_secret(given, expected) is same


def test_a_session_is_found_by_its_id_alone(clock: Clock) -> None:
    sessions = Sessions(now=clock)
    number, session = sessions.open()
    other, another = sessions.open()
    assert sessions.find(number) is session
    assert sessions.find(other) is another
    assert sessions.find(session.csrf) is None
    assert sessions.find("") is None
    assert len({number, other, session.csrf, another.csrf}) == 4
    assert min(map(len, (number, session.csrf))) >= 40


def test_a_session_that_is_not_used_ends(clock: Clock) -> None:
    sessions = Sessions(now=clock)
    number, session = sessions.open()
    clock.seconds += IDLE_SECONDS
    assert sessions.find(number) is session
    clock.seconds += IDLE_SECONDS
    assert sessions.find(number) is session
    clock.seconds += IDLE_SECONDS + 1
    assert sessions.find(number) is None
    clock.seconds -= IDLE_SECONDS
    assert sessions.find(number) is None


def test_a_session_that_is_always_used_ends_too(clock: Clock) -> None:
    sessions = Sessions(now=clock)
    number, _ = sessions.open()
    opened = clock.seconds
    while clock.seconds + IDLE_SECONDS / 2 < opened + WHOLE_SECONDS:
        clock.seconds += IDLE_SECONDS / 2
        assert sessions.find(number) is not None
    clock.seconds = opened + WHOLE_SECONDS + 1
    assert sessions.find(number) is None


def test_a_closed_session_is_over(clock: Clock) -> None:
    sessions = Sessions(now=clock)
    number, _ = sessions.open()
    sessions.close(number)
    sessions.close("nobody's")
    assert sessions.find(number) is None


def test_of_too_many_sessions_the_one_unused_longest_goes(clock: Clock) -> None:
    sessions = Sessions(now=clock)
    numbers = []
    for _ in range(LIMIT):
        numbers.append(sessions.open()[0])
        clock.seconds += 1
    sessions.find(numbers[0])
    clock.seconds += 1
    newest, _ = sessions.open()
    gone = [number for number in (*numbers, newest) if sessions.find(number) is None]
    assert gone == [numbers[1]]


def test_a_draft_is_kept_for_a_while_and_only_under_its_id(clock: Clock) -> None:
    _, session = Sessions(now=clock).open()
    first = session.keep_draft("one")
    second = session.keep_draft("two")
    assert (session.draft(first), session.draft(second), session.draft("")) == (None, "two", None)
    clock.seconds += DRAFT_SECONDS + 1
    assert session.draft(second) is None
    session.keep_draft("three")
    session.forget_draft()
    assert session.draft(second) is None


def test_a_session_does_not_show_its_secrets(clock: Clock) -> None:
    number, session = Sessions(now=clock).open()
    draft = session.keep_draft("eyJ.token.here")
    shown = repr(session)
    assert [secret for secret in (number, session.csrf, draft, "eyJ") if secret in shown] == []


def test_a_notice_is_told_once(clock: Clock) -> None:
    _, session = Sessions(now=clock).open()
    session.notice = ("{name} is saved.", {"name": "work"})
    assert (session.take_notice(), session.take_notice()) == (("{name} is saved.", {"name": "work"}), None)


@pytest.mark.parametrize(
    ("value", "path", "secure", "header"),
    [
        ("abc", "", False, "c=abc; Path=/; HttpOnly; SameSite=Strict"),
        ("abc", "/quota", True, "c=abc; Path=/quota; HttpOnly; SameSite=Strict; Secure"),
        ("", "", False, "c=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"),
    ],
)
def test_the_cookie_is_for_this_site_and_no_script(value: str, path: str, secure: bool, header: str) -> None:
    assert cookie_header("c", value, path=path, secure=secure) == header


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("c=1", ["1"]),
        ("a=x; c=1;c=2 ; d", ["1", "2"]),
        ("cc=1; xc=2; C=3", []),
        ("c", []),
        ("c=", []),
        ('broken[="; c=1', ["1"]),
        ("", []),
    ],
)
def test_cookies_are_found_among_the_cookies_of_others(header: str, values: list[str]) -> None:
    assert list(cookie_values(header, "c")) == values
