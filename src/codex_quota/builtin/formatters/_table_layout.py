"""Where things stand in the table: widths in terminal cells, bars, shortened and wrapped texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from codex_quota.view import Block, Row, Tone

Piece = tuple[str, Tone]
Line = list[Piece]

GAP = "  "
_SHORT_BAR, _BAR, _LONG_BAR = 5, 10, 20
_ALL = 10**6
_COLUMN_STEPS = (
    ("bar", 6), ("name", 12), ("plan", 8), ("email", 26), ("bar", _BAR), ("label", 16), ("source", _ALL), ("name", 24),
    ("label", _ALL), ("plan", _ALL), ("email", _ALL), ("bar", _ALL), ("name", _ALL),
)  # fmt: skip
_STACKED_STEPS = (("label", 14), ("bar", _BAR), ("label", _ALL), ("bar", _ALL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How to measure, draw and say; ``cell_len`` gives the terminal cells of a text, ``unicode`` False keeps to ASCII."""

    cell_len: Callable[[str], int]
    unicode: bool
    say: Callable[[str], str]

    def cut(self, text: str, width: int, tail: float = 0) -> str:
        """*text* in at most *width* cells, shortened with an ellipsis; *tail* is the share of the room that its end gets."""
        if self.cell_len(text) <= width:
            return text
        mark = ("…" if self.unicode else "...")[: max(width, 0)]
        end = round((width - len(mark)) * tail)
        return self.fit(text, width - len(mark) - end) + mark + self.fit(text[::-1], end)[::-1]

    def fit(self, text: str, width: int) -> str:
        """The beginning of *text* that has at most *width* cells."""
        end = 0
        while end < len(text) and self.cell_len(text[: end + 1]) <= width:
            end += 1
        return text[:end]

    def bar(self, filled: float | None, width: int, waiting: bool) -> str:
        """A bar; it is full or empty only when the quantity is, hatched when what it shows cannot be used."""
        if width < 1:
            return ""
        full, hatched, empty, unknown = "█▒░·" if self.unicode else "#=-."
        if filled is None:
            return unknown * width
        cells = round(filled * width)
        cells = max(cells, 1) if filled > 0 else 0
        cells = min(cells, width - 1) if filled < 1 else width
        return (hatched if waiting else full) * cells + empty * (width - cells)

    def padded(self, text: str, tone: Tone, width: int) -> Line:
        """*text*, then spaces up to *width* cells."""
        return [(text, tone), (" " * (width - self.cell_len(text)), "normal")]


def columns(blocks: Sequence[Block], heading: str, width: int, pen: Pen) -> list[Line] | None:
    """One line for each row, the account's own fields on its first; None when the columns do not fit into *width*."""
    emails = any(block.email for block in blocks)
    fields = ("name", "email", "plan", "source") if emails else ("name", "plan", "source")
    say = pen.say
    titles = {"name": say("Account"), "email": say("Email"), "plan": say("Plan"), "source": say("Source")}
    natural = {f: max(pen.cell_len(titles[f]), *(pen.cell_len(getattr(b, f)) for b in blocks)) for f in fields}
    age = max(pen.cell_len(titles["source"]), *(pen.cell_len(b.age) for b in blocks))
    floors = {"email": 18, "plan": 5, "source": age}
    for pace, name in ((True, 12), (False, 8)):
        gauge = _Gauge.of(blocks, pen, pace=pace)
        least = {f: min(natural[f], floors.get(f, name)) for f in fields} | gauge.least
        spare = width - sum(least.values()) - gauge.fixed - len(GAP) * len(fields)
        if spare >= 0:
            break
    else:
        return None
    widths = _grown(least, natural | gauge.natural, _COLUMN_STEPS, spare)

    def line(cells: dict[str, Piece], middle: Line) -> Line:
        ahead = [piece for f in fields[:-1] for piece in (*pen.padded(*cells[f], widths[f]), (GAP, "normal"))]
        return [*ahead, *middle, (GAP, "normal"), cells["source"]]

    blank: dict[str, Piece] = dict.fromkeys(fields, ("", "normal"))
    lines = [line({f: (titles[f], "strong") for f in fields}, gauge.titles(heading, widths, pen))]
    for block in blocks:
        source = block.source if pen.cell_len(block.source) <= widths["source"] else block.age
        own: dict[str, Piece] = {
            "name": (pen.cut(block.name, widths["name"], 0.4), "strong"),
            "email": (pen.cut(block.email, widths.get("email", 0), 0.4), "normal"),
            "plan": (pen.cut(block.plan, widths["plan"]), "normal"),
            "source": (source, block.source_tone),
        }
        lines += [line(blank if number else own, gauge.line(row, widths, pen)) for number, row in enumerate(block.rows)]
    return lines


