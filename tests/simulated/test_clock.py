"""The clock, and windows that follow it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from codex_quota.simulated import SimulatedAccount, SimulatedService

from .asking import NOON, ask

HOUR = timedelta(hours=1)


def five_hour(service: SimulatedService, account: SimulatedAccount) -> tuple[int, int, datetime]:
    """Percent used, seconds to the reset, and the reset."""
    window: dict[str, Any] = ask(service, account).body["rate_limit"]["primary_window"]
    return window["used_percent"], window["reset_after_seconds"], datetime.fromtimestamp(window["reset_at"], UTC)


def test_a_clock_that_was_set_stands_still_until_advanced(service: SimulatedService) -> None:
    before = service.clock()
    service.advance(90 * timedelta(minutes=1))

    assert (before, service.clock()) == (NOON, NOON + 1.5 * HOUR)


def test_the_usual_clock_shows_real_time() -> None:
    service = SimulatedService()
    earliest = datetime.now(UTC)
    service.advance(HOUR)

    assert earliest + HOUR <= service.clock() <= datetime.now(UTC) + HOUR


def test_a_clock_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        SimulatedService(now=datetime(2026, 11, 22))


def test_answers_carry_the_date_of_the_clock(service: SimulatedService) -> None:
    service.advance(HOUR)

    assert ask(service, service.add("work")).headers["date"] == "Sun, 22 Nov 2026 13:00:00 GMT"


def test_a_window_comes_nearer_to_its_reset(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(30, 2 * HOUR))
    service.advance(1.5 * HOUR)

    assert five_hour(service, work) == (30, 1800, NOON + 2 * HOUR)


def test_a_bare_percent_resets_half_a_window_ahead(service: SimulatedService) -> None:
    assert five_hour(service, service.add("work", five_hour=30)) == (30, 9000, NOON + 2.5 * HOUR)


def test_a_window_that_started_at_0_percent_does_not_slide(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(0, 2 * HOUR))
    service.advance(HOUR)

    assert five_hour(service, work) == (0, 3600, NOON + 2 * HOUR)


@pytest.mark.parametrize("use", [0, (64, 2 * HOUR)], ids=["never started", "rolled over"])
def test_a_window_that_has_not_started_slides_until_it_is_used(service: SimulatedService, use: Any) -> None:
    work = service.add("work", five_hour=use)

    service.advance(2 * HOUR)
    assert five_hour(service, work) == (0, 18000, NOON + 7 * HOUR)

    service.advance(HOUR)
    assert five_hour(service, work) == (0, 18000, NOON + 8 * HOUR)

    work.use(five_hour=10)
    service.advance(HOUR)
    assert five_hour(service, work) == (10, 14400, NOON + 8 * HOUR)


def test_use_adds_up_to_100_and_brings_the_verdict(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(95, HOUR), weekly=(40, HOUR))

    work.use(five_hour=10, weekly=2.5)

    limit = ask(service, work).body["rate_limit"]
    assert limit["limit_reached"] is True
    assert (limit["primary_window"]["used_percent"], limit["secondary_window"]["used_percent"]) == (100, 42)


def test_a_verdict_ends_with_its_window(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(100, HOUR))
    service.advance(HOUR)

    assert ask(service, work).body["rate_limit"]["allowed"] is True


def test_use_of_a_window_that_is_not_there(service: SimulatedService) -> None:
    with pytest.raises(KeyError, match="monthly"):
        service.add("work").use(monthly=1)


def test_an_early_reset_puts_every_window_back(service: SimulatedService) -> None:
    work = service.add("work", five_hour=(100, HOUR), weekly=(100, HOUR))

    work.reset()

    limit = ask(service, work).body["rate_limit"]
    first, second = limit["primary_window"], limit["secondary_window"]
    assert (first["used_percent"], first["reset_after_seconds"]) == (0, 18000)
    assert (second["used_percent"], second["reset_after_seconds"]) == (0, 604800)
