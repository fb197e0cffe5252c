"""Prometheus metrics of the counters; alerts rely on their names."""

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
from pricebook.http.request_state import CACHED, COMPUTED
from pricebook.observability.counters import (
    BUCKETS,
    GAUGE,
    IN_PROGRESS,
    VALUES_PER_COUNTER,
    CounterKey,
    Sums,
)
from pricebook.observability.request_log import REQUEST

UPPER_BOUNDS = [*map(str, BUCKETS), "+Inf"]

GAUGE_FAMILIES = {
    "pricebook_http_requests_in_progress": (IN_PROGRESS[1], "Requests in progress"),
    "pricebook_db_pool_max": ("max", "Maximum number of connections of the pools"),
    "pricebook_db_pool_waiting": ("waiting", "Callers waiting for a connection"),
    "pricebook_catalog_memory_bytes": ("cached_bytes", "Memory of cached catalog responses"),
}
COUNTER_FAMILIES = {
    "pricebook_db_pool_wait_seconds": ("wait_seconds", "Time spent waiting for a connection"),
    "pricebook_db_pool_requests": ("requests", "Requests for a connection"),
    "pricebook_db_pool_timeouts": ("timeouts", "Requests for a connection that timed out"),
}


def families(sums: Sums) -> Iterator[Metric]:
    """Yield the metrics of the counters and gauges of all processes."""
    requests = {key[1:]: values for key, values in sums.items() if key[0] == REQUEST}
    yield from _requests(requests)
    yield _catalog_responses(requests)
    for name, (key_name, documentation) in GAUGE_FAMILIES.items():
        yield GaugeMetricFamily(name, documentation, _single_value(sums, (GAUGE, key_name)))
    for name, (key_name, documentation) in COUNTER_FAMILIES.items():
        yield CounterMetricFamily(name, documentation, _single_value(sums, ("pool", key_name)))
    pool = GaugeMetricFamily(
        "pricebook_db_pool_connections", "Connections of the pools by state", labels=["state"]
    )
    for key_name in ("used", "idle"):
        pool.add_metric([key_name], _single_value(sums, (GAUGE, key_name)))
    yield pool
    build = GaugeMetricFamily("pricebook_build_info", "Version of this program", labels=["version"])
    build.add_metric([__version__], 1)
    yield build


def _requests(requests: Sums) -> Iterator[Metric]:
    counts: defaultdict[CounterKey, float] = defaultdict(float)
    times: defaultdict[CounterKey, list[float]] = defaultdict(lambda: [0.0] * VALUES_PER_COUNTER)
    for (method, route, status, _), values in requests.items():
        counts[method, route, status] += values[0]
        times[method, route] = [a + b for a, b in zip(times[method, route], values, strict=True)]
    count_family = CounterMetricFamily(
        "pricebook_http_requests", "Completed requests", labels=["method", "route", "status"]
    )
    for key, count in sorted(counts.items()):
        count_family.add_metric(key, count)
    duration_family = HistogramMetricFamily(
        "pricebook_http_request_duration_seconds",
        "Time from the first byte of the request head to the last byte of the response",
        labels=["method", "route"],
    )
    for key, (_, total, *buckets) in sorted(times.items()):
        duration_family.add_metric(
            key, [*zip(UPPER_BOUNDS, accumulate(buckets), strict=True)], total
        )
    yield count_family
    yield duration_family


def _catalog_responses(requests: Sums) -> Metric:
    family = CounterMetricFamily(
        "pricebook_catalog_answers",
        "Catalog responses from the cache (kept) and computed ones",
        labels=["result"],
    )
    for result in (CACHED, COMPUTED):
        family.add_metric(
            [result], sum(values[0] for key, values in requests.items() if key[-1] == result)
        )
    return family


def _single_value(sums: Sums, key: CounterKey) -> float:
    return sums.get(key, [0.0])[0]
