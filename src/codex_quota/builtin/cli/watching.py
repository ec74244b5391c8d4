"""The work of ``codex-quota guard``: looks, tells what it waits for, and looks again."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from codex_quota import Context, Snapshot, wording

from .choosing import Standing, first_back, ranked
from .missing import warn_about_directory
from .reading import read_accounts, tell_updates
from .saying import figures_text, shortage_text, standing_text, style_of, tell, with_error
from .status import ExitStatus
from .waiting import Pauses, is_lasting, next_look, state_of

_SLACK = timedelta(minutes=2)


class Watch:
    """One run of the command with the options *args*; *sleep* waits that many seconds."""

    def __init__(self, args: Namespace, context: Context, sleep: Callable[[float], None]) -> None:
        self._args, self._context, self._sleep = args, context, sleep
        self._every = timedelta(seconds=args.every)
        self._pauses = Pauses(self._every)
        self._seen: dict[str, Snapshot] = {}
        self._told: dict[str, tuple[str, datetime | None]] = {}
        self._end: datetime | None = None
        if args.wait_timeout is not None:
            self._end = context.now() + timedelta(seconds=args.wait_timeout)

    def result(self) -> ExitStatus:
        """The exit status, at once or as soon as there is enough."""
        while True:
            standings = self._look()
            now = self._context.now()
            enough = [one for one in standings if state_of(one) == "enough"]
            if enough if self._args.any else len(enough) == len(standings):
                return self._good(enough)
            hopeless = (all if self._args.any else any)(is_lasting(one.snapshot) for one in standings if one not in enough)
            over = self._end is not None and now >= self._end
            if not self._args.wait or hopeless or over:
                return self._bad(standings, timed_out=over and self._args.wait and not hopeless)
            self._tell_wait(standings)
            look = next_look(standings, one_is_enough=self._args.any, now=now, every=self._every, pauses=self._pauses)
            tell_updates(self._context)
            wait = (look if self._end is None else min(look, self._end)) - self._context.now()
            self._sleep(max(wait.total_seconds(), 0.0))

    def _look(self) -> list[Standing]:
        """How the accounts stand now; one that must not be asked yet stands as before."""
        args, context = self._args, self._context
        # once the given names are known, as the accounts themselves write them
        names = (
            list(self._seen) if args.account else [one.account.name for one in context.client.accounts() if not one.shadowed_by]
        )
        now = context.now()
        due = [name for name in names if not self._pauses.until(name, now)]
        snapshots = [] if names and not due else read_accounts(args, context, due or None)
        read = {snapshot.account.name: snapshot for snapshot in snapshots}
        for snapshot in snapshots:
            self._pauses.note(snapshot, context.now())
        if not self._seen:
            warn_about_directory(args, [snapshot.account.source for snapshot in snapshots], context)
        waiting = {name: self._seen[name] for name in names if name not in due and name in self._seen}
        self._seen = {**waiting, **read}
        return ranked(self._seen.values(), args.min_left, args.window)

    def _good(self, enough: Sequence[Standing]) -> ExitStatus:
        if self._told:
            for one in enough[:1] if self._args.any else enough:
                tell(self._context, f"{one.name} has enough: {figures_text(one)}")
        if self._args.any:
            print(enough[0].name, file=self._context.stdout)
        return ExitStatus.OK

    def _bad(self, standings: Sequence[Standing], *, timed_out: bool) -> ExitStatus:
        length = timedelta(seconds=self._args.wait_timeout or 0)
        begin = f"not enough after {wording.countdown(length)} of waiting: " if timed_out else ""
        for one in standings:
            if state_of(one) != "enough":
                tell(self._context, f"{begin}{one.name}: {self._why(one)}")
        short = any(state_of(one) == "short" for one in standings)
        return ExitStatus.NOT_ENOUGH if short or timed_out else ExitStatus.NONE

    def _why(self, one: Standing) -> str:
        style = style_of(self._context)
        text = shortage_text(one, self._args.min_left, style) if state_of(one) == "short" else standing_text(one, style)
        # here that option is about waiting
        return with_error(text, one, style).replace("with --timeout", "with CODEX_QUOTA_TIMEOUT")

    def _tell_wait(self, standings: Sequence[Standing]) -> None:
        """Say what is waited for, once and whenever it changes; a reset that moves by seconds is no change."""
        now = self._context.now()
        lacking = [one for one in standings if state_of(one) != "enough"]
        first = first_back(lacking, now) or lacking[0]
        for one in [first] if self._args.any else lacking:
            state = f"{one.verdict} {figures_text(one)} {one.snapshot.error and one.snapshot.error.code}"
            told, back = self._told.get(one.name, ("", None))
            moved = (back is None) != (one.back_at is None) or (back and one.back_at and abs(back - one.back_at) > _SLACK)
            if state != told or moved:
                of = f"one of {len(standings)} accounts; the first one back is " if self._args.any and len(standings) > 1 else ""
                tell(self._context, f"waiting for {of}{one.name}: {self._why(one)}")
            self._told[one.name] = (state, one.back_at)
