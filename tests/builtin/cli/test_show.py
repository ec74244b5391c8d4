"""``codex-quota`` as a person or a script sees it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

import codex_quota
from codex_quota.simulated import Fault
from program import Program

HEADER = "account\tfive_hour%\tweekly%\tweekly_reset\tsource\tplan\tstatus\n"


def test_a_bare_call_shows_every_account(program: Program) -> None:
    program.service.add("work", five_hour=12, weekly=None)
    program.service.add("home", five_hour=None, weekly=None, plan="free")
    program.serve()
    ran = program()
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == HEADER + "home\t-\t-\t-\tnetwork\tfree\tfresh\n" + "work\t88\t-\t-\tnetwork\tplus\tfresh\n"


@pytest.mark.parametrize("words", [("work", "--utc"), ("--utc", "work"), ("show", "work", "--utc"), ("--utc", "show", "work")])
def test_options_may_stand_before_and_after_the_name(program: Program, words: tuple[str, ...]) -> None:
    program.service.add("work")
    program.service.add("home")
    program.serve()
    ran = program(*words)
    assert (ran.status, [line.split("\t")[0] for line in ran.out.splitlines()[1:]]) == (0, ["work"])
    assert ran.out.split("\t")[9].endswith("Z")


def test_an_account_that_is_called_like_a_command_is_reached_by_show(program: Program) -> None:
    program.service.add("demo")
    program.serve()
    assert program("show", "demo").out.splitlines()[1].startswith("demo\t")


def test_several_accounts_can_be_named(program: Program) -> None:
    for name in ("a", "b", "c"):
        program.service.add(name)
    program.serve()
    assert [line.split("\t")[0] for line in program("c", "a").out.splitlines()] == ["account", "a", "c"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("wrok", "did you mean 'work'? there is: work"), ("acounts", "there is: work; the command is called 'accounts'")],
)
def test_an_unknown_account_names_those_there_are(program: Program, name: str, hint: str) -> None:
    program.service.add("work")
    program.serve()
    ran = program(name)
    assert (ran.status, ran.out, ran.err) == (2, "", f"codex-quota: there is no account {name!r}; {hint}\n")


def test_without_any_account_the_person_learns_what_to_do(program: Program) -> None:
    (program.directory / "account").mkdir()
    ran = program()
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"codex-quota: there is no sign-in in {program.directory}/account/*.auth.json")
    assert "codex login" in ran.err
    assert "codex-quota demo" in ran.err


def test_without_any_account_json_says_error(program: Program) -> None:
    ran = program("--format", "json")
    assert (ran.status, json.loads(ran.out)["status"], json.loads(ran.out)["results"]) == (1, "error", [])


def test_the_codex_cli_sign_in_is_enough(program: Program) -> None:
    home = program.directory / "home" / ".codex"
    home.mkdir(parents=True)
    (home / "auth.json").write_text(program.service.add("me").auth_json())
    assert program().out.splitlines()[1].startswith("codex\t75\t60\t")


def test_one_failing_account_makes_it_partial_and_is_told_on_stderr(program: Program) -> None:
    program.service.add("good")
    program.service.sign_out(program.service.add("out"))
    program.serve()
    ran = program()
    assert ran.status == 3
    assert ran.out.splitlines()[2] == "out\t-\t-\t-\t-\tplus\tfailed"
    assert ran.err.startswith("out: signed out")
    assert ran.err.count("\n") == 1
    assert "codex login" in ran.err


def test_no_answer_at_all_is_status_1(program: Program) -> None:
    program.service.add("work")
    program.serve()
    program.service.fail(None, Fault.status(503), times=None)
    ran = program("--retries", "1")
    assert (ran.status, len(program.service.requests)) == (1, 2)
    assert "work: the service is in trouble: simulated 503 (HTTP 503), 2 times; try again in a few minutes" in ran.err


def test_a_stale_answer_is_shown_and_does_not_count_as_answered(program: Program) -> None:
    program.service.add("work")
    program.serve()
    program()
    program.service.fail(None, Fault.drop(), times=None)
    ran = program("--retries", "0")
    assert ran.status == 1
    assert ran.out.splitlines()[1].split("\t")[:2] == ["work", "75"]
    assert ran.out.splitlines()[1].endswith("cache\tplus\tstale")
    assert "connection" in ran.err


def test_used_turns_the_numbers_round_and_says_so_in_the_header(program: Program) -> None:
    program.service.add("work", five_hour=12)
    program.serve()
    header, row = program("--show", "used").out.splitlines()
    assert header.startswith("account\tfive_hour_used%\tweekly_used%")
    assert row.startswith("work\t12\t40\t")


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("name", ["a2", "a10", "burned", "fresh"]),
        ("left", ["fresh", "a10", "a2", "burned"]),
        ("reset", ["burned", "a2", "a10", "fresh"]),
    ],
)
def test_sorting(program: Program, by: str, names: list[str]) -> None:
    program.service.add("a10", five_hour=None, weekly=(30, timedelta(days=3)))
    program.service.add("a2", five_hour=None, weekly=(60, timedelta(days=2)))
    program.service.add("burned", five_hour=None, weekly=(100, timedelta(days=1)))
    program.service.add("fresh", five_hour=None, weekly=0)
    program.serve()
    assert [line.split("\t")[0] for line in program("--sort", by).out.splitlines()[1:]] == names


def test_a_terminal_gets_the_table(program: Program) -> None:
    program.service.add("work")
    program.serve()
    ran = program(terminal=True, NO_COLOR="1")
    assert ran.out.splitlines()[0].split() == ["Account", "Plan", "Window", "%", "left", "Pace", "Resets", "Source"]
    assert "\x1b" not in ran.out


def test_the_table_keeps_to_the_width_of_the_terminal(program: Program) -> None:
    program.service.add("a very long account name that nobody would want to read twice", plan="self_serve_business_usage_based")
    program.serve()
    from rich.cells import cell_len

    assert max(cell_len(line) for line in program(terminal=True, NO_COLOR="1", COLUMNS="60").out.splitlines()) <= 60


@pytest.mark.parametrize(
    ("words", "variables", "colored"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
        (("--color", "never"), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
    ],
)
def test_colours_obey(program: Program, words: tuple[str, ...], variables: dict[str, str], colored: bool) -> None:
    program.service.add("work")
    program.serve()
    assert ("\x1b[" in program(*words, terminal=True, **variables).out.replace("\r\x1b[K", "")) is colored


def test_the_table_tells_problems_below_and_stderr_stays_empty(program: Program) -> None:
    program.service.sign_out(program.service.add("out"))
    program.serve()
    ran = program("--format", "table")
    assert (ran.status, ran.err) == (1, "")
    assert "out: signed out" in ran.out


def test_emails_are_shown_only_on_request(program: Program) -> None:
    program.service.add("work", email="me@example.com")
    program.serve()
    assert "me@example.com" not in program("-f", "table").out
    assert "me@example.com" in program("-f", "table", "--emails", terminal=True, COLUMNS="120").out


def test_csv_is_read_back_by_a_csv_reader(program: Program) -> None:
    program.service.add("work", five_hour=12)
    program.serve()
    (row,) = csv.DictReader(io.StringIO(program("-f", "csv").out, newline=""))
    assert (row["account"], row["five_hour_left_percent"], row["status"]) == ("work", "88", "fresh")


def test_json_follows_the_schema(program: Program) -> None:
    program.service.add("work", five_hour=12)
    program.serve()
    data = json.loads(program("-f", "json").out)
    assert (data["schema_version"], data["status"]) == (1, "success")
    assert data["results"][0]["five_hour"]["remaining_percent"] == 88


def test_raw_json_is_the_unchanged_body(program: Program) -> None:
    body = b'{ "plan_type":"plus",\n  "rate_limit" : null, "new": 1.50 }'
    program.service.add("work", body=body)
    program.serve()
    assert program("--raw-json").out == body.decode() + "\n"


def test_raw_answers_of_several_accounts_are_labelled(program: Program) -> None:
    program.service.add("a", body=b'{"plan_type":"plus"}')
    program.service.add("b", body=b'{"plan_type":"free"}')
    program.serve()
    assert program("--raw-json").out == '== a ==\n{"plan_type":"plus"}\n\n== b ==\n{"plan_type":"free"}\n'


def test_raw_headers_hide_secrets_and_go_before_the_body(program: Program) -> None:
    program.service.add("work")
    program.serve()
    program.service.fail(None, Fault.set_cookie("session=abc"))
    lines = program("--raw-headers", "--raw-json").out.splitlines()
    assert lines[0] == "HTTP 200"
    assert "set-cookie: [redacted]" in [line.lower() for line in lines]
    assert lines[lines.index("") + 1].startswith("{")
    assert not any("abc" in line for line in lines)


def test_raw_shows_what_came_with_an_error_too(program: Program) -> None:
    program.service.add("work")
    program.serve()
    program.service.fail(None, Fault.status(404, b"nowhere"))
    ran = program("--raw-json")
    assert (ran.status, ran.out) == (1, "nowhere\n")
    assert "no usage endpoint" in ran.err


def test_verbose_tells_each_step_and_no_secret(program: Program) -> None:
    account = program.service.add("work")
    program.serve()
    program.service.fail(None, Fault.status(503))
    ran = program("--verbose")
    kinds = [line.split("work: ")[1].split(":")[0] for line in ran.err.splitlines()]
    assert kinds == ["start", "attempt", "answer", "wait", "attempt", "answer", "done"]
    assert account.access_token not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--timeout", "0"), "--timeout: must be more than 0 seconds"),
        (("--max-age", "soon"), "--max-age: 'soon' is not a length of time like 90, 5m, 1h or 2d"),
        (("--retries", "-1"), "--retries"),
        (("--show", "both"), "--show: invalid choice: 'both'"),
        (("--nonsense",), "--nonsense"),
        (("--format", "tabel"), "there is no format named 'tabel'; did you mean 'table'?"),
        (("--cache", "fiel"), "there is no cache store named 'fiel'; did you mean 'file'?"),
        (("--source", "vault"), "there is no source named 'vault'"),
        (("--chatgpt-url", "nowhere"), "--chatgpt-url is not an http or https address: 'nowhere'"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(program: Program, words: tuple[str, ...], said: str) -> None:
    program.service.add("work")
    program.serve()
    ran = program(*words)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CODEX_QUOTA_TIMEOUT", "never", "CODEX_QUOTA_TIMEOUT: 'never' is not a length of time"),
        ("CODEX_QUOTA_SHOW", "both", "CODEX_QUOTA_SHOW is 'both', but must be one of left, used"),
        ("CODEX_QUOTA_REFRESH", "perhaps", "CODEX_QUOTA_REFRESH is 'perhaps', but must be 1 or 0"),
    ],
)
def test_a_wrong_variable_is_named(program: Program, name: str, value: str, said: str) -> None:
    program.service.add("work")
    program.serve()
    ran = program(**{name: value})
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_variable_stands_in_for_a_flag_and_the_flag_beats_it(program: Program) -> None:
    program.service.add("work", five_hour=12)
    program.serve()
    assert program(CODEX_QUOTA_SHOW="used").out.splitlines()[1].startswith("work\t12")
    assert program("--show", "left", CODEX_QUOTA_SHOW="used").out.splitlines()[1].startswith("work\t88")
    assert program(CODEX_QUOTA_FORMAT="json").out.startswith("{")
    assert program("--max-age", "1h").out.split("\t")[-3] == "cache"
    assert program("--max-age", "1h", CODEX_QUOTA_REFRESH="1").out.split("\t")[-3] == "network"
    assert program("--max-age", "1h", "--no-refresh", CODEX_QUOTA_REFRESH="1").out.split("\t")[-3] == "cache"


def test_several_sources_in_one_variable(program: Program) -> None:
    account = program.service.add("work")
    program.serve()
    ran = program(CODEX_QUOTA_SOURCE="environment, directory", CODEX_QUOTA_ACCESS_TOKEN=account.access_token)
    assert [line.split("\t")[0] for line in ran.out.splitlines()[1:]] == ["environment"]


def test_a_format_of_a_plugin_that_fails_is_one_line(program: Program) -> None:
    class Bad(codex_quota.Formatter):
        name = "bad"
        summary = "fails"

        def format(self, snapshots: object, style: object) -> str:
            raise RuntimeError("no idea")

    class Plugin:
        @codex_quota.hookimpl
        def register_formatters(self) -> list[codex_quota.Formatter]:
            return [Bad()]

    program.plugins = [Plugin()]
    program.service.add("work")
    program.serve()
    ran = program("-f", "bad")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "codex-quota: the format bad failed: RuntimeError: no idea; "
        "'codex-quota plugins' tells which distribution it comes from\n"
    )


def test_debug_shows_the_traceback(program: Program) -> None:
    with pytest.raises(codex_quota.UnknownAccountError):
        program("nobody", "--debug")


def test_wide_names_are_shown(program: Program) -> None:
    program.service.add("工作", five_hour=12)
    program.serve()
    assert program("工作").out.splitlines()[1].startswith("工作\t88\t")
