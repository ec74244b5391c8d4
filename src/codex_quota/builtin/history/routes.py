"""The history over HTTP: ``/api/history``, ``/api/events`` and ``/events.atom``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from codex_quota import (
    CodexQuotaError,
    HistoryError,
    Route,
    RouteAnswer,
    RouteRequest,
    Style,
    UnknownAccountError,
    UsageError,
    nearest,
)
from codex_quota.options import ago_or_moment, whole

if TYPE_CHECKING:
    from codex_quota import Account
    from codex_quota.history import History, HistoryEvent

JSON = "application/json"
ATOM = "application/atom+xml; charset=utf-8"
DAY = timedelta(days=1)
POINTS_OF_ONE, POINTS_OF_EACH = 1000, 100


class HistoryRoute(Route):
    """What was read of the accounts on the dashboard."""

    name = "history"
    summary = "what was read before, by time"
    path = "/api/history"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        """The history document, of ``account`` and ``window`` alone where they are given, in at most ``points`` readings each."""
        return _answered(lambda: _history_of(request))


class EventsRoute(Route):
    """What happened to the accounts on the dashboard."""

    name = "events"
    summary = "what happened: resets, new windows, changed plans, broken sign-ins, drains"
    path = "/api/events"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        """The events document, of ``account`` and ``kind`` alone where they are given."""
        from codex_quota.history import events_document

        return _answered(lambda: _json(events_document(_events(request, _history(request), 30 * DAY), generated_at=request.now)))


class FeedRoute(Route):
    """The same as an Atom feed."""

    name = "events.atom"
    summary = "the events as an Atom feed"
    path = "/events.atom"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        """The feed, the newest event first."""
        return _answered(lambda: _feed(request, f"{request.base}{self.path}"))


def _answered(act: Callable[[], RouteAnswer]) -> RouteAnswer:
    """What *act* gives, or in JSON what was wrong with the question, or with the history."""
    try:
        return act()
    except CodexQuotaError as error:
        status = 400 if isinstance(error, UsageError) else 404 if isinstance(error, UnknownAccountError) else 503
        about = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
        return RouteAnswer(body=json.dumps(about, ensure_ascii=False), content_type=JSON, status=status)


def _history_of(request: RouteRequest) -> RouteAnswer:
    from codex_quota.history import history_document

    begin, end = _stretch(request, 7 * DAY)
    shown, history = _accounts(request), _history(request)
    points = _points(request.query.get("points")) or (POINTS_OF_ONE if request.query.get("account") else POINTS_OF_EACH)
    window = request.query.get("window") or None
    found = {
        name: history.readings(account, since=begin, until=end, window=window, points=points) for name, account in shown.items()
    }
    return _json(history_document(found, since=begin, until=end, generated_at=request.now))


def _feed(request: RouteRequest, address: str) -> RouteAnswer:
    from codex_quota.history import atom_feed

    history = _history(request)
    feed = atom_feed(
        _events(request, history, 7 * DAY),
        identity=history.identity,
        self_url=address,
        now=request.now,
        style=Style(now=request.now),
    )
    return RouteAnswer(body=feed, content_type=ATOM)


def _events(request: RouteRequest, history: History, usual: timedelta) -> list[HistoryEvent]:
    (begin, end), kinds = _stretch(request, usual), _kinds(request.query.get("kind"))
    every = (event for one in _accounts(request).values() for event in history.events(one, since=begin, until=end))
    return sorted((event for event in every if event.kind in kinds), key=lambda event: event.at)


def _accounts(request: RouteRequest) -> Mapping[str, Account]:
    """The accounts that the visitor sees, or the one that the request names."""
    shown = {snapshot.account.name: snapshot.account for snapshot in request.snapshots}
    name = request.query.get("account")
    if not name:
        return shown
    if name not in shown:
        near = nearest(name, shown)
        hint = f"did you mean {near!r}?" if near else "/api/results names them"
        raise UnknownAccountError(f"there is no account {name!r}", hint=hint)
    return {name: shown[name]}


def _history(request: RouteRequest) -> History:
    from codex_quota.history import History

    history = History.of(request.options)
    if history is None:
        raise HistoryError("this dashboard keeps no history", hint="start it without --no-history")
    return history


def _stretch(request: RouteRequest, default: timedelta) -> tuple[datetime, datetime]:
    moments = []
    for key, usual in (("since", default), ("until", timedelta(0))):
        given: timedelta | datetime = usual
        if text := request.query.get(key):
            try:
                given = ago_or_moment(text)
            except Exception as error:
                raise UsageError(f"{key}: {error}", hint="give a length like 7d or a time like 2026-11-22T12:00Z") from None
        moments.append(given if isinstance(given, datetime) else request.now - given)
    if moments[0] > moments[1]:
        raise UsageError("since lies after until", hint="give them the other way round")
    return moments[0], moments[1]


def _points(text: str | None) -> int | None:
    try:
        return whole(2, 100_000)(text) if text else None
    except Exception as error:
        raise UsageError(f"points: {error}", hint="give the number of readings of each account") from None


def _kinds(text: str | None) -> frozenset[str]:
    """The kinds of events that *text* names, with commas between; every kind when it names none."""
    from codex_quota.history import EVENT_KINDS

    kinds = frozenset(text.split(",")) if text else frozenset(EVENT_KINDS)
    if unknown := sorted(kinds - set(EVENT_KINDS)):
        raise UsageError(f"kind: {unknown[0]!r} is no kind of event", hint=f"there is {', '.join(EVENT_KINDS)}")
    return kinds


def _json(document: object) -> RouteAnswer:
    return RouteAnswer(body=json.dumps(document, ensure_ascii=False), content_type=JSON)
