"""``codex-quota watch`` without a screen, or without anything to watch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from codex_quota.simulated import SimulatedService
from program import Program
from watched import PROGRAM, QUICK, RUN, Watch


def piped(watched_accounts: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """The program with standard output in a pipe, and times in which a test can wait for several refreshes."""
    run = QUICK + "watch_interval.interval = lambda *_, **__: timedelta(seconds=0.2)\n"
    return subprocess.Popen(
        [sys.executable, "-c", run + RUN.format(words=["watch", *words])],
        env={**os.environ, **watched_accounts},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pipe_gets_the_plain_text_for_each_refresh_at_once(service: SimulatedService, watched_accounts: dict[str, str]) -> None:
    with piped(watched_accounts, "work", "a2") as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(4)]
        service.accounts["work"].use(five_hour=50)
        while "\t38\t" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        problems = process.communicate(timeout=10)[1]
    assert first[0].split("\t")[:3] == ["account", "five_hour%", "weekly%"]
    assert [line.split("\t")[:3] for line in first[1:3]] == [["a2", "-", "-"], ["work", "88", "59"]]
    assert first[3] == "\n"
    assert (process.returncode, problems) == (0, "")


def test_a_pipe_gets_one_document_a_line_with_format_json(watched_accounts: dict[str, str]) -> None:
    with piped(watched_accounts, "work", "--format", "json") as process:
        assert process.stdout is not None
        documents = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""
    assert [[one["account"] for one in document["results"]] for document in documents] == [["work"], ["work"]]
    assert documents[0]["generated_at"] <= documents[1]["generated_at"]
    assert process.returncode == 0


def test_problems_are_told_once_while_they_last(service: SimulatedService, watched_accounts: dict[str, str]) -> None:
    service.sign_out("work")
    with piped(watched_accounts, "work") as process:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline().startswith("account\t")
            assert process.stdout.readline().split("\t")[-1] == "failed\n"
            assert process.stdout.readline() == "\n"
        process.send_signal(signal.SIGINT)
        problems = process.communicate(timeout=10)[1]
    assert problems.count("work: signed out") == len(problems.splitlines()) == 1


def test_a_reader_that_goes_away_ends_it_at_once_and_quietly(watched_accounts: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "watch", "work"],
        env={**os.environ, **watched_accounts},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("account\t")
    process.stdout.close()
    # the next refresh would be in five minutes
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"CODEX_QUOTA_VERBOSE": "1"}])
def test_without_a_screen_the_table_is_printed_for_each_refresh(watch: Watch, variables: dict[str, str]) -> None:
    tty = watch("work", ready="Account", **variables)
    tty.await_text("weekly")
    assert b"\x1b[?1049h" not in tty.written
    tty.send("\x03")
    assert tty.await_end() == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nobody"], 2, "codex-quota: there is no account 'nobody'; there is: a2, spent, work\n"),
        (["--interval", "9"], 2, "codex-quota: --interval: must be at least 10 seconds; see codex-quota watch --help\n"),
        (["--format", "poem"], 2, None),
        (["--working-hours", "late"], 2, None),
        (["--account-dir", "nowhere", "--source", "directory"], 1, None),
    ],
)
def test_what_cannot_be_watched_is_said_before_the_first_picture(
    program: Program, words: list[str], status: int, said: str | None
) -> None:
    assert program.service is not None
    for name in ("work", "spent", "a2"):
        program.service.add(name)
    program.serve()
    ran = program("watch", *words)
    assert (ran.status, ran.out) == (status, "")
    assert ran.err == said if said else ran.err.count("\n") == 1
    assert program.service.requests == []
