from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from codex_quota.builtin.formatters import plain
from codex_quota.errors import TimedOutError, UnauthorizedError
from codex_quota.interfaces import Style
from codex_quota.model import Account, Quota, RateLimit, Snapshot, Window, WindowName

NOW = datetime(2026, 11, 22, 12, 4, tzinfo=UTC)
RESET = datetime(2026, 11, 26, 18, 0, 0, 999, tzinfo=UTC)
HEADER = "account\tfive_hour%\tweekly%\tweekly_reset\tsource\tplan\tstatus\n"


def window(name: WindowName, used: float | None, resets_at: datetime | None = RESET, limit: str = "codex") -> Window:
    return Window(limit=limit, name=name, label="", used_percent=used, length=None, resets_at=resets_at, started=True)


def snapshot(*windows: Window, name: str = "work", plan: str | None = "plus", **more: object) -> Snapshot:
    quota = Quota(plan=plan, limits=(RateLimit(name="codex", windows=windows),))
    return Snapshot(account=Account(name=name, source="directory"), quota=quota, fetched_at=NOW, **more)  # type: ignore[arg-type]


def written(*snapshots: Snapshot, show: str = "left", tz: tzinfo | None = UTC) -> str:
    (formatter,) = plain.register_formatters()
    return formatter.format(snapshots, Style(now=NOW, show=show, tz=tz, width=20, color=True))  # type: ignore[arg-type]


def test_one_tab_separated_line_for_each_account() -> None:
    failed = Snapshot(account=Account(name="gone", source="x"), status="failed", error=UnauthorizedError("no"), plan_claim="team")
    stale = snapshot(
        window("weekly", 42.7, None), name="old", plan=None, source="cache", status="stale", error=TimedOutError("late")
    )
    assert written(snapshot(window("five_hour", 12), window("weekly", 41)), stale, failed) == (
        HEADER
        + "work\t88\t59\t2026-11-26T18:00:00Z\tnetwork\tplus\tfresh\n"
        + "old\t-\t57.3\t-\tcache\t-\tstale\n"
        + "gone\t-\t-\t-\t-\tteam\tfailed\n"
    )


def test_used_percent_on_demand_is_named_in_the_header() -> None:
    assert written(snapshot(window("five_hour", 100.6), window("weekly", 41)), show="used") == (
        "account\tfive_hour_used%\tweekly_used%\tweekly_reset\tsource\tplan\tstatus\n"
        "work\t100.6\t41\t2026-11-26T18:00:00Z\tnetwork\tplus\tfresh\n"
    )


def test_an_absurd_number_stays_short() -> None:
    assert written(snapshot(window("weekly", 1e300)), show="used").splitlines()[1].split("\t")[2] == "1e+300"


def test_only_the_header_without_accounts() -> None:
    assert written() == HEADER


@pytest.mark.parametrize(
    ("used", "left"),
    [
        (None, "-"), (0, "100"), (0.03, "99.97"), (1e-9, "100"), (42.66, "57.3"), (99.96, "0.04"), (99.9, "0.1"),
        (100, "0"), (101, "0"),
    ],
)  # fmt: skip
def test_numbers_are_bare_and_never_falsely_nothing_or_everything(used: float | None, left: str) -> None:
    assert written(snapshot(window("weekly", used))).splitlines()[1].split("\t")[2] == left


def test_a_window_of_another_limit_does_not_count() -> None:
    quota = Quota(limits=(RateLimit(name="Spark", windows=(window("weekly", 41, limit="Spark"),)),))
    shown = Snapshot(account=Account(name="work", source="directory"), quota=quota)
    assert written(shown) == HEADER + "work\t-\t-\t-\tnetwork\t-\tfresh\n"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (UTC, "2026-11-26T18:00:00Z"),
        (timezone(timedelta(0)), "2026-11-26T18:00:00Z"),
        (timezone(timedelta(hours=9)), "2026-11-27T03:00:00+09:00"),
        (timezone(timedelta(hours=-3, minutes=-30)), "2026-11-26T14:30:00-03:30"),
    ],
)
def test_times_have_the_offset_of_the_zone(zone: tzinfo, text: str) -> None:
    assert written(snapshot(window("weekly", 1)), tz=zone).splitlines()[1].split("\t")[3] == text


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this platform cannot change its zone")
def test_no_zone_means_the_local_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(os.environ, "TZ", "XYZ-5:30")
        time.tzset()
        line = written(snapshot(window("weekly", 1)), tz=None).splitlines()[1]
    time.tzset()
    assert line.split("\t")[3] == "2026-11-26T23:30:00+05:30"


def test_a_time_at_the_end_of_the_calendar_is_written_in_utc() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    line = written(snapshot(window("weekly", 1, last)), tz=timezone(timedelta(hours=9))).splitlines()[1]
    assert line.split("\t")[3] == "9999-12-31T23:59:59Z"


def test_names_cannot_add_fields_or_lines() -> None:
    shown = snapshot(name="a\tb\nc  d\x1b", plan="x\ty\n")
    assert written(shown).splitlines()[1:] == ["a b c  d \t-\t-\t-\tnetwork\tx y\tfresh"]


def test_problems_are_left_to_the_caller() -> None:
    (formatter,) = plain.register_formatters()
    assert (formatter.name, formatter.content_type, formatter.tells_problems) == ("plain", "text/plain; charset=utf-8", False)
