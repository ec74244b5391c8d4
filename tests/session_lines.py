"""Session files of the Codex CLI, as its versions wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from snapshots import DAY, HOUR, NOW

SECOND = timedelta(seconds=1)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(at: datetime, kind: str = "response_item", **payload: Any) -> bytes:
    """A line of a session file."""
    return json.dumps({"timestamp": stamp(at), "type": kind, "payload": payload}, separators=(",", ":")).encode() + b"\n"


def limits(
    used: float,
    weekly: float | None = None,
    *,
    resets_at: datetime = NOW + 3 * HOUR,
    weekly_resets_at: datetime = NOW + 4 * DAY,
    **more: Any,
) -> dict[str, Any]:
    """``rate_limits`` as clients write them since October 2025, in *more* what newer ones added."""
    primary = {"used_percent": used, "window_minutes": 300, "resets_at": int(resets_at.timestamp())}
    secondary = {"used_percent": weekly, "window_minutes": 10080, "resets_at": int(weekly_resets_at.timestamp())}
    return {"primary": primary, "secondary": None if weekly is None else secondary, **more}


def told(at: datetime, rate_limits: Any) -> bytes:
    """A line that tells *rate_limits*."""
    return line(at, "event_msg", type="token_count", info=None, rate_limits=rate_limits)


def begin(at: datetime) -> bytes:
    """What a session begins with: everything up to the first question, in one go."""
    first = [line(at, "session_meta", id="x", cwd="/x"), line(at + SECOND / 1000, "turn_context", model="x")]
    return b"".join([*first, line(at + SECOND / 500, "event_msg", type="user_message", message="hi")])


def session(at: datetime, figures: Iterable[tuple[float, float | dict[str, Any]]]) -> bytes:
    """A session from *at* on, with a line for each pair of minutes after it and percent used (or ``rate_limits``)."""
    lines = [told(at + minute * 60 * SECOND, used if isinstance(used, dict) else limits(used)) for minute, used in figures]
    return begin(at) + b"".join(lines)


def write(home: Path, at: datetime, content: bytes, *, number: int = 0, archived: bool = False) -> Path:
    """A session file in *home* that began at *at*."""
    directory = home / "archived_sessions" if archived else home / "sessions" / f"{at:%Y/%m/%d}"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"rollout-{at:%Y-%m-%dT%H-%M-%S}-{UUID(int=number)}.jsonl"
    path.write_bytes(content)
    return path
