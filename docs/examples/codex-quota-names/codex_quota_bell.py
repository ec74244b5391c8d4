import sys
from collections.abc import Mapping

import codex_quota


@codex_quota.hookimpl
def snapshots_updated(previous: Mapping[str, codex_quota.Snapshot], current: Mapping[str, codex_quota.Snapshot]) -> None:
    for name, snapshot in current.items():
        before = previous.get(name)
        if snapshot.usable and before is not None and before.usable is False:
            print(f"\a{name} can be used again", file=sys.stderr)
