"""The error tree: codes for programs, one line for people."""

from __future__ import annotations

import re

import pytest

from codex_quota import errors
from codex_quota.errors import (
    CodexQuotaError,
    NetworkError,
    PluginError,
    ServiceError,
    UnauthorizedError,
    all_errors,
    describe,
    failure,
    one_line,
)


def test_the_docstring_draws_the_whole_tree_with_its_codes() -> None:
    drawn = re.findall(r"(\w+Error) +([a-z_]+) ", errors.__doc__ or "")
    assert drawn == [(cls.__name__, cls.code) for cls in all_errors() if cls is not CodexQuotaError]


def test_every_code_is_unique() -> None:
    codes = [cls.code for cls in all_errors()]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize(
    "code",
    [
        *("credential_invalid", "not_chatgpt_login", "unauthorized", "workspace_deactivated", "blocked", "rate_limited"),
        *("unavailable", "timeout", "network", "bad_payload", "not_found", "redirected"),
    ],
)
def test_the_promised_codes_exist_and_say_what_to_do(code: str) -> None:
    (cls,) = (cls for cls in all_errors() if cls.code == code)
    assert cls("it failed").hint.strip() != ""


def test_only_what_may_pass_by_itself_is_tried_again() -> None:
    retryable = {cls.code for cls in all_errors() if issubclass(cls, ServiceError) and cls.retryable}
    assert retryable == {"rate_limited", "unavailable", "timeout", "network"}


def test_an_error_of_somebody_else_is_not_part_of_the_tree() -> None:
    class ForeignError(CodexQuotaError):
        code = "foreign"

    assert ForeignError not in all_errors()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain words", "plain words"),
        ("  two\nlines\tand tabs \r\n", "two lines and tabs"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("title\x07\x9b\x7f", "title"),
        ("a\u202eb\u2028c", "a b c"),
        ("Grüße, 日本", "Grüße, 日本"),
        ("half \udcff of a name", "half of a name"),
        ("", ""),
    ],
)
def test_one_line_leaves_nothing_that_moves_a_cursor(text: str, line: str) -> None:
    assert one_line(text) == line


def test_message_and_hint_are_one_line_each() -> None:
    error = NetworkError("cannot\nconnect", hint="check\r\nthe network", account="work")
    assert (error.message, str(error), error.hint) == ("cannot connect", "cannot connect", "check the network")
    assert error.line() == "work: cannot connect; check the network"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UnauthorizedError("signed out"), "signed out; sign in again with 'codex login'"),
        (UnauthorizedError("signed out", hint=""), "signed out"),
        (UnauthorizedError("signed out", hint="", account="work"), "work: signed out"),
    ],
)
def test_the_line_leaves_out_what_is_not_known(error: CodexQuotaError, line: str) -> None:
    assert error.line() == line


def test_a_service_error_knows_nothing_it_was_not_told() -> None:
    error = ServiceError("no")
    assert (error.status, error.retry_at, error.answer, error.account) == (None, None, None, None)


@pytest.mark.parametrize(
    ("error", "words"),
    [(KeyError("a\nb"), "KeyError: 'a\\nb'"), (ValueError(), "ValueError"), (OSError("a\x1bb"), "OSError: a b")],
)
def test_an_error_of_somebody_else_in_one_line(error: Exception, words: str) -> None:
    assert describe(error) == words
    wrapped = failure(error, "the source vault")
    assert (type(wrapped), wrapped.message) == (PluginError, f"the source vault failed: {words}")


def test_an_error_of_ours_stays_itself() -> None:
    error = NetworkError("no")
    assert failure(error, "anybody") is error
