"""Fixtures for everybody: a simulated service and an environment of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codex_quota.simulated import SimulatedService
from codex_quota.testing import clean_environ
from program import Program


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--official-codex", metavar="PATH", type=Path, help="the codex executable to compare with, cut off the net")


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    """A started simulated service without accounts."""
    with SimulatedService() as running:
        yield running


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A clean environment: home, account directory and cache below the test's own directory."""
    return clean_environ(tmp_path)


@pytest.fixture
def program(tmp_path: Path, service: SimulatedService) -> Program:
    """The program, pointed at the simulated service."""
    return Program(tmp_path, clean_environ(tmp_path, service), service)


@pytest.fixture(scope="session")
def official_codex(request: pytest.FixtureRequest) -> Path:
    """The official client's executable; skips unless ``--official-codex`` names it."""
    path: Path | None = request.config.getoption("--official-codex")
    if path is None:
        pytest.skip("needs --official-codex=PATH, see tests/test_official.py")
    return path.absolute()
