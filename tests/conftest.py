"""Fixtures for everybody: a simulated service and an environment of one's own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from codex_quota.builtin.cli.main import main
from codex_quota.simulated import SimulatedService


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--official-codex", metavar="PATH", type=Path, help="the codex executable to compare with, cut off the net")


class Screen(io.StringIO):
    """A text stream that may call itself a terminal."""

    encoding = "utf-8"
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@dataclass
class Ran:
    """What a run of the program left behind."""

    status: int
    out: str
    err: str


@dataclass
class Program:
    """The program in this process, in a world of its own."""

    directory: Path
    environ: dict[str, str]
    service: SimulatedService | None = None
    plugins: list[object] = field(default_factory=list)

    def __call__(self, *words: str, terminal: bool = False, **environ: str) -> Ran:
        out, err = Screen(), Screen()
        out.terminal = err.terminal = terminal
        status = main(
            list(words), environ={**self.environ, **environ}, stdin=io.StringIO(), stdout=out, stderr=err, plugins=self.plugins
        )
        return Ran(status, out.getvalue(), err.getvalue())

    def serve(self, names: Sequence[str] | None = None) -> None:
        """Write the simulated service's sign-ins into the account directory."""
        assert self.service is not None
        self.service.write_accounts(self.directory / "account")
        for path in (self.directory / "account").iterdir():
            if names is not None and path.name.removesuffix(".auth.json") not in names:
                path.unlink()


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    """A started simulated service without accounts."""
    with SimulatedService() as running:
        yield running


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A clean environment: home, account directory and cache below the test's own directory."""
    return {
        "HOME": str(tmp_path / "home"),
        "CODEX_QUOTA_ACCOUNT_DIR": str(tmp_path / "account"),
        "CODEX_QUOTA_CACHE_DIR": str(tmp_path / "cache"),
        "CODEX_QUOTA_RETRY_DELAY": "0",
        "COLUMNS": "80",
        "TZ": "UTC",
    }


@pytest.fixture
def program(tmp_path: Path, environ: dict[str, str], service: SimulatedService) -> Program:
    """The program, pointed at the simulated service."""
    return Program(tmp_path, {**environ, "CODEX_QUOTA_CHATGPT_URL": service.url}, service)


@pytest.fixture(scope="session")
def official_codex(request: pytest.FixtureRequest) -> Path:
    """The official client's executable; skips unless ``--official-codex`` names it."""
    path: Path | None = request.config.getoption("--official-codex")
    if path is None:
        pytest.skip("needs --official-codex=PATH, see tests/test_official.py")
    return path.absolute()
