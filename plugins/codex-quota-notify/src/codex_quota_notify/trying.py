"""``notify test``: one message to every target, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codex_quota import Context, UsageError

from .config import Config, Target
from .messages import Message
from .reading import Setup, check_urls, read_setup

NO_TARGET = "name one in the configuration or in CODEX_QUOTA_NOTIFY_URLS, like ntfy://ntfy.sh/a-topic-of-your-own"


def try_targets(urls: Sequence[str] | None, environ: Mapping[str, str], context: Context) -> int:
    """Exit status 0 when every target took the message, 3 when some did, 1 when none did; raises ``UsageError`` without any."""
    setup = read_setup(environ) if urls is None else Setup(config=Config(urls=check_urls(list(urls), "--url")))
    targets = require_targets(setup)
    for warning in setup.warnings:
        print(f"warning: {warning}", file=context.stderr)
    from .delivery import deliver

    text = Message(title="Codex quota: test", body="Alerts of codex-quota arrive here.", kind="info")
    outcomes = deliver(dict.fromkeys(targets, text), setup.config.time_limit)
    for one in outcomes:
        print(f"{one.target}: {one.reason or 'took the message'}", file=context.stdout)
    took = sum(not one.reason for one in outcomes)
    return 0 if took == len(outcomes) else 3 if took else 1


def require_targets(setup: Setup) -> tuple[Target, ...]:
    """The targets; raises ``UsageError`` when there is none."""
    if not setup.config.targets:
        raise UsageError("no target is configured", hint=NO_TARGET)
    return setup.config.targets
