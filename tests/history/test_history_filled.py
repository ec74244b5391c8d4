"""The history fills itself: through commands and the dashboard, not through the demo, and never in the way of a reading."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota import Options
from codex_quota.history import FILE_NAME, History, history_file
from program import Program


@pytest.fixture
def path(program: Program) -> Path:
    assert program.service is not None
    program.service.add("work", weekly=30, five_hour=(10, timedelta(hours=2)))
    program.serve()
    return history_file(Options(environ=program.environ))


def figures(path: Path) -> list[list[float | None]]:
    return [[window.used_percent for window in reading.windows] for reading in History(path).readings("work")]


def test_what_a_command_read_is_kept_once_while_nothing_changes(program: Program, path: Path) -> None:
    for words in ([], ["--max-age", "1h"], ["--refresh"]):
        ran = program(*words)
        assert (ran.status, ran.err) == (0, "")
    assert figures(path) == [[10, 30]]


@pytest.mark.parametrize("off", [["--no-history"], ["demo", "--format", "csv"]])
def test_nothing_is_kept_where_nobody_wants_it(program: Program, path: Path, off: list[str]) -> None:
    ran = program(*off)
    assert (ran.status in (0, 3), path.exists()) == (True, False)


def test_a_history_that_cannot_be_kept_costs_one_line(program: Program, path: Path) -> None:
    path.parent.parent.mkdir(parents=True)
    path.parent.write_text("in the way")
    ran = program("--format", "plain")
    assert (ran.status, "30" in ran.out or "70" in ran.out) == (0, True)
    assert ran.err == (
        f"codex-quota: the history {path} cannot be used: File exists; check space and permissions, "
        "give another file with --history-file, or do without it with --no-history\n"
    )


def test_a_damaged_history_is_told_once(program: Program, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(8000))
    first, second = program(), program("--refresh")
    told = f"the history was damaged: it is kept as {path}.damaged-1, and a new one was begun"
    assert first.err == f"codex-quota: {told}; nothing needs to be done\n"
    assert (second.err, figures(path)) == ("", [[10, 30]])


def test_the_history_s_file_can_be_chosen(program: Program, path: Path, tmp_path: Path) -> None:
    program("--history-file", str(tmp_path / FILE_NAME))
    assert (path.exists(), figures(tmp_path / FILE_NAME)) == (False, [[10, 30]])
