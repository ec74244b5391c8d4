"""Tells each change of what is left, every five minutes; stop it with Ctrl-C. An argument says after how many rounds to stop."""

import itertools
import sys
import time

import codex_quota

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else None

left: dict[str, float | None] = {}
with codex_quota.Client(cache="memory") as client:
    for number in itertools.count(1):
        for snapshot in client.fetch_all():
            weekly = snapshot.quota.weekly if snapshot.quota else None
            now = weekly.remaining_percent if weekly else None
            if left.get(snapshot.account.name) != now:
                print(f"{snapshot.account.name}: {now} % left", flush=True)
            left[snapshot.account.name] = now
        if number == ROUNDS:
            break
        time.sleep(300)
