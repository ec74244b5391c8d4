"""``GET /charts``: what was left of every window over time, and what is to be expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from codex_quota import CodexQuotaError, HistoryError, Snapshot, Style, sort_snapshots
from codex_quota.wording import Note, notes, one_line, plan_text

from .board import Results
from .board_page import RELOAD_SECONDS, ZONE_COOKIE, countdown_words, zone_text
from .cards import key_of, ticking
from .chart_axes import DAY, HOUR
from .chart_data import SPANS, Past
from .chart_figures import Figure, figure
from .charts import LEGEND
from .pages import render

if TYPE_CHECKING:
    from .gate import Visitor
    from .language import Language
    from .settings import Settings

Span = Literal["24h", "7d", "30d"]
MOST_ACCOUNTS = 12
_SPAN_WORDS = {"24h": "24 h", "7d": "7 d", "30d": "30 d"}
_STEPS = {"24h": HOUR, "7d": 6 * HOUR, "30d": DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartChoices:
    """Which account (all of them, page by page, when it is empty) and how far back."""

    account: str = ""
    span: Span = "7d"
    page: int = 1

    @classmethod
    def of(cls, query: Any) -> ChartChoices:  # noqa: ANN401
        """The choices in a query, anything with ``get``; what makes no sense there counts as not chosen."""
        span, page = query.get("span"), query.get("page") or ""
        return cls(
            account=query.get("account") or "",
            span=span if span in get_args(Span) else "7d",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    def query(self, **other: object) -> dict[str, object]:
        """For ``url``: these choices with some of them replaced; the usual ones are left out."""
        chosen = replace(self, **other)  # type: ignore[arg-type]
        return {
            "account": chosen.account,
            "span": None if chosen.span == "7d" else chosen.span,
            "page": None if chosen.page <= 1 else chosen.page,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCharts:
    """One account; ``remarks`` say why there are no new figures, ``is_read`` that there are any."""

    key: str
    name: str
    plan: str
    remarks: tuple[Note, ...]
    is_read: bool
    figures: tuple[Figure, ...]


def shown_on(results: Results, choices: ChartChoices) -> tuple[list[Snapshot], int, int]:
    """The accounts on the page that is asked for, or on the last one; the number of that page, and how many there are."""
    wanted = [one for one in sort_snapshots(results.snapshots) if choices.account in ("", one.account.name)]
    pages = max(1, -(-len(wanted) // MOST_ACCOUNTS))
    page = min(max(1, choices.page), pages)
    return wanted[(page - 1) * MOST_ACCOUNTS : page * MOST_ACCOUNTS], page, pages


def whole_charts(
    results: Results, past: Past, style: Style, choices: ChartChoices, visitor: Visitor, language: Language, settings: Settings
) -> str:
    """The page as HTML."""
    return render(
        "charts",
        visitor,
        language,
        settings,
        live=live_charts(results, past, style, choices, visitor, language, settings),
        choices=choices,
        names=[snapshot.account.name for snapshot in sort_snapshots(results.snapshots)],
        spans={span: language.say(_SPAN_WORDS[span]) for span in SPANS},
        words=countdown_words(language),
        fixed_zone=settings.utc,
        zone_cookie=ZONE_COOKIE,
        every=5 * RELOAD_SECONDS,
    )


def live_charts(
    results: Results, past: Past, style: Style, choices: ChartChoices, visitor: Visitor, language: Language, settings: Settings
) -> str:
    """The part of the page that a script asks for again and again."""
    shown, page, pages = shown_on(results, choices)
    trouble: CodexQuotaError | None = past.trouble
    made = []
    for snapshot in shown:
        try:
            figures = _figures(snapshot, past, choices, style)
        except HistoryError as error:
            trouble, figures = error, ()
        account = snapshot.account.name
        made.append(
            AccountCharts(
                key=key_of(account),
                name=account,
                plan=plan_text(snapshot.plan, style.say),
                remarks=tuple(note for note in notes(snapshot, style) if note.kind == "error"),
                is_read=snapshot.quota is not None,
                figures=figures,
            )
        )

    def tick(text: str, moment: datetime | None) -> str:
        return ticking(text, moment, style)

    return render(
        "charts_live",
        visitor,
        language,
        settings,
        made=made,
        one_line=one_line,
        trouble=trouble,
        is_off=past.is_off,
        choices=choices,
        page=page,
        pages=pages,
        legend=LEGEND,
        zone=zone_text(style),
        tick=tick,
    )


def _figures(snapshot: Snapshot, past: Past, choices: ChartChoices, style: Style) -> tuple[Figure, ...]:
    drawn = past.charts(snapshot, SPANS[choices.span], style.now, tz=style.tz, every_limit=bool(choices.account))
    span, step = style.say(_SPAN_WORDS[choices.span]), _STEPS[choices.span]
    return tuple(figure(snapshot, one, span, step, style) for one in drawn)
