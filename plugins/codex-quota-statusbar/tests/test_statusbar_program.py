"""The program with these formats, against the simulated service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import codex_quota_statusbar
import pytest
from codex_quota_statusbar.formats import FORMATS

import codex_quota
from codex_quota.testing import Fault, Ran, SimulatedService, install_plugin, on_path, run_cli

HALF_AN_HOUR = timedelta(minutes=30)
FORMS = [make.name for make in FORMATS]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SimulatedService]:
    with SimulatedService() as running:
        running.add("work", five_hour=92, weekly=40)
        running.add("home", five_hour=1, weekly=(100, timedelta(days=2) + HALF_AN_HOUR))
        running.sign_out(running.add("lab"))
        running.write_accounts(tmp_path / "account")
        yield running


def show(form: str, *words: str, directory: Path, service: SimulatedService, **more: str) -> Ran:
    words = ("--format", form, "--time", "countdown", *words)
    return run_cli(*words, plugins=[codex_quota_statusbar], directory=directory, service=service, environ=more)


ONE_LINE = "work 5h 8% · weekly 60% / home back in 2d / lab failed"
EXPECTED = {
    "line": "home weekly 0%, back in 2d / lab failed: unauthorized / work 5h 8% · weekly 60%\n",
    "tmux": "#[fg=#bf7700]work 5h 8% · weekly 60%#[default] / #[fg=#e5484d]home back in 2d#[default]"
    " / #[fg=#e5484d]lab failed#[default]\n",
    "polybar": "%{F#bf7700}work 5h 8% · weekly 60%%{F-} / %{F#e5484d}home back in 2d%{F-} / %{F#e5484d}lab failed%{F-}\n",
    "i3blocks": f"{ONE_LINE}\nwork 5h 8%\n#bf7700\n",
    "sketchybar": f"label={ONE_LINE}\nlabel.color=0xffbf7700\ndrawing=on\n",
    "prompt": "work 5h 8%, lab failed\n",
}


@pytest.mark.parametrize(("form", "text"), EXPECTED.items(), ids=EXPECTED)
def test_what_the_program_prints(tmp_path: Path, service: SimulatedService, form: str, text: str) -> None:
    ran = show(form, directory=tmp_path, service=service)
    assert (ran.status, ran.out) == (3, text)
    assert ran.err.startswith("lab: signed out: ")


def test_what_the_program_prints_for_waybar_and_xbar(tmp_path: Path, service: SimulatedService) -> None:
    answer = json.loads(show("waybar", directory=tmp_path, service=service).out)
    assert (answer["text"], answer["class"]) == (ONE_LINE, ["low", "has-blocked", "has-failed"])
    assert "sign in again with 'codex login'" in answer["tooltip"].replace("\r", " ")
    assert show("xbar", directory=tmp_path, service=service).out.startswith(f"{ONE_LINE} | color=#bf7700 ")


@pytest.mark.parametrize("form", FORMS)
def test_the_service_is_not_asked_at_each_tick(tmp_path: Path, service: SimulatedService, form: str) -> None:
    first = show(form, "work", "home", "--max-age", "5m", directory=tmp_path, service=service)
    again = show(form, "work", "home", "--max-age", "5m", directory=tmp_path, service=service)
    assert (first.status, again.status, again.out) == (0, 0, first.out)
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("line", "work 5h 8% · weekly 60%, <1m old\n"),
        ("tmux", "#[fg=#bf7700]work 5h 8% · weekly 60%, <1m old#[default]\n"),
        ("prompt", "codex 5h 8% <1m old\n"),
    ],
)
def test_old_figures_are_seen_as_such(tmp_path: Path, service: SimulatedService, form: str, text: str) -> None:
    show(form, "work", directory=tmp_path, service=service)
    service.fail("work", Fault.status(503), times=None)
    ran = show(form, "work", "--retries", "0", directory=tmp_path, service=service)
    assert (ran.status, ran.out) == (1, text)


def test_waybar_is_told_of_old_figures_in_good_markup(tmp_path: Path, service: SimulatedService) -> None:
    show("waybar", "work", directory=tmp_path, service=service)
    service.fail("work", Fault.status(503), times=None)
    answer = json.loads(show("waybar", "work", "--retries", "0", directory=tmp_path, service=service).out)
    assert (answer["text"], answer["class"]) == ("work 5h 8% · weekly 60%, &lt;1m old", ["low", "has-stale"])


def test_flags_and_variables(tmp_path: Path, service: SimulatedService) -> None:
    words = ("line", "work", "--line-template", "{name}={five_hour}")
    assert show(*words, directory=tmp_path, service=service).out == "work=8%\n"
    named = {"CODEX_QUOTA_LINE_TEMPLATE": "{weekly}", "CODEX_QUOTA_LINE_LOW": "60", "CODEX_QUOTA_LINE_COLORS": "low=#123456"}
    text = "#[fg=#123456]60%#[default]\n"
    assert show("tmux", "work", "--line-critical", "7", directory=tmp_path, service=service, **named).out == text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--line-template", "{fivehour}"), "--line-template: there is no field {fivehour}; did you mean {five_hour}?"),
        (
            ("--line-colors", "low=blue"),
            "--line-colors: low is 'blue', but must be like #bf7700, or none for the bar's own colour",
        ),
    ],
)
def test_a_wrong_setting_is_one_line(tmp_path: Path, service: SimulatedService, words: tuple[str, ...], message: str) -> None:
    ran = show("line", *words, directory=tmp_path, service=service)
    assert (ran.status, ran.out, ran.err) == (2, "", f"codex-quota: {message}; see codex-quota show --help\n")
    assert service.requests == []


def test_the_help_has_the_settings(tmp_path: Path) -> None:
    ran = run_cli("show", "--help", plugins=[codex_quota_statusbar], directory=tmp_path, environ={"COLUMNS": "200"})
    section = ran.out.partition("status bars:\n")[2].partition("\n\n")[0]
    shown = [line.split()[0] for line in section.splitlines() if line.startswith("  --")]
    flags = [option.flag for make in FORMATS for option in make.settings]
    assert (shown, len(flags)) == (sorted(flags), 7)


def test_an_installed_distribution_offers_every_format(tmp_path: Path) -> None:
    install_plugin(tmp_path, "codex-quota-statusbar", {"statusbar": "codex_quota_statusbar"})
    with on_path(tmp_path):
        catalogue = codex_quota.Catalogue(environ={})
    providers = {catalogue.formatters.provider(form).distribution for form in FORMS}
    assert providers == {"codex-quota-statusbar"}
    assert [problem for problem in catalogue.problems if problem.distribution == "codex-quota-statusbar"] == []
