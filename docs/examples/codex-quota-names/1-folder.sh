mkdir codex-quota-names
cd codex-quota-names
python3 -m venv .venv
. .venv/bin/activate
pip install --quiet ~/codex-quota pytest
