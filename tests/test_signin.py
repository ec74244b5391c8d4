"""Sign-in files: every shape that is known, and every way to be broken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.claims import AUTH_CLAIM, PROFILE_CLAIM
from codex_quota.errors import CredentialError, CredentialInvalidError, NotChatGPTLoginError
from codex_quota.model import Account, Credential
from codex_quota.signin import check_sendable, parse_credential
from codex_quota.simulated.tokens import make_token
from signins import CODEX, EXPIRY, ID_TOKEN, OPAQUE, TOKEN, assert_tells_nothing


def parse(data: object) -> Credential:
    return parse_credential(data, name="work", source="directory", location="work.auth.json")


def refusal(data: object) -> CredentialError:
    with pytest.raises(CredentialError) as raised:
        parse(data)
    assert_tells_nothing(raised.value)
    return raised.value


OPENCODE_ENTRY = {"type": "oauth", "access": OPAQUE, "refresh": "rt-secret", "expires": 1796083200000, "accountId": "acct-file"}


@pytest.mark.parametrize(
    ("data", "token", "account_id"),
    [
        pytest.param(CODEX, TOKEN, "acct-file", id="Codex's own"),
        pytest.param({**CODEX, "tokens": {"access_token": TOKEN}}, TOKEN, "acct-claimed", id="account id from the claims"),
        pytest.param({"tokens": {"access_token": TOKEN, "account_id": None}}, TOKEN, "acct-claimed", id="account id null"),
        pytest.param({"tokens": {"access_token": TOKEN, "account_id": ""}}, TOKEN, "acct-claimed", id="account id empty"),
        pytest.param({"tokens": {"access_token": OPAQUE, "id_token": ID_TOKEN}}, OPAQUE, "acct-claimed", id="id token's claims"),
        pytest.param({"tokens": {"access_token": TOKEN}, "account_id": "acct-out"}, TOKEN, "acct-out", id="account id outside"),
        pytest.param({**CODEX, "OPENAI_API_KEY": "sk-secret"}, TOKEN, "acct-file", id="API key beside tokens"),
        pytest.param({"access_token": OPAQUE, "account_id": "acct-file"}, OPAQUE, "acct-file", id="flat"),
        pytest.param({"access_token": OPAQUE}, OPAQUE, None, id="flat, account unknown"),
        pytest.param({"accessToken": OPAQUE, "accountId": "acct-file"}, OPAQUE, "acct-file", id="flat camelCase"),
        pytest.param({"tokens": {"accessToken": TOKEN, "idToken": ID_TOKEN}}, TOKEN, "acct-claimed", id="camelCase tokens"),
        pytest.param({"tokens": {"accessToken": TOKEN, "accountId": "acct-file"}}, TOKEN, "acct-file", id="camelCase account"),
        pytest.param(
            {
                "type": "codex",
                "email": "cli@example.com",
                "access_token": OPAQUE,
                "id_token": "",
                "refresh_token": "rt-secret",
                "account_id": "acct-file",
                "expired": "2026-12-01T00:00:00Z",
            },
            OPAQUE,
            "acct-file",
            id="CLIProxyAPI",
        ),
        pytest.param({"openai": OPENCODE_ENTRY}, OPAQUE, "acct-file", id="OpenCode"),
        pytest.param(
            {"anthropic": {"access": "sesame"}, "openai": OPENCODE_ENTRY},
            OPAQUE,
            "acct-file",
            id="OpenCode with others",
        ),
        pytest.param({"openai-codex": OPENCODE_ENTRY}, OPAQUE, "acct-file", id="pi"),
        pytest.param({"openai-codex-2": OPENCODE_ENTRY}, OPAQUE, "acct-file", id="pi, suffixed"),
        pytest.param(
            {
                "version": 1,
                "profiles": {"anthropic:default": {"access": "sesame"}, "openai-codex:default": OPENCODE_ENTRY},
            },
            OPAQUE,
            "acct-file",
            id="OpenClaw",
        ),
        pytest.param({"tokens": {}, "access_token": OPAQUE}, OPAQUE, None, id="empty tokens, flat token"),
        pytest.param({"tokens": None, "openai": OPENCODE_ENTRY}, OPAQUE, "acct-file", id="null tokens, entry"),
        pytest.param({"access_token": f"\n{OPAQUE}\n"}, OPAQUE, None, id="line break at the edge"),
        pytest.param({"profiles": ["?"], "access_token": OPAQUE}, OPAQUE, None, id="profiles of another kind"),
    ],
)
def test_token_and_account_id_are_found_in_every_known_shape(data: object, token: str, account_id: str | None) -> None:
    credential = parse(data)
    assert (credential.access_token, credential.account.account_id) == (token, account_id)


def test_claims_fill_in_what_the_file_leaves_out() -> None:
    assert parse({"access_token": TOKEN}) == Credential(
        account=Account(name="work", source="directory", account_id="acct-claimed", user_id="user-ann", email="ann@example.com"),
        access_token=TOKEN,
        expires_at=EXPIRY,
        plan="team",
        fedramp=False,
        location="work.auth.json",
        base_url=None,
    )


def test_the_access_tokens_claims_go_before_the_id_tokens() -> None:
    other = {"exp": 5, "email": "id@example.com", AUTH_CLAIM: {"chatgpt_user_id": "user-id", "chatgpt_plan_type": "free"}}
    credential = parse({"access_token": TOKEN, "id_token": make_token(other)})
    assert (credential.account.user_id, credential.plan, credential.expires_at) == ("user-ann", "team", EXPIRY)


@pytest.mark.parametrize(
    ("claims", "email"),
    [({"email": "a@example.com"}, "a@example.com"), ({PROFILE_CLAIM: {"email": "b@example.com"}}, "b@example.com"), ({}, None)],
)
def test_the_email_comes_from_either_place_of_either_token(claims: dict[str, Any], email: str | None) -> None:
    token = make_token(claims)
    assert parse({"access_token": token}).account.email == email
    assert parse({"access_token": OPAQUE, "id_token": token}).account.email == email


def test_an_email_in_the_file_counts_while_no_token_names_one() -> None:
    assert parse({"access_token": OPAQUE, "email": "cli@example.com"}).account.email == "cli@example.com"
    assert parse({"access_token": TOKEN, "email": "cli@example.com"}).account.email == "ann@example.com"


@pytest.mark.parametrize(("auth", "user"), [({"user_id": "old"}, "old"), ({"user_id": "old", "chatgpt_user_id": "new"}, "new")])
def test_the_user_id_has_two_names(auth: dict[str, str], user: str) -> None:
    assert parse({"access_token": make_token({AUTH_CLAIM: auth})}).account.user_id == user


@pytest.mark.parametrize(("claim", "fedramp"), [(True, True), (False, False), ("true", False), (1, False), (None, False)])
def test_only_a_true_claim_means_fedramp(claim: object, fedramp: bool) -> None:
    token = make_token({AUTH_CLAIM: {"chatgpt_account_is_fedramp": claim}})
    assert parse({"access_token": token}).fedramp is fedramp


@pytest.mark.parametrize(
    ("data", "expiry"),
    [
        ({"access_token": OPAQUE, "id_token": ID_TOKEN}, None),
        ({"openai": OPENCODE_ENTRY}, EXPIRY),
        ({"access_token": OPAQUE, "expired": "2026-12-01T00:00:00Z"}, EXPIRY),
        ({"tokens": {"access_token": OPAQUE, "expires_at": EXPIRY.timestamp()}}, EXPIRY),
        ({"access_token": TOKEN, "expired": "2030-01-01T00:00:00Z"}, EXPIRY),
        ({"access_token": OPAQUE, "expired": "whenever"}, None),
    ],
)
def test_the_expiry_is_the_access_tokens(data: object, expiry: datetime | None) -> None:
    assert parse(data).expires_at == expiry


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param({"personal_access_token": "at-secret"}, "a personal access token", id="personal access token"),
        pytest.param({"auth_mode": "personalAccessToken", "tokens": None}, "a personal access token", id="its mode"),
        pytest.param({"access_token": "at-secret"}, "a personal access token", id="personal access token as access token"),
        pytest.param({"tokens": {"access_token": "at-secret"}}, "a personal access token", id="the same among tokens"),
        pytest.param({"OPENAI_API_KEY": "sk-secret"}, "an API key", id="API key"),
        pytest.param({"OPENAI_API_KEY": "sk-secret", "tokens": None, "last_refresh": None}, "an API key", id="Codex's API key"),
        pytest.param({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-secret", "tokens": {}}, "an API key", id="API key by mode"),
        pytest.param({"openai": {"type": "api", "key": "sk-secret"}}, "an API key", id="OpenCode API key"),
        pytest.param(
            {"profiles": {"openai-codex:x": {"type": "api_key", "key": "sk-secret"}}}, "an API key", id="OpenClaw API key"
        ),
        pytest.param({"agent_identity": {"agent_private_key": "sesame"}}, "an agent identity", id="agent identity"),
        pytest.param({"agent_identity": TOKEN}, "an agent identity", id="agent identity token"),
        pytest.param({"auth_mode": "agentIdentity"}, "an agent identity", id="agent identity by mode"),
        pytest.param({"bedrock_api_key": "sesame"}, "Amazon Bedrock", id="Bedrock key"),
        pytest.param({"bedrock_access_keys": {"secret": "sesame"}}, "Amazon Bedrock", id="Bedrock keys"),
        pytest.param({"auth_mode": "bedrockAccessKeys"}, "Amazon Bedrock", id="Bedrock by mode"),
    ],
)
def test_another_kind_of_sign_in_is_called_by_its_name(data: object, words: str) -> None:
    error = refusal(data)
    assert (type(error), error.account) == (NotChatGPTLoginError, "work")
    assert words in error.message
    assert "work.auth.json" in error.message
    assert "ChatGPT" in error.hint


UNSENDABLE = [
    "sesame\nsesame",
    "sesame\r\nX: y",
    "sesame sesame",
    "sesamé",
    "sesame\x00",
    "sesame\x7f",
    "sesame\u2028sesame",
    "\ud800",
]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "work.auth.json holds no access token"),
        ({"tokens": {"refresh_token": "rt-secret"}}, "work.auth.json holds no access token"),
        ({"auth_mode": "chatgpt", "OPENAI_API_KEY": "sk-secret"}, "work.auth.json holds no access token"),
        ({"tokens": {"access_token": ["sesame"]}}, "work.auth.json holds no access token"),
        *((value, "work.auth.json is JSON, but not a sign-in") for value in ([], None, 5, "sesame", True, [CODEX])),
        *(
            ({"access_token": token}, "the access token in work.auth.json holds characters that cannot be sent")
            for token in UNSENDABLE
        ),
        (
            {"access_token": OPAQUE, "account_id": "acct\r\nX: y"},
            "the account id in work.auth.json holds characters that cannot be sent",
        ),
        ({"access_token": OPAQUE, "account_id": "ácct"}, "the account id in work.auth.json holds characters that cannot be sent"),
    ],
)
def test_what_cannot_be_sent_is_refused(data: object, message: str) -> None:
    error = refusal(data)
    assert (type(error), error.message, error.account) == (CredentialInvalidError, message, "work")


def test_a_sign_in_without_a_place_is_called_the_sign_in() -> None:
    with pytest.raises(CredentialInvalidError, match=r"^the sign-in holds no access token$"):
        parse_credential({}, name="x", source="s")
    with pytest.raises(CredentialInvalidError, match=r"^the access token in the sign-in holds"):
        check_sendable(Credential(account=Account(name="x", source="s"), access_token=""))


KEYS = ["tokens", "access_token", "account_id", "id_token", "openai", "profiles", "expires", "auth_mode", "type"]
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8), st.just(TOKEN)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


def test_a_token_in_the_place_of_the_account_id_is_not_passed_on() -> None:
    with pytest.raises(CredentialInvalidError, match="has the access token where the account id belongs"):
        parse_credential({"access_token": TOKEN, "account_id": f"id {TOKEN}"}, name="x", source="s")
    assert parse_credential({"access_token": TOKEN, "email": TOKEN}, name="x", source="s").account.email != TOKEN


@given(json_values)
def test_no_json_value_makes_the_reader_fail_in_another_way(data: object) -> None:
    try:
        credential = parse(data)
    except CredentialError as error:
        assert_tells_nothing(error)
    else:
        assert TOKEN not in repr(credential)
        check_sendable(credential)
