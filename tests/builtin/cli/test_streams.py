"""Streams that are closed, broken, or not UTF-8."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codex_quota import hookimpl
from codex_quota.builtin.cli.main import main
from codex_quota.builtin.cli.streams import json_for
from codex_quota.simulated import SimulatedService

PROGRAM = f"{sys.executable} -m codex_quota"
ROW = b"work\t75\t60\t"


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    return {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url}


def shell(command: str, world: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", command], env=world, capture_output=True)


@pytest.mark.parametrize("words", ["2>&-", "-v 2>&-", "<&-", "-v 2> >(head -c 1 >/dev/null)"])
def test_a_lost_error_stream_does_not_cost_the_answer(world: dict[str, str], words: str) -> None:
    done = shell(f"{PROGRAM} {words}", world)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[1].startswith(ROW)


def test_errors_do_not_go_to_standard_output_instead(world: dict[str, str]) -> None:
    done = shell(f"{PROGRAM} nobody 2>&-", world)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(("words", "status"), [("", 0), ("--help", 0), ("--version", 0), ("nobody 2>/dev/null", 2)])
def test_a_closed_output_is_no_traceback(world: dict[str, str], words: str, status: int) -> None:
    done = shell(f"{PROGRAM} {words} >&-", world)
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")


def test_the_whole_answer_is_out_before_plugins_hear_of_it(world: dict[str, str], tmp_path: Path) -> None:
    out, seen = tmp_path / "out", list[bytes]()

    class Plugin:
        @hookimpl
        def snapshots_updated(self) -> None:
            seen.append(out.read_bytes())

    with out.open("w", encoding="utf-8") as stream:
        assert main([], environ=world, stdout=stream, stderr=io.StringIO(), plugins=[Plugin()]) == 0
    assert seen == [out.read_bytes()]
    assert seen[0].splitlines()[1].startswith(ROW)


@pytest.mark.parametrize("words", ["-f json", "accounts -f json", "cache -f json"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030", "utf-8"])
def test_json_is_json_in_every_locale(
    service: SimulatedService, world: dict[str, str], tmp_path: Path, words: str, encoding: str
) -> None:
    service.add("café 工作")
    service.write_accounts(tmp_path / "account")
    subprocess.run([sys.executable, "-m", "codex_quota"], env=world, check=True, stdout=subprocess.DEVNULL)
    done = shell(f"{PROGRAM} {words}", {**world, "PYTHONIOENCODING": encoding})
    assert done.stdout.isascii() is (encoding != "utf-8")
    data = json.loads(done.stdout)
    assert [row["account"] for row in (data if isinstance(data, list) else data["results"])] == ["café 工作", "work"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_calendar_is_utf_8_in_every_locale(
    service: SimulatedService, world: dict[str, str], tmp_path: Path, encoding: str
) -> None:
    service.add("café 工作")
    service.write_accounts(tmp_path / "account")
    lines = shell(f"{PROGRAM} -f ics", {**world, "PYTHONIOENCODING": encoding}).stdout.decode("utf-8").split("\r\n")
    assert {line for line in lines if line.startswith("SUMMARY")} == {
        f"SUMMARY:Codex {name}: {window} resets" for name in ("café 工作", "work") for window in ("5 h", "weekly")
    }
    assert not [line for line in lines if "\n" in line or "\r" in line]


@pytest.mark.parametrize("text", ["café", "工作", "😀", "\udce9", 'a\\"é'])
def test_escapes_mean_the_same_text(text: str) -> None:
    document = json.dumps([text], ensure_ascii=False)
    escaped = json_for(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"), document)
    assert (escaped.isascii(), json.loads(escaped)) == (True, [text])
    assert json_for(io.TextIOWrapper(io.BytesIO(), encoding="UTF8"), document) == document


def test_a_raw_body_is_utf_8_in_every_locale(service: SimulatedService, world: dict[str, str]) -> None:
    body = '{"plan_type":"plus","note":"café"}'.encode()
    service.accounts["work"].body = body
    done = shell(f"{PROGRAM} --raw-json", {**world, "PYTHONIOENCODING": "ascii"})
    assert done.stdout == body + b"\n"
