"""Samples → text, written by ``prometheus-client``, which is imported when something is written and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import codex_quota

from .accept import OPENMETRICS, TEXT
from .metrics import METRICS, Metric
from .samples import Sample

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client import Metric as Family


def text(samples: Iterable[Sample], content_type: str = TEXT) -> str:
    """The whole text in the format of *content_type*, ``TEXT`` or ``OPENMETRICS``.

    Raises ``PluginError`` when the library is missing.
    """
    try:
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.openmetrics import exposition
    except ImportError as error:
        raise codex_quota.PluginError(
            f"metrics are written by the library prometheus-client, which cannot be imported ({error})",
            hint="put it beside codex-quota: pipx inject codex-quota prometheus-client",
        ) from None
    # a registry of its own: the library's global one describes this process
    registry = CollectorRegistry()
    registry.register(_Collector(samples))
    write: Callable[[CollectorRegistry], bytes] = exposition.generate_latest if content_type == OPENMETRICS else generate_latest
    return write(registry).decode()


class _Collector:
    """Hands the samples to the library, by metric; a metric without any is left out."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._samples: dict[str, list[Sample]] = {}
        for sample in samples:
            self._samples.setdefault(sample.metric, []).append(sample)

    def collect(self) -> Iterator[Family]:
        for metric in METRICS:
            if metric.name in self._samples:
                yield _family(metric, self._samples[metric.name])


def _family(metric: Metric, samples: Iterable[Sample]) -> Family:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

    if metric.kind == "info":
        # the library puts the endings _info and _total behind the name itself
        *labels, told = metric.labels
        info = InfoMetricFamily(metric.name.removesuffix("_info"), metric.help, labels=labels)
        for sample in samples:
            info.add_metric(sample.labels[:-1], {told: sample.labels[-1]})
        return info
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name.removesuffix("_total"), metric.help, labels=metric.labels, unit=metric.unit)
    for sample in samples:
        family.add_metric(sample.labels, float(sample.value))
    return family
