"""Counts as Prometheus knows them; the names are relied on by alerts."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from pricebook import __version__
from pricebook.web.answers import COMPUTED
from pricebook.web.request_log import REQUEST
from pricebook.web.shortcut import KEPT
from pricebook.web.tally import BUCKETS, IN_PROGRESS, NOW, VALUES, Key

Sums = dict[Key, list[float]]

UPPER_ENDS = [*map(str, BUCKETS), "+Inf"]

NOW_TOLD = {
    "pricebook_http_requests_in_progress": (IN_PROGRESS[1], "Requests that are being answered"),
    "pricebook_db_pool_max": ("max", "Connections that the pools may have"),
    "pricebook_db_pool_waiting": ("waiting", "Callers that wait for a connection"),
    "pricebook_catalog_memory_bytes": ("kept_bytes", "What kept answers of the catalog take up"),
}
COUNTED = {
    "pricebook_db_pool_wait_seconds": ("wait_seconds", "Time spent waiting for a connection"),
    "pricebook_db_pool_requests": ("requests", "Connections asked for"),
    "pricebook_db_pool_timeouts": ("timeouts", "Connections asked for in vain"),
}


def families(sums: Sums) -> Iterator[Metric]:
    """Turn the sums of all processes into metrics."""
    requests = {key[1:]: values for key, values in sums.items() if key[0] == REQUEST}
    yield from _requests(requests)
    yield _answers(requests)
    for name, (word, told) in NOW_TOLD.items():
        yield GaugeMetricFamily(name, told, _one(sums, (NOW, word)))
    for name, (word, told) in COUNTED.items():
        yield CounterMetricFamily(name, told, _one(sums, ("pool", word)))
    pool = GaugeMetricFamily(
        "pricebook_db_pool_connections", "Connections of the pools", labels=["state"]
    )
    for word in ("used", "idle"):
        pool.add_metric([word], _one(sums, (NOW, word)))
    yield pool
    build = GaugeMetricFamily("pricebook_build_info", "What is running", labels=["version"])
    build.add_metric([__version__], 1)
    yield build


def _requests(requests: Sums) -> Iterator[Metric]:
    counts: defaultdict[Key, float] = defaultdict(float)
    times: defaultdict[Key, list[float]] = defaultdict(lambda: [0.0] * VALUES)
    for (method, route, status, _), values in requests.items():
        counts[method, route, status] += values[0]
        times[method, route] = [a + b for a, b in zip(times[method, route], values, strict=True)]
    counted = CounterMetricFamily(
        "pricebook_http_requests", "Requests that have ended", labels=["method", "route", "status"]
    )
    for key, count in sorted(counts.items()):
        counted.add_metric(key, count)
    timed = HistogramMetricFamily(
        "pricebook_http_request_duration_seconds",
        "From the first byte of a request's head to the last of its answer",
        labels=["method", "route"],
    )
    for key, (_, total, *buckets) in sorted(times.items()):
        timed.add_metric(key, [*zip(UPPER_ENDS, accumulate(buckets), strict=True)], total)
    yield counted
    yield timed


def _answers(requests: Sums) -> Metric:
    family = CounterMetricFamily(
        "pricebook_catalog_answers",
        "Answers of the catalog that were kept, or had to be computed",
        labels=["result"],
    )
    for result in (KEPT, COMPUTED):
        family.add_metric(
            [result], sum(values[0] for key, values in requests.items() if key[-1] == result)
        )
    return family


def _one(sums: Sums, key: Key) -> float:
    return sums.get(key, [0.0])[0]
