from pathlib import Path

import codex_quota_bell
import pytest
from codex_quota_most_left import MostLeft
from codex_quota_ready import Ready

from codex_quota.testing import CommandContract, RouteContract, SimulatedService, make_client


class TestMostLeft(CommandContract):
    def make(self) -> MostLeft:
        return MostLeft()


class TestReady(RouteContract):
    def make(self) -> Ready:
        return Ready()


def test_the_bell_rings_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SimulatedService() as service:
        work = service.add("work", weekly=100)
        service.write_accounts(tmp_path / "account")
        with make_client(codex_quota_bell, directory=tmp_path, service=service, refresh=True) as client:
            for _ in range(3):
                client.fetch_all()
                client.tell_updates()
                work.reset()
    assert capsys.readouterr().err == "\awork can be used again\n"
