"""What is left of one account, which is named on the command line; the exit status says whether it answered."""

import sys

import codex_quota

try:
    snapshot = codex_quota.fetch(sys.argv[1], max_age=60)
except codex_quota.CodexQuotaError as error:
    sys.exit(f"{error.code}: {error.message}; {error.hint}")
for window in snapshot.quota.windows if snapshot.quota else ():
    print(window.limit, window.label, window.remaining_percent, window.resets_at)
