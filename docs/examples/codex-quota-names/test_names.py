from pathlib import Path

import codex_quota_names

from codex_quota.testing import FormatterContract, SimulatedService, run_cli


class TestNames(FormatterContract):
    def make(self) -> codex_quota_names.Names:
        return codex_quota_names.Names()


def test_it_prints_who_can_be_used(tmp_path: Path) -> None:
    with SimulatedService() as service:
        service.add("work", weekly=70)
        service.add("home", weekly=100)
        service.write_accounts(tmp_path / "account")
        ran = run_cli("--format", "names", plugins=[codex_quota_names], directory=tmp_path, service=service)
    assert (ran.status, ran.out) == (0, "work\n")
