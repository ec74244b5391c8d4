"""``codex-quota notify``: status, check, test and replay, as a user sees them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import codex_quota_notify
import pytest
from codex_quota_notify.command import Notify
from codex_quota_notify.reading import read_setup
from codex_quota_notify.status import status
from codex_quota_notify.storage import save
from notify_hook import WebHook
from notify_story import DAY, Story, after, failure, reading, window

import codex_quota
from codex_quota import Snapshot, UnauthorizedError
from codex_quota.history import History
from codex_quota.testing import CommandContract, Ran, clean_environ, run_cli

REST = 3 * DAY


class TestNotify(CommandContract):
    def make(self) -> codex_quota.Command:
        return Notify()


@pytest.fixture
def hook() -> Iterator[WebHook]:
    with WebHook() as found:
        yield found


def run(*words: str, directory: Path, stdin: str = "", **environ: str) -> Ran:
    """``codex-quota notify`` with these words."""
    world = {f"CODEX_QUOTA_NOTIFY_{name}": value for name, value in environ.items()}
    return run_cli("notify", *words, plugins=[codex_quota_notify.plugin], directory=directory, environ=world, stdin=stdin)


def configure(directory: Path, text: str, mode: int = 0o600) -> Path:
    """Write the configuration in its usual place."""
    path = directory / "home" / ".config" / "codex-quota" / "notify.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_without_a_configuration_the_status_says_where_it_would_be(tmp_path: Path) -> None:
    ran = run(directory=tmp_path)
    home = tmp_path / "home"
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        f"configuration: none; it would be {home}/.config/codex-quota/notify.toml\n"
        "targets: none; nothing is sent\n"
        "rules: low at 20 % and 5 %; exhausted; back; early_reset; sign_in; unused from 30 % left 24 h before a reset\n"
        f"state: {home}/.local/state/codex-quota/notify.json (nothing yet)\n"
    )


def test_the_status_says_what_is_set_up_pending_and_sent(tmp_path: Path) -> None:
    path = configure(
        tmp_path,
        'urls = ["json://me:secret@127.0.0.1/one", "ntfy://secret-topic"]\naccounts = ["work", "home"]\nzone = "UTC"\n'
        'rules.low.weekly = 10\nrules.low.five_hour = false\nrules.token = true\n[quiet]\nfrom = "13:00"\nto = "07:00"\n'
        'urgent = ["sign_in"]\n',
        0o644,
    )
    environ = {"HOME": str(tmp_path / "home")}
    config = read_setup(environ).config
    story = Story(replace(config, low={"weekly": (20,)}))
    story.hear(0, reading(0, window("weekly", 15, REST)), failure(UnauthorizedError("x"), name="home"))
    story.send(0, fails={2: True})
    story.hear(65, reading(65, window("weekly", 100, REST)))
    state = tmp_path / "home" / ".local" / "state" / "codex-quota" / "notify.json"
    save(state, story.state, after(65))
    out, err = io.StringIO(), io.StringIO()
    nobody = codex_quota.Catalogue(find=False)
    world = codex_quota.Context(
        catalogue=nobody, make_client=lambda: pytest.fail("no client is needed"), stdin=io.StringIO(), stdout=out, stderr=err,
        environ=environ, now=lambda: after(65),
    )  # fmt: skip
    assert status(environ, world) == 0
    assert err.getvalue() == f"warning: {path} holds secrets and others may read it; run: chmod 600 {path}\n"
    assert out.getvalue().splitlines() == [
        f"configuration: {path}",
        "targets: target 1 (json://…), target 2 (ntfy://…) (from the file)",
        "accounts: work, home",
        "rules: low at daily 20 % and 5 %, weekly 10 %, monthly 20 % and 5 %, annual 20 % and 5 %, other 20 % and 5 %, "
        "spend 20 % and 5 %; exhausted; back; early_reset; sign_in; token 24 h before its end; "
        "unused from 30 % left 24 h before a reset",
        "quiet: 13:00 to 07:00 UTC, now until Mon 07:00 (17h 55m); sign_in let through",
        f"state: {state}",
        "account home: last heard of 12:00, sign-in broken",
        "account work: last heard of 13:05, a strange figure waits for another reading",
        "pending: home: the service does not accept the sign-in any more; sign in again with 'codex login'",
        "pending: work: weekly 15 % left; resets Wed 12:00 (2d 22h) (held by quiet hours)",
        "target 2 (ntfy://…): failed once, tried again from 12:01 on",
        "sent 12:00: home: the service does not accept the sign-in any more; sign in again with 'codex login'",
        "sent 12:00: work: weekly 15 % left; resets Wed 12:00 (3d)",
    ]


def test_the_status_says_that_the_state_is_damaged_and_leaves_it(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{", encoding="utf-8")
    ran = run("status", directory=tmp_path, STATE=str(state), URLS="json://one")
    assert ran.status == 0
    assert ran.err.startswith(f"warning: the state {state} is damaged (")
    assert state.exists()


def test_check_asks_apprise_about_every_target_and_sends_nothing(tmp_path: Path, hook: WebHook) -> None:
    good = run("check", directory=tmp_path, URLS=hook.url)
    assert (good.status, good.err) == (0, "")
    assert good.out.splitlines()[-1] == "target 1 (json://…): understood"
    bad = run("check", directory=tmp_path, URLS=f"{hook.url} nosuch://secret")
    assert (bad.status, bad.err) == (1, "")
    assert bad.out.splitlines()[-1] == "target 2 (nosuch://…): Apprise does not understand the URL"
    assert hook.got == []
    assert "secret" not in good.out + bad.out


@pytest.mark.parametrize("action", ["check", "test"])
def test_without_a_target_one_line_says_what_to_do(tmp_path: Path, action: str) -> None:
    ran = run(action, directory=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "codex-quota: no target is configured; name one in the configuration or in CODEX_QUOTA_NOTIFY_URLS, "
        "like ntfy://ntfy.sh/a-topic-of-your-own\n"
    )


def test_a_mistake_in_the_configuration_is_one_line(tmp_path: Path) -> None:
    path = configure(tmp_path, "[rules]\nexhaustd = false\n")
    for action in ("status", "check", "test", "replay"):
        ran = run(action, directory=tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == f"codex-quota: {path}: there is no setting 'rules.exhaustd'; did you mean 'exhausted'?\n"


def test_a_test_message_reaches_every_target(tmp_path: Path, hook: WebHook) -> None:
    with WebHook() as other:
        ran = run("test", directory=tmp_path, URLS=f"{hook.url},{other.url}")
        assert (ran.status, ran.err) == (0, "")
        assert ran.out == "target 1 (json://…): took the message\ntarget 2 (json://…): took the message\n"
        assert hook.titles == other.titles == ["Codex quota: test"]
    assert list((tmp_path / "home").rglob("*.json")) == []


@pytest.mark.parametrize(("second", "expected"), [("200", 3), ("500", 1)])
def test_the_exit_status_of_a_test_tells_whether_all_some_or_none_took_it(
    tmp_path: Path, hook: WebHook, second: str, expected: int
) -> None:
    hook.status = 500
    with WebHook() as other:
        other.status = int(second)
        ran = run("test", "--url", hook.url, "--url", other.url, directory=tmp_path)
    assert ran.status == expected
    assert ran.out.splitlines()[0] == "target 1 (json://…): it answered HTTP 500"
    assert "secret" not in ran.out + ran.err


def test_a_configuration_elsewhere(tmp_path: Path, hook: WebHook) -> None:
    path = tmp_path / "home" / "alerts.toml"
    path.parent.mkdir()
    path.write_text(f"urls = '{hook.url}'\n", encoding="utf-8")
    path.chmod(0o600)
    for words, environ in ((("--notify-config", "~/alerts.toml"), {}), ((), {"CONFIG": "~/alerts.toml"})):
        assert run("test", *words, directory=tmp_path, **environ).status == 0
    assert hook.titles == ["Codex quota: test"] * 2
    missing = run("test", "--notify-config", str(tmp_path / "none"), directory=tmp_path)
    assert (missing.status, missing.out) == (2, "")
    assert missing.err.startswith(f"codex-quota: there is no configuration of alerts at {tmp_path}/none; ")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("status", "file"), "status takes no files; 'codex-quota notify replay FILE' does"),
        (("replay", "--url", "json://x"), "replay takes no --url; 'codex-quota notify test --url URL' does"),
        (("test", "--url", "secret"), "--url: number 1 is not a URL; Apprise's URLs begin like ntfy:// or mailto://"),
        (("replay", "/nowhere"), "/nowhere cannot be read: No such file or directory; give files of 'codex-quota --format json'"),
    ],
)
def test_words_that_make_no_sense(tmp_path: Path, words: tuple[str, ...], line: str) -> None:
    ran = run(*words, directory=tmp_path)
    assert (ran.status, ran.out, ran.err) == (2, "", f"codex-quota: {line}\n")


def document(at: float, *snapshots: Snapshot, indent: int | None = None) -> str:
    """A results document that was written at that minute."""
    return codex_quota.dump_results(snapshots, generated_at=after(at), indent=indent)


def recorded() -> list[str]:
    """A day of one account, whose readings flip once."""
    lefts = [(0, 60), (60, 25), (120, 100), (180, 18), (600, 0), (660, 0)]
    return [document(at, reading(at, window("weekly", left, DAY))) for at, left in lefts]


def test_replay_tells_what_would_have_been_sent_and_sends_nothing(tmp_path: Path, hook: WebHook) -> None:
    configure(tmp_path, f"urls = '{hook.url}'\nzone = 'UTC'\n")
    (tmp_path / "one.json").write_text("\n".join(recorded()[3:]) + "\n", encoding="utf-8")
    two = document(0, reading(0, window("weekly", 60, DAY)), indent=2) + "".join(recorded()[1:3])
    (tmp_path / "two.json").write_text(two, encoding="utf-8")
    ran = run("replay", str(tmp_path / "one.json"), str(tmp_path / "two.json"), directory=tmp_path)
    assert ran.status == 0
    assert [line.split("  ", 1)[1] for line in ran.out.splitlines()] == [
        "work: weekly 60 % left; resets Mon 12:00 (1d), and what is left then is lost",
        "work: weekly 18 % left; resets Mon 12:00 (21h)",
        "work: weekly limit is used up; back Mon 12:00 (14h)",
    ]
    assert ran.err == "6 documents, 3 alerts in 3 messages; nothing was sent\n"
    assert hook.got == []
    assert not (tmp_path / "home" / ".local").exists()


def test_replay_reads_standard_input_and_keeps_quiet_hours(tmp_path: Path) -> None:
    configure(tmp_path, "zone = 'UTC'\nrules.unused = false\n[quiet]\nfrom = '22:00'\nto = '07:00'\n")
    texts = [document(at, reading(at, window("weekly", left, REST))) for at, left in ((0, 60), (700, 15), (800, 14), (1140, 13))]
    ran = run("replay", "-", directory=tmp_path, stdin="".join(texts))
    assert ran.status == 0
    (line,) = ran.out.splitlines()
    assert line.endswith("  work: weekly 13 % left; resets Wed 12:00 (2d 5h) (held by quiet hours until then)")
    assert ran.err == "4 documents, 1 alerts in 1 messages; nothing was sent\n"


def test_replay_needs_no_target_and_leaves_the_state_alone(tmp_path: Path) -> None:
    ran = run("replay", "-", directory=tmp_path, stdin=document(0, reading(0, window("weekly", 15, REST), name="me@example.com")))
    assert ran.status == 0
    assert "m…@example.com: weekly 15 % left" in ran.out
    assert not (tmp_path / "home").exists()


def test_replay_of_nothing(tmp_path: Path) -> None:
    ran = run("replay", "-", directory=tmp_path, stdin=" \n")
    assert (ran.status, ran.out, ran.err) == (0, "", "0 documents, 0 alerts in 0 messages; nothing was sent\n")


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 9}', "null", "[" * 100_000, "work 5 h 20 %"])
def test_replay_of_something_else_is_one_line(tmp_path: Path, text: str) -> None:
    whole = document(0, reading(0, window("weekly", 60, REST)))
    ran = run("replay", "-", directory=tmp_path, stdin=f"{whole}\n{text}")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    begins = "codex-quota: standard input: document 2 is none that 'codex-quota --format json' writes: "
    assert ran.err.startswith(begins)


def test_what_the_program_writes_can_be_replayed(tmp_path: Path) -> None:
    from codex_quota.testing import SimulatedService

    with SimulatedService() as service:
        service.add("work", five_hour=None, weekly=(90, timedelta(days=3)))
        service.write_accounts(tmp_path / "account")
        world = {"plugins": [codex_quota_notify.plugin], "directory": tmp_path, "service": service}
        first, second = (run_cli("--format", "json", **world) for _ in range(2))  # type: ignore[arg-type]
    ran = run("replay", "-", directory=tmp_path, stdin=first.out + second.out)
    assert ran.err == "2 documents, 1 alerts in 1 messages; nothing was sent\n"
    assert "work: weekly 10 % left; resets" in ran.out


def test_replay_without_files_goes_through_the_history(tmp_path: Path) -> None:
    ran = run("replay", directory=tmp_path)
    assert (ran.status, ran.err) == (2, "codex-quota: there is no history to replay; give files of 'codex-quota --format json'\n")
    history = History.of(codex_quota.Options(environ=clean_environ(tmp_path)))
    assert history is not None
    for minutes, left in ((0, 40), (30, 15)):
        assert history.record([reading(minutes, window("weekly", left, REST))], after(minutes)) == 1
    history.record([failure(UnauthorizedError("signed out"))], after(60))
    ran = run("replay", directory=tmp_path)
    assert (ran.status, ran.err) == (0, "3 readings, 2 alerts in 2 messages; nothing was sent\n")
    assert [line.split("  ", 1)[1].partition(";")[0] for line in ran.out.splitlines()] == [
        "work: weekly 15 % left",
        "work: the service does not accept the sign-in any more",
    ]
