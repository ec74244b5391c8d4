"""``codex-quota --format prometheus``, alone and from the job on the page."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import codex_quota_prometheus
import pytest
from prometheus_world import PROGRAM, families, request, snapshot, values

import codex_quota
from codex_quota.testing import Fault, SimulatedService, clean_environ, run_cli

DISTRIBUTION = Path(__file__).parents[1]
PAGE = DISTRIBUTION.parents[1] / "docs" / "how-to" / "prometheus.md"
MISSING = (
    "metrics are written by the library prometheus-client, which cannot be imported (import of prometheus_client halted; "
    "None in sys.modules); put it beside codex-quota: pipx inject codex-quota prometheus-client\n"
)


def test_it_prints_metrics_of_every_account(tmp_path: Path) -> None:
    with SimulatedService() as service:
        service.add("work", five_hour=20, weekly=60)
        service.sign_out(service.add("home"))
        service.write_accounts(tmp_path / "account")
        ran = run_cli("--format", "prometheus", plugins=[codex_quota_prometheus], directory=tmp_path, service=service)
    assert ran.status == 3
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["home"]
    assert values(ran.out, "codex_quota_window_used_ratio", "account", "window") == {
        ("work", "five_hour"): 0.2,
        ("work", "weekly"): 0.6,
    }
    assert values(ran.out, "codex_quota_up", "account") == {"work": 1, "home": 0}
    assert "@" not in ran.out


def test_figures_stay_when_the_service_is_away(tmp_path: Path) -> None:
    words = ("--format", "prometheus", "--retries", "0")
    with SimulatedService() as service:
        work = service.add("work", five_hour=None, weekly=60)
        service.write_accounts(tmp_path / "account")
        before = run_cli(*words, plugins=[codex_quota_prometheus], directory=tmp_path, service=service)
        service.fail(work, Fault.status(503))
        after = run_cli(*words, plugins=[codex_quota_prometheus], directory=tmp_path, service=service)
    ratio, fetched = "codex_quota_window_used_ratio", "codex_quota_fetched_timestamp_seconds"
    assert values(after.out, ratio, "window") == values(before.out, ratio, "window") == {"weekly": 0.6}
    assert values(after.out, fetched, "account") == values(before.out, fetched, "account")
    assert (
        values(after.out, "codex_quota_age_seconds", "account")["work"]
        > values(before.out, "codex_quota_age_seconds", "account")["work"]
    )
    assert values(after.out, "codex_quota_up", "account") == {"work": 0}
    assert values(after.out, "codex_quota_error", "code")["unavailable"] == 1


def test_a_missing_library_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with SimulatedService() as service:
        service.add("work")
        service.write_accounts(tmp_path / "account")
        ran = run_cli("--format", "prometheus", plugins=[codex_quota_prometheus], directory=tmp_path, service=service)
    answer = codex_quota_prometheus.Metrics().answer(request(snapshot()))
    assert (ran.status, ran.out, ran.err) == (1, "", f"codex-quota: {MISSING}")
    assert (answer.status, answer.content_type, answer.body) == (500, "text/plain; charset=utf-8", MISSING)


def test_the_library_is_imported_only_when_something_is_written() -> None:
    code = (
        "import sys, codex_quota_prometheus as p; p.register_formatters(), p.register_routes(); "
        "print('prometheus_client' in sys.modules)"
    )
    world = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run([sys.executable, "-c", code], env=world, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == "False\n"


def test_nothing_is_registered_with_the_library_as_a_whole() -> None:
    from prometheus_client import REGISTRY

    shown = {family.name for family in families(str(codex_quota_prometheus.Metrics().answer(request(snapshot())).body))}
    assert {name for name in shown if not name.startswith("codex_quota_")} == set()
    assert [family.name for family in REGISTRY.collect() if family.name.startswith("codex_quota")] == []


def test_its_entry_point_is_the_plugin() -> None:
    project = tomllib.loads((DISTRIBUTION / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (target,) = project["entry-points"]["codex_quota"].values()
    catalogue = codex_quota.Catalogue(plugins=[import_module(target)], strangers=False, environ={})
    assert catalogue.problems == ()
    assert ("prometheus" in catalogue.formatters, "metrics" in catalogue.routes) == (True, True)
    assert not any(re.match(r"codex[-_]quota\b(?![-_])", name) for name in project["dependencies"])


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """The script on the page, with a home whose program knows the plugin."""
    (script,) = re.findall(r"^```sh\n(#!/bin/sh\n.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)
    program = tmp_path / "home" / ".local" / "bin" / "codex-quota"
    program.parent.mkdir(parents=True)
    program.with_name("program.py").write_text(PROGRAM, encoding="utf-8")
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "{program.with_name("program.py")}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "job").write_text(script, encoding="utf-8")
    (tmp_path / "text").mkdir()
    return tmp_path / "text" / "codex-quota.prom"


def run_job(file: Path, service: SimulatedService, **environ: str) -> None:
    place = file.parents[1]
    sources = [Path(module.__file__ or "").parent.parent for module in (codex_quota, codex_quota_prometheus)]
    paths = os.pathsep.join([*map(str, sources), *(path for path in sys.path if path)])
    world = {**clean_environ(place, service), "PATH": "/usr/bin:/bin", "PYTHONPATH": paths, **environ}
    subprocess.run(["/bin/sh", str(place / "job"), str(file)], env=world, capture_output=True, check=False, timeout=60)


def test_the_job_on_the_page_replaces_the_file_also_when_an_account_fails(job: Path) -> None:
    with SimulatedService() as service:
        service.add("work", weekly=60)
        service.sign_out(service.add("home"))
        service.write_accounts(job.parents[1] / "home" / ".config" / "codex-quota" / "account")
        job.write_text("old\n", encoding="utf-8")
        run_job(job, service)
    assert values(job.read_text(encoding="utf-8"), "codex_quota_up", "account") == {"work": 1, "home": 0}
    assert [path.name for path in job.parent.iterdir()] == ["codex-quota.prom"]
    assert stat.S_IMODE(job.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    "wrong", [{"CODEX_QUOTA_TIMEOUT": "soon"}, {"CODEX_QUOTA_SOURCE": "nowhere"}], ids=lambda wrong: next(iter(wrong))
)
def test_the_job_on_the_page_keeps_the_file_when_nothing_could_be_written(job: Path, wrong: dict[str, str]) -> None:
    job.write_text("old\n", encoding="utf-8")
    with SimulatedService() as service:
        run_job(job, service, **wrong)
    assert {path.name: path.read_text(encoding="utf-8") for path in job.parent.iterdir()} == {"codex-quota.prom": "old\n"}
