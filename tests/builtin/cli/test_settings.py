"""Variables, paths and formats: where an option's value comes from, and who is blamed for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import codex_quota
from program import Program


@pytest.mark.parametrize("given", ["csv", "names", "nonsense"])
@pytest.mark.parametrize("command", ["accounts", "plugins", "cache"])
def test_a_format_for_quotas_in_the_variable_is_nothing_to_a_list(program: Program, given: str, command: str) -> None:
    program.service.add("work")
    program.serve()
    ran = program(command, CODEX_QUOTA_FORMAT=given)
    assert (ran.status, ran.out) == (0, program(command).out)
    assert program(command, CODEX_QUOTA_FORMAT="json").out.startswith("[")
    assert program(command, "--format", given).status == 2


@pytest.mark.parametrize("words", [("nobody",), ("--nonsense",), ("--timeout", "0"), ("accounts",)])
def test_a_variable_asks_for_tracebacks_of_ordinary_errors(program: Program, words: tuple[str, ...]) -> None:
    with pytest.raises(codex_quota.CodexQuotaError):
        program(*words, CODEX_QUOTA_DEBUG="1")
    assert program("--no-debug", *words, CODEX_QUOTA_DEBUG="1").err.count("\n") == 1


@pytest.mark.parametrize(("words", "blamed"), [((), "CODEX_QUOTA_CHATGPT_URL"), (("--chatgpt-url", "junk"), "--chatgpt-url")])
def test_a_bad_address_is_blamed_on_where_it_was_given(program: Program, words: tuple[str, ...], blamed: str) -> None:
    ran = program(*words, CODEX_QUOTA_CHATGPT_URL="junk")
    assert ran.status == 2
    assert ran.err.startswith(f"codex-quota: {blamed} is not an http or https address: 'junk'")


@pytest.mark.parametrize("given", ["flag", "variable"])
def test_a_tilde_is_the_home_directory(program: Program, given: str) -> None:
    program.service.add("work")
    home = program.directory / "home"
    program.service.write_accounts(home / "mine")
    words = ("--account-dir=~/mine", "--cache-dir=~/kept") if given == "flag" else ()
    variables = {"CODEX_QUOTA_ACCOUNT_DIR": "~/mine", "CODEX_QUOTA_CACHE_DIR": "~/kept"} if given == "variable" else {}
    ran = program(*words, **variables)
    assert (ran.status, ran.err, ran.out.splitlines()[1].split("\t")[0]) == (0, "", "work")
    assert len([path for path in (home / "kept").iterdir() if path.suffix == ".json"]) == 1


def test_a_tilde_that_means_no_home_is_left_alone(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    program.service.add("work")
    program.service.write_accounts(tmp_path / "~nobody-of-this-name")
    assert program("--account-dir", "~nobody-of-this-name").status == 0


def test_the_end_of_a_long_path_is_what_stays(program: Program) -> None:
    program.service.add("work-account")
    program.service.write_accounts(program.directory / ("x" * 60))
    account_dir = str(program.directory / ("x" * 60))
    lines = program("accounts", terminal=True, NO_COLOR="1", CODEX_QUOTA_ACCOUNT_DIR=account_dir).out.splitlines()
    assert [len(line) <= 80 for line in lines] == [True, True]
    assert lines[1].startswith("work-account ")
    assert lines[1].split()[-1].startswith("…")
    assert lines[1].endswith("x/work-account.auth.json")


def test_a_store_that_cannot_be_listed_is_an_error(program: Program) -> None:
    class Locked(codex_quota.CacheStore):
        name = "locked"
        summary = "cannot be read"

        def get(self, key: str) -> str | None:
            return None

        def set(self, key: str, text: str) -> None:
            return

        def delete(self, key: str) -> None:
            return

        def lock(self, key: str, timeout: float) -> object:  # type: ignore[override]
            raise NotImplementedError

        def keys(self) -> Iterable[str]:
            raise PermissionError(13, "Permission denied")

    class Plugin:
        @codex_quota.hookimpl
        def register_cache_stores(self) -> list[codex_quota.CacheStore]:
            return [Locked()]

    program.plugins = [Plugin()]
    ran = program("cache", "--cache", "locked")
    assert (ran.status, ran.out, ran.err) == (
        1,
        "",
        "codex-quota: the cache in locked cannot be read: permission denied; check --cache-dir and its mode\n",
    )
