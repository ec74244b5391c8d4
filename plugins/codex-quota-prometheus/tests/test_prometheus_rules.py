"""Prometheus' own tool about what is written, and about what the alert rules do; only where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_world import page

from codex_quota.testing import sample_snapshots

PROMTOOL = shutil.which("promtool")
GRAFANA = Path(__file__).parents[3] / "docs" / "how-to" / "grafana"
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")


def promtool(*words: str, stdin: str = "", directory: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [str(PROMTOOL), *words], input=stdin, cwd=directory, capture_output=True, text=True, check=False, timeout=60
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_metrics_follow_the_conventions(tmp_path: Path) -> None:
    assert promtool("check", "metrics", stdin=page(*sample_snapshots(), requests={"200": 3}), directory=tmp_path) == (0, "")


def test_each_alert_fires_when_it_should_and_only_then(tmp_path: Path) -> None:
    shutil.copy(GRAFANA / "codex-quota.rules.yml", tmp_path)
    shutil.copy(Path(__file__).with_name("rules_test.yml"), tmp_path)
    status, said = promtool("test", "rules", "rules_test.yml", directory=tmp_path)
    assert status == 0, said


def test_the_queries_of_the_grafana_dashboard_can_be_read(tmp_path: Path) -> None:
    panels = json.loads((GRAFANA / "codex-quota.json").read_text(encoding="utf-8"))["panels"]
    queries = [target["expr"].replace("$__rate_interval", "5m") for panel in panels for target in panel["targets"]]
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    status, said = promtool("check", "rules", "queries.yml", directory=tmp_path)
    assert status == 0, said
