"""What was read, kept: for forecasts, charts and events.

::

    from codex_quota import Client
    from codex_quota.history import History

    with Client() as client:
        history = History.of(client.options)
        for reading in history.readings("work") if history else ():
            print(reading.at, [(window.label, window.used_percent) for window in reading.windows])

Every name is imported on first touch, because the options are needed at every start and SQLite is not.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import events_document as events_document
    from .documents import history_document as history_document
    from .documents import moment_text as moment_text
    from .events import EVENT_KINDS as EVENT_KINDS
    from .events import Drain as Drain
    from .events import EventKind as EventKind
    from .events import HistoryEvent as HistoryEvent
    from .events import events_of as events_of
    from .lines import left_of_windows as left_of_windows
    from .lines import sparkline as sparkline
    from .pacing import observations as observations
    from .pacing import paced as paced
    from .pacing import reach as reach
    from .pacing import with_pace as with_pace
    from .records import Reading as Reading
    from .records import key_of as key_of
    from .records import numbered as numbered
    from .records import snapshot_of as snapshot_of
    from .resets import calendar as calendar
    from .session_files import SessionFiles as SessionFiles
    from .settings import FILE_NAME as FILE_NAME
    from .settings import HISTORY as HISTORY
    from .settings import HISTORY_FILE as HISTORY_FILE
    from .settings import SETTINGS as SETTINGS
    from .settings import beside as beside
    from .settings import history_file as history_file
    from .settings import state_directory as state_directory
    from .settings import working_time as working_time
    from .store import History as History
    from .store import Kept as Kept
    from .telling import atom_feed as atom_feed
    from .telling import event_text as event_text

_ROOMS = {
    "resets": ("calendar",),
    "documents": ("events_document", "history_document", "moment_text"),
    "events": ("EVENT_KINDS", "Drain", "EventKind", "HistoryEvent", "events_of"),
    "lines": ("left_of_windows", "sparkline"),
    "pacing": ("observations", "paced", "reach", "with_pace"),
    "records": ("Reading", "key_of", "numbered", "snapshot_of"),
    "session_files": ("SessionFiles",),
    "settings": ("FILE_NAME", "HISTORY", "HISTORY_FILE", "SETTINGS", "beside", "history_file", "state_directory", "working_time"),
    "store": ("History", "Kept"),
    "telling": ("atom_feed", "event_text"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]


def __getattr__(name: str) -> "Any":  # noqa: ANN401, UP037
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{room}"), name)
    globals()[name] = value
    return value
