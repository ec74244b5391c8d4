"""Which readings are hard to believe, and when one is believed after all. Pure.

The service's figure flips now and then, mostly to that of a window nobody has used, and comes back; a second request within
a few seconds can repeat the wrong one (CodexBar issues 1986 and 2481), so the confirming reading has to be a minute younger.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from codex_quota import Quota, Snapshot

from .config import Config
from .cycles import GIVEN_BACK, blocker, given_back, is_due, seen_at, step, windows_of

APART = timedelta(minutes=1)
_PLAUSIBLE_AFTER = timedelta(hours=6)


def doubts(before: Snapshot, after: Snapshot, config: Config) -> frozenset[str]:
    """What is hard to believe of *after*: ``window+`` for quota given back too early, ``window-`` for a fall, ``back``."""
    at, found = seen_at(after), set[str]()
    then, now = before.quota or Quota(), after.quota or Quota()
    new = windows_of(now, side_limits=config.side_limits)
    for key, window in windows_of(then, side_limits=config.side_limits).items():
        if key not in new or is_due(window.resets_at, at):
            continue
        points = given_back(window, new[key])
        if points >= GIVEN_BACK or step(window, new[key], at) == "early":
            found.add(f"{key}+")
        elif -points >= config.jump and at - seen_at(before) <= _PLAUSIBLE_AFTER:
            found.add(f"{key}-")
    held = blocker(then)
    if held is not None and blocker(now) is None and not is_due(held[1], at):
        found.add("back")
    return frozenset(found)


def judge(before: Snapshot, doubt: Snapshot | None, after: Snapshot, config: Config) -> Literal["believe", "doubt", "wait"]:
    """What to do with *after*: believe it, let it be the new *doubt*, or wait for one that is far enough from the old one."""
    strange = doubts(before, after, config)
    if not strange:
        return "believe"
    if doubt is None or not strange <= doubts(before, doubt, config):
        return "doubt"
    return "believe" if seen_at(after) - seen_at(doubt) >= APART else "wait"
