"""What is said when accounts, or the place where they should be, are not there."""

from __future__ import annotations

import json

import pytest

from program import Program

HINT = "; sign in with 'codex login', or put a sign-in at account/<name>.auth.json; 'codex-quota demo' shows how it looks\n"


def sign_in_with_codex(program: Program) -> None:
    home = program.directory / "home" / ".codex"
    home.mkdir(parents=True)
    (home / "auth.json").write_text(program.service.add("me").auth_json())


@pytest.mark.parametrize("words", [(), ("accounts",)])
@pytest.mark.parametrize("origin", ["--account-dir", "$CODEX_QUOTA_ACCOUNT_DIR"])
def test_a_mistyped_directory_is_named_when_the_codex_home_stands_in(
    program: Program, words: tuple[str, ...], origin: str
) -> None:
    sign_in_with_codex(program)
    ran = program(*words, *(("--account-dir", "/typo") if origin[0] == "-" else ()), CODEX_QUOTA_ACCOUNT_DIR="/typo")
    assert (ran.status, ran.out.splitlines()[1].split("\t")[0]) == (0, "codex")
    assert ran.err == f"codex-quota: the account directory /typo ({origin}) does not exist; these accounts are from codex-home\n"


@pytest.mark.parametrize("words", [("--source", "codex-home", "--account-dir", "/typo"), ()])
def test_a_directory_nobody_asked_for_is_not_missed(program: Program, words: tuple[str, ...]) -> None:
    sign_in_with_codex(program)
    program.environ["CODEX_QUOTA_ACCOUNT_DIR"] = ""
    assert program(*words).err == ""


@pytest.mark.parametrize("words", [(), ("accounts",), ("-f", "json")])
def test_a_mistyped_directory_is_named_when_there_is_nothing(program: Program, words: tuple[str, ...]) -> None:
    ran = program(*words, "--account-dir", "../typo")
    assert (ran.status, ran.err) == (
        1,
        "codex-quota: the account directory ../typo (--account-dir) does not exist, "
        f"and there is no sign-in in the environment or the Codex home{HINT}",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "directory"), "there is no sign-in in {directory}/*.auth.json"),
        (
            ("--source", "environment", "--source", "directory"),
            "there is no sign-in in the environment or {directory}/*.auth.json",
        ),
        ((), "there is no sign-in in {directory}/*.auth.json, the environment or the Codex home"),
        (
            ("--source", "directory", "--account-dir", "/typo"),
            "the account directory /typo (--account-dir) does not exist",
        ),
    ],
)
def test_every_place_that_was_looked_into_is_named(program: Program, words: tuple[str, ...], said: str) -> None:
    directory = program.directory / "account"
    directory.mkdir()
    assert program(*words).err == "codex-quota: " + said.format(directory=directory) + HINT


def test_json_without_accounts_says_why_on_stderr(program: Program) -> None:
    (program.directory / "account").mkdir()
    ran = program("-f", "json")
    assert json.loads(ran.out)["results"] == []
    assert ran.err.startswith("codex-quota: there is no sign-in in ")


def test_a_name_in_a_mistyped_directory(program: Program) -> None:
    ran = program("busy", "--account-dir", "/typo")
    assert (ran.status, ran.err) == (
        2,
        "codex-quota: there is no account 'busy' in /typo (--account-dir), which does not exist; there is: none\n",
    )


def test_a_name_in_a_directory_that_cannot_be_read(program: Program) -> None:
    (program.directory / "account").write_text("")
    ran = program("busy")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"codex-quota: directory: account directory {program.directory}/account cannot be read: ")


def test_many_names_are_not_all_listed(program: Program) -> None:
    for number in range(1, 26):
        program.service.add(f"a{number}")
    program.serve()
    names = ", ".join(f"a{number}" for number in range(1, 11))
    assert program("zebra").err == f"codex-quota: there is no account 'zebra'; there is: {names} and 15 more\n"


def test_every_unknown_word_may_have_been_a_command(program: Program) -> None:
    program.service.add("work")
    program.serve()
    assert program("work", "wrok", "acounts").err == (
        "codex-quota: there is no account 'wrok' or 'acounts'; "
        "did you mean 'work'? there is: work; the command is called 'accounts'\n"
    )


def test_the_word_help_leads_to_help(program: Program) -> None:
    program.service.add("work")
    program.serve()
    ran = program("help")
    assert (ran.status, ran.err) == (
        2,
        "codex-quota: there is no account 'help'; there is: work; --help tells how to use the program\n",
    )


def test_a_name_with_a_dash_in_front_stands_behind_two_dashes(program: Program) -> None:
    program.service.add("-work")
    program.serve()
    ran = program("-work")
    assert (ran.status, ran.err) == (
        2,
        "codex-quota: unrecognized arguments: -work; see codex-quota show --help; "
        "a name that begins with a dash stands behind --\n",
    )
    assert program("--", "-work").out.splitlines()[1].startswith("-work\t75\t")


@pytest.mark.parametrize("words", [("cache", "show", "nobody"), ("cache", "clear", "nobody", "work")])
def test_the_cache_knows_whom_it_keeps(program: Program, words: tuple[str, ...]) -> None:
    program.service.add("work")
    program.service.add("home")
    program.serve()
    program()
    ran = program(*words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "codex-quota: nothing is kept for an account 'nobody'; there is: home, work\n"
    assert program("cache").out.count("\n") == 3


def test_an_account_of_which_nothing_is_kept_is_known_all_the_same(program: Program) -> None:
    program.service.add("work")
    program.serve()
    assert program("cache", "clear", "work").out == f"cleared 0 of the answers kept in {program.directory / 'cache'}\n"
