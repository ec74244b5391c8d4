"""What the page shows of each account, in both layouts: the rows and words of the table, sorted into places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

from bottle import html_escape

from codex_quota import Snapshot, Style, sort_snapshots
from codex_quota.view import Block, Row, block
from codex_quota.wording import Note, back_text, countdown

from .board import Results
from .choices import Choices, Only
from .state import masked

_MOMENT = timedelta(seconds=1)
State = Literal["usable", "exhausted", "unknown", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One account.

    ``account`` is its name as it is, not made fit for people.
    ``key`` is safe in markup and belongs to the name; ``ranks`` are its places in the three orders.
    ``mark`` says the state in a word or two, ``stale`` how old the figures are when they are not new; both may be empty.
    ``rows`` belong to the main limit, ``more`` to the others; ``remarks`` need attention, ``asides`` do not.
    ``find`` is what a search looks at, in lower case, ``filters`` names the filters that leave the account in;
    ``shown`` is False when the visitor filtered it out.
    """

    account: str
    key: str
    block: Block
    email: str
    state: State
    mark: str
    stale: str
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    remarks: tuple[Note, ...]
    asides: tuple[Note, ...]
    ranks: tuple[int, int, int]
    find: str
    filters: str
    shown: bool
    asking: bool

    def row(self, name: str) -> Row | None:
        """The main limit's window of that name."""
        return next((row for row in self.rows if row.name == name), None)

    @property
    def is_spread(self) -> bool:
        """True when there is neither a five-hour nor a weekly window, so that the table has room for something else there."""
        return not (self.row("five_hour") or self.row("weekly"))

    @property
    def other_rows(self) -> tuple[Row, ...]:
        """What the table shows beside the main limit's five-hour and weekly windows, or beside what takes their room."""
        usual = self.rows if self.is_spread else (self.row("five_hour"), self.row("weekly"))
        return tuple(row for row in (*self.rows, *self.more) if row not in usual)

    @property
    def told(self) -> tuple[Note, ...]:
        """The remarks that the table shows at once, in the room of the windows that a failed account does not have."""
        return () if self.rows else self.remarks


def cards(results: Results, style: Style, choices: Choices, *, emails: bool) -> list[Card]:
    """Every account in the chosen order, those filtered out too; without *emails* addresses are masked."""
    ranks = _ranks(results.snapshots)
    made = [
        _card(snapshot, style, choices, emails=emails, ranks=ranks[number], asking=snapshot.account.name in results.refreshing)
        for number, snapshot in enumerate(results.snapshots)
    ]
    order = ("name", "left", "reset").index(choices.sort)
    return sorted(made, key=lambda card: card.ranks[order])


def counts(made: Sequence[Card]) -> dict[Only, int]:
    """How many accounts each filter leaves."""
    return {only: sum(only in card.filters.split() for card in made) for only in get_args(Only)}


def ticking(text: str, moment: datetime | None, style: Style) -> str:
    """*text* as markup, with the time that is left until *moment* marked, so that a script can count it down."""
    if moment is None:
        return str(html_escape(text))
    left = countdown(moment - style.now, style.say)
    before, found, after = text.rpartition(left)
    if not found:
        return str(html_escape(text))
    return f"{html_escape(before)}{_time(moment, left, 'left')}{html_escape(after)}"


def ticking_age(message: str, moment: datetime, style: Style) -> str:
    """*message*, already said, with its ``{age}`` filled in as markup that a script can count up."""
    before, _, after = message.partition("{age}")
    age = countdown(max(style.now - moment, _MOMENT), style.say)
    return f"{html_escape(before)}{_time(moment, age, 'age')}{html_escape(after)}"


def key_of(name: str) -> str:
    """A short identifier for an account's name, safe in markup."""
    return "a" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _time(moment: datetime, text: str, kind: str) -> str:
    return f'<time datetime="{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" data-{kind}>{html_escape(text)}</time>'


def _ranks(snapshots: Sequence[Snapshot]) -> list[tuple[int, int, int]]:
    places = [{id(s): place for place, s in enumerate(sort_snapshots(snapshots, by))} for by in ("name", "left", "reset")]
    return [(places[0][id(s)], places[1][id(s)], places[2][id(s)]) for s in snapshots]


def _card(snapshot: Snapshot, style: Style, choices: Choices, *, emails: bool, ranks: tuple[int, int, int], asking: bool) -> Card:
    made = block(snapshot, replace(style, emails=False))
    quota = snapshot.quota
    address = snapshot.account.email or (quota.email if quota else None)
    find = f"{made.name} {made.plan}".casefold()
    failed = snapshot.status == "failed"
    filters = [only for only in get_args(Only) if _passes(made, only)]
    bound = any(row.binding for row in made.rows)
    return Card(
        account=snapshot.account.name,
        key=key_of(snapshot.account.name),
        block=made,
        email=(address if emails else masked(address)) or "",
        state="failed" if failed else "unknown" if made.usable is None else "usable" if made.usable else "exhausted",
        mark=_mark(snapshot, made, style),
        stale=made.age if snapshot.status == "stale" else "",
        rows=() if failed else tuple(row for row in made.rows if not row.limit),
        more=tuple(row for row in made.rows if row.limit),
        remarks=tuple(note for note in made.notes if note.kind in ("error", "warning") or (note.kind == "blocked" and not bound)),
        asides=tuple(note for note in made.notes if note.kind == "info"),
        ranks=ranks,
        find=find,
        filters=" ".join(filters),
        shown=choices.only in filters and choices.q.casefold() in find,
        asking=asking,
    )


def _mark(snapshot: Snapshot, made: Block, style: Style) -> str:
    if snapshot.quota is None:
        return style.say("failed")
    if made.usable is None:
        return style.say("unknown")
    if made.usable:
        return style.say("usable")
    short = replace(style, time="clock") if style.time == "both" else style
    told = next((row.says or row.reset for row in made.rows if row.binding), style.say("limit reached"))
    return back_text(snapshot.quota, short) or told


def _passes(made: Block, only: Only) -> bool:
    if only == "failed":
        return made.status != "fresh"
    return only == "all" or made.usable is (only == "usable")
