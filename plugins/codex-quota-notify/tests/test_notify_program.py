"""The whole: from the simulated service through the program to a webhook on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import codex_quota_notify
import pytest
from codex_quota_notify import Plugin
from notify_hook import WebHook

import codex_quota
from codex_quota.testing import SimulatedService, SimulatedWindow, make_client, run_cli

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hook() -> Iterator[WebHook]:
    with WebHook() as found:
        yield found


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService() as found:
        yield found


@pytest.fixture
def clocked() -> Iterator[SimulatedService]:
    """A service whose clock stands still."""
    with SimulatedService(now=NOW) as found:
        yield found


def state_of(directory: Path) -> Path:
    return directory / "home" / ".local" / "state" / "codex-quota" / "notify.json"


class World:
    """A client and the plugin under the service's own clock."""

    def __init__(self, service: SimulatedService, hook: WebHook, directory: Path, text: str = "") -> None:
        path = directory / "notify.toml"
        path.write_text(f"urls = '{hook.url}'\nzone = 'UTC'\n{text}", encoding="utf-8")
        path.chmod(0o600)
        self.service = service
        environ = {"CODEX_QUOTA_NOTIFY_CONFIG": str(path)}
        self.behind = timedelta(0)
        plugin = Plugin(now=lambda: service.clock() - self.behind)
        self.make: Callable[[], codex_quota.Client] = lambda: make_client(
            plugin, directory=directory, service=service, environ=environ, now=service.clock
        )

    def read(self, after: timedelta = timedelta(0)) -> list[str]:
        """Move the clock on and read every account in a program of its own; returns what went wrong with the alerts."""
        self.service.advance(after)
        with self.make() as client:
            client.fetch_all()
            return [problem.reason for problem in client.tell_updates() if problem.plugin.startswith("Plugin-")]


def test_a_command_sends_each_alert_once(service: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    service.add("work", five_hour=25, weekly=(96, 3 * DAY))
    service.add("home", five_hour=(100, HOUR), weekly=40)
    service.write_accounts(tmp_path / "account")
    environ = {"CODEX_QUOTA_NOTIFY_URLS": hook.url}
    for words in ((), (), ("accounts",), ("work",)):
        ran = run_cli(*words, plugins=[codex_quota_notify.plugin], directory=tmp_path, service=service, environ=environ)
        assert (ran.status, ran.err) == (0, "")
    assert hook.titles == ["Codex quota: 2 alerts"]
    lines = hook.got[0]["message"].splitlines()
    assert [line.partition(";")[0] for line in lines] == ["home: 5 h limit is used up", "work: weekly 4 % left"]
    assert state_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_without_a_configuration_nothing_is_kept_and_apprise_is_not_imported(service: SimulatedService, tmp_path: Path) -> None:
    service.add("work", weekly=100)
    service.write_accounts(tmp_path / "account")
    code = (
        "import sys, io; from pathlib import Path; from codex_quota.testing import make_client; import codex_quota_notify\n"
        "url = {'CODEX_QUOTA_CHATGPT_URL': sys.argv[2]}\n"
        "client = make_client(codex_quota_notify.plugin, directory=Path(sys.argv[1]), environ=url)\n"
        "client.fetch_all(); print(client.tell_updates())\n"
        "own = [name for name in sys.modules if name.startswith('codex_quota_notify.')]\n"
        "print(sorted(own), 'apprise' in sys.modules, 'tomllib' in sys.modules)"
    )
    environ = {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(tmp_path), service.url]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=30, check=False)
    rooms = ["codex_quota_notify.command", "codex_quota_notify.places", "codex_quota_notify.plugin"]
    assert (done.stdout, done.stderr) == (f"()\n{rooms} False False\n", "")
    assert list(tmp_path.rglob("notify*")) == []


