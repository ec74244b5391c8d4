"""Source ``environment``: one account out of two variables."""

from __future__ import annotations

import pytest

from codex_quota.builtin.sources.environment import Environment
from codex_quota.errors import CredentialError, CredentialInvalidError, NotChatGPTLoginError
from codex_quota.interfaces import Options
from codex_quota.model import Credential
from signins import OPAQUE, TOKEN, assert_tells_nothing


def found(**environ: str) -> list[Credential | CredentialError]:
    return list(Environment().credentials(Options(environ=environ)))


@pytest.mark.parametrize("environ", [{}, {"CODEX_QUOTA_ACCESS_TOKEN": ""}, {"CODEX_QUOTA_ACCOUNT_ID": "acct"}])
def test_without_a_token_there_is_no_account(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_QUOTA_ACCESS_TOKEN", TOKEN)
    assert found(**environ) == []


@pytest.mark.parametrize(
    ("token", "given", "account_id", "user_id"),
    [
        (OPAQUE, {"CODEX_QUOTA_ACCOUNT_ID": "acct"}, "acct", None),
        (OPAQUE, {}, None, None),
        (OPAQUE, {"CODEX_QUOTA_ACCOUNT_ID": ""}, None, None),
        (TOKEN, {}, "acct-claimed", "user-ann"),
        (TOKEN, {"CODEX_QUOTA_ACCOUNT_ID": " acct "}, "acct", "user-ann"),
        (f" {OPAQUE}\n", {}, None, None),
    ],
)
def test_a_token_makes_an_account(token: str, given: dict[str, str], account_id: str | None, user_id: str | None) -> None:
    (credential,) = found(CODEX_QUOTA_ACCESS_TOKEN=token, **given)
    assert isinstance(credential, Credential)
    assert (credential.account.name, credential.account.source) == ("environment", "environment")
    assert (credential.access_token, credential.location) == (token.strip(), "$CODEX_QUOTA_ACCESS_TOKEN")
    assert (credential.account.account_id, credential.account.user_id) == (account_id, user_id)


@pytest.mark.parametrize(
    ("environ", "kind", "message", "hint"),
    [
        (
            {"CODEX_QUOTA_ACCESS_TOKEN": "at-secret"},
            NotChatGPTLoginError,
            "$CODEX_QUOTA_ACCESS_TOKEN holds a personal access token, which cannot read quota",
            "choose 'Sign in with ChatGPT' in 'codex login'",
        ),
        (
            {"CODEX_QUOTA_ACCESS_TOKEN": "sesame\nsesame"},
            CredentialInvalidError,
            "the access token in $CODEX_QUOTA_ACCESS_TOKEN holds characters that cannot be sent",
            "put a new token into CODEX_QUOTA_ACCESS_TOKEN",
        ),
        (
            {"CODEX_QUOTA_ACCESS_TOKEN": " "},
            CredentialInvalidError,
            "$CODEX_QUOTA_ACCESS_TOKEN holds no access token",
            "put a new token into CODEX_QUOTA_ACCESS_TOKEN",
        ),
    ],
)
def test_what_is_no_token_is_an_error(environ: dict[str, str], kind: type[CredentialError], message: str, hint: str) -> None:
    (error,) = found(**environ)
    assert isinstance(error, CredentialError)
    assert (type(error), error.account, error.message, error.hint) == (kind, "environment", message, hint)
    assert_tells_nothing(error)


def test_the_hint_names_the_variable() -> None:
    (credential,) = found(CODEX_QUOTA_ACCESS_TOKEN=OPAQUE)
    assert isinstance(credential, Credential)
    assert Environment().sign_in_hint(credential) == "put a new token into CODEX_QUOTA_ACCESS_TOKEN"
