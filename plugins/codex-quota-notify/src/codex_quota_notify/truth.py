"""Whether a pending alert still tells the truth. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from .config import Config
from .cycles import blocker, is_marked, same_cycle, windows_of
from .records import Alert, Known
from .rules import is_running, is_unused

_NEWS = timedelta(hours=24)


def still_true(alert: Alert, known: Known, now: datetime, config: Config) -> bool:
    """True when it may be told now; one about an account that nobody read for a day may not."""
    if now - known.heard_at > _NEWS:
        return False
    if alert.rule == "sign_in":
        return known.broken is not None
    if alert.rule == "token":
        return known.token_ends is not None and known.token_ends == alert.cycle and now < known.token_ends
    quota = known.seen.quota if known.seen is not None else None
    if quota is None:
        return False
    held = blocker(quota)
    if alert.rule == "exhausted":
        return held is not None and held[0] == alert.window and (held[1] is None or held[1] > now)
    if alert.rule == "back":
        return held is None and now - alert.raised_at <= _NEWS
    window = windows_of(quota, side_limits=config.side_limits).get(alert.window)
    if window is None:
        return False
    left = window.remaining_percent
    if alert.rule == "early_reset":
        return left != 0 and now - alert.raised_at <= _NEWS
    # the mark has moved along with a reset that was moved
    same = same_cycle(window.resets_at, alert.cycle) or is_marked(known.marks, alert.mark, window.resets_at)
    if not same or not is_running(window, now):
        return False
    if alert.rule == "unused":
        return config.unused is not None and is_unused(window, config.unused, now)
    return left is not None and alert.level is not None and left <= alert.level
