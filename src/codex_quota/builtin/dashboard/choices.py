"""What the visitor chose to see, as it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Layout = Literal["cards", "table"]
Sort = Literal["name", "left", "reset"]
Only = Literal["all", "usable", "exhausted", "failed"]
MOST_CARDS = 12
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Layout (None: cards while there are few accounts), order, which accounts, and a text that their names must hold."""

    layout: Layout | None = None
    sort: Sort = "name"
    only: Only = "all"
    q: str = ""

    @classmethod
    def of(cls, query: Any) -> Choices:  # noqa: ANN401
        """The choices in a query, anything with ``get``; what makes no sense there counts as not chosen."""
        layout, sort, only = query.get("layout"), query.get("sort"), query.get("only")
        return cls(
            layout=layout if layout in get_args(Layout) else None,
            sort=sort if sort in get_args(Sort) else "name",
            only=only if only in get_args(Only) else "all",
            q=" ".join((query.get("q") or "")[:LONGEST_SEARCH].split()),
        )

    def query(self, **other: str | None) -> dict[str, str | None]:
        """For ``url``: these choices with some of them replaced; the usual ones are left out."""
        chosen = replace(self, **other)  # type: ignore[arg-type]
        return {
            "layout": chosen.layout,
            "sort": None if chosen.sort == "name" else chosen.sort,
            "only": None if chosen.only == "all" else chosen.only,
            "q": chosen.q,
        }

    def layout_for(self, accounts: int) -> Layout:
        """The layout to use for so many accounts."""
        return self.layout or ("cards" if accounts <= MOST_CARDS else "table")
