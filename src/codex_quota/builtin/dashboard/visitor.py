"""Who asks, or why nobody is let in."""

from __future__ import annotations

from dataclasses import dataclass, field

from .hosts import Host
from .sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who sent a request that may be answered.

    ``admin`` is True for whoever has shown the admin token: through ``session``, or with the request itself, and then
    ``session`` and ``csrf`` are None.
    ``csrf`` is what every form of this session must hold; a request without a session needs none.
    ``address`` is the browser's, ``scheme`` and ``host`` are what it asked for, as far as trusted proxies tell.
    ``base`` is the path below which the dashboard is seen from outside: empty, or like ``/quota``.
    """

    admin: bool = False
    csrf: str | None = field(default=None, repr=False)
    address: str = ""
    scheme: str = "http"
    base: str = ""
    host: Host | None = None
    session: Session | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not answered, and how it is answered instead.

    ``text`` and ``hint`` are messages to translate, with ``values`` for their ``{named}`` places; ``code`` is for programs.
    ``headers`` go with the answer; ``base`` is as in ``Visitor``.
    """

    status: int
    code: str
    text: str
    hint: str = ""
    values: dict[str, object] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    base: str = ""

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self.text.format(**self.values)

    @property
    def advice(self) -> str:
        """What to do, in English; empty when there is nothing to do."""
        return self.hint.format(**self.values)
