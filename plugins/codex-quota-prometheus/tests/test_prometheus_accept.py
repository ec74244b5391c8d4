"""Which format an ``Accept`` header gets."""

from __future__ import annotations

import pytest
from codex_quota_prometheus.accept import choose
from prometheus_world import OPENMETRICS, TEXT

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3_TEXT_ONLY = "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, TEXT),
        ("", TEXT),
        ("*/*", TEXT),
        (BROWSER, TEXT),
        (PROMETHEUS_2, OPENMETRICS),
        (PROMETHEUS_3, OPENMETRICS),
        (PROTOBUF + PROMETHEUS_3, OPENMETRICS),
        (PROMETHEUS_3_TEXT_ONLY, TEXT),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", OPENMETRICS),
        ('Application/OpenMetrics-Text; Version="1.0.0"', OPENMETRICS),
        ("application/openmetrics-text;version=0.0.1", TEXT),
        ("application/openmetrics-text;version=2.0.0", TEXT),
        ("application/*", OPENMETRICS),
        ("text/*, application/*;q=0.5", TEXT),
        ("text/plain;q=0.2, application/openmetrics-text;q=0.8", OPENMETRICS),
        ("application/openmetrics-text;q=0.2, text/plain;q=0.8", TEXT),
        ("application/openmetrics-text;q=0, text/plain", TEXT),
        ("application/openmetrics-text;q=0", TEXT),
        ("text/plain;q=0, */*", OPENMETRICS),
        ("*/*, application/openmetrics-text;q=0", TEXT),
        ("application/openmetrics-text;q=0.5, */*;q=0.5", OPENMETRICS),
        ("application/openmetrics-text, text/plain", OPENMETRICS),
        ("text/plain, application/openmetrics-text", TEXT),
        ("text/plain;version=1.0.0, application/openmetrics-text;q=0.1", OPENMETRICS),
        ("application/openmetrics-text;q=x", TEXT),
        ("application/openmetrics-text;q=nan, */*;q=0.1", TEXT),
        ("application/openmetrics-text;q=2", TEXT),
        ("application/json", TEXT),
        (";;;,,,/,=", TEXT),
    ],
)
def test_the_greatest_weight_wins(header: str | None, expected: str) -> None:
    assert choose(header) == expected