def stacked(blocks: Sequence[Block], heading: str, width: int, pen: Pen) -> list[Line] | None:
    """A line for each account, then its rows below it, a little to the right; None when that does not fit into *width*."""
    gauge = _Gauge.of(blocks, pen)
    spare = width - sum(gauge.least.values()) - gauge.fixed - len(GAP)
    if spare < 0:
        return None
    widths = _grown(gauge.least, gauge.natural, _STACKED_STEPS, spare)
    indent: Piece = (GAP, "normal")
    lines = [[indent, *gauge.titles(heading, widths, pen)]]
    for block in blocks:
        lines.append(_headline(block, width, pen))
        lines += [[indent, *gauge.line(row, widths, pen)] for row in block.rows]
    return lines


def bare(blocks: Sequence[Block], heading: str, width: int, pen: Pen, *, below: bool) -> list[Line] | None:
    """Like ``stacked`` without bars; a reset that does not fit behind its number stands *below* it, or else it is None."""
    gauge = _Gauge.of(blocks, pen)
    rows = [row for block in blocks for row in block.rows]
    resets = max(pen.cell_len(row.reset if row.says is None else "") for row in rows)
    periods = max(min(pen.cell_len(row.period), 9) + (5 if row.limit else 0) for row in rows)
    room = width - 3 * len(GAP) - gauge.number
    label = max(1, min(gauge.least["label"], max(periods, room - resets), room))
    ahead = 2 * len(GAP) + label + gauge.number
    title = pen.cut(heading, ahead)
    lines: list[Line] = [[(" " * (ahead - pen.cell_len(title)) + title, "strong")]]
    for block in blocks:
        lines.append(_headline(block, width, pen))
        for row in block.rows:
            text, tone = (row.reset, row.reset_tone) if row.says is None else (row.says, row.tone)
            line: Line = [(GAP, "normal"), *pen.padded(_shortened(row, label, pen), gauge.tone(row), label), (GAP, "normal")]
            line += [(row.number.rjust(gauge.number), row.tone), (GAP, "normal")] if row.says is None else []
            if sum(pen.cell_len(piece) for piece, _ in line) + pen.cell_len(text) <= width:
                lines.append([*line, (text, tone)])
            elif below:
                parts = wrapped(text, max(width - 2 * len(GAP), len(GAP) + 2), pen)
                lines += [line, *([(2 * GAP, "normal"), (part, tone)] for part in parts)]
            else:
                return None
    return lines


