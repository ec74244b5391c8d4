"""Sending, through Apprise; the only room that imports it."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from codex_quota import PluginError

from .config import Target
from .messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a target's message: empty ``reason`` when it was taken, else why not, in words without any secret."""

    target: Target
    reason: str = ""


def deliver(messages: Mapping[Target, Message], limit: timedelta) -> list[Outcome]:
    """Send each target its message, all at the same time, and wait for at most *limit*.

    A target that is not done by then counts as failed and its thread is left to itself; the program's end does not wait for it.
    Raises ``PluginError`` when Apprise is not installed.
    """
    load_apprise()
    attempts = [_Attempt(target, message) for target, message in messages.items()]
    deadline = time.monotonic() + limit.total_seconds()
    with _reasons(attempts):
        for attempt in attempts:
            attempt.thread.start()
        for attempt in attempts:
            attempt.thread.join(max(0.0, deadline - time.monotonic()))
        late = f"no answer within {limit.total_seconds():g} s"
        return [Outcome(target=one.target, reason=late if one.thread.is_alive() else one.reason) for one in attempts]


def load_apprise() -> Any:  # noqa: ANN401
    """The module ``apprise``; raises ``PluginError`` when it is not installed."""
    from importlib import import_module

    try:
        return import_module("apprise")
    except ImportError as error:
        raise PluginError(
            f"alerts need the library apprise, which cannot be imported: {error}",
            hint="put it beside the program, for instance with 'pipx inject codex-quota apprise'",
        ) from None


def opened(target: Target) -> Any:  # noqa: ANN401
    """Apprise's object for *target*, None when it does not understand the URL; nothing is sent."""
    apprise = load_apprise()
    # without pictures, which services would fetch from elsewhere
    asset = apprise.AppriseAsset(app_id="codex-quota", app_desc="codex-quota", image_url_mask="", image_url_logo="")
    return apprise.Apprise.instantiate(target.url, asset=asset, suppress_exceptions=True)


class _Attempt:
    def __init__(self, target: Target, message: Message) -> None:
        self.target = target
        self.reason = "it did not take the message"
        self.heard = ""
        self._message = message
        self._service = opened(target)
        self.thread = threading.Thread(target=self._send, daemon=True, name=f"codex-quota-notify-{target.number}")

    def _send(self) -> None:
        if self._service is None:
            self.reason = "Apprise does not understand the URL"
            return
        try:
            message = self._message
            took = self._service.notify(title=message.title, body=message.body, notify_type=message.kind, body_format="text")
        except Exception as error:
            self.reason = f"sending failed with {type(error).__name__}"
            return
        self.reason = "" if took else self.heard or self.reason


class _reasons(logging.Handler):  # noqa: N801
    """Listens to what Apprise logs while the attempts run; of a log line only what can hold no secret is kept."""

    def __init__(self, attempts: list[_Attempt]) -> None:
        super().__init__(logging.WARNING)
        self._attempts = attempts

    def __enter__(self) -> None:
        logging.getLogger("apprise").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the HTTP status or the kind of trouble for the attempt whose thread it is."""
        text = record.getMessage()
        status = re.search(r"\berror=(\d{3})\b", text)
        reason = f"it answered HTTP {status[1]}" if status else "no connection" if "onnection" in text else ""
        for attempt in self._attempts:
            if attempt.thread.ident == record.thread and reason:
                attempt.heard = reason
