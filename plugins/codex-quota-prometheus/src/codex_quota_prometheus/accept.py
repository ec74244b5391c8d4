"""Which format a scraper wants most, by its ``Accept`` header (RFC 9110, 12.5.1).

The library's ``choose_encoder`` takes the first format that it knows, also one with a lower weight or with ``q=0``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class _Range(NamedTuple):
    type: str
    subtype: str
    version: str | None
    weight: float

    def closeness(self, other: _Range) -> int:
        """How exactly this range names the format *other*; 0 when it does not."""
        if (self.type, self.subtype) == (other.type, other.subtype):
            return 4 if self.version == other.version else 3 if self.version is None else 0
        if self.subtype == "*" and self.version is None:
            return 2 if self.type == other.type else 1 if self.type == "*" else 0
        return 0


def choose(header: str | None) -> str:
    """``TEXT`` or ``OPENMETRICS``, whichever has the greater weight; of equals the one that is named more exactly, then first.

    ``TEXT`` when neither is wanted: a scraper that does not say what it reads reads that.
    """
    ranges = list(_ranges(header or ""))
    best, found = TEXT, (0.0, 0, 0)
    for offer in (TEXT, OPENMETRICS):
        (own,) = _ranges(offer)
        matches = [(one.closeness(own), -place, one.weight) for place, one in enumerate(ranges) if one.closeness(own)]
        if matches:
            closeness, place, weight = max(matches)
            if weight > 0 and (weight, closeness, place) > found:
                best, found = offer, (weight, closeness, place)
    return best


def _ranges(header: str) -> Iterator[_Range]:
    """The media ranges of *header*; those that cannot be read are left out."""
    for part in header.lower().split(","):
        name, *rest = (piece.strip() for piece in part.split(";"))
        kind, slash, subtype = name.partition("/")
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in (piece.partition("=") for piece in rest)}
        weight = _weight(parameters)
        if slash and weight is not None:
            yield _Range(kind, subtype, parameters.get("version"), weight)


def _weight(parameters: Mapping[str, str]) -> float | None:
    try:
        weight = float(parameters.get("q", "1"))
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None
