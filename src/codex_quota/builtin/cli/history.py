"""``codex-quota history``: what was read, by time."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import codex_quota
from codex_quota import Command, Context
from codex_quota.history import SETTINGS
from codex_quota.options import Option, add_options, whole

from .kept import chosen_accounts, tell, the_history
from .listing import local_iso, print_list
from .screen import can_draw, width_of
from .sessions import take_session_files
from .status import ExitStatus
from .streams import is_utf8
from .times import HISTORY, UNTIL, since, stretch

if TYPE_CHECKING:
    from codex_quota.history import History, Reading

FORMAT = Option(flag="--format", short="-f", group="output", convert=str, choices=("table", "plain", "csv", "json"),
                shown="table on a terminal, else plain", help="output format")  # fmt: skip
WINDOW = Option(flag="--window", group=HISTORY, convert=str, metavar="NAME",
                help="only windows of this name, like five_hour, weekly or monthly")  # fmt: skip
POINTS = Option(flag="--points", group=HISTORY, convert=whole(2, 100_000), metavar="N",
                help="at most so many readings of each account, evenly over the time")  # fmt: skip
IMPORT = Option(flag="--import", group=HISTORY, default=True, shown="",
                help="leave out what the Codex CLI noted in its session files")  # fmt: skip
OPTIONS = (since("7d"), UNTIL, WINDOW, POINTS, IMPORT, FORMAT)
_SUMMARY = ("account", "window", "course_of_what_is_left", "left", "least", "resets")
_ROWS = (
    "at", "account", "limit", "window", "label", "used_percent", "remaining_percent", "resets_at", "started", "plan", "error",
    "origin",
)  # fmt: skip
_CELLS, _FEWEST_CELLS = 24, 8
_OTHER_COLUMNS = len("  Left  Least  Resets") + 2 * len("  ")


class HistoryCommand(Command):
    """Shows what the history holds; asks nobody."""

    name = "history"
    summary = "show what was read before, by time"
    settings = SETTINGS

    def configure(self, parser: ArgumentParser) -> None:
        """Accounts, the stretch of time and the format."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to show (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0, also when there is nothing; raises ``UnknownAccountError`` for a name that the history has not."""
        meant = context.environ.get(FORMAT.variable) in (FORMAT.choices or ())
        for option in OPTIONS:
            option.resolve(args, context.environ if option is not FORMAT or meant else {})
        begin, end = stretch(args, context.now())
        history = the_history(context)
        if vars(args)["import"]:
            take_session_files(history, context)
        names = chosen_accounts(args.account, history)
        chosen = args.format or ("table" if context.stdout.isatty() else "plain")
        found = {name: history.readings(name, since=begin, until=end, window=args.window, points=args.points) for name in names}
        if chosen == "json":
            import json

            from codex_quota.history import history_document

            document = history_document(found, since=begin, until=end, generated_at=context.now())
            print(json.dumps(document, indent=2, ensure_ascii=not is_utf8(context.stdout)), file=context.stdout)
        elif chosen == "table":
            rows = _summaries(found, begin, end, context)
            if rows:
                print_list(rows, _SUMMARY, args, context)
        else:
            _print_rows(found, chosen, args, context)
        _tell_what_is_missing(found, history, args, context)
        return ExitStatus.OK


def _tell_what_is_missing(found: Mapping[str, Sequence[Reading]], history: History, args: Namespace, context: Context) -> None:
    if history.damage:
        tell(history.damage, context)
    elif not found:
        tell("nothing was read yet: the history fills itself with every reading", context)
    elif not any(found.values()):
        tell(f"no window {args.window!r} was read in that time" if args.window else "nothing was read in that time", context)


def _summaries(found: Mapping[str, Sequence[Reading]], begin: datetime, end: datetime, context: Context) -> list[dict[str, Any]]:
    """One row for each window: its line over time, what is left, the least there was, and how often it was reset."""
    from codex_quota.history import left_of_windows, observations, sparkline
    from codex_quota.pace import cycles

    lines = [(name, *line) for name, readings in found.items() for line in left_of_windows(readings).items()]
    seen = {name: observations(readings) for name, readings in found.items()}
    titles = {key: key[2] if key[0] == "codex" else f"{key[0]} {key[2]}" for _, key, _ in lines}
    cells = _cells(found, titles.values(), width_of(context.stdout, context.environ))
    rows = []
    for name, key, left in lines:
        known = [figure for _, figure in left if figure is not None]
        course = sparkline(left, cells, begin, end, unicode=can_draw(context.stdout))
        rows.append(
            {
                "account": name,
                "window": titles[key],
                "course_of_what_is_left": course,
                "left": None if not known else f"{known[-1]:.0f}%",
                "least": None if not known else f"{min(known):.0f}%",
                "resets": str(sum(cycle.ended is not None for cycle in cycles(seen[name][key]))),
            }
        )
    return rows


def _cells(names: Iterable[str], titles: Iterable[str], width: int) -> int:
    """How long a line may be, so that in a narrow terminal it is the names that are shortened and not the line's end."""
    from rich.cells import cell_len

    room = width - _OTHER_COLUMNS
    taken = sum(min(max(map(cell_len, texts), default=0), room // 3) for texts in (names, titles))
    return max(_FEWEST_CELLS, min(_CELLS, room - taken))


def _rows(found: Mapping[str, Sequence[Reading]]) -> Iterator[dict[str, Any]]:
    for name, readings in found.items():
        for reading in readings:
            own = {
                "at": local_iso(reading.at),
                "account": name,
                "plan": reading.plan,
                "error": reading.error,
                "origin": reading.origin,
            }
            for window in reading.windows:
                yield own | {
                    "limit": window.limit,
                    "window": window.name,
                    "label": window.label,
                    "used_percent": window.used_percent,
                    "remaining_percent": window.remaining_percent,
                    "resets_at": local_iso(window.resets_at),
                    "started": window.started,
                }
            if not reading.windows:
                yield own


def _print_rows(found: Mapping[str, Sequence[Reading]], chosen: str, args: Namespace, context: Context) -> None:
    if chosen == "plain":
        args.format = "plain"
        print_list([*_rows(found)], _ROWS, args, context)
        return
    import csv

    writer = csv.DictWriter(context.stdout, _ROWS, lineterminator="\n")
    writer.writeheader()
    for row in _rows(found):
        writer.writerow({key: codex_quota.one_line(str(value)) for key, value in row.items() if value is not None})
