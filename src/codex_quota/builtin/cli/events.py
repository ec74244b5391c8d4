"""``codex-quota events``: what happened, found in the history."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from codex_quota import Command, Context, Style, wording
from codex_quota.options import Option, add_options, positive_seconds, whole

from .kept import chosen_accounts, tell, the_history
from .listing import local_iso, print_list
from .screen import style_for
from .status import ExitStatus
from .streams import is_utf8
from .times import HISTORY, UNTIL, since, stretch

if TYPE_CHECKING:
    from codex_quota.history import HistoryEvent


def _kind(text: str) -> str:
    from codex_quota.history import EVENT_KINDS

    if text not in EVENT_KINDS:
        raise ArgumentTypeError(f"{text!r} is no kind of event; there is {', '.join(EVENT_KINDS)}")
    return text


FORMAT = Option(flag="--format", short="-f", group="output", convert=str, choices=("table", "plain", "json", "atom"),
                shown="table on a terminal, else plain", help="output format")  # fmt: skip
KIND = Option(flag="--kind", group=HISTORY, convert=_kind, metavar="KIND", many=True,
              help="only events of this kind, like drain or plan_changed; may be given several times")  # fmt: skip
POINTS = Option(flag="--drain-points", group=HISTORY, convert=whole(1, 100), metavar="N", default=20,
                help="tell as a drain when more than N points of a window are used")  # fmt: skip
MINUTES = Option(flag="--drain-within", group=HISTORY, convert=positive_seconds, metavar="TIME", default=900.0, shown="15m",
                 help="within that time")  # fmt: skip
OPTIONS = (since("30d"), UNTIL, KIND, POINTS, MINUTES, FORMAT)
_ALL = ("at", "account", "kind", "limit", "window", "label", "before", "after")


class Events(Command):
    """Shows events; asks nobody."""

    name = "events"
    summary = "show what happened: resets, new windows, changed plans, broken sign-ins, drains"

    def configure(self, parser: ArgumentParser) -> None:
        """Accounts, the stretch of time and what counts as a drain."""
        parser.add_argument("account", nargs="*", metavar="ACCOUNT", help="account to show (default: every account)")
        add_options(parser, OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0, also when nothing happened."""
        from codex_quota.history import Drain, atom_feed, events_document

        meant = context.environ.get(FORMAT.variable) in (FORMAT.choices or ())
        for option in OPTIONS:
            option.resolve(args, context.environ if option is not FORMAT or meant else {})
        begin, end = stretch(args, context.now())
        history = the_history(context)
        drain = Drain(points=args.drain_points, within=timedelta(seconds=args.drain_within))
        names = chosen_accounts(args.account, history)
        every = (event for name in names for event in history.events(name, since=begin, until=end, drain=drain))
        found = sorted((one for one in every if not args.kind or one.kind in args.kind), key=lambda event: event.at)
        chosen = args.format or ("table" if context.stdout.isatty() else "plain")
        if chosen == "json":
            import json

            document = events_document(found, generated_at=context.now())
            print(json.dumps(document, indent=2, ensure_ascii=not is_utf8(context.stdout)), file=context.stdout)
        elif chosen == "atom":
            style = Style(now=context.now())
            feed = atom_feed(found, identity=history.identity, now=context.now(), style=style)
            # the feed says that it is UTF-8
            context.stdout.write(feed if is_utf8(context.stdout) else feed.encode("ascii", "xmlcharrefreplace").decode())
        elif chosen == "table":
            _print_table(found, context)
        else:
            args.format = "plain"
            print_list([_row(event) for event in found], _ALL, args, context)
        if history.damage:
            tell(history.damage, context)
        elif not found:
            tell("nothing of that kind happened in that time" if args.kind else "nothing happened in that time", context)
        return ExitStatus.OK


def _row(event: HistoryEvent) -> dict[str, Any]:
    return {
        "at": local_iso(event.at),
        "account": event.account,
        "kind": event.kind,
        "limit": event.limit,
        "window": event.window,
        "label": event.label,
        "before": event.before,
        "after": event.after,
    }


def _print_table(events: Sequence[HistoryEvent], context: Context) -> None:
    """When, whose, and what happened, which is wrapped where there is no room."""
    from textwrap import wrap

    from rich.cells import cell_len, set_cell_size

    from codex_quota.history import event_text

    looks = Namespace(show="used", time="clock", utc=False, emails=False, color="never")
    style = style_for(looks, stdout=context.stdout, environ=context.environ, now=context.now())
    heads = ("At", "Account", "What")
    rows = [(wording.clock(one.at, style.now, style.tz), one.account, event_text(one, style)) for one in events]
    first, second = (max(cell_len(row[column]) for row in (heads, *rows)) for column in (0, 1))
    second = min(second, max(8, (style.width or 100) - first - 44))
    room = max(20, (style.width or 100) - first - second - 4)
    for at, account, text in (heads, *rows) if rows else ():
        for number, line in enumerate(wrap(text, room)):
            cells = (at, _short(account, second, style.unicode)) if not number else ("", "")
            begin = "  ".join(set_cell_size(cell, size) for cell, size in zip(cells, (first, second), strict=True))
            print(f"{begin}  {line}", file=context.stdout)


def _short(text: str, room: int, unicode: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    mark = "…" if unicode else "..."
    return text if cell_len(text) <= room else set_cell_size(text, room - len(mark)).rstrip() + mark
