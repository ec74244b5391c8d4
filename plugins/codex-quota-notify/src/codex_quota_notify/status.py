"""``notify status`` and ``notify check``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from codex_quota import Context, PluginError, Style
from codex_quota.wording import moment_text, one_line

from .config import Config
from .messages import line, shown_name
from .outbox import is_held
from .places import state_path, usual_config
from .reading import Setup, read_setup
from .records import RULES, State
from .storage import load
from .trying import require_targets


def check(environ: Mapping[str, str], context: Context) -> int:
    """Exit status 0 when the configuration and every target are understood, else 1; nothing is sent.

    Raises ``UsageError`` for a configuration that cannot be used, or without any target.
    """
    setup = read_setup(environ)
    targets = require_targets(setup)
    from .delivery import opened

    for text in _configured(setup, environ):
        print(text, file=context.stdout)
    good = [opened(target) is not None for target in targets]
    for target, understood in zip(targets, good, strict=True):
        print(f"{target}: {'understood' if understood else 'Apprise does not understand the URL'}", file=context.stdout)
    for warning in setup.warnings:
        print(f"warning: {warning}", file=context.stderr)
    return 0 if all(good) else 1


def status(environ: Mapping[str, str], context: Context) -> int:
    """What is configured, what the state says and when it is quiet; exit status 0."""
    setup, now = read_setup(environ), context.now()
    for text in (*_configured(setup, environ), *_quiet(setup.config, now)):
        print(text, file=context.stdout)
    path = state_path(environ)
    print(f"state: {path}{'' if path.exists() else ' (nothing yet)'}", file=context.stdout)
    try:
        state, damage = load(path, look=True)
    except PluginError as error:
        state, damage = State(), error.message
    for text in _kept(state, setup.config, now):
        print(text, file=context.stdout)
    for warning in (*setup.warnings, *([damage] if damage else [])):
        print(f"warning: {warning}", file=context.stderr)
    return 0


def _configured(setup: Setup, environ: Mapping[str, str]) -> Iterator[str]:
    config = setup.config
    yield f"configuration: {setup.path or f'none; it would be {usual_config(environ)}'}"
    where = f" (from {setup.urls_from})" if config.targets else "; nothing is sent"
    yield f"targets: {', '.join(map(str, config.targets)) or 'none'}{where}"
    if config.accounts:
        yield f"accounts: {', '.join(one_line(one) for one in config.accounts)}"
    yield f"rules: {'; '.join(_rules(config)) or 'none'}"


def _rules(config: Config) -> Iterator[str]:
    for rule in RULES:
        if not config.has(rule):
            continue
        if rule == "low":
            same = set(config.low.values())
            levels = {name: " and ".join(f"{one:g} %" for one in found) for name, found in config.low.items()}
            every = len(same) == 1 and len(levels) > 1
            yield f"low at {next(iter(levels.values())) if every else ', '.join(f'{n} {t}' for n, t in levels.items())}"
        elif rule == "unused" and config.unused is not None:
            hours = config.unused.within.total_seconds() / 3600
            yield f"unused from {config.unused.left:g} % left {hours:g} h before a reset"
        elif rule == "token" and config.token is not None:
            yield f"token {config.token.total_seconds() / 3600:g} h before its end"
        else:
            yield rule


def _quiet(config: Config, now: datetime) -> Iterator[str]:
    quiet = config.quiet
    if quiet is None:
        return
    end = quiet.until(now, config.zone)
    zone = config.zone or "local time"
    passing = f"; {', '.join(rule for rule in RULES if rule in quiet.urgent)} let through" if quiet.urgent else ""
    when = f", now until {moment_text(end, Style(now=now, tz=config.zone))}" if end is not None else ", not now"
    yield f"quiet: {quiet.start:%H:%M} to {quiet.end:%H:%M} {zone}{when}{passing}"


def _kept(state: State, config: Config, now: datetime) -> Iterator[str]:
    style = Style(now=now, tz=config.zone, time="clock")
    for name, known in sorted(state.accounts.items()):
        notes = ["sign-in broken"] if known.broken else []
        notes += ["a strange figure waits for another reading"] if known.doubt is not None else []
        yield ", ".join((f"account {shown_name(name, config)}: last heard of {moment_text(known.heard_at, style)}", *notes))
    for alert in state.pending:
        held = " (held by quiet hours)" if is_held(alert, now, config) else ""
        yield f"pending: {line(alert, state.accounts[alert.account], now, config)}{held}"
    for target in config.targets:
        backoff = state.targets.get(target.key)
        if backoff is not None:
            often = "once" if backoff.failures == 1 else f"{backoff.failures} times in a row"
            yield f"{target}: failed {often}, tried again from {moment_text(backoff.next_try, style)} on"
    for one in state.sent:
        yield f"sent {moment_text(one.at, style)}: {one.text}"
