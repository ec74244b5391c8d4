"""Sending through Apprise to a webhook on this machine: taken, refused, hanging, and never a secret."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from codex_quota_notify import delivery
from codex_quota_notify.config import Target
from codex_quota_notify.delivery import deliver, opened
from codex_quota_notify.messages import Message
from notify_hook import WebHook

from codex_quota import PluginError

TEXT = Message(title="Codex quota: work: weekly 4 % left", body="resets <Wed> & *12:00*\nin 3 d", kind="warning")
LIMIT = timedelta(seconds=10)
NOBODY = "json://me:secret-password@127.0.0.1:9/secret-path"


@pytest.fixture
def hook() -> Iterator[WebHook]:
    with WebHook() as found:
        yield found


def send(*urls: str, limit: timedelta = LIMIT) -> list[str]:
    """The reasons why targets did not take a message, empty for those that did."""
    targets = [Target(number, url) for number, url in enumerate(urls, 1)]
    outcomes = deliver(dict.fromkeys(targets, TEXT), limit)
    assert [one.target for one in outcomes] == targets
    return [one.reason for one in outcomes]


def test_a_message_arrives_as_it_was_written(hook: WebHook) -> None:
    assert send(hook.url) == [""]
    (got,) = hook.got
    assert (got["title"], got["message"], got["type"]) == (TEXT.title, TEXT.body, "warning")


def test_each_target_has_its_own_fate(hook: WebHook) -> None:
    hook.status = 500
    with WebHook() as other:
        assert send(hook.url, other.url, NOBODY, "nosuch://secret") == [
            "it answered HTTP 500",
            "",
            "no connection",
            "Apprise does not understand the URL",
        ]
        assert other.titles == [TEXT.title]


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_a_refusal_is_told_by_its_status(hook: WebHook, status: int) -> None:
    hook.status = status
    assert send(hook.url) == [f"it answered HTTP {status}"]


def test_a_target_that_hangs_is_given_up_after_the_time_limit(hook: WebHook) -> None:
    hook.hangs = True
    with WebHook() as other:
        began = time.monotonic()
        reasons = send(f"{hook.url}?rto=30", other.url, limit=timedelta(seconds=0.5))
        assert time.monotonic() - began < 5
    assert reasons == ["no answer within 0.5 s", ""]


def test_the_program_s_end_does_not_wait_for_a_target_that_hangs(hook: WebHook) -> None:
    hook.hangs = True
    code = (
        "import sys; from datetime import timedelta; from codex_quota_notify.config import Target\n"
        "from codex_quota_notify.delivery import deliver; from codex_quota_notify.messages import Message\n"
        "text = Message(title='t', body='b', kind='info')\n"
        "print(deliver({Target(1, sys.argv[1]): text}, timedelta(seconds=0.5))[0].reason)"
    )
    environ = {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", code, f"{hook.url}?rto=30"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=20, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("no answer within 0.5 s\n", "", 0)


def test_what_apprise_says_aloud_is_kept_to_ourselves(hook: WebHook, capfd: pytest.CaptureFixture[str]) -> None:
    hook.status = 500
    reasons = send(hook.url, NOBODY, "ntfy://127.0.0.1:9/secret-topic", "tgram://secret-token", "nosuch://secret")
    assert "secret" not in repr(reasons) + repr([Target(1, hook.url)]) + str(Target(1, hook.url))
    assert capfd.readouterr() == ("", "")


def test_a_service_that_raises_is_a_failure_like_another(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def notify(self, **_: object) -> bool:
            raise RuntimeError("secret")

    monkeypatch.setattr(delivery, "opened", lambda target: Broken())
    assert send("json://one") == ["sending failed with RuntimeError"]


def test_a_service_that_refuses_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        def notify(self, **_: object) -> bool:
            return False

    monkeypatch.setattr(delivery, "opened", lambda target: Silent())
    assert send("json://one") == ["it did not take the message"]


def test_without_apprise_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(PluginError) as caught:
        deliver({Target(1, "json://one"): TEXT}, LIMIT)
    assert caught.value.message.startswith("alerts need the library apprise, which cannot be imported")
    assert caught.value.hint == "put it beside the program, for instance with 'pipx inject codex-quota apprise'"


@pytest.mark.parametrize(
    "url",
    [
        "ntfys://ntfy.sh/topic",
        "slack://TokenA12B/TokenB12B/TokenCTokenCTokenCTokenC12/#general",
        "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz012345",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "mailto://user:password@example.com",
        "gotifys://gotify.example.com/Axxxxxxxxxxxxxx",
        "jsons://localhost/path",
    ],
)
def test_the_services_that_the_page_names_are_understood(url: str) -> None:
    assert opened(Target(1, url)) is not None


def test_a_target_shows_its_schema_and_no_more() -> None:
    target = Target(2, "ntfys://user:secret@example.com/topic")
    assert (str(target), "secret" in repr(target)) == ("target 2 (ntfys://…)", False)
