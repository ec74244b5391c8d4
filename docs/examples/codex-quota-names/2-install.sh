pip install --quiet --editable .
codex-quota demo --format names
