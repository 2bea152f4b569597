"""The reference of the metrics: what a process tells Prometheus, read from the registry that it makes."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry

from streams.documents.markdown import code, page, prose, table
from streams.metrics import Metrics

_INTRODUCTION: Final = """\
`GET /metrics` on TIENDO_METRICS_PORT. Labels are bounded: a province is one, an agency or an id never."""
_SUFFIXES: Final = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


def text() -> str:
    """Return the page."""
    rows = sorted(_rows(Metrics().registry))
    return page(
        "streams/metrics.py",
        "Metrics",
        _INTRODUCTION,
        table(("metric", "kind", "labels", "meaning"), rows),
    )


def _rows(registry: CollectorRegistry) -> Iterator[tuple[str, str, str, str]]:
    # The library tells the labels of a metric only with its samples, which there are none of yet.
    for collector in registry._collector_to_names:  # noqa: SLF001 - as said above
        labels = getattr(collector, "_labelnames", ())
        for metric in collector.collect():
            names = [f"{metric.name}{one}" for one in _SUFFIXES.get(metric.type, ("",))]
            yield (
                ", ".join(map(code, names)),
                metric.type,
                ", ".join(map(code, labels)),
                prose(metric.documentation),
            )
