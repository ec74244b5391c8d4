"""Which accounts there are: sources, names, and logins that are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codex_quota.accounts import Listing, find, list_accounts
from codex_quota.errors import CredentialError, UnknownAccountError, UsageError
from codex_quota.interfaces import Options
from codex_quota.model import Credential
from codex_quota.plugins import Catalogue
from listing import Source, broken, cred, names, one, world
from signins import login


def test_accounts_are_listed_by_name_under_the_source_that_found_them() -> None:
    listings = world(one("s", cred("a10"), cred("a2")), one("t", cred("a3"), broken(account="B")))
    assert names(listings) == [("a2", "s"), ("a3", "t"), ("a10", "s"), ("B", "t")]
    assert [entry.credential and entry.credential.account == entry.account for entry in listings] == [True, True, True, None]
    assert listings[3].error is not None
    assert listings[3].error.message == "is cut off"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param([], [("codex", "home")], id="nothing found"),
        pytest.param([cred("a")], [("a", "first")], id="an account"),
        pytest.param([broken()], [("broken", "first")], id="an account that cannot be used"),
    ],
)
def test_a_fallback_source_is_asked_while_no_other_found_an_account(
    first: list[Credential | CredentialError], expected: list[tuple[str, str]]
) -> None:
    assert names(world(one("first", *first), one("home", cred("codex"), fallback=True))) == expected


@pytest.mark.parametrize("give", [lambda: 1 / 0, lambda: [5], lambda: None, lambda: (_ for _ in ()).throw(broken(account=None))])
def test_a_source_that_fails_does_not_hide_the_fallback(give: Callable[[], Any]) -> None:
    listings = world(Source("bad", give), one("home", cred("codex"), fallback=True))
    assert names(listings) == [("bad", "bad"), ("codex", "home")]
    assert [entry.source_failed for entry in listings] == [True, False]


def test_the_fallback_is_asked_after_all_others_whatever_the_order() -> None:
    assert names(world(one("a-home", cred("codex"), fallback=True), one("b", cred("a")))) == [("a", "b")]


def test_a_second_fallback_is_asked_only_after_a_first_that_found_nothing() -> None:
    assert names(world(one("h1", fallback=True), one("h2", cred("x"), fallback=True), one("h3", cred("y"), fallback=True))) == [
        ("x", "h2")
    ]


def test_a_source_that_is_not_asked_by_default_can_be_chosen() -> None:
    sources = one("a", cred("x")), one("b", cred("y"), by_default=False), one("home", cred("z"), fallback=True)
    assert names(world(*sources)) == [("x", "a")]
    assert names(world(*sources, chosen=["b"])) == [("y", "b")]
    assert names(world(*sources, chosen=["home", "a", "home"])) == [("x", "a"), ("z", "home")]
    assert names(world(*sources, chosen=[])) == [("x", "a")]


def test_choosing_a_source_that_does_not_exist_tells_which_do() -> None:
    with pytest.raises(UsageError, match="there is no source named 'vualt'") as raised:
        world(one("vault", cred("x")), chosen=["vualt"])
    assert raised.value.hint == "did you mean 'vault'?"


def test_the_same_login_from_two_sources_counts_once_and_the_first_chosen_wins() -> None:
    same = one("a", cred("x", "acct", "user")), one("b", cred("y", "acct", "user"))
    for chosen, shadowed in ((None, [("x", None), ("y", "x")]), (["b", "a"], [("x", "y"), ("y", None)])):
        assert [(e.account.name, e.shadowed_by) for e in world(*same, chosen=chosen)] == shadowed


def test_the_same_login_twice_in_one_source_stays_and_says_so() -> None:
    listings = world(one("a", cred("x", "acct", "user"), cred("y", "acct", "user")))
    assert [(e.account.name, e.shadowed_by, e.same_as) for e in listings] == [("x", None, None), ("y", None, "x")]


def test_everything_after_the_first_source_is_shadowed_by_it() -> None:
    listings = world(one("a", cred("x", "acct", "user")), one("b", cred("y", "acct", "user"), cred("z", "acct", "user")))
    assert [(e.account.name, e.shadowed_by, e.same_as) for e in listings] == [
        ("x", None, None),
        ("y", "x", None),
        ("z", "x", None),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("team", "ann"), ("team", "ben"), id="two members of one workspace"),
        pytest.param(("team", None), ("team", None), id="two members who are not known"),
        pytest.param(("team", "ann"), ("team", None), id="a member and somebody not known"),
        pytest.param(("team", "ann"), ("home", "ann"), id="one person in two workspaces"),
        pytest.param((None, "ann"), (None, "ann"), id="one person in workspaces not known"),
        pytest.param((None, None), (None, None), id="nothing known"),
    ],
)
def test_what_may_be_another_login_is_never_merged(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    one_of_them, other = cred("x", *first, token="token-1"), cred("y", *second, token="token-2")
    for sources in ((one("a", one_of_them), one("b", other)), (one("a", one_of_them, other),)):
        assert [(e.account.name, e.shadowed_by, e.same_as) for e in world(*sources)] == [("x", None, None), ("y", None, None)]


@pytest.mark.parametrize(
    ("first", "second", "shadowed"),
    [("team", "team", "x"), (None, None, "x"), ("team", "home", None), ("team", None, None)],
)
def test_while_the_user_is_not_known_the_same_token_for_the_same_account_is_the_same_login(
    first: str | None, second: str | None, shadowed: str | None
) -> None:
    listings = world(one("a", cred("x", first, token="token")), one("b", cred("y", second, token="token")))
    assert [e.shadowed_by for e in listings] == [None, shadowed]


def test_accounts_that_cannot_be_used_are_never_the_same() -> None:
    listings = world(one("a", broken(account="x")), one("b", broken(account="y"), cred("z", "acct", "user")))
    assert [(e.shadowed_by, e.same_as) for e in listings] == [(None, None)] * 3


def test_a_name_that_is_taken_gets_the_sources_name_too() -> None:
    listings = world(one("a", cred("x", "1")), one("b", cred("x", "2"), cred("x", "3"), broken(account="x")))
    assert names(listings) == [("x", "a"), ("x@b", "b"), ("x@b-2", "b"), ("x@b-3", "b")]
    # the credential stays as its source gave it, so that the source finds it again
    assert [e.credential.account.name for e in listings if e.credential] == ["x", "x", "x"]
    assert listings[3].error is not None
    assert listings[3].error.account == "x@b-3"


def test_a_shadowed_account_of_the_same_name_points_to_the_first() -> None:
    listings = world(one("a", cred("x", "acct", "user")), one("b", cred("x", "acct", "user")))
    assert [(e.account.name, e.shadowed_by) for e in listings] == [("x", None), ("x@b", "x")]
    assert find(listings, "x@b").account.name == "x"


def listed(*found: str) -> list[Listing]:
    return world(one("s", *(cred(name) for name in found)))


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("wrok", "did you mean 'work'? there is: home, work"),
        ("WORK", "did you mean 'work'? there is: home, work"),
        ("zzz", "there is: home, work"),
        ("", "there is: home, work"),
    ],
)
def test_an_unknown_account_tells_the_names_and_the_nearest(asked: str, hint: str) -> None:
    with pytest.raises(UnknownAccountError) as raised:
        find(listed("work", "home"), asked)
    assert (raised.value.message, raised.value.hint) == (f"there is no account {asked!r}", hint)


def test_names_that_differ_in_case_only_are_two_accounts() -> None:
    listings = listed("work", "Work")
    assert [find(listings, name).account.name for name in ("work", "Work")] == ["work", "Work"]


def test_an_unknown_account_where_there_is_none() -> None:
    with pytest.raises(UnknownAccountError, match=r"^there is no account 'x'$") as raised:
        find([], "x")
    assert raised.value.hint == "there is: none"


def test_a_shadowed_account_is_answered_by_the_first_of_its_login() -> None:
    listings = world(one("a", cred("x", "acct", "user")), one("b", cred("y", "acct", "user")))
    assert find(listings, "y").account.name == "x"


def installed(environ: dict[str, str], directory: Path, chosen: list[str] | None = None) -> list[tuple[str, str, str | None]]:
    options = Options(account_dir=directory, environ=environ)
    listings = list_accounts(Catalogue().sources, chosen, options)
    return [(e.account.name, e.account.source, e.shadowed_by) for e in listings]


def test_the_built_in_sources_together(tmp_path: Path) -> None:
    directory, home = tmp_path / "account", tmp_path / "home"
    (home / ".codex").mkdir(parents=True)
    environ = {"HOME": str(home)}
    assert installed(environ, directory) == []
    token = login("acct", "user")
    (home / ".codex" / "auth.json").write_text(json.dumps({"tokens": {"access_token": token}}))
    assert installed(environ, directory) == [("codex", "codex-home", None)]
    directory.mkdir()
    (directory / "README.md").write_text("drop sign-ins here")
    assert installed(environ, directory) == [("codex", "codex-home", None)]
    (directory / "work.auth.json").write_text(json.dumps({"access_token": login("acct", "user", jti="another")}))
    assert installed(environ, directory) == [("work", "directory", None)]
    environ |= {"CODEX_QUOTA_ACCESS_TOKEN": token}
    assert installed(environ, directory) == [("environment", "environment", "work"), ("work", "directory", None)]
    assert installed(environ, directory, ["codex-home", "directory"]) == [
        ("codex", "codex-home", None),
        ("work", "directory", "codex"),
    ]
