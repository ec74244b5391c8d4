"""``codex-quota measure``: what a command costs."""

from __future__ import annotations

import time
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from codex_quota import CodexQuotaError, Command, Context, Snapshot, wording
from codex_quota.options import Option, add_options, seconds

from .missing import warn_about_directory
from .parser import PROGRAM
from .reading import read_accounts, tell_updates
from .saying import style_of, tell

MEASUREMENT = "measurement"
ACCOUNT = Option(flag="--account", group=MEASUREMENT, convert=str, metavar="NAME", many=True, shown="every account",
                 help="account that the command uses; may be repeated")  # fmt: skip
SETTLE = Option(flag="--settle", group=MEASUREMENT, convert=seconds, metavar="TIME", default=10.0, shown="10",
                help="when nothing has moved, ask once more after that time, since the service lags; 0 does not")  # fmt: skip
LOG = Option(flag="--log", group=MEASUREMENT, convert=str, metavar="FILE", help="append the result to FILE, as one line of JSON")
OPTIONS = (ACCOUNT, SETTLE, LOG)


class Measure(Command):
    """Runs a command and tells on standard error how far each window moved meanwhile; *sleep* waits that many seconds."""

    name = "measure"
    summary = "run a command and tell how many points of each window were used meanwhile"

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def configure(self, parser: ArgumentParser) -> None:
        """The measurement's options, and the command with its own ones."""
        parser.usage = f"{PROGRAM} {self.name} [options] -- COMMAND ..."
        parser.add_argument("program", metavar="COMMAND", help="command to run")
        parser.add_argument("arguments", nargs=REMAINDER, metavar="ARGUMENT", help="its arguments").required = False
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """The command's exit status, above 128 when a signal ended it, 127 when there is none such, 126 when it cannot run."""
        from .measurelog import Log, record
        from .running import run_command

        for option in OPTIONS:
            option.resolve(args, context.environ)
        args.refresh = True
        with Log(Path(args.log)) if args.log else nullcontext() as log:
            before = {snapshot.account.name: snapshot for snapshot in read_accounts(args, context)}
            warn_about_directory(args, [snapshot.account.source for snapshot in before.values()], context)
            _tell_unreadable(before, context)
            # the second reading of an account would otherwise take the place of the first
            tell_updates(context)
            for stream in (context.stdout, context.stderr):
                stream.flush()
            words, began = [args.program, *args.arguments], context.now()
            ended = run_command(words)
            if ended.problem is not None:
                tell(context, ended.problem)
                return ended.status
            times = began, context.now()
            try:
                after = self._after(before, 0.0 if ended.by_signal else args.settle, args, context)
                _report(before, after, context)
                if log is not None:
                    log.append(record(words, times, ended.status, before, after))
            except CodexQuotaError as error:
                tell(context, f"nothing could be measured: {error.line()}")
            except OSError as error:
                tell(context, f"the log {args.log} cannot be written: {(error.strerror or str(error)).lower()}")
            except KeyboardInterrupt:
                tell(context, "interrupted before the second reading, so nothing was measured")
        return ended.status

    def _after(self, before: Mapping[str, Snapshot], settle: float, args: Namespace, context: Context) -> dict[str, Snapshot]:
        """The second reading, made once more when nothing has moved yet."""
        from .measuring import measured

        while True:
            after = {snapshot.account.name: snapshot for snapshot in read_accounts(args, context, list(before))}
            answered = [name for name, snapshot in after.items() if name in before and snapshot.error is None]
            if not settle or not answered or any(measured(before[name], after[name]).moved for name in answered):
                return after
            if context.stderr.isatty():
                tell(context, f"nothing has moved yet; asking once more in {settle:g} s")
            self._sleep(settle)
            settle = 0.0


def _report(before: Mapping[str, Snapshot], after: Mapping[str, Snapshot], context: Context) -> None:
    """One line for each account that moved, one for all others, and how exact that is."""
    from .measuring import Measured, measured

    found = [measured(was, after[name]) for name, was in before.items() if name in after and was.error is None]
    _tell_unreadable({one.name: after[one.name] for one in found}, context)
    answered = [one for one in found if after[one.name].error is None]
    still = [one for one in answered if not one.moved]
    for one in answered:
        if one.moved or len(still) == 1:
            tell(context, f"{one.name}: {one.text}")
    if len(still) > 1:
        tell(context, f"nothing moved by a whole point: {', '.join(one.name for one in still)}")
    if any(one.is_rough for one in answered):
        tell(context, Measured.RESOLUTION)


def _tell_unreadable(snapshots: Mapping[str, Snapshot], context: Context) -> None:
    style = style_of(context)
    for name, snapshot in snapshots.items():
        if snapshot.error is not None:
            text = next((note.text for note in wording.notes(snapshot, style) if note.kind == "error"), snapshot.error.message)
            tell(context, f"{name} cannot be measured: {text}")
