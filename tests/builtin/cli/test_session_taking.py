"""Session files of the Codex CLI in ``codex-quota history``: taken over where it is sure whose they are, else left alone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from codex_quota import Account, Options
from codex_quota.history import History, Reading, history_file
from codex_quota.testing import Ran
from program import Program
from session_lines import limits, line, session, write

HOUR = timedelta(hours=1)
LEFT_OUT = "codex-quota: the session files in {home} are left out, because they tell no account and "


class Homes:
    """Codex homes below the test's directory, signed in to accounts of the simulated service, with a session each."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.history = History(history_file(Options(environ=program.environ)))
        self.written = 0

    def make(self, name: str, home: str = "home/.codex", used: float = 10) -> Path:
        """A home that is signed in to *name*, with a session in which *used* percent were used."""
        path = self.program.directory / home
        self.sign_in(name, path)
        self.use(path, used)
        return path

    def sign_in(self, name: str, path: Path) -> None:
        service = self.program.service
        assert service is not None
        account = service.accounts.get(name) or service.add(name)
        path.mkdir(parents=True, exist_ok=True)
        (path / "auth.json").write_text(account.auth_json())

    def use(self, home: Path, used: float) -> None:
        """Another session in *home*."""
        then = self.now - 2 * HOUR
        number = len(list(home.rglob("*.jsonl")))
        figures = limits(used, resets_at=self.now + HOUR)
        write(home, then, session(then + number * HOUR / 2, [(1, figures)]), number=self.written)
        self.written += 1

    def kept(self, name: str) -> list[float | None]:
        return [window.used_percent for one in self.history.readings(name) for window in one.windows]

    def run(self, *words: str, terminal: bool = False, **more: str) -> Ran:
        return self.program("history", "--format", "json", *words, terminal=terminal, **more)


@pytest.fixture
def homes(program: Program) -> Homes:
    return Homes(program)


def test_the_codex_client_s_own_home(homes: Homes) -> None:
    home = homes.make("ann")
    first = homes.run()
    homes.use(home, 12)
    second, third = homes.run(), homes.run()
    assert [(ran.status, ran.err) for ran in (first, second, third)] == [(0, "")] * 3
    readings = [len(json.loads(ran.out)["accounts"][0]["readings"]) for ran in (first, second, third)]
    assert (readings, homes.kept("codex")) == ([1, 2, 2], [10, 12])
    assert json.loads(third.out)["accounts"][0]["account"] == "codex"


def test_where_codex_home_leads(homes: Homes) -> None:
    home = homes.make("ann", "elsewhere")
    homes.run(CODEX_HOME=str(home))
    assert homes.kept("codex") == [10]


def test_readings_of_the_same_login_go_on(homes: Homes) -> None:
    """The account directory knows it as ``ann``; readings of the service and of session files are one account's."""
    homes.make("ann")
    homes.program.serve()
    homes.program()
    homes.run()
    assert homes.history.names() == ["ann"]
    assert [one.origin for one in homes.history.readings("ann")] == ["rollout", "reading"]


def test_a_home_and_a_file_whose_names_are_no_text(homes: Homes) -> None:
    home = homes.make("ann", os.fsdecode(b"caf\xe9"))
    path = next(home.rglob("*.jsonl"))
    path.rename(os.fsdecode(bytes(path.parent) + b"/rollout-\xff.jsonl"))
    first, second = (homes.run(CODEX_HOME=str(home)) for _ in range(2))
    assert [(ran.status, ran.err) for ran in (first, second)] == [(0, "")] * 2
    homes.sign_in("bob", home)
    homes.use(home, 12)
    ran = homes.run(CODEX_HOME=str(home))
    shown = str(home).encode("utf-8", "backslashreplace").decode()
    assert ran.err == LEFT_OUT.format(home=shown) + "another account was signed in there before\n"
    assert homes.kept("codex") == [10]


def test_two_homes_with_an_account_each(homes: Homes) -> None:
    for name, used in (("ann", 10), ("bob", 20)):
        home = homes.make(name, f"homes/{name}", used)
        directory = homes.program.directory / "account"
        directory.mkdir(exist_ok=True)
        (directory / f"{name}.auth.json").symlink_to(home / "auth.json")
    ran = homes.run()
    assert (ran.status, ran.err, homes.kept("ann"), homes.kept("bob")) == (0, "", [10], [20])


