"""``notify replay``: which alerts recorded readings would have raised, without sending anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import codex_quota
from codex_quota import Context, Snapshot, UsageError
from codex_quota.wording import clock

from .config import Config
from .engine import update
from .messages import line
from .outbox import is_held, plan, settle
from .reading import read_setup
from .records import Alert, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One results document."""

    at: datetime
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One alert that would have been sent at a moment; ``held`` when quiet hours had kept it back until then."""

    at: datetime
    text: str
    held: bool


def replay(files: Sequence[str], environ: Mapping[str, str], context: Context) -> int:
    """Exit status 0; raises ``UsageError`` for a file that cannot be read or holds something else.

    Without *files* it is the program's own history that is replayed.
    """
    config = read_setup(environ).config
    recorded = (one for name in files for one in _documents(name, context)) if files else _kept(environ)
    moments = sorted(recorded, key=lambda one: one.at)
    lines = list(lines_of(moments, config))
    now = context.now()
    for one in lines:
        when = clock(one.at, now, config.zone)
        print(f"{when}  {one.text}{' (held by quiet hours until then)' if one.held else ''}", file=context.stdout)
    messages = len({one.at for one in lines})
    counted = f"{len(moments)} {'documents' if files else 'readings'}, {len(lines)} alerts in {messages} messages"
    print(f"{counted}; nothing was sent", file=context.stderr)
    return 0


def lines_of(moments: Sequence[Moment], config: Config) -> Iterator[Line]:
    """The alerts that *moments*, in order of time, would have sent to a target that takes everything."""
    config = replace(config, urls=("replay://",))
    state, last, held = State(), dict[str, Snapshot](), set[Alert]()
    for moment in moments:
        current = {snapshot.account.name: snapshot for snapshot in moment.snapshots}
        _, state = update(state, last, current, moment.at, config)
        last |= current
        sent = plan(state, moment.at, config)
        for alerts in sent.values():
            for alert in alerts:
                text = line(alert, state.accounts[alert.account], moment.at, config)
                yield Line(at=moment.at, text=text, held=replace(alert, delivered=frozenset()) in held)
        held = {alert for alert in state.pending if is_held(alert, moment.at, config)}
        state = settle(state, sent, sent, moment.at, config, dict.fromkeys(state.pending, ""))


def _kept(environ: Mapping[str, str]) -> Iterator[Moment]:
    """What the history holds of every account; raises ``UsageError`` when there is none."""
    from codex_quota.history import History, snapshot_of

    history = History.of(codex_quota.Options(environ=environ))
    accounts = history.accounts() if history is not None else []
    if history is None or not accounts:
        raise UsageError("there is no history to replay", hint="give files of 'codex-quota --format json'")
    for account in {one.name for one in accounts}:
        for reading in history.readings(account):
            yield Moment(at=reading.at, snapshots=(snapshot_of(reading),))


def documents(text: str, place: str) -> Iterator[Moment]:
    """The results documents in *text*, one after the other with or without line ends between them; raises ``UsageError``."""
    decoder, position, number = json.JSONDecoder(), 0, 0
    text = text.strip()
    while position < len(text):
        number += 1
        try:
            value, position = decoder.raw_decode(text, position)
            snapshots = codex_quota.load_results(json.dumps(value))
            at = datetime.fromisoformat(value["generated_at"])
        except (ValueError, TypeError, RecursionError) as error:
            reason = codex_quota.one_line(str(error))
            raise UsageError(
                f"{place}: document {number} is none that 'codex-quota --format json' writes: {reason}", hint="leave it out"
            ) from None
        # a document is as young as the youngest reading in it, whatever the clock that wrote it said
        at = max([at, *(one.fetched_at for one in snapshots if one.fetched_at is not None)])
        yield Moment(at=at, snapshots=tuple(snapshots))
        while position < len(text) and text[position] in " \t\r\n\x1e":
            position += 1


def _documents(name: str, context: Context) -> Iterator[Moment]:
    if name == "-":
        return documents(context.stdin.read(), "standard input")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"{name} cannot be read: {reason}", hint="give files of 'codex-quota --format json'") from None
    return documents(text, name)
