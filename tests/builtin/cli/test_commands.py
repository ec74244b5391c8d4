"""The other commands: accounts, plugins, cache, completion, demo, help."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import codex_quota
from codex_quota.simulated import Fault
from program import Program


def rows(text: str) -> list[dict[str, str]]:
    header, *lines = [line.split("\t") for line in text.splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_accounts_lists_names_places_and_expiry_but_no_token(program: Program) -> None:
    account = program.service.add("work")
    program.serve()
    ran = program("accounts")
    (row,) = rows(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert row | {"token_expires": ""} == {
        "account": "work",
        "source": "directory",
        "plan": "plus",
        "token_expires": "",
        "location": str(program.directory / "account" / "work.auth.json"),
        "status": "ok",
    }
    assert row["token_expires"][:10] == f"{account.expires_at.astimezone():%Y-%m-%d}"
    assert account.access_token[-20:] not in ran.out
    assert program.service.requests == []


def test_accounts_says_which_sign_in_is_broken_and_which_is_shadowed(program: Program) -> None:
    account = program.service.add("work")
    program.serve()
    (program.directory / "account" / "cut.auth.json").write_text('{"tokens"')
    ran = program("accounts", CODEX_QUOTA_ACCESS_TOKEN=account.access_token)
    assert [(row["account"], row["status"]) for row in rows(ran.out)] == [
        ("cut", "credential_invalid"),
        ("environment", "shadowed by work"),
        ("work", "ok"),
    ]
    assert ran.status == 3
    assert "cut: " in ran.err
    assert "is cut off or is not JSON" in ran.err


def test_accounts_as_json_and_without_any(program: Program) -> None:
    ran = program("accounts", "-f", "json")
    assert (ran.status, json.loads(ran.out)) == (1, [])
    assert "there is no sign-in" in ran.err


def test_accounts_as_a_table(program: Program) -> None:
    program.service.add("work")
    program.serve()
    header, row = program("accounts", terminal=True, NO_COLOR="1").out.splitlines()
    assert header.split() == ["Account", "Plan", "Token", "Status", "Source", "Location"]
    assert row.split()[:6] == ["work", "Plus", "9d", "23h", "left", "ok"]
    assert len(row) <= 80


def test_plugins_lists_the_built_in_ones(program: Program) -> None:
    ran = program("plugins")
    names = {row["plugin"]: row for row in rows(ran.out)}
    assert names["directory"]["hooks"] == "register_credential_sources"
    assert names["table"]["distribution"] == "codex-quota"
    assert names["table"]["version"] == codex_quota.__version__
    assert {row["problem"] for row in names.values()} == {"-"}


def test_plugins_names_the_problem_of_a_broken_one(program: Program) -> None:
    class Plugin:
        @codex_quota.hookimpl
        def register_formaters(self) -> list[codex_quota.Formatter]:
            return []

    program.plugins = [Plugin()]
    (row,) = [row for row in rows(program("plugins").out) if row["distribution"] == "(this program)"]
    assert row["problem"] == "hooks: unknown hook register_formaters, did you mean register_formatters?"


def test_plugins_names_those_that_are_disabled(program: Program) -> None:
    ran = program("plugins", CODEX_QUOTA_DISABLED_PLUGINS="csv, cvs")
    problems = {row["plugin"]: row["problem"] for row in rows(ran.out) if row["problem"] != "-"}
    assert problems == {
        "csv": "disabled",
        "cvs": "disable: CODEX_QUOTA_DISABLED_PLUGINS names it, but there is no plugin of that name",
    }


def test_cache_shows_and_clears(program: Program) -> None:
    program.service.add("work")
    program.service.add("home")
    program.serve()
    program()
    assert [(row["account"], row["usable"]) for row in rows(program("cache").out)] == [("home", "yes"), ("work", "yes")]
    assert program("cache", "clear", "work").out == f"cleared 1 of the answers kept in {program.directory / 'cache'}\n"
    assert [row["account"] for row in rows(program("cache", "show").out)] == ["home"]
    assert program("cache", "clear").out.startswith("cleared 1 ")
    assert rows(program("cache").out) == []


@pytest.mark.parametrize(("shell", "check"), [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])])
def test_completion_scripts_are_accepted_by_their_shell(program: Program, tmp_path: Path, shell: str, check: list[str]) -> None:
    ran = program("completion", shell)
    assert ran.status == 0
    assert "--account-dir" in ran.out or "account-dir" in ran.out
    if shutil.which(check[0]) is None:
        pytest.skip(f"there is no {check[0]} here")
    script = tmp_path / "script"
    script.write_text(ran.out)
    subprocess.run([*check, str(script)], check=True)


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (["acc"], {"accounts"}),
        (["--so"], {"--sort", "--source"}),
        (["--sort", ""], {"name", "left", "reset"}),
        (["cache", "cl"], {"clear"}),
        (["show", "wo"], {"work"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes_commands_options_choices_and_accounts(
    program: Program, tmp_path: Path, words: list[str], completions: set[str]
) -> None:
    program.service.add("work")
    program.service.add("home")
    program.serve()
    script = tmp_path / "script"
    driver = (
        f'codex-quota() {{ "{sys.executable}" -m codex_quota "$@"; }}; source "{script}"; '
        'COMP_WORDS=(codex-quota "$@"); COMP_CWORD=$#; COMPREPLY=(); _shtab_codex_quota; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    script.write_text(program("completion", "bash").out)
    done = subprocess.run(
        ["bash", "-c", driver, "bash", *words], env={**os.environ, **program.environ}, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == completions


def test_demo_shows_accounts_in_telling_states_without_any_account(program: Program) -> None:
    ran = program("demo", "-f", "json")
    results = {result["account"]: result for result in json.loads(ran.out)["results"]}
    assert ran.status == 3
    assert {name: result["limited_by"] for name, result in results.items() if result["usable"] is False} == {
        "weekly-out": "weekly",
        "business": "spend",
    }
    assert results["fresh"]["five_hour"]["started"] is False
    assert results["free"]["monthly"]["remaining_percent"] == 65
    assert results["signed-out"]["error"]["code"] == "unauthorized"
    assert program.service.requests == []
    assert not (program.directory / "cache").exists()


def test_version(program: Program) -> None:
    assert program("--version").out == f"codex-quota {codex_quota.__version__}\n"


def test_help_shows_commands_options_defaults_and_variables(program: Program) -> None:
    ran = program("--help")
    text = " ".join(ran.out.split())
    assert ran.status == 0
    assert "codex-quota [ACCOUNT ...] [options]" in text
    assert "[default: 15; $CODEX_QUOTA_TIMEOUT]" in text
    for command in ("show", "accounts", "cache", "completion", "demo", "plugins"):
        assert f" {command} " in text
    assert "Traceback" not in text


@pytest.mark.parametrize("command", ["show", "accounts", "cache", "completion", "demo", "plugins"])
def test_every_command_has_help_that_fits_80_columns(program: Program, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = program(command, "--help")
    assert (ran.status, ran.out.splitlines()[0].split()[1:3]) == (0, ["codex-quota", command])
    assert max(map(len, ran.out.splitlines())) <= 80


def test_a_command_of_a_plugin_gets_the_shared_options_and_a_client(program: Program) -> None:
    class Count(codex_quota.Command):
        name = "count"
        summary = "count the accounts"

        def run(self, args: object, context: codex_quota.Context) -> int:
            print(len(context.client.fetch_all()), file=context.stdout)
            return 0

    class Plugin:
        @codex_quota.hookimpl
        def register_commands(self) -> list[codex_quota.Command]:
            return [Count()]

    program.plugins = [Plugin()]
    program.service.add("work")
    program.serve()
    program.service.fail(None, Fault.status(503))
    ran = program("--retries", "1", "count")
    assert (ran.status, ran.out, len(program.service.requests)) == (0, "1\n", 2)


def test_a_command_of_a_plugin_that_fails_is_one_line(program: Program) -> None:
    class Fails(codex_quota.Command):
        name = "fails"
        summary = "fails"
        wants_client = False

        def run(self, args: object, context: codex_quota.Context) -> int:
            raise ZeroDivisionError("division by zero")

    class Plugin:
        @codex_quota.hookimpl
        def register_commands(self) -> list[codex_quota.Command]:
            return [Fails()]

    program.plugins = [Plugin()]
    ran = program("fails")
    assert (ran.status, ran.err) == (
        1,
        "codex-quota: the command fails failed: ZeroDivisionError: division by zero; --debug shows where\n",
    )
