"""The history: what is kept, what is left out, who may use it at the same time, and what happens to a damaged file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from codex_quota import Account, Credits, HistoryError, Options, Snapshot, UsageError
from codex_quota.errors import TimedOutError, UnauthorizedError
from codex_quota.history import FILE_NAME, History, Kept, Reading, history_file
from codex_quota.history.database import Database
from snapshots import DAY, FIVE, HOUR, NOW, WEEK, quota, snapshot, window

MINUTE = timedelta(minutes=1)
WORK = snapshot("work", quota(FIVE, WEEK, plan="plus", reached=False, credits=Credits(balance=Decimal("12.50")), reset_credits=2))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "state" / "history.sqlite3")


def at(moment: datetime, *used: float, **more: object) -> Snapshot:
    """The account ``work`` with a weekly window (and a five-hour one) as it was then."""
    windows = (replace(WEEK, used_percent=used[0]), *(replace(FIVE, used_percent=percent) for percent in used[1:]))
    return snapshot("work", quota(*windows), fetched_at=moment, **more)


def kept(history: History) -> list[tuple[datetime, list[float | None]]]:
    return [(reading.at, [one.used_percent for one in reading.windows]) for reading in history.readings("work")]


def test_a_reading_comes_back_as_it_was(history: History) -> None:
    assert history.record([WORK], NOW) == 1
    assert history.readings("work") == [
        Reading(
            account="work", at=NOW.replace(microsecond=0), windows=(FIVE, WEEK), plan="plus", usable=True, limit_reached=False,
            credits=Decimal("12.50"), reset_credits=2,
        )
    ]  # fmt: skip
    assert history.accounts() == [Kept(name="work", first_at=NOW, last_at=NOW, readings=1)]


def test_a_history_that_was_never_written_holds_nothing_and_makes_no_file(history: History) -> None:
    assert (history.accounts(), history.readings("work"), history.note("x")) == ([], [], None)
    assert not history.path.parent.exists()


@pytest.mark.parametrize(
    ("change", "news"),
    [
        ({}, False),
        ({"fetched_at": NOW + 29 * MINUTE}, False),
        ({"fetched_at": NOW + 30 * MINUTE}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(replace(WEEK, used_percent=41.5), FIVE)}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(WEEK)}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(WEEK, FIVE, replace(WEEK, limit="spark"))}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(replace(WEEK, resets_at=NOW + 5 * DAY), FIVE)}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(replace(WEEK, resets_at=NOW + 4 * DAY + 2 * MINUTE), FIVE)}, False),
        ({"fetched_at": NOW + MINUTE, "quota": quota(replace(WEEK, started=False), FIVE)}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(WEEK, FIVE, plan="pro")}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(WEEK, FIVE, reached=True)}, True),
        ({"fetched_at": NOW + MINUTE, "quota": quota(WEEK, FIVE, reset_credits=1)}, True),
        ({"fetched_at": NOW - MINUTE, "quota": quota(WEEK)}, False),
        ({"quota": None, "status": "failed", "error": UnauthorizedError("out")}, True),
    ],
)
def test_only_what_says_something_new_is_kept(history: History, change: dict[str, object], news: bool) -> None:
    first = snapshot("work", quota(WEEK, FIVE))
    history.record([first], NOW)
    assert history.record([replace(first, **change)], NOW + MINUTE) == news  # type: ignore[arg-type]
    assert len(history.readings("work")) == 1 + news


def test_a_window_that_has_not_started_slides_without_being_news(history: History) -> None:
    ahead = replace(WEEK, used_percent=0, started=False)
    history.record([snapshot("work", quota(ahead))], NOW)
    later = snapshot("work", quota(replace(ahead, resets_at=NOW + 4 * DAY + 20 * MINUTE)), fetched_at=NOW + 20 * MINUTE)
    assert history.record([later], NOW + 20 * MINUTE) == 0


def test_an_error_is_kept_once_and_so_is_its_end(history: History) -> None:
    stale = at(NOW, 41, status="stale", error=TimedOutError("no answer"))
    shown = [at(NOW, 41), stale, stale, replace(stale, error=UnauthorizedError("out")), at(NOW + 9 * MINUTE, 41)]
    assert [history.record([one], NOW + number * MINUTE) for number, one in enumerate(shown, 1)] == [1, 1, 0, 1, 1]
    assert [(reading.at - NOW, reading.error) for reading in history.readings("work")] == [
        (0 * MINUTE, None), (2 * MINUTE, "timeout"), (4 * MINUTE, "unauthorized"), (9 * MINUTE, None),
    ]  # fmt: skip


def test_a_stretch_of_time_includes_both_of_its_ends(history: History) -> None:
    for hour in range(5):
        history.record([at(NOW + hour * HOUR, hour)], NOW)
    found = history.readings("work", since=NOW + HOUR, until=NOW + 3 * HOUR)
    assert [reading.windows[0].used_percent for reading in found] == [1, 2, 3]


def test_accounts_are_told_apart_by_their_login_and_keep_their_history_under_a_new_name(history: History) -> None:
    ann = Account(name="work", source="directory", account_id="acct", user_id="ann")
    bob = replace(ann, user_id="bob")
    history.record([replace(at(NOW, 1), account=ann)], NOW)
    history.record([replace(at(NOW + HOUR, 2), account=bob)], NOW)
    history.record([replace(at(NOW + 2 * HOUR, 3), account=replace(ann, name="ann"))], NOW)
    assert [(one.name, one.readings) for one in history.accounts()] == [("ann", 2), ("work", 1)]
    assert [reading.windows[0].used_percent for reading in history.readings(ann)] == [1, 3]
    assert [reading.windows[0].used_percent for reading in history.readings("work")] == [2]


def test_a_copy_of_a_sign_in_that_is_out_of_date_breaks_nothing(history: History) -> None:
    work = Account(name="work", source="directory", account_id="acct", user_id="ann")
    copy = snapshot("copy", error=UnauthorizedError("signed out"), status="failed")
    copy = replace(copy, account=replace(work, name="copy"))
    for n in range(4):
        moment = NOW + n * HOUR
        assert history.record([copy, replace(at(moment, n), account=work)], moment) == 1
        assert history.record([copy], moment + MINUTE) == 0
    assert [(one.name, one.readings) for one in history.accounts()] == [("work", 4)]
    assert history.events("work", since=NOW, until=NOW + DAY) == []
    broken = replace(copy, account=work)
    assert history.record([copy, broken], NOW + DAY) == 1
    assert history.readings("work")[-1].error == "unauthorized"


def test_of_two_sign_ins_of_one_login_the_first_one_counts(history: History) -> None:
    first = Account(name="a", source="directory", account_id="acct", user_id="ann")
    for hour in range(3):
        shown = [replace(at(NOW + hour * HOUR, 5), account=one) for one in (first, replace(first, name="b"))]
        assert history.record(shown, NOW + hour * HOUR) == 1
        assert history.names() == ["a"]


def test_an_account_is_the_same_before_and_after_its_login_is_known(history: History) -> None:
    unknown = Account(name="work", source="environment")
    known = replace(unknown, account_id="acct", user_id="ann")
    for hour, account in enumerate((unknown, replace(unknown, account_id="acct"), known, unknown)):
        history.record([replace(at(NOW + hour * HOUR, hour), account=account)], NOW)
    assert [(one.name, one.readings) for one in history.accounts()] == [("work", 4)]
    history.record([replace(at(NOW + 9 * HOUR, 9), account=replace(known, user_id="bob"))], NOW)
    assert [one.readings for one in history.accounts()] == [1, 4]


def test_the_file_is_private_and_holds_neither_addresses_nor_ids(history: History) -> None:
    account = Account(name="work", source="directory", account_id="acct-1", user_id="user-1", email="ann@example.com")
    history.record([replace(WORK, account=account)], NOW)
    with sqlite3.connect(history.path) as open_still:
        open_still.execute("SELECT count(*) FROM reading").fetchone()
        modes = {path.name: path.stat().st_mode & 0o777 for path in history.path.parent.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)
    assert history.path.parent.stat().st_mode & 0o777 == 0o700
    data = history.path.read_bytes()
    assert [word for word in (b"ann@example.com", b"acct-1", b"user-1") if word in data] == []


@pytest.mark.parametrize("damage", [bytes(5000), b"\xff" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(history: History, damage: bytes) -> None:
    history.path.parent.mkdir()
    history.path.write_bytes(damage)
    assert history.record([WORK], NOW) == 1
    aside = history.path.with_name(f"{history.path.name}.damaged-1")
    assert history.damage == f"the history was damaged: it is kept as {aside}, and a new one was begun"
    assert (aside.read_bytes(), len(history.readings("work"))) == (damage, 1)


def test_a_text_is_no_damaged_history_and_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text('{"tokens": "口令"}' * 200)
    with pytest.raises(HistoryError) as raised:
        History(path).record([WORK], NOW)
    assert raised.value.line() == f"{path} is no history; give another file with --history-file"
    assert ([one.name for one in tmp_path.iterdir()], path.read_text()[:8]) == (["auth.json"], '{"tokens')


def test_damage_in_the_middle_is_told_and_the_next_time_all_is_well(history: History) -> None:
    for hour in range(300):
        history.add(WORK.account, [Reading(account="work", at=NOW + hour * HOUR, windows=(WEEK, FIVE))])
    with history.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (history.path.stat().st_size - 8192))
    with pytest.raises(HistoryError, match="the history was damaged: it is kept as "):
        history.readings("work")
    assert (history.record([WORK], NOW), len(history.readings("work"))) == (1, 1)


def test_a_file_of_a_later_version_is_left_alone(history: History) -> None:
    history.record([WORK], NOW)
    with sqlite3.connect(history.path) as later:
        later.execute("PRAGMA user_version = 99")
    with pytest.raises(HistoryError) as raised:
        history.record([at(NOW + HOUR, 1)], NOW)
    assert raised.value.line() == (
        f"the history {history.path} was written by a later version of this program; "
        "update codex-quota, or give another file with --history-file"
    )
    assert not list(history.path.parent.glob("*.damaged-*"))


def test_a_new_file_that_another_program_is_just_making_is_waited_for(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    # SQLite itself waits for no lock when it changes the mode of a file
    history.path.parent.mkdir()
    with closing(sqlite3.connect(history.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                other.execute("COMMIT")

        monkeypatch.setattr("codex_quota.history.database.sleep", wait)
        assert history.record([WORK], NOW) == 1
    assert len(waits) == 3


def test_a_new_file_that_stays_locked_is_an_error(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.history.database.PATIENCE", 0.02)
    history.path.parent.mkdir()
    with closing(sqlite3.connect(history.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match=r"cannot be used: another program held it for 0\.02 s$"):
            history.record([WORK], NOW)


def test_a_locked_file_is_an_error_after_a_short_wait(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.history.database.PATIENCE", 0.05)
    history.record([at(NOW, 1)], NOW)
    other = sqlite3.connect(history.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HistoryError) as raised:
        history.record([at(NOW + HOUR, 2)], NOW)
    assert raised.value.message == f"the history {history.path} cannot be used: another program held it for 0.05 s"
    assert len(history.readings("work")) == 1
    other.close()
    assert history.record([at(NOW + HOUR, 2)], NOW) == 1


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError) as raised:
        History(tmp_path / "file" / "sub" / "history.sqlite3").record([WORK], NOW)
    assert raised.value.line() == (
        f"the history {tmp_path}/file/sub/history.sqlite3 cannot be used: Not a directory; check space and permissions, "
        "give another file with --history-file, or do without it with --no-history"
    )


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from codex_quota import Account
from codex_quota.history import History, Reading, database
database.PATIENCE = 60
history, name = History(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)
    history.add(Account(name=name, source="x"), [Reading(account=name, at=at)])
    print(number, flush=True)
"""


