"""A stand-in for the service, on loopback, with its own clock, its own accounts and faults on demand.

::

    from datetime import timedelta

    from codex_quota.simulated import Fault, SimulatedService

    with SimulatedService() as service:
        work = service.add("work", five_hour=(92, timedelta(minutes=40)), weekly=71)
        service.fail(work, Fault.status(503, retry_after=1))
        service.write_accounts("account")
        print(service.url)

``codex-quota demo``, this project's tests and benchmarks and the tests of plugins all use it.
``python -m codex_quota.simulated --help`` runs it alone.
"""

from __future__ import annotations

from .accounts import SimulatedAccount
from .demo import add_demo_accounts
from .faults import Fault
from .recording import RecordedRequest
from .service import SimulatedService
from .tokens import make_token
from .windows import SimulatedWindow, SpendCap, Use

__all__ = [
    "Fault",
    "RecordedRequest",
    "SimulatedAccount",
    "SimulatedService",
    "SimulatedWindow",
    "SpendCap",
    "Use",
    "add_demo_accounts",
    "make_token",
]
