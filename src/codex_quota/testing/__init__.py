"""What the tests of a plugin need: a simulated service, worlds of their own, sample snapshots, and contracts to subclass.

::

    from pathlib import Path

    import codex_quota_names

    from codex_quota.testing import FormatterContract, SimulatedService, run_cli

    class TestNames(FormatterContract):
        def make(self):
            return codex_quota_names.Names()

    def test_names(tmp_path: Path) -> None:
        with SimulatedService() as service:
            service.add("work")
            service.write_accounts(tmp_path / "account")
            ran = run_cli("--format", "names", plugins=[codex_quota_names], directory=tmp_path, service=service)
        assert (ran.status, ran.out, ran.err) == (0, "work\\n", "")

Nothing here reads the environment of the process or asks the real service.
The contracts are pytest classes and need pytest; the rest works without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codex_quota.simulated import (
    Fault,
    RecordedRequest,
    SimulatedAccount,
    SimulatedService,
    SimulatedWindow,
    SpendCap,
    Use,
    add_demo_accounts,
    make_token,
)

from .installing import install_plugin, on_path
from .program import Ran, Screen, run_cli
from .records import SAMPLE_NOW, make_quota, make_snapshot, make_window
from .samples import sample_snapshots
from .world import clean_environ, make_client

if TYPE_CHECKING:
    from .commands import CommandContract
    from .formatters import FormatterContract
    from .routes import RouteContract
    from .sources import CredentialSourceContract
    from .stores import CacheStoreContract

_CONTRACTS = {
    "CacheStoreContract": "stores",
    "CommandContract": "commands",
    "CredentialSourceContract": "sources",
    "FormatterContract": "formatters",
    "RouteContract": "routes",
}

__all__ = [
    "SAMPLE_NOW",
    "CacheStoreContract",
    "CommandContract",
    "CredentialSourceContract",
    "Fault",
    "FormatterContract",
    "Ran",
    "RecordedRequest",
    "RouteContract",
    "Screen",
    "SimulatedAccount",
    "SimulatedService",
    "SimulatedWindow",
    "SpendCap",
    "Use",
    "add_demo_accounts",
    "clean_environ",
    "install_plugin",
    "make_client",
    "make_quota",
    "make_snapshot",
    "make_token",
    "make_window",
    "on_path",
    "run_cli",
    "sample_snapshots",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    room = _CONTRACTS.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import pytest
    except ModuleNotFoundError:
        raise ImportError(f"{__name__}.{name} needs pytest; install it with: python -m pip install pytest") from None
    import sys
    from importlib import import_module

    module = f"{__name__}.{room}"
    if module not in sys.modules:
        # so that a failed assert of a contract shows its values
        pytest.register_assert_rewrite(module, f"{__name__}.contract")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value
