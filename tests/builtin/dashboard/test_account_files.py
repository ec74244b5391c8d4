"""Account files: checked before they are kept, and never lost, whatever goes wrong."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codex_quota import Client, CodexQuotaError, CredentialError
from codex_quota.builtin.dashboard.account_errors import (
    AccountExistsError,
    AccountFileError,
    ExpiredError,
    NoSuchAccountError,
)
from codex_quota.builtin.dashboard.account_files import AccountFiles
from codex_quota.simulated import Fault, SimulatedService

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def client(environ: dict[str, str], service: SimulatedService) -> Client:
    return Client(environ=environ, chatgpt_url=service.url, cache="none", now=service.clock)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "account"


@pytest.fixture
def files(directory: Path, client: Client) -> AccountFiles:
    return AccountFiles(directory, client)


def sign_in(service: SimulatedService, name: str = "work", **options: Any) -> str:
    return service.add(name, **options).auth_json()


def content(directory: Path) -> dict[str, str]:
    """Every entry of the directory, hidden ones too, with its bytes."""
    return {path.name: path.read_text() for path in directory.iterdir()} if directory.exists() else {}


def told(error: pytest.ExceptionInfo[CodexQuotaError]) -> str:
    return f"{error.value.message} {error.value.hint}"


def test_a_sign_in_is_kept_as_it_came_and_for_the_owner_alone(
    files: AccountFiles, directory: Path, service: SimulatedService
) -> None:
    text = sign_in(service, plan="pro", email="me@example.com")
    saved = files.save("工作 1", text)
    path = directory / "工作 1.auth.json"
    assert content(directory) == {path.name: text}
    assert path.stat().st_mode & 0o777 == 0o600
    assert (saved.plan, saved.account.email, saved.last4, saved.expired) == (
        "pro",
        "me@example.com",
        service.accounts["work"].access_token[-4:],
        False,
    )
    assert saved.expires_at == service.accounts["work"].expires_at


def test_the_list_tells_what_each_file_is(files: AccountFiles, directory: Path, service: SimulatedService) -> None:
    for number in (10, 2):
        files.save(f"a{number}", sign_in(service, f"a{number}"))
    files.save("twin", service.accounts["a2"].auth_json())
    files.save("old", sign_in(service, "old", token_life=timedelta(hours=-1)), even_expired=True)
    (directory / "broken.auth.json").write_text('{"tokens": {"access_token": "eyJ-secret')
    (directory / "elsewhere.auth.json").symlink_to("/etc/passwd")
    (directory / "dir.auth.json").mkdir()
    (directory / ".hidden.auth.json").write_text("{}")
    (directory / "notes.txt").write_text("not an account")
    os.mkfifo(directory / "pipe.auth.json")
    found = files.list()
    assert [(file.name, file.status, file.same_as) for file in found] == [
        ("a2", "ok", None),
        ("a10", "ok", None),
        ("broken", "unusable", None),
        ("dir", "unusable", None),
        ("elsewhere", "link", None),
        ("old", "expired", None),
        ("pipe", "unusable", None),
        ("twin", "ok", "a2"),
    ]
    assert "eyJ" not in repr(found)
    assert [file.error.message for file in found if file.error] == [
        "the sign-in is cut off or is not JSON",
        "the file cannot be read: it is not a regular file",
        "the file cannot be read: it is not a regular file",
    ]


def test_no_directory_is_no_account(files: AccountFiles) -> None:
    assert files.list() == []


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", ".hidden", "a\0b", "a\nb", "a:b", "~x", " a", "a ", "a*", "x" * 101]
)
def test_a_bad_name_touches_nothing(files: AccountFiles, directory: Path, service: SimulatedService, name: str) -> None:
    text = sign_in(service)
    files.save("work", text)
    for act in (
        lambda: files.save(name, text),
        lambda: files.save("new", text, name),
        lambda: files.save(name, text, "work"),
        lambda: files.rename("work", name),
        lambda: files.rename(name, "new"),
        lambda: files.delete(name),
        lambda: files.get(name),
        lambda: files.check(name, text),
        lambda: files.try_it(text, name),
    ):
        with pytest.raises(CredentialError):
            act()
    assert content(directory) == {"work.auth.json": text}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(st.text(max_size=30), st.text("./\\~%\0 a:", max_size=12)))
def test_no_name_leads_out_of_the_directory(files: AccountFiles, directory: Path, tmp_path: Path, name: str) -> None:
    text = json.dumps({"access_token": "token-of-some-length", "account_id": "acct"})
    try:
        files.save(name, text)
    except CodexQuotaError:
        assert content(directory) == {}
        return
    (path,) = directory.iterdir()
    assert path.name.endswith(".auth.json")
    assert {entry.name for entry in tmp_path.iterdir()} == {"account"}
    (listed,) = files.list()
    files.delete(listed.name)
    assert content(directory) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the sign-in is empty"),
        (" \n", "the sign-in is empty"),
        ('{"tokens": {"access_token": "eyJ-secret', "the sign-in is cut off or is not JSON"),
        ("eyJ-secret", "the sign-in is cut off or is not JSON"),
        ("[" * 100_000, "the sign-in is cut off or is not JSON"),
        (b"\xff\xfe{\x00", "the sign-in is not text in UTF-8"),
        ('["eyJ-secret"]', "the sign-in is JSON, but not a sign-in"),
        ('{"OPENAI_API_KEY": "sk-secret"}', "the sign-in is signed in with an API key, which has no ChatGPT quota"),
        ('{"access_token": "a b"}', "the access token in the sign-in holds characters that cannot be sent"),
    ],
)
def test_what_is_no_sign_in_is_refused_and_the_former_one_stays(
    files: AccountFiles, directory: Path, service: SimulatedService, text: str | bytes, message: str
) -> None:
    before = sign_in(service)
    files.save("work", before)
    for original in (None, "work"):
        with pytest.raises(CredentialError) as error:
            files.save("work", text, original)
        assert error.value.message == message
        assert "secret" not in told(error)
    assert content(directory) == {"work.auth.json": before}


def test_a_byte_order_mark_does_no_harm(files: AccountFiles, service: SimulatedService) -> None:
    files.save("a", b"\xef\xbb\xbf" + sign_in(service, "a").encode())
    files.save("b", "\ufeff" + sign_in(service, "b"))
    assert [file.status for file in files.list()] == ["ok", "ok"]


def test_a_sign_in_that_has_ended_is_kept_only_on_purpose(
    files: AccountFiles, directory: Path, service: SimulatedService
) -> None:
    good, ended = sign_in(service), sign_in(service, "old", token_life=timedelta(hours=-1))
    files.save("work", good)
    with pytest.raises(ExpiredError) as error:
        files.save("work", ended, "work")
    assert told(error) == (
        "This sign-in has ended, so the service would refuse it. Run codex once, or 'codex login', and give the new auth.json."
    )
    assert content(directory) == {"work.auth.json": good}
    assert files.save("work", ended, "work", even_expired=True).expired
    assert content(directory) == {"work.auth.json": ended}


def test_short_tokens_do_not_show_their_end(files: AccountFiles) -> None:
    checks = [files.check("x", json.dumps({"access_token": token})).last4 for token in ("abcdefghijk", "abcdefghijkl")]
    assert checks == ["", "ijkl"]


def test_another_account_is_never_replaced(files: AccountFiles, directory: Path, service: SimulatedService) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    files.save("one", one)
    files.save("two", two)
    for act in (
        lambda: files.save("one", two),
        lambda: files.save("one", two, "two"),
        lambda: files.rename("two", "one"),
    ):
        with pytest.raises(AccountExistsError) as error:
            act()
        assert told(error) == "There is an account named one already. Choose another name, or edit that account."
    assert content(directory) == {"one.auth.json": one, "two.auth.json": two}


def test_an_account_is_edited_renamed_and_deleted(files: AccountFiles, directory: Path, service: SimulatedService) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    files.save("first", one)
    files.save("first", two, "first")
    assert content(directory) == {"first.auth.json": two}
    files.save("second", one, "first")
    assert content(directory) == {"second.auth.json": one}
    files.rename("second", "third")
    files.rename("third", "third")
    assert content(directory) == {"third.auth.json": one}
    files.delete("third")
    assert content(directory) == {}


@pytest.mark.parametrize("act", ["delete", "get", "rename", "save"])
def test_an_account_that_is_not_there_is_told(files: AccountFiles, service: SimulatedService, act: str) -> None:
    acts: dict[str, Any] = {
        "delete": lambda: files.delete("ghost"),
        "get": lambda: files.get("ghost"),
        "rename": lambda: files.rename("ghost", "new"),
        "save": lambda: files.save("new", sign_in(service), "ghost"),
    }
    with pytest.raises(NoSuchAccountError) as error:
        acts[act]()
    assert told(error) == "There is no account file named ghost. Look at the list of accounts."
    assert files.list() == []


def test_the_same_letters_in_another_normal_form_are_the_same_account(
    files: AccountFiles, directory: Path, service: SimulatedService
) -> None:
    before, after = sign_in(service, "one"), sign_in(service, "two")
    directory.mkdir()
    decomposed = directory / "caf\u0065\u0301.auth.json"
    decomposed.write_text(before)
    with pytest.raises(AccountExistsError):
        files.save("caf\u00e9", after)
    files.save("caf\u00e9", after, "cafe\u0301")
    assert content(directory) == {decomposed.name: after}
    files.delete("caf\u00e9")
    assert content(directory) == {}


@pytest.mark.parametrize("inside", [True, False])
def test_a_symbolic_link_is_neither_read_nor_written_through(
    files: AccountFiles, directory: Path, tmp_path: Path, service: SimulatedService, inside: bool
) -> None:
    text, other = sign_in(service), sign_in(service, "other")
    directory.mkdir()
    real = (directory if inside else tmp_path) / "real.auth.json"
    real.write_text(text)
    (directory / "link.auth.json").symlink_to(real)
    for act in (
        lambda: files.save("link", other, "link"),
        lambda: files.save("x", other, "link"),
        lambda: files.rename("link", "x"),
    ):
        with pytest.raises(AccountFileError) as error:
            act()
        assert told(error) == "link is a symbolic link, which is not changed from here. Change the file that it leads to."
    with pytest.raises(AccountExistsError):
        files.save("link", other)
    link = files.get("link")
    assert (link.status, link.sign_in) == ("link", None)
    files.delete("link")
    assert real.read_text() == text
    assert not (directory / "link.auth.json").is_symlink()


def test_a_dangling_link_is_no_free_name(files: AccountFiles, directory: Path, tmp_path: Path, service: SimulatedService) -> None:
    directory.mkdir()
    (directory / "link.auth.json").symlink_to(tmp_path / "target")
    files.save("work", sign_in(service))
    with pytest.raises(AccountExistsError):
        files.save("link", sign_in(service, "other"))
    with pytest.raises(AccountExistsError):
        files.rename("work", "link")
    assert not (tmp_path / "target").exists()


def test_a_file_that_becomes_a_link_while_it_is_read_is_not_followed(
    files: AccountFiles, directory: Path, tmp_path: Path, service: SimulatedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(sign_in(service))
    directory.mkdir()
    (directory / "link.auth.json").symlink_to(secret)
    monkeypatch.setattr(Path, "is_symlink", lambda self: False)
    (file,) = files.list()
    assert (file.status, file.sign_in) == ("unusable", None)


def failing(number: int) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return fail


FAILURES = [
    (errno.ENOSPC, 507, "There is no space left in {place}. Free some; the account files are as they were."),
    (errno.EDQUOT, 507, "There is no space left in {place}. Free some; the account files are as they were."),
    (
        errno.EROFS,
        403,
        "The dashboard may not change {place}. Mount it writable and check who owns it; the account files are as they were.",
    ),
    (errno.EIO, 500, "The account files in {place} cannot be used: input/output error. They are as they were."),
]


@pytest.mark.parametrize(("number", "status", "words"), FAILURES)
@pytest.mark.parametrize("broken", ["os.fsync", "os.open", "os.link", "pathlib.Path.replace", "pathlib.Path.unlink"])
@pytest.mark.parametrize("act", ["add", "replace", "replace and rename", "rename", "delete"])
def test_whatever_fails_the_former_file_is_there_byte_for_byte(
    files: AccountFiles,
    directory: Path,
    service: SimulatedService,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    broken: str,
    number: int,
    status: int,
    words: str,
) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    files.save("one", one)
    acts: dict[str, tuple[Any, dict[str, str]]] = {
        "add": (lambda: files.save("new", two), {"one.auth.json": one, "new.auth.json": two}),
        "replace": (lambda: files.save("one", two, "one"), {"one.auth.json": two}),
        "replace and rename": (lambda: files.save("new", two, "one"), {"new.auth.json": two}),
        "rename": (lambda: files.rename("one", "new"), {"new.auth.json": one}),
        "delete": (lambda: files.delete("one"), {}),
    }
    change, after = acts[act]
    message = None
    with monkeypatch.context() as patch:
        patch.setattr(broken, failing(number))
        try:
            change()
        except AccountFileError as error:
            message = (error.status, f"{error.message} {error.hint}")
    kept = {name: text for name, text in content(directory).items() if not name.startswith(".")}
    if message is None:
        assert kept == after
    else:
        assert message == (status, words.format(place=directory))
        assert kept["one.auth.json"] == one


@pytest.mark.parametrize("broken", ["os.fsync", "os.open", "pathlib.Path.replace"])
def test_a_failure_is_not_kept_quiet(
    files: AccountFiles, directory: Path, service: SimulatedService, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    files.save("one", one)
    monkeypatch.setattr(broken, failing(errno.ENOSPC))
    for act in (lambda: files.save("one", two, "one"), lambda: files.save("two", two)):
        with pytest.raises(AccountFileError, match="There is no space left in"):
            act()
    assert content(directory) == {"one.auth.json": one}


def test_a_disk_without_hard_links_serves_too(
    files: AccountFiles, directory: Path, service: SimulatedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    files.save("one", one)
    files.save("two", two)
    with pytest.raises(AccountExistsError):
        files.rename("one", "two")
    files.rename("one", "three")
    files.save("four", one, "two")
    assert content(directory) == {"three.auth.json": one, "four.auth.json": one}


def test_a_name_that_comes_to_be_taken_meanwhile_is_not_replaced(
    files: AccountFiles, directory: Path, service: SimulatedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = sign_in(service, "one"), sign_in(service, "other")
    files.save("one", one)
    link = os.link

    def taken_first(path: Path, name: Path) -> None:
        name.write_text(other)
        link(path, name)

    monkeypatch.setattr(os, "link", taken_first)
    with pytest.raises(AccountExistsError):
        files.rename("one", "new")
    assert content(directory) == {"one.auth.json": one, "new.auth.json": other}


def test_a_change_of_case_on_a_disk_that_does_not_tell_it_apart(
    files: AccountFiles, directory: Path, service: SimulatedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = sign_in(service, "one"), sign_in(service, "two")
    files.save("work", one)
    lstat = Path.lstat

    def careless(self: Path) -> os.stat_result:
        names = {path.name.casefold(): path for path in directory.iterdir()}
        return lstat(names.get(self.name.casefold(), self))

    monkeypatch.setattr(Path, "lstat", careless)
    monkeypatch.setattr(Path, "samefile", lambda self, other: self.name.casefold() == other.name.casefold())
    with pytest.raises(AccountExistsError):
        files.save("Work", two)
    files.rename("work", "Work")
    assert content(directory) == {"Work.auth.json": one}
    files.save("WORK", two, "Work")
    assert content(directory) == {"WORK.auth.json": two}


def test_a_name_too_long_for_the_disk_is_told_in_words(files: AccountFiles, directory: Path, service: SimulatedService) -> None:
    text = sign_in(service)
    files.save("work", text)
    for act in (lambda: files.save("工" * 100, text), lambda: files.rename("work", "工" * 100)):
        with pytest.raises(AccountFileError) as error:
            act()
        assert (error.value.status, told(error)) == (
            422,
            "The name is too long for a file on this disk. Choose a shorter name.",
        )
    assert content(directory) == {"work.auth.json": text}


def test_a_directory_that_cannot_be_read_is_told_in_words(
    files: AccountFiles, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "iterdir", failing(errno.EACCES))
    with pytest.raises(AccountFileError) as error:
        files.list()
    assert error.value.message == f"The dashboard may not change {directory}."


def test_what_a_killed_process_left_behind_is_removed_after_a_while(directory: Path, client: Client) -> None:
    directory.mkdir()
    old, new, other = (directory / name for name in (".0123456789abcdef.tmp", ".fedcba9876543210.new", ".mine.tmp"))
    for path in (old, new, other):
        path.write_text("{}")
    for path in (old, other):
        os.utime(path, (0, 0))
    AccountFiles(directory, client)
    assert sorted(path.name for path in directory.iterdir()) == [".fedcba9876543210.new", ".mine.tmp"]


def test_killing_the_process_two_hundred_times_while_it_saves_loses_no_account(directory: Path, environ: dict[str, str]) -> None:
    script = Path(__file__).parent / "saving_until_killed.py"
    done = subprocess.run(
        [sys.executable, script, directory], env={**os.environ, **environ}, capture_output=True, text=True, timeout=120
    )
    assert (done.stdout, done.stderr, done.returncode) == ("killed 200\n", "", 0)


def test_trying_asks_the_service_once_and_keeps_nothing(
    files: AccountFiles, directory: Path, service: SimulatedService, tmp_path: Path
) -> None:
    account = service.add("work", weekly=71)
    snapshot = files.try_it(account.auth_json())
    assert (snapshot.status, snapshot.quota and snapshot.quota.weekly and snapshot.quota.weekly.used_percent) == ("fresh", 71)
    assert len(service.requests) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.status(503), "unavailable"), (Fault.unauthorized(), "unauthorized"), (Fault.drop(), "network")],
)
def test_trying_does_not_try_again(files: AccountFiles, service: SimulatedService, fault: Fault, code: str) -> None:
    account = service.add("work")
    service.fail(account, fault, times=None)
    snapshot = files.try_it(account.auth_json())
    assert (snapshot.status, snapshot.error and snapshot.error.code) == ("failed", code)
    assert len(service.requests) == 1


def test_one_sign_in_is_tried_at_a_time(files: AccountFiles, service: SimulatedService) -> None:
    account = service.add("work")
    with files._trying, pytest.raises(AccountFileError) as error:
        files.try_it(account.auth_json())
    assert (error.value.status, told(error)) == (429, "Another sign-in is being tried just now. Try again in a few seconds.")
    assert files.try_it(account.auth_json()).status == "fresh"
