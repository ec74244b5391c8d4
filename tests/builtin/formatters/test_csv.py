from __future__ import annotations

import csv as reader
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest

from codex_quota.builtin.formatters import csv
from codex_quota.errors import TimedOutError, UnauthorizedError
from codex_quota.interfaces import Style
from codex_quota.model import Account, Quota, RateLimit, Snapshot, Window, WindowName

NOW = datetime(2026, 11, 22, 12, 4, tzinfo=UTC)
HEADER = (
    "account,plan,status,source,five_hour_left_percent,five_hour_used_percent,five_hour_resets_at,"
    "weekly_left_percent,weekly_used_percent,weekly_resets_at,monthly_left_percent,monthly_used_percent,monthly_resets_at,"
    "limit_reached,usable,limited_by,available_at,fetched_at,error_code,error_message,warnings\r\n"
)


def window(name: WindowName, used: float | None, hours: float | None = 1) -> Window:
    resets_at = None if hours is None else NOW + timedelta(hours=hours)
    return Window(limit="codex", name=name, label="", used_percent=used, length=None, resets_at=resets_at, started=True)


def snapshot(*windows: Window, name: str = "work", reached: bool | None = None, **more: object) -> Snapshot:
    quota = Quota(plan="plus", limits=(RateLimit(name="codex", windows=windows),), limit_reached=reached, warnings=("one", "two"))
    return Snapshot(account=Account(name=name, source="directory"), quota=quota, fetched_at=NOW, **more)  # type: ignore[arg-type]


def written(*snapshots: Snapshot) -> str:
    (formatter,) = csv.register_formatters()
    return formatter.format(snapshots, Style(now=NOW, show="used", tz=timezone(timedelta(hours=9)), width=20, color=True))


def records(*snapshots: Snapshot) -> list[dict[str, str]]:
    return list(reader.DictReader(io.StringIO(written(*snapshots), newline="")))


def test_records_hold_both_percentages_utc_times_and_the_verdict() -> None:
    assert written(snapshot(window("five_hour", 1), window("weekly", 100, 24), window("monthly", 57.34, None), reached=True)) == (
        HEADER + "work,plus,fresh,network,99,1,2026-11-22T13:04:00Z,0,100,2026-11-23T12:04:00Z,42.7,57.3,,"
        "true,false,weekly,2026-11-23T12:04:00Z,2026-11-22T12:04:00Z,,,one; two\r\n"
    )


def test_a_failed_account_has_only_its_error() -> None:
    error = UnauthorizedError('signed out, "again"')
    shown = Snapshot(account=Account(name="gone", source="x"), status="failed", error=error)
    assert written(shown) == HEADER + 'gone,,failed,,,,,,,,,,,,,,,,unauthorized,"signed out, ""again""",\r\n'


def test_a_stale_account_has_its_figures_and_the_error() -> None:
    shown = snapshot(
        window("weekly", None), status="stale", source="cache", error=TimedOutError("late"), warnings=("two", "three")
    )
    (record,) = records(shown)
    columns = ("status", "source", "weekly_left_percent", "usable", "error_code", "error_message", "warnings")
    assert [record[column] for column in columns] == ["stale", "cache", "", "", "timeout", "late", "two; three; one"]


def test_only_the_header_without_accounts() -> None:
    assert written() == HEADER


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"), ("+49", "'+49"), ("-x", "'-x"), ("@home", "'@home"), ("＝1", "'＝1"), ("\t=1", "' =1"),
        (" =1", "' =1"),        ("a@b.c", "a@b.c"), ("'quoted", "'quoted"), ("a,\n\"b", 'a, "b'), ("北京  办", "北京  办"),
    ],
)  # fmt: skip
def test_no_name_is_a_formula_or_breaks_the_record(name: str, cell: str) -> None:
    assert [record["account"] for record in records(snapshot(name=name))] == [cell]


def test_what_it_is() -> None:
    (formatter,) = csv.register_formatters()
    assert (formatter.name, formatter.content_type, formatter.tells_problems) == (
        "csv",
        "text/csv; charset=utf-8; header=present",
        True,
    )