def _headline(block: Block, width: int, pen: Pen) -> Line:
    """The account's own fields; where there is no room for all, its name is the last to go."""
    indent: Piece = (GAP, "normal")
    emails: Line = [(pen.cut(block.email, width // 3, 0.4), "normal")] if block.email else []
    plan: Piece = (pen.cut(block.plan, width // 3), "normal")
    source: Piece = (block.source, block.source_tone)
    age: Piece = (block.age, block.source_tone)
    least = min(8, pen.cell_len(block.name))
    kept: tuple[Line, ...] = ([*emails, plan, source], [*emails, plan, age], [*emails, age], emails, [])
    for fields in kept:
        rest = [piece for field in fields for piece in (indent, field)]
        room = width - sum(pen.cell_len(text) for text, _ in rest)
        if room >= least:
            break
    return [(pen.cut(block.name, room, 0.4), "strong"), *rest]


def wrapped(text: str, width: int, pen: Pen) -> Iterator[str]:
    """*text* in lines of at most *width* cells, all but the first set in by two; a word that is too long is broken."""
    line = ""
    for word in text.split(" "):
        endless = pen.cell_len(word) > width - len(GAP)
        if not line or endless or pen.cell_len(f"{line} {word}") <= width:
            line = f"{line} {word}" if line else word
        else:
            yield line
            line = GAP + word
        while pen.cell_len(line) > width > len(GAP) + 1:
            head = pen.fit(line, width)
            yield head
            line = GAP + line[len(head) :]
    yield line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gauge:
    """The columns of a row: label, bar with number, reset; number and reset are never cut."""

    least: dict[str, int]
    natural: dict[str, int]
    number: int
    reset: int
    pace: int = 0

    @classmethod
    def of(cls, blocks: Iterable[Block], pen: Pen, *, pace: bool = False) -> _Gauge:
        """The columns for *blocks*; with *pace* there is one for it where any row has one."""
        rows = [row for block in blocks for row in block.rows]
        ahead = max(len(row.pace) for row in rows) if pace else 0
        number = max(3, *(len(row.number) for row in rows))
        before_reset = _SHORT_BAR + 1 + number + len(GAP)
        says = max(pen.cell_len(row.says or "") for row in rows)
        title, resets = pen.cell_len(pen.say("Window")), pen.cell_len(pen.say("Resets"))
        reset = max(resets, says - before_reset, *(pen.cell_len(row.reset) for row in rows))
        label = max(title, *(pen.cell_len(_label(row)) for row in rows))
        floor = max(title, *(min(pen.cell_len(row.period), 9) + (7 if row.limit else 0) for row in rows))
        least, natural = {"label": min(label, floor), "bar": _SHORT_BAR}, {"label": label, "bar": _LONG_BAR}
        return cls(
            least=least,
            natural=natural,
            number=number,
            reset=reset,
            pace=max(ahead, pen.cell_len(pen.say("Pace"))) if ahead else 0,
        )

    @property
    def fixed(self) -> int:
        """The cells that do not grow: gaps, number and reset."""
        return len(GAP) + 1 + self.number + len(GAP) + self.reset + self._pace_room

    @property
    def _pace_room(self) -> int:
        return len(GAP) + self.pace if self.pace else 0

    def titles(self, heading: str, widths: dict[str, int], pen: Pen) -> Line:
        bar = widths["bar"] + 1 + self.number
        cells = [(pen.say("Window"), widths["label"]), (heading, bar), (pen.say("Resets"), self.reset)]
        if self.pace:
            cells.insert(2, (pen.say("Pace"), self.pace))
        return [piece for text, width in cells for piece in (*pen.padded(text, "strong", width), (GAP, "normal"))][:-1]

    @staticmethod
    def tone(row: Row) -> Tone:
        """The tone of a row's label."""
        return row.tone if row.tone in ("waiting", "bound", "error") else "normal"

    def line(self, row: Row, widths: dict[str, int], pen: Pen) -> Line:
        bar = widths["bar"]
        line = [*pen.padded(_shortened(row, widths["label"], pen), self.tone(row), widths["label"]), (GAP, "normal")]
        if row.says is not None:
            return line + pen.padded(row.says, row.tone, bar + 1 + self.number + len(GAP) + self.reset + self._pace_room)
        before_number = " " * (1 + self.number - len(row.number))
        line += [(pen.bar(row.filled, bar, row.tone == "waiting"), row.tone), (before_number, "normal"), (row.number, row.tone)]
        if self.pace:
            line += [(GAP + " " * (self.pace - len(row.pace)), "normal"), (row.pace, row.pace_tone)]
        return [*line, (GAP, "normal"), *pen.padded(row.reset, row.reset_tone, self.reset)]


def _label(row: Row) -> str:
    return " ".join(filter(None, (row.limit, row.period, row.extra)))


def _shortened(row: Row, width: int, pen: Pen) -> str:
    """The label in *width* cells: without its extra, then with a shorter limit, since the period tells most."""
    for label in (_label(row), f"{row.limit} {row.period}".lstrip()):
        if pen.cell_len(label) <= width:
            return label
    room = width - pen.cell_len(row.period) - 1
    return f"{pen.cut(row.limit, room, 1)} {row.period}" if room > 3 else pen.cut(row.period, width)


def _grown(least: dict[str, int], natural: dict[str, int], steps: Iterable[tuple[str, int]], spare: int) -> dict[str, int]:
    """Share *spare* cells out step by step: each lets one column grow up to its mark, never over its natural width."""
    widths = dict(least)
    for column, mark in steps:
        if column in widths:
            more = max(0, min(mark - widths[column], natural[column] - widths[column], spare))
            widths[column] += more
            spare -= more
    return widths