def test_two_homes_that_share_their_sessions_are_both_left_out(homes: Homes) -> None:
    directory = homes.program.directory / "account"
    directory.mkdir()
    made = [homes.make(name, f"homes/{name}") for name in ("ann", "bob")]
    for name, home in zip(("ann", "bob"), made, strict=True):
        (directory / f"{name}.auth.json").symlink_to(home / "auth.json")
    shutil.rmtree(made[1] / "sessions")
    (made[1] / "sessions").symlink_to(made[0] / "sessions")
    told = [LEFT_OUT.format(home=one) + f"{other} has the same ones by a link\n" for one, other in (made, made[::-1])]
    assert homes.run().err.startswith("".join(told))
    assert homes.history.names() == []


def test_sessions_may_lie_elsewhere(homes: Homes) -> None:
    home = homes.make("ann")
    shutil.move(home / "sessions", homes.program.directory / "disk")
    (home / "sessions").symlink_to(homes.program.directory / "disk")
    assert (homes.run().err, homes.kept("codex")) == ("", [10])


def test_no_import_leaves_them_alone(homes: Homes) -> None:
    homes.make("ann")
    assert (homes.run("--no-import").status, homes.run(CODEX_QUOTA_IMPORT="0").status) == (0, 0)
    assert homes.history.names() == []


def another_account(homes: Homes, home: Path) -> str:
    homes.sign_in("bob", homes.program.directory / "tmp")
    homes.program.serve()
    return "bob is another account, which may have been used there"


def a_broken_sign_in(homes: Homes, home: Path) -> str:
    (homes.program.directory / "account").mkdir()
    (homes.program.directory / "account" / "old.auth.json").write_text("{}")
    return "the sign-in of old cannot be read, which may have been used there"


def an_account_of_before(homes: Homes, home: Path) -> str:
    known = Account(name="bob", source="directory", account_id="b", user_id="u")
    homes.history.add(known, [Reading(account="bob", at=homes.now - 50 * HOUR)])
    return "the history knows bob, which may have been used there"


def an_account_without_identity(homes: Homes, home: Path) -> str:
    homes.history.add(Account(name="token", source="environment"), [Reading(account="token", at=homes.now - 50 * HOUR)])
    return "the history knows token, which may have been used there"


def a_backup(homes: Homes, home: Path) -> str:
    homes.sign_in("bob", homes.program.directory / "tmp")
    shutil.copy(homes.program.directory / "tmp" / "auth.json", home / "auth.json.bak.20260901")
    return f"{home / 'auth.json.bak.20260901'} is another account's sign-in"


def a_switcher_s_accounts(homes: Homes, home: Path) -> str:
    homes.sign_in("bob", homes.program.directory / "tmp")
    (home / "accounts").mkdir()
    (home / "accounts" / "registry.json").write_text("{}")
    shutil.copy(homes.program.directory / "tmp" / "auth.json", home / "accounts" / "b.auth.json")
    return f"{home / 'accounts' / 'b.auth.json'} is another account's sign-in"


def a_link_to_another_home_s_sessions(homes: Homes, home: Path) -> str:
    other = homes.make("bob", "homes/bob")
    shutil.rmtree(home / "sessions")
    (home / "sessions").symlink_to(other / "sessions")
    return f"{other} has the same ones by a link"


def no_identity(homes: Homes, home: Path) -> str:
    (home / "auth.json").write_text(json.dumps({"tokens": {"access_token": "opaque"}}))
    return "the sign-in there does not tell whose it is"


