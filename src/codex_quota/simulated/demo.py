"""The accounts of ``codex-quota demo``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .service import SimulatedService


def add_demo_accounts(service: SimulatedService) -> None:
    """Add nine accounts, each in a state that is worth seeing."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    service.add("fresh", five_hour=0, weekly=0)
    service.add("busy", five_hour=(92, timedelta(minutes=40)), weekly=(71, 3 * day))
    service.add("weekly-out", five_hour=(4, 4 * hour), weekly=(100, 2 * day + 6 * hour))
    service.add("weekly-only", five_hour=None, weekly=(58, 4 * day), reset_credits=2)
    service.add("free", plan="free", five_hour=None, weekly=None, monthly=(35, 12 * day))
    service.add(
        "business",
        plan="self_serve_business_usage_based",
        five_hour=None,
        weekly=None,
        spend=("50", "50.0375"),
        workspace_id="5b1f6b0e-6a39-4c1d-9f3e-2d0c7a8e4b11",
    )
    service.add(
        "pro",
        plan="pro",
        five_hour=(18, 3 * hour),
        weekly=(44, 5 * day),
        limits={"GPT-5.3-Codex-Spark": ((100, hour), (63, 5 * day))},
        credits="394.75",
    )
    service.sign_out(service.add("signed-out"))
    service.add(
        "工作",
        plan="team",
        five_hour=(37, 2 * hour),
        weekly=(12, 6 * day),
        workspace_id="c0ffee00-1d2e-4f3a-8b4c-5d6e7f809102",
    )
