from __future__ import annotations

from collections.abc import Iterator

import pytest

from codex_quota.simulated import SimulatedService

from .asking import NOON


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    """A running service whose clock stands at noon of 2026-11-22."""
    with SimulatedService(now=NOON) as running:
        yield running
