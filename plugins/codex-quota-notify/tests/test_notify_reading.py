"""The configuration: what it says, and one line for every mistake that never repeats a URL."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from codex_quota_notify.config import WINDOWS, Config, Unused
from codex_quota_notify.places import config_path, is_configured, state_path
from codex_quota_notify.quiet import Quiet
from codex_quota_notify.reading import parse_config, read_setup, split_urls

import codex_quota
from codex_quota import UsageError

FULL = """
urls = ["ntfys://ntfy.sh/secret-topic", "mailto://me:secret@example.com"]
accounts = ["work", "team-*"]
zone = "Europe/Berlin"
time_limit = "20s"
emails = true
side_limits = true
jump = 30

[rules]
exhausted = true
back = false
early_reset = false
sign_in = true
token = "12h"

[rules.low]
five_hour = [5, 25]
weekly = 10
monthly = false
daily = []

[rules.unused]
left = 50
within = "2d"
windows = ["weekly"]

[quiet]
from = "22:00"
to = 07:30:00
urgent = ["exhausted", "sign_in"]
"""


def test_everything_that_can_be_said() -> None:
    assert parse_config(FULL, "notify.toml") == Config(
        urls=("ntfys://ntfy.sh/secret-topic", "mailto://me:secret@example.com"),
        accounts=("work", "team-*"),
        zone=ZoneInfo("Europe/Berlin"),
        time_limit=timedelta(seconds=20),
        emails=True,
        side_limits=True,
        jump=30,
        low={"five_hour": (25, 5), "weekly": (10,), "annual": (20, 5), "other": (20, 5), "spend": (20, 5)},
        exhausted=True,
        back=False,
        early_reset=False,
        sign_in=True,
        token=timedelta(hours=12),
        unused=Unused(left=50, within=timedelta(days=2), windows=("weekly",)),
        quiet=Quiet(start=time(22), end=time(7, 30), urgent=frozenset({"exhausted", "sign_in"})),
    )


def test_nothing_said_is_the_usual() -> None:
    assert parse_config("", "notify.toml") == Config()
    assert Config().low == dict.fromkeys(WINDOWS, (20.0, 5.0))


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("low = false\nunused = false\ntoken = false", {"low": {}, "unused": None, "token": None}),
        ("low = true\nunused = true\ntoken = true", {"token": timedelta(hours=24)}),
        ("token = 3600", {"token": timedelta(hours=1)}),
    ],
)
def test_rules_are_turned_on_and_off(text: str, choices: dict[str, object]) -> None:
    assert parse_config(f"[rules]\n{text}", "notify.toml") == Config(**choices)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("url = 'ntfy://secret'", "there is no setting 'url'", "did you mean 'urls'?"),
        ("urls = 'not a url secret'", "urls: number 1 is not a URL", "Apprise's URLs begin like ntfy:// or mailto://"),
        ("urls = ['ntfy://a', 'secret']", "urls: number 2 is not a URL", "Apprise's URLs begin like ntfy:// or mailto://"),
        ("urls = [1]", "urls must be a list of texts", None),
        ("accounts = 3", "accounts must be a list of texts", None),
        ("zone = 'Europe/Berln'", 'zone must be the name of a time zone like "Europe/Berlin"', None),
        ("zone = '../secret'", 'zone must be the name of a time zone like "Europe/Berlin"', None),
        ("zone = 1", 'zone must be the name of a time zone like "Europe/Berlin"', None),
        ("time_limit = 'soon'", 'time_limit must be a length of time like "15m", "24h" or "2d"', None),
        ("time_limit = 0", 'time_limit must be a length of time like "15m", "24h" or "2d"', None),
        ("time_limit = true", 'time_limit must be a length of time like "15m", "24h" or "2d"', None),
        ("emails = 'yes'", "emails must be true or false", None),
        ("jump = 101", "jump must be a percentage above 0, up to 100", None),
        ("jump = nan", "jump must be a percentage above 0, up to 100", None),
        ("jump = true", "jump must be a percentage above 0, up to 100", None),
        ("rules = 1", "rules must be a table", None),
        ("[rules]\nexhausteds = true", "there is no setting 'rules.exhausteds'", "did you mean 'exhausted'?"),
        (
            "[rules]\nxyz = true",
            "there is no setting 'rules.xyz'",
            "there is low, unused, exhausted, back, early_reset, sign_in, token",
        ),
        ("[rules]\nback = 1", "rules.back must be true or false", None),
        ("[rules]\nlow = 20", "rules.low must be a table", None),
        ("[rules.low]\nfive_hours = 3", "there is no setting 'rules.low.five_hours'", "did you mean 'five_hour'?"),
        ("[rules.low]\nweekly = ['20']", "rules.low.weekly must be a percentage above 0, up to 100", None),
        ("[rules.low]\nweekly = true", "rules.low.weekly must be a percentage above 0, up to 100", None),
        ("[rules.low]\nweekly = 0", "rules.low.weekly must be a percentage above 0, up to 100", None),
        ("[rules.unused]\nwindows = ['week']", "rules.unused.windows: there is no window 'week'", "did you mean 'weekly'?"),
        ("[rules.unused]\nleft = 'much'", "rules.unused.left must be a percentage above 0, up to 100", None),
        ("[quiet]\nform = '22:00'", "there is no setting 'quiet.form'", "did you mean 'from'?"),
        ("[quiet]\nfrom = '22:00'", 'quiet.to must be given, as a time of day like "22:00"', None),
        ("[quiet]\nto = '22:00'", 'quiet.from must be given, as a time of day like "22:00"', None),
        ("[quiet]\nfrom = '22'\nto = '25:00'", 'quiet.to must be a time of day like "22:00"', None),
        ("[quiet]\nfrom = '22:00+01:00'\nto = '7:00'", 'quiet.from must be a time of day like "22:00"', None),
        ("[quiet]\nfrom = 2026-01-01\nto = '07:00'", 'quiet.from must be a time of day like "22:00"', None),
        ("[quiet]\nfrom = '07:00'\nto = '07:00'", "quiet.to must be another time than from", None),
        (
            "[quiet]\nfrom = '22:00'\nto = '07:00'\nurgent = ['signin']",
            "quiet.urgent: there is no rule 'signin'",
            "did you mean 'sign_in'?",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(text, "notify.toml")
    assert caught.value.message == f"notify.toml: {message}"
    assert caught.value.hint == (hint or "see the page about alerts")


def test_what_is_not_toml_is_told_by_its_place_alone() -> None:
    with pytest.raises(UsageError) as caught:
        parse_config('urls = ["ntfy://secret', "notify.toml")
    assert caught.value.line().startswith("notify.toml is not TOML (at ")
    assert "secret" not in caught.value.line()


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("ntfy://a/b", ("ntfy://a/b",)),
        (" ntfy://a/b,json://c \n slack://d/e/#x,#y ", ("ntfy://a/b", "json://c", "slack://d/e/#x,#y")),
        ("mailto://u:p@h?to=a@x.org,b@x.org, ntfy://t,", ("mailto://u:p@h?to=a@x.org,b@x.org", "ntfy://t")),
    ],
)
def test_the_variable_holds_several_urls(text: str, urls: tuple[str, ...]) -> None:
    assert split_urls(text) == urls


def test_a_variable_without_a_url_is_told_without_repeating_it() -> None:
    with pytest.raises(UsageError) as caught:
        split_urls("secret")
    assert caught.value.message == "CODEX_QUOTA_NOTIFY_URLS: number 1 is not a URL"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_usual_places(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert config_path(home) == tmp_path / ".config" / "codex-quota" / "notify.toml"
    assert state_path(home) == tmp_path / ".local" / "state" / "codex-quota" / "notify.json"
    elsewhere = home | {"XDG_CONFIG_HOME": "/etc/xdg", "XDG_STATE_HOME": "relative"}
    assert config_path(elsewhere) == Path("/etc/xdg/codex-quota/notify.toml")
    assert state_path(elsewhere) == state_path(home)
    named = home | {"CODEX_QUOTA_NOTIFY_CONFIG": "~/alerts.toml", "CODEX_QUOTA_NOTIFY_STATE": "/var/lib/alerts.json"}
    assert (config_path(named), state_path(named)) == (tmp_path / "alerts.toml", Path("/var/lib/alerts.json"))


def test_a_file_in_the_usual_place_is_found(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert is_configured(home) is False
    write(config_path(home), "urls = 'json://one'")
    assert is_configured(home) is True
    setup = read_setup(home)
    assert (setup.config.urls, setup.urls_from, setup.warnings) == (("json://one",), "the file", ())


def test_a_file_that_an_editor_of_windows_marked_as_utf_8_is_read(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    write(config_path(environ), "\ufeffurls = 'json://one'")
    assert read_setup(environ).config.urls == ("json://one",)


def test_the_variable_stands_in_for_the_urls_of_the_file(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "CODEX_QUOTA_NOTIFY_URLS": "json://two"}
    assert read_setup(environ).config == Config(urls=("json://two",))
    write(config_path(environ), "urls = 'json://one'\njump = 50")
    setup = read_setup(environ)
    assert setup.config == Config(urls=("json://two",), jump=50)
    assert setup.urls_from == "CODEX_QUOTA_NOTIFY_URLS"


def test_a_file_with_secrets_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    path = write(config_path(home), "urls = 'json://one'", 0o640)
    assert read_setup(home).warnings == (f"{path} holds secrets and others may read it; run: chmod 600 {path}",)
    write(path, "jump = 50", 0o644)
    assert read_setup(home).warnings == ()


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    with pytest.raises(UsageError) as caught:
        read_setup({"HOME": str(tmp_path), "CODEX_QUOTA_NOTIFY_CONFIG": str(missing)})
    assert (
        caught.value.line() == f"there is no configuration of alerts at {missing}; write it, or unset CODEX_QUOTA_NOTIFY_CONFIG"
    )


def test_a_home_that_belongs_to_somebody_else_is_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    monkeypatch.setattr(codex_quota, "read_regular", refuse)
    environ = {"HOME": str(tmp_path)}
    assert is_configured(environ) is False
    assert read_setup(environ | {"CODEX_QUOTA_NOTIFY_URLS": "json://one"}).config == Config(urls=("json://one",))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for name, make in (("directory", Path.mkdir), ("binary", lambda path: path.write_bytes(b"\xff\xfe"))):
        path = tmp_path / name
        make(path)
        with pytest.raises(UsageError) as caught:
            read_setup({"HOME": str(tmp_path), "CODEX_QUOTA_NOTIFY_CONFIG": str(path)})
        assert caught.value.line().startswith(f"the configuration of alerts {path} cannot be read: ")
