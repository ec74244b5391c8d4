"""Whatever is read, and whoever writes at the same time, the history stays whole and in order."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bodies import bodies
from codex_quota import Snapshot, parse_usage
from codex_quota.history import History, Reading, database, events_document, events_of, history_document
from codex_quota.testing import sample_snapshots
from session_lines import limits, session, write
from snapshots import NOW, quota, snapshot, window

MINUTE = timedelta(minutes=1)
CALM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAMPLES = sample_snapshots()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to fail."""
    monkeypatch.setattr(database, "PATIENCE", 60)


def in_order(readings: Sequence[Reading]) -> bool:
    return [one.at for one in readings] == sorted({one.at for one in readings})


@CALM
@given(
    shown=st.lists(
        st.tuples(st.sampled_from(SAMPLES), st.sampled_from(("one", "two")), st.integers(-9, 99)), min_size=1, max_size=12
    )
)
def test_no_shape_of_a_snapshot_breaks_the_history_or_its_order(
    tmp_path_factory: object, shown: list[tuple[Snapshot, str, int]]
) -> None:
    history = History(tmp_path_factory.mktemp("any") / "history.sqlite3")  # type: ignore[attr-defined]
    for one, name, minute in shown:
        at = NOW + minute * MINUTE
        fetched = None if one.fetched_at is None else at
        history.record([replace(one, account=replace(one.account, name=name), fetched_at=fetched)], at)
    kept = {name: history.readings(name) for name in history.names()}
    assert sum(map(len, kept.values())) > 0
    assert all(map(in_order, kept.values()))
    document = history_document(kept, since=None, until=NOW, generated_at=NOW)
    assert [len(told["readings"]) for told in document["accounts"]] == [len(found) for found in kept.values()]  # type: ignore[attr-defined]
    for readings in kept.values():
        events_document(events_of(readings), generated_at=NOW)
    history.thin(NOW + timedelta(days=400))


@CALM
@given(body=bodies())
def test_no_answer_of_the_service_breaks_the_history(tmp_path_factory: object, body: dict[str, object]) -> None:
    history = History(tmp_path_factory.mktemp("body") / "history.sqlite3")  # type: ignore[attr-defined]
    try:
        found = parse_usage(body, answered_at=NOW)
    except ValueError:
        return
    assert history.record([snapshot("work", found)], NOW) == 1
    (reading,) = history.readings("work")
    # what is not kept to the second or the bit is not told
    assert [(one.limit, one.name, one.used_percent, one.resets_at) for one in reading.windows] == [
        (one.limit, one.name, one.used_percent, one.resets_at) for one in found.windows
    ]


PROGRAM = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from codex_quota.history import History, database
from snapshots import quota, snapshot, window

database.PATIENCE = 60
what, path = sys.argv[1], Path(sys.argv[2])
start = datetime(2026, 1, 1, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
if what == "reader":
    seen = 0
    while "done" not in {one.name for one in path.parent.iterdir()}:
        for name in History(path).names():
            times = [one.at for one in History(path).readings(name)]
            assert times == sorted(set(times)), name
            seen = max(seen, len(times))
        History(path).thin(start + timedelta(days=3))
    print(seen)
else:
    # a dashboard keeps its history open and tells of one account at a time, a command makes a new one and tells of all
    history, names = History(path), ["a", "b", "c"]
    for number in range(60):
        at = start + timedelta(minutes=number, seconds=20 * (what == "command"))
        found = [snapshot(name, quota(window("weekly", number % 100)), fetched_at=at) for name in names]
        if what == "command":
            assert 0 <= History(path).record(found, at) <= 3
        else:
            for one in found:
                history.record([one], at)
    print(60)
"""


def test_a_command_and_a_dashboard_write_while_a_third_reads_and_thins(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    words = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n{PROGRAM}"]
    roles = ("command", "dashboard", "reader")
    programs = {
        role: subprocess.Popen(
            [*words, role, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for role in roles
    }
    for one in programs.values():
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in programs.values():
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    written = [programs[role].communicate(timeout=120) for role in roles[:2]]
    (tmp_path / "done").touch()
    seen, error = programs["reader"].communicate(timeout=60)
    assert ([out for out, _ in written], [err for _, err in written], error) == (["60\n"] * 2, [""] * 2, "")
    assert 1 <= int(seen) <= 120
    history = History(path)
    for name in ("a", "b", "c"):
        kept = history.readings(name)
        assert in_order(kept)
        # whoever came later in time found what the other had written, so each figure is there at least once
        assert {int(window.used_percent or 0) for one in kept for window in one.windows} == set(range(60))
    assert history.damage is None


def test_many_threads_share_one_history(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")

    def work(number: int) -> int:
        at = NOW + number * MINUTE
        added = history.record([snapshot(f"account-{number % 5}", quota(window("weekly", number % 100)), fetched_at=at)], at)
        return added + len(history.readings(f"account-{number % 5}")) * 0

    with ThreadPoolExecutor(8) as pool:
        added = sum(pool.map(work, range(100)))
    kept = [history.readings(name) for name in history.names()]
    assert (sum(map(len, kept)), len(kept), all(map(in_order, kept))) == (added, 5, True)


def test_session_files_are_taken_while_another_program_writes(tmp_path: Path) -> None:
    from codex_quota.history import SessionFiles

    history = History(tmp_path / "history.sqlite3")
    account = snapshot("work", quota()).account
    then = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(20):
        at = then + number * timedelta(hours=3)
        figures = [(minute, limits(minute, resets_at=at + timedelta(hours=4))) for minute in range(1, 100, 3)]
        write(tmp_path / "codex", at, session(at, figures), number=number)

    def read() -> int:
        return SessionFiles(tmp_path / "codex", History(history.path)).take(account, NOW)

    def record() -> int:
        found = [snapshot("work", quota(window("weekly", n)), fetched_at=NOW + n * MINUTE) for n in range(50)]
        return sum(history.record([one], NOW + timedelta(hours=1)) for one in found)

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(read), pool.submit(record), pool.submit(read)]
        results = [job.result() for job in jobs]
    kept = history.readings("work")
    assert (results[1], in_order(kept)) == (50, True)
    alone = History(tmp_path / "alone.sqlite3")
    SessionFiles(tmp_path / "codex", alone).take(account, NOW)
    assert [one for one in kept if one.origin == "rollout"] == alone.readings("work")
