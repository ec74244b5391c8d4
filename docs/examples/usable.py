"""Which accounts can be used now, and when the others can again."""

import codex_quota

for snapshot in codex_quota.fetch_all():
    print(snapshot.account.name, snapshot.usable, snapshot.limited_by, snapshot.available_at)