def test_programs_write_at_the_same_time_without_losing_anything(history: History) -> None:
    words = [sys.executable, "-c", WRITER, str(history.path)]
    writers = [subprocess.Popen([*words, name, "40"], stdout=subprocess.PIPE, text=True) for name in ("a", "b", "c")]
    assert [writer.communicate(timeout=60)[0].split()[-1] for writer in writers] == ["39"] * 3
    assert sorted((one.name, one.readings) for one in history.accounts()) == [("a", 40), ("b", 40), ("c", 40)]


READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM reading").fetchone()
connection.close()
"""


def test_a_thread_that_reads_does_not_give_up_the_lock_of_one_that_writes(history: History) -> None:
    """Else another program that ends takes itself for the last one, and deletes what is being written."""
    history.record([WORK], NOW)
    log = history.path.with_name(f"{history.path.name}-wal")
    with history._database.writing() as connection:
        connection.execute("INSERT INTO note VALUES ('place', '1')")
        assert history.names() == ["work"]
        subprocess.run([sys.executable, "-c", READER, str(history.path)], check=True)
        assert log.exists()
    assert history.note("place") == "1"


def test_what_was_written_survives_kill_9(history: History) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(history.path), "a", "100000"], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if line == "20\n":
            writer.kill()
            break
    writer.wait()
    assert len(history.readings("a")) >= 21
    assert (history.record([WORK], NOW), history.damage) == (1, None)


def test_old_readings_are_thinned_once_a_day_but_the_last_before_a_reset_stays(history: History) -> None:
    start = NOW - timedelta(days=20)
    for minute in range(0, 180, 10):
        reset = minute >= 90
        week = replace(WEEK, used_percent=minute - 90 * reset, resets_at=start + (9 if reset else 2) * DAY)
        history.add(WORK.account, [Reading(account="work", at=start + minute * MINUTE, windows=(week,))])
    assert start.minute == 4
    history.record([at(NOW, 1)], NOW)
    assert [(reading.at - start) // MINUTE for reading in history.readings("work", until=NOW - DAY)] == [
        50,
        80,
        90,
        100,
        110,
        170,
    ]


def test_readings_older_than_half_a_year_are_thinned_to_one_a_day(history: History) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = [Reading(account="work", at=start + hour * HOUR, windows=(WEEK,)) for hour in range(72)]
    history.add(WORK.account, found)
    assert history.thin(start + timedelta(days=100)) == 0
    # up to hour 36 lie 24 of the first day, the last of which stays, and 13 of the second
    assert history.thin(start + timedelta(days=181, hours=12)) == 23 + 13
    assert history.thin(NOW) == 10 + 23
    assert [reading.at - start for reading in history.readings("work")] == [23 * HOUR, 47 * HOUR, 71 * HOUR]


def test_a_moment_that_is_known_is_not_added_again(history: History) -> None:
    history.record([at(NOW, 7)], NOW)
    rollout = Reading(account="work", at=NOW, windows=(WEEK,), origin="rollout")
    assert history.add(WORK.account, [rollout, replace(rollout, at=NOW - HOUR)]) == 1
    assert kept(history) == [(NOW - HOUR, [41]), (NOW, [7])]


def test_rollouts_are_not_what_news_is_measured_by(history: History) -> None:
    history.record([at(NOW, 7)], NOW)
    history.add(WORK.account, [Reading(account="work", at=NOW + HOUR, windows=(WEEK,), origin="rollout")])
    assert history.record([at(NOW + MINUTE, 8)], NOW) == 1


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"HOME": "/home/ann"}, f"/home/ann/.local/state/codex-quota/{FILE_NAME}"),
        ({"HOME": "/home/ann", "XDG_STATE_HOME": "/state"}, f"/state/codex-quota/{FILE_NAME}"),
        ({"HOME": "/home/ann", "XDG_STATE_HOME": "relative"}, f"/home/ann/.local/state/codex-quota/{FILE_NAME}"),
        ({"HOME": "/home/ann", "CODEX_QUOTA_HISTORY_FILE": "/x/y.db"}, "/x/y.db"),
    ],
)
def test_the_file_lies_where_the_options_say(environ: dict[str, str], path: str) -> None:
    assert str(history_file(Options(environ=environ))) == path
    made = History.of(Options(environ=environ))
    assert made is not None
    assert str(made.path) == path


def test_the_history_can_be_turned_off_and_its_options_are_checked() -> None:
    assert History.of(Options(environ={"CODEX_QUOTA_HISTORY": "0"})) is None
    with pytest.raises(UsageError, match="CODEX_QUOTA_HISTORY_DAILY_AFTER: 'x' is not a length of time"):
        History.of(Options(environ={"CODEX_QUOTA_HISTORY_DAILY_AFTER": "x"}))


def test_notes_are_kept(history: History) -> None:
    history.set_note("place", "1")
    history.set_note("place", "2")
    assert (history.note("place"), history.note("other")) == ("2", None)


def test_windows_without_figures_come_back_without(history: History) -> None:
    odd = replace(window("other", None), label="?", started=None)
    history.record([snapshot("work", quota(odd))], NOW)
    assert history.readings("work")[0].windows == (odd,)


@pytest.mark.parametrize(
    ("change", "surprising"),
    [
        ({"used_percent": 42}, False),
        ({"used_percent": 47}, True),
        ({"used_percent": 40}, True),
        ({"resets_at": NOW + 6 * DAY}, True),
        ({"limit": "spark"}, True),
    ],
    ids=["use", "leap", "fall", "reset", "window"],
)
def test_the_reading_after_a_surprise_is_kept_because_it_confirms_it(
    history: History, change: dict[str, object], surprising: bool
) -> None:
    before, after = quota(WEEK), quota(replace(WEEK, **change))  # type: ignore[arg-type]
    shown = [snapshot("work", one, fetched_at=NOW + n * MINUTE) for n, one in enumerate((before, before, after, after, after))]
    assert [history.record([one], NOW + n * MINUTE) for n, one in enumerate(shown)] == [1, 0, 1, surprising, 0]


@pytest.mark.parametrize("facts", [{"plan": "pro"}, {"reset_credits": 3}])
def test_a_changed_plan_is_confirmed_too(history: History, facts: dict[str, object]) -> None:
    quotas = (quota(WEEK), quota(WEEK, **facts), quota(WEEK, **facts))
    shown = [snapshot("work", one, fetched_at=NOW + n * MINUTE) for n, one in enumerate(quotas)]
    assert [history.record([one], NOW + n * MINUTE) for n, one in enumerate(shown)] == [1, 1, 1]


def test_an_event_is_known_with_the_very_next_reading(history: History) -> None:
    for n, used in enumerate((41, 3, 3)):
        history.record([at(NOW + n * MINUTE, used)], NOW + n * MINUTE)
    (event,) = history.events("work", since=NOW, until=NOW + HOUR)
    assert (event.kind, event.at) == ("early_reset", NOW + MINUTE)


def test_an_event_after_an_outage_is_known_with_the_very_next_reading(history: History) -> None:
    history.record([at(NOW, 41)], NOW)
    history.record([snapshot("work", error=TimedOutError("no answer"), status="failed")], NOW + HOUR)
    shown = [at(NOW + HOUR + n * MINUTE, 3) for n in (1, 2, 3)]
    assert [history.record([one], NOW + HOUR + n * MINUTE) for n, one in enumerate(shown, 1)] == [1, 1, 0]
    (event,) = history.events("work", since=NOW, until=NOW + DAY)
    assert (event.kind, event.at) == ("early_reset", NOW + HOUR + MINUTE)


@pytest.mark.parametrize("before", [1, 2])
def test_what_happened_after_days_without_a_reading_is_found_from_any_time_on(history: History, before: int) -> None:
    five = replace(FIVE, used_percent=30, resets_at=NOW + HOUR)
    found = [Reading(account="work", at=NOW - n * HOUR, plan="plus", windows=(five,)) for n in range(before)]
    later = NOW + 5 * DAY
    found += [Reading(account="work", at=later + n * MINUTE, plan="pro") for n in (0, 1)]
    history.add(WORK.account, [*found, Reading(account="work", at=NOW + MINUTE, error="unauthorized")])
    for since in (NOW, NOW + 2 * DAY, later - HOUR):
        events = history.events("work", since=since, until=later + HOUR)
        mended = [event.kind for event in events if event.at >= later]
        assert sorted(mended) == ["plan_changed", "sign_in_mended", "window_vanished"]


def test_any_stretch_of_time_may_be_asked_for(history: History) -> None:
    history.record([WORK], NOW)
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert history.events("work", since=first, until=first) == []
    assert history.events("work", since=first, until=last) == []
    assert history.events("work", since=last, until=last) == []
    assert len(history.readings("work", since=first, until=last)) == 1


def test_an_id_of_any_characters_is_told_apart(history: History) -> None:
    odd = Account(name="odd", source="directory", account_id="a", user_id="\ud800")
    assert history.add(odd, [Reading(account="odd", at=NOW)]) == 1
    assert len(history.readings(odd)) == 1


def test_two_windows_that_are_called_alike_are_no_news_every_time(history: History) -> None:
    twins = quota(WEEK, replace(WEEK, used_percent=43, resets_at=NOW + 5 * DAY))
    shown = [snapshot("work", twins, fetched_at=NOW + n * MINUTE) for n in range(3)]
    assert [history.record([one], NOW + n * MINUTE) for n, one in enumerate(shown)] == [1, 0, 0]


def test_a_clock_that_was_wrong_once_stops_nothing(history: History) -> None:
    future = NOW + 9000 * DAY
    history.record([at(future, 50)], future)
    assert [history.record([at(NOW + n * MINUTE, n)], NOW + n * MINUTE) for n in range(3)] == [1, 1, 1]
    assert history.record([at(NOW + 3 * MINUTE, 2)], NOW + 3 * MINUTE) == 0


def test_a_file_that_another_program_has_begun_anew_is_not_set_aside(history: History) -> None:
    """Two programs found the damage at the same time; the second one must not take the first one's new file away."""
    history.record([WORK], NOW)
    database = Database(history.path)
    database._set_aside(history.path.stat().st_ino + 1)
    assert (database.damage, len(history.readings("work"))) == (None, 1)
    database._set_aside(history.path.stat().st_ino)
    assert (bool(database.damage), history.path.exists()) == (True, False)
    database._set_aside(0)
    assert not history.path.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(history: History) -> None:
    history.record([WORK], NOW)
    history.path.chmod(0)
    with pytest.raises(HistoryError, match="cannot be used: Permission denied"):
        history.readings("work")


@pytest.mark.parametrize(
    ("make", "reason"),
    [(Path.mkdir, "Is a directory"), (lambda path: os.mkfifo(path), "it is no file")],
    ids=["directory", "pipe"],
)
def test_what_is_no_file_is_an_error(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    path = tmp_path / "history.sqlite3"
    make(path)
    with pytest.raises(HistoryError, match=f"cannot be used: {reason}"):
        History(path).record([WORK], NOW)


def test_a_link_to_a_file_that_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "history.sqlite3"
    link.symlink_to(tmp_path / "elsewhere.sqlite3")
    assert History(link).record([WORK], NOW) == 1
    assert (tmp_path / "elsewhere.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_directory_that_may_not_be_looked_into_is_an_error(history: History) -> None:
    history.record([WORK], NOW)
    history.path.parent.chmod(0)
    try:
        with pytest.raises(HistoryError, match="Permission denied"):
            history.readings("work")
    finally:
        history.path.parent.chmod(0o700)


def test_a_path_that_cannot_be_looked_at_is_an_error(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, **more: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(HistoryError, match="cannot be used: Permission denied"):
        history.readings("work")
