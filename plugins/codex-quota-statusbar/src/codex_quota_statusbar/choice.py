"""Which accounts stand on a bar, and in which words.

``all`` gives each account its text.
``tightest`` gives one account its text, the tightest of those that work: it has least left in its tightest window.
When none works it is the one that is back first, and when none could be read the first one.
What ails the others follows in short: who is exhausted until when, whose figures are old, who failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codex_quota import Snapshot, Style
from codex_quota.wording import moment_text

from .figures import NAME_CELLS, Figure, figure, gauge, terse
from .settings import Level, Settings
from .template import Escape


@dataclass(frozen=True, slots=True)
class Piece:
    """An escaped text with its level."""

    text: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands on a bar; ``main`` is the account that counts for the whole, None without any account."""

    pieces: tuple[Piece, ...]
    main: Figure | None
    figures: tuple[Figure, ...]
    settings: Settings

    @property
    def level(self) -> Level:
        """The level of the account that counts."""
        return self.main.level if self.main else "unknown"

    @property
    def color(self) -> str | None:
        """The colour of that level as ``#rrggbb``, None for the bar's own."""
        return self.settings.colors[self.level]

    @property
    def text(self) -> str:
        """Every piece in one line, without any colour."""
        return self.settings.separator.join(piece.text for piece in self.pieces)


def choose(
    snapshots: Sequence[Snapshot], style: Style, escape: Escape, *, everyone: bool = False, cells: int | None = NAME_CELLS
) -> Shown:
    """What to show of *snapshots*; *everyone* is the format's own way, which the user's setting beats.

    Raises ``UsageError`` for a setting that cannot be used.
    """
    settings = Settings.of(style.environ)
    figures = tuple(figure(snapshot, style, settings, cells=cells) for snapshot in snapshots)
    main = min(figures, key=lambda one: one.urgency, default=None)
    if main is None:
        pieces = [Piece(escape(style.say("no accounts")), "unknown")]
    else:
        everyone = settings.accounts == "all" if settings.accounts else everyone
        whole, rest = (figures, ()) if everyone else ((main,), tuple(one for one in figures if one is not main))
        pieces = [Piece(settings.template.render(one.fields, escape), one.level) for one in whole]
        pieces += [Piece(escape(text), level) for text, level in ailing(rest, style)]
    # a template may have nothing to say of an account
    pieces = [piece for piece in pieces if piece.text]
    return Shown(pieces=tuple(pieces), main=main, figures=figures, settings=settings)


def brief(one: Figure) -> str:
    """The least about one account: "work 5h 12%", "home back 18:00", "gone failed: unauthorized"."""
    if one.state == "works" and one.tight:
        return " ".join(filter(None, (one.name, gauge(one.tight), one.age)))
    timed = one.state == "blocked" and one.tight and one.tight.says is None
    return f"{one.name} {one.fields['note' if timed else 'state']}"


def ailing(others: Iterable[Figure], style: Style) -> Iterator[tuple[str, Level]]:
    """What ails *others*, one text for each kind of trouble: a single account by its name, several by their number."""
    rest, say = list(others), style.say
    blocked = [one for one in rest if one.state == "blocked"]
    if len(blocked) == 1:
        yield brief(blocked[0]), "empty"
    elif blocked:
        back = [one.back for one in blocked if one.back is not None and one.back > style.now]
        when = moment_text(min(back), terse(style)) if back else ""
        text = say("{count} out, next back {when}") if back else say("{count} out")
        yield text.format(count=len(blocked), when=when), "empty"
    if old := [one for one in rest if one.state == "works" and one.age]:
        yield _named(old, old[0].age, say("{count} stale")), "unknown"
    if failed := [one for one in rest if one.state == "failed"]:
        yield _named(failed, say("failed"), say("{count} failed")), "failed"


def _named(group: Sequence[Figure], ail: str, counted: str) -> str:
    return f"{group[0].name} {ail}" if len(group) == 1 else counted.format(count=len(group))
