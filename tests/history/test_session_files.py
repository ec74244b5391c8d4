"""The Codex CLI's session files: read once, bit by bit, and never touched."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota import Account
from codex_quota.history import History, Reading, SessionFiles, events_of
from codex_quota.history.rollouts import MOST_BYTES
from session_lines import SECOND, begin, limits, line, session, told, write
from snapshots import DAY, FIVE, HOUR, NOW

CODEX = Account(name="codex", source="codex-home", account_id="acct", user_id="user")
MINUTE = timedelta(minutes=1)
THEN = NOW - 2 * DAY


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


def used(at: int, figure: float) -> tuple[float, dict[str, object]]:
    """The five-hour window with that figure, *at* minutes after a session began at THEN."""
    return at, limits(figure, resets_at=THEN + 4 * HOUR)


def take(home: Path, history: History, account: Account = CODEX) -> int:
    return SessionFiles(home, history).take(account, NOW)


def kept(history: History) -> list[tuple[float, list[float | None]]]:
    found = history.readings("codex")
    return [((one.at - THEN) / MINUTE, [window.used_percent for window in one.windows]) for one in found]


def test_what_session_files_say_comes_into_the_history(home: Path, history: History) -> None:
    write(home, THEN, session(THEN, [used(1, 10), used(9, 12)]))
    write(home, THEN + HOUR, session(THEN + HOUR, [(5, limits(20, resets_at=THEN + 4 * HOUR))]), number=1, archived=True)
    assert (take(home, history), kept(history)) == (3, [(1, [10]), (9, [12]), (65, [20])])
    assert {one.origin for one in history.readings("codex")} == {"rollout"}
    assert events_of(history.readings("codex")) == []


def test_a_second_look_reads_nothing_and_finds_only_what_is_new(home: Path, history: History) -> None:
    path = write(home, THEN, session(THEN, [used(1, 10)]))
    files = SessionFiles(home, history)
    assert (files.unread(), take(home, history)) == (path.stat().st_size, 1)
    assert SessionFiles(home, history).unread() == 0
    with path.open("ab") as stream:
        stream.write(told(THEN + 2 * MINUTE, used(2, 11)[1]))
    assert SessionFiles(home, history).unread() == len(told(THEN + 2 * MINUTE, used(2, 11)[1]))
    assert (take(home, history), take(home, history), kept(history)) == (1, 0, [(1, [10]), (2, [11])])


def test_a_line_that_is_still_being_written_is_read_later(home: Path, history: History) -> None:
    more = told(THEN + 2 * MINUTE, used(2, 11)[1])
    path = write(home, THEN, session(THEN, [used(1, 10)]) + more[:50])
    assert take(home, history) == 1
    with path.open("ab") as stream:
        stream.write(more[50:])
    assert (take(home, history), kept(history)) == (1, [(1, [10]), (2, [11])])


def test_a_session_that_is_archived_is_not_read_again(home: Path, history: History) -> None:
    path = write(home, THEN, session(THEN, [used(1, 10)]))
    take(home, history)
    archive = home / "archived_sessions"
    archive.mkdir()
    path.rename(archive / path.name)
    assert SessionFiles(home, history).unread() == 0


def test_a_file_that_became_shorter_is_read_from_its_beginning(home: Path, history: History) -> None:
    path = write(home, THEN, session(THEN, [used(1, 10), used(2, 11)]))
    take(home, history)
    path.write_bytes(session(THEN, [used(5, 15)]))
    assert (take(home, history), kept(history)) == (1, [(1, [10]), (2, [11]), (5, [15])])


def test_a_file_without_an_answer_is_begun_anew_until_there_is_one(home: Path, history: History) -> None:
    path = write(home, THEN, begin(THEN) + begin(THEN + SECOND / 10))
    assert take(home, history) == 0
    path.write_bytes(
        begin(THEN) + begin(THEN + SECOND / 10) + told(THEN + SECOND / 9, used(0, 3)[1]) + told(THEN + MINUTE, used(1, 10)[1])
    )
    assert (take(home, history), kept(history)) == (1, [(1, [10])])


def test_broken_and_long_lines_cost_only_themselves(home: Path, history: History) -> None:
    long = line(THEN + 30 * SECOND, output="x" * 3 * MOST_BYTES)
    content = begin(THEN) + long + b"nonsense\n\xff\n" + told(THEN + MINUTE, used(1, 10)[1]) + long
    path = write(home, THEN, content + told(THEN + 2 * MINUTE, used(2, 11)[1]))
    assert (take(home, history), kept(history)) == (2, [(1, [10]), (2, [11])])
    assert history.session_files() == {path.name: (path.stat().st_size, path.stat().st_size)}


def test_only_session_files_are_looked_into(home: Path, history: History, tmp_path: Path) -> None:
    good = session(THEN, [used(1, 10)])
    path = write(home, THEN, good)
    for name in ("rollout-1.jsonl.zst", "rollout-2.json", "other.jsonl", "rollout-3.jsonl.tmp"):
        (path.parent / name).write_bytes(good)
    (path.parent / "rollout-4.jsonl").symlink_to(path)
    os.mkfifo(path.parent / "rollout-5.jsonl")
    (home / "sessions" / "loop").symlink_to(home / "sessions")
    (home / "sessions" / "a-file").write_text("x")
    assert (SessionFiles(home, history).unread(), take(home, history)) == (len(good), 1)
    assert [*history.session_files()] == [path.name]
    assert (SessionFiles(tmp_path / "nowhere", history).unread(), take(tmp_path / "nowhere", history)) == (0, 0)


def test_the_files_are_left_as_they_are(home: Path, history: History) -> None:
    path = write(home, THEN, session(THEN, [used(1, 10)]))
    path.chmod(0o400)
    before = (path.stat(), path.read_bytes(), sorted(home.rglob("*")))
    take(home, history)
    after = (path.stat(), path.read_bytes(), sorted(home.rglob("*")))
    assert [before[0].st_mtime_ns, before[0].st_mode, *before[1:]] == [after[0].st_mtime_ns, after[0].st_mode, *after[1:]]


def test_files_that_cannot_be_read_are_tried_again(home: Path, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(home, THEN, session(THEN, [used(1, 10)]))

    def refuse(self: Path, *words: object, **more: object) -> object:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert take(home, history) == 0
    path.write_bytes(path.read_bytes() + b"\n")
    assert take(home, history) == 1


def test_several_sessions_at_a_time_become_one_rising_line(home: Path, history: History) -> None:
    write(home, THEN, session(THEN, [used(1, 10), used(20, 14), used(40, 19)]))
    write(home, THEN, session(THEN, [used(2, 10), used(21, 13), used(22, 15), used(39, 18), used(41, 18)]), number=1)
    assert take(home, history) == 5
    assert kept(history) == [(1, [10]), (20, [14]), (22, [15]), (39, [18]), (40, [19])]


def test_it_is_the_same_in_whatever_order_the_files_come(home: Path, tmp_path: Path) -> None:
    parts = [session(THEN, [used(1, 10), used(20, 14)]), session(THEN, [used(2, 12), used(21, 13)]), session(THEN, [used(3, 11)])]
    results = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        history = History(tmp_path / f"{order}.sqlite3")
        for number in order:
            write(home, THEN, parts[number], number=number)
            take(home, history)
        results.append(kept(history))
        for path in home.rglob("*.jsonl"):
            path.unlink()
    assert results == [[(1, [10]), (2, [12]), (20, [14])]] * 3


def test_what_this_program_read_is_better_and_stays(home: Path, history: History) -> None:
    mine = [Reading(account="codex", at=THEN + minute * MINUTE, windows=(FIVE,)) for minute in (0, 120)]
    history.add(CODEX, mine)
    write(home, THEN, session(THEN, [used(minute, minute / 2) for minute in range(1, 130, 10)]))
    take(home, history)
    assert [at for at, _ in kept(history)] == [0, 31, 41, 51, 61, 71, 81, 120]
    assert [one.origin for one in history.readings("codex")] == ["reading", *["rollout"] * 6, "reading"]


def test_what_lies_in_the_future_was_noted_by_a_clock_that_was_wrong(home: Path, history: History) -> None:
    later = NOW + DAY
    write(home, later, session(later, [(1, limits(5, resets_at=later + 4 * HOUR))]))
    assert take(home, history) == 0


def test_old_figures_are_thinned_at_once(home: Path, history: History) -> None:
    old = NOW - 30 * DAY
    figures = [(minute, limits(minute / 2, resets_at=old + 5 * HOUR)) for minute in range(1, 180)]
    write(home, old, session(old, figures))
    take(home, history)
    assert [(one.at - old) / MINUTE for one in history.readings("codex")] == [55, 115, 175, 179]


def test_progress_is_told_in_bytes(home: Path, history: History) -> None:
    size = 5 * (1 << 20)
    path = write(home, THEN, begin(THEN) + line(THEN, output="x" * size) * 2 + told(THEN + MINUTE, used(1, 10)[1]))
    heard: list[int] = []
    SessionFiles(home, history).take(CODEX, NOW, heard.append)
    assert (sum(heard), len(heard) > 2) == (path.stat().st_size, True)


def test_what_was_read_stays_when_it_is_interrupted(home: Path, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.history.session_files._AT_ONCE", 1)
    for number in range(3):
        at = THEN + number * HOUR
        write(home, at, session(at, [(1, limits(10 + number, resets_at=THEN + 5 * HOUR))]), number=number)

    def interrupt() -> Iterable[int]:
        yield from (0, 0)
        raise KeyboardInterrupt

    hears = iter(interrupt())
    with pytest.raises(KeyboardInterrupt):
        SessionFiles(home, history).take(CODEX, NOW, lambda read: next(hears))  # type: ignore[arg-type,return-value]
    # the newest first
    assert [figure for _, figure in kept(history)] == [[11], [12]]
    assert (take(home, history), [figure for _, figure in kept(history)]) == (1, [[10], [11], [12]])


def test_a_history_of_the_first_version_learns_of_session_files(home: Path, tmp_path: Path, history: History) -> None:
    from codex_quota.history.schema import MIGRATIONS, migrate

    with sqlite3.connect(history.path, isolation_level=None) as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO account VALUES (1, 'codex', '', '')")
        connection.execute("INSERT INTO reading (account, at, origin) VALUES (1, 0, 'reading')")
    connection.close()
    write(home, THEN, session(THEN, [used(1, 10)]))
    assert (take(home, history), history.names(), len(history.identity)) == (1, ["codex"], 32)
    assert len(history.readings("codex")) == 2


def test_a_history_of_a_later_version_is_left_alone(history: History) -> None:
    history.add(CODEX, [Reading(account="codex", at=NOW)])
    with sqlite3.connect(history.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Exception, match="was written by a later version of this program"):
        history.names()
    assert history.damage is None