def test_a_day_of_an_account(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    work = clocked.add("work", five_hour=0, weekly=(40, 3 * DAY))
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    world.read()
    for percent in (30, 30, 25, 15):
        work.use(five_hour=percent, weekly=5)
        world.read(HOUR / 2)
    world.read(3 * HOUR)
    assert hook.titles == [
        "Codex quota: work: 5 h 15 % left",
        "Codex quota: work: 5 h limit is used up",
        "Codex quota: work: works again",
    ]
    assert hook.got[-1]["message"] == "5 h 100 % left, not started; weekly 40 % left, resets Wed 12:00 (2d 19h)"


def test_a_surprise_reset_is_told_after_the_second_reading(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    work = clocked.add("work", five_hour=None, weekly=(100, 3 * DAY))
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    world.read()
    work.reset()
    world.read(HOUR)
    assert hook.titles == ["Codex quota: work: weekly limit is used up"]
    world.read(HOUR)
    assert hook.titles[1:] == ["Codex quota: work: works again, 2d 22h earlier than announced"]


def test_a_clock_that_is_behind_makes_no_reading_one_of_the_future(
    clocked: SimulatedService, hook: WebHook, tmp_path: Path
) -> None:
    work = clocked.add("work", five_hour=None, weekly=(30, 3 * DAY))
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    world.behind = DAY
    world.read()
    for used in (100, 32, 100, 33):
        work.windows["weekly"] = SimulatedWindow.of(7 * DAY, (used, 2 * DAY), clocked.clock())
        world.read(HOUR)
    assert hook.titles == []


def test_a_night_in_quiet_hours(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    clocked.add("work", five_hour=None, weekly=(85, 3 * DAY))
    short = clocked.add("short", five_hour=(0, 5 * HOUR), weekly=None)
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path, "rules.back = false\n[quiet]\nfrom = '11:00'\nto = '20:00'\n")
    world.read()
    short.use(five_hour=85)
    world.read(HOUR)
    assert hook.titles == []
    world.read(8 * HOUR)
    assert hook.titles == ["Codex quota: work: weekly 15 % left"]


def test_a_broken_sign_in(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    clocked.add("work", weekly=40)
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    world.read()
    clocked.sign_out("work")
    for _ in range(3):
        world.read(HOUR)
    assert hook.titles == ["Codex quota: work: the service does not accept the sign-in any more"]


def test_a_refusal_is_one_line_and_the_alert_comes_later(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    clocked.add("work", five_hour=None, weekly=(95, 3 * DAY))
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    hook.status = 503
    [problem] = world.read()
    assert "alerts were not taken by target 1 (json://…): it answered HTTP 503; they are tried again" in problem
    assert "secret" not in problem
    hook.status = 200
    assert world.read(timedelta(seconds=30)) == []
    assert len(hook.got) == 1
    assert world.read(timedelta(seconds=31)) == []
    assert hook.titles == ["Codex quota: work: weekly 5 % left"] * 2
    assert world.read(HOUR) == []
    assert len(hook.got) == 2


def test_a_mistake_in_the_configuration_costs_one_line_and_no_answer(service: SimulatedService, tmp_path: Path) -> None:
    service.add("work", weekly=95)
    service.write_accounts(tmp_path / "account")
    path = tmp_path / "notify.toml"
    path.write_text("[rule]\n", encoding="utf-8")
    environ = {"CODEX_QUOTA_NOTIFY_CONFIG": str(path)}
    ran = run_cli(plugins=[codex_quota_notify.plugin], directory=tmp_path, service=service, environ=environ)
    assert ran.status == 0
    assert "weekly" in ran.out
    assert ran.err.count("\n") == 1
    assert f"{path}: there is no setting 'rule'" in ran.err


def test_a_damaged_state_and_a_public_configuration_are_told_of_once(
    clocked: SimulatedService, hook: WebHook, tmp_path: Path
) -> None:
    clocked.add("work", weekly=95, five_hour=None)
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    (tmp_path / "notify.toml").chmod(0o644)
    state_of(tmp_path).parent.mkdir(parents=True)
    state_of(tmp_path).write_text("{", encoding="utf-8")
    [problem] = world.read()
    assert f"the state {state_of(tmp_path)} was damaged (" in problem
    assert f"{tmp_path}/notify.toml holds secrets and others may read it; run: chmod 600" in problem
    assert world.read(HOUR) == []
    assert len(hook.got) == 1


def test_where_the_state_cannot_be_kept_nothing_is_sent(clocked: SimulatedService, hook: WebHook, tmp_path: Path) -> None:
    clocked.add("work", weekly=95)
    clocked.write_accounts(tmp_path / "account")
    world = World(clocked, hook, tmp_path)
    state_of(tmp_path).parent.parent.mkdir(parents=True)
    state_of(tmp_path).parent.write_text("", encoding="utf-8")
    [problem] = world.read()
    assert "alerts are not sent, because the state " in problem
    assert hook.got == []