def an_api_key(homes: Homes, home: Path) -> str:
    (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk-1", "tokens": None}))
    homes.program.environ["CODEX_QUOTA_ACCOUNT_DIR"] = str(homes.program.directory / "links")
    (homes.program.directory / "links").mkdir()
    return ""


@pytest.mark.parametrize(
    "doubt",
    [
        another_account, a_broken_sign_in, an_account_of_before, an_account_without_identity, a_backup, a_switcher_s_accounts,
        a_link_to_another_home_s_sessions, no_identity, an_api_key,
    ],
    ids=lambda doubt: doubt.__name__,
)  # fmt: skip
def test_where_nobody_can_tell_whose_they_are_they_are_left_out(homes: Homes, doubt: Callable[[Homes, Path], str]) -> None:
    home = homes.make("ann")
    reason = doubt(homes, home)
    expected = f"{LEFT_OUT.format(home=home)}{reason}\n" if reason else ""
    ran = homes.run()
    told = "".join(line + "\n" for line in ran.err.splitlines() if "nothing was read" not in line)
    assert (ran.status, told) == (0, expected)
    assert [name for name in homes.history.names() if homes.history.readings(name)[-1].origin == "rollout"] == []
    # and that is told once
    assert LEFT_OUT[:30] not in homes.run().err


def test_a_copy_of_the_same_sign_in_is_no_doubt(homes: Homes) -> None:
    home = homes.make("ann")
    shutil.copy(home / "auth.json", home / "auth.json.bak")
    (home / "auth.json.old").write_text("nonsense")
    homes.run()
    assert homes.kept("codex") == [10]


def test_once_another_account_was_signed_in_there_no_more_is_taken(homes: Homes) -> None:
    home = homes.make("ann")
    homes.run()
    homes.sign_in("bob", home)
    homes.use(home, 50)
    told = f"{LEFT_OUT.format(home=home)}another account was signed in there before\n"
    assert [homes.run().err for _ in range(2)] == [told, ""]
    homes.sign_in("ann", home)
    # the login is the first one's again, but nobody knows which sessions are the other's
    assert (homes.run().status, homes.kept("codex")) == (0, [10])


def test_asking_for_one_source_does_not_hide_the_other_accounts(homes: Homes) -> None:
    homes.make("ann")
    homes.sign_in("bob", homes.program.directory / "tmp")
    homes.program.serve()
    homes.run("--source", "codex-home")
    assert homes.history.names() == []


def test_a_home_without_sessions_is_no_word_worth(homes: Homes) -> None:
    homes.sign_in("ann", homes.program.directory / "home" / ".codex")
    assert homes.run().err == "codex-quota: nothing was read yet: the history fills itself with every reading\n"


def test_a_history_that_cannot_be_written_is_shown_all_the_same(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    homes.make("ann")
    homes.history.add(Account(name="x", source="y"), [])

    def fail(*words: object) -> int:
        from codex_quota import HistoryError

        raise HistoryError("the disk is full", hint="make room")

    monkeypatch.setattr("codex_quota.history.SessionFiles.unread", fail)
    ran = homes.run()
    assert (ran.status, ran.err.splitlines()[0]) == (0, "codex-quota: the disk is full; make room")


def test_a_bar_on_a_terminal_tells_how_far_it_is(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.builtin.cli.sessions._LARGE", 1)
    home = homes.make("ann")
    path = next(home.rglob("*.jsonl"))
    path.write_bytes(path.read_bytes() + line(homes.now, output="x" * (3 << 20)))
    ran = homes.run(terminal=True)
    assert "session files" in ran.err
    assert "3.1" in ran.err or "3.2" in ran.err
    assert ran.err.endswith("codex-quota: took 1 readings from the Codex CLI's session files\n")
    again = homes.run(terminal=True)
    assert (again.err, homes.kept("codex")) == ("", [10])


def test_without_a_terminal_there_is_no_bar(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.builtin.cli.sessions._LARGE", 1)
    homes.make("ann")
    assert (homes.run().err, homes.kept("codex")) == ("", [10])


def test_nothing_secret_comes_into_the_history(homes: Homes) -> None:
    home = homes.make("ann")
    homes.run()
    assert homes.program.service is not None
    ann = homes.program.service.accounts["ann"]
    data = homes.history.path.read_bytes()
    assert [word for word in (ann.access_token, ann.email, ann.user_id, ann.account_id) if word.encode() in data] == []
    assert (home / "auth.json").read_text() == ann.auth_json()
