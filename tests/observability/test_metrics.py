"""/metrics of one process and of several."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

import builders
from pricebook import __version__
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.observability.counters import BUCKETS, GAUGE, IN_PROGRESS, Counters
from pricebook.settings import Settings
from running_system import eventually
from served_api import ApiProcess

Client = AsyncTestClient[Litestar]
Samples = dict[tuple[str, ...], float]

NAMES = {
    "pricebook_http_requests_total",
    "pricebook_http_request_duration_seconds_bucket",
    "pricebook_http_request_duration_seconds_count",
    "pricebook_http_request_duration_seconds_sum",
    "pricebook_http_requests_in_progress",
    "pricebook_db_pool_connections",
    "pricebook_db_pool_max",
    "pricebook_db_pool_waiting",
    "pricebook_db_pool_wait_seconds_total",
    "pricebook_db_pool_requests_total",
    "pricebook_db_pool_timeouts_total",
    "pricebook_queue_messages",
    "pricebook_tasks",
    "pricebook_oldest_queued_task_seconds",
    "pricebook_ingested_rows_per_second",
    "pricebook_supplier_last_good_list_seconds",
    "pricebook_exchange_rate_age_days",
    "pricebook_webhook_failing_seconds",
    "pricebook_catalog_answers_total",
    "pricebook_catalog_memory_bytes",
    "pricebook_database_up",
    "pricebook_redis_up",
    "pricebook_build_info",
}
TASK_NAMES = {
    "pricebook_tasks",
    "pricebook_oldest_queued_task_seconds",
    "pricebook_ingested_rows_per_second",
    "pricebook_supplier_last_good_list_seconds",
}
REQUESTS = "pricebook_http_requests_total"
CATALOG_RESPONSES = "pricebook_catalog_answers_total"
CACHE_RESULTS = ("kept", "computed")
TIMEOUT_SECONDS = 120


def parse_samples(text: str) -> Samples:
    """The value of each sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scrape(client: Client) -> Samples:
    response = await client.get("/metrics")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=")
    return parse_samples(response.text)


async def scrape_until(client: Client, condition: Callable[[Samples], bool]) -> Samples:
    """Scrape until a condition holds: on a busy machine a server may not respond in time."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition(samples := await scrape(client)):  # noqa: ASYNC110 (there is no event)
            await asyncio.sleep(0.1)
    return samples


def names(samples: Samples) -> set[str]:
    return {name for name, *_ in samples}


async def test_every_metric_is_exported(client: Client, conn: Connection) -> None:
    await builders.item(conn, await builders.supplier(conn))
    await conn.execute(
        "UPDATE supplier_items SET currency = 'EUR', cost = 1, exchange_rate = 1, rate_date = now()"
    )
    await conn.execute(
        """
        INSERT INTO webhooks (name, url, types, secret, position, created_by, failures,
            failing_since, is_active, disabled_at)
        SELECT name, 'https://erp.example', '{}', sha256(''), 0, 'anna', failures,
            CASE WHEN failures > 0 THEN now() - interval '20 minutes' END, is_active, disabled_at
        FROM (VALUES ('works', 0, true, NULL::timestamptz), ('fails', 3, true, NULL),
            ('paused', 3, false, NULL), ('disabled', 9, false, now()))
            AS webhook (name, failures, is_active, disabled_at)
        """
    )
    await client.get("/live")
    samples = await scrape_until(client, lambda scraped: names(scraped) >= NAMES)
    failing = {
        name: samples["pricebook_webhook_failing_seconds", name]
        for name in ("works", "fails", "paused", "disabled")
    }
    assert failing == {"works": 0, "fails": pytest.approx(1200, abs=60), "paused": 0} | {
        "disabled": pytest.approx(1200, abs=60)
    }
    assert names(samples) == NAMES
    assert samples["pricebook_build_info", __version__] == 1
    assert samples["pricebook_http_requests_in_progress",] == 1
    assert samples["pricebook_db_pool_max",] == 4
    assert samples["pricebook_exchange_rate_age_days", "EUR"] == float("inf")
    assert samples["pricebook_db_pool_requests_total",] > 0


def test_alerts_use_exported_metrics() -> None:
    rules = Path(__file__).parents[2] / "deploy/prometheus/alerts.yml"
    requested = set(re.findall(r"\bpricebook_[a-z_]+", rules.read_text()))
    assert requested
    assert requested <= NAMES


async def test_requests_are_counted_by_template_including_cached_responses(
    settings: Settings,
) -> None:
    async with AsyncTestClient(create_app(settings)) as client:
        for _ in range(3):
            await client.get("/api/v1/categories")
        await client.get(f"/api/v1/catalog/{UUID(int=7)}")
        await client.get("/nowhere/at/all")
        await client.request("BREW", "/api/v1/catalog")
        samples = await scrape(client)
    assert samples[REQUESTS, "GET", "/api/v1/categories", "200"] == 3
    assert samples[REQUESTS, "GET", "/api/v1/catalog/{product_id}", "404"] == 1
    assert samples[REQUESTS, "GET", "unknown", "404"] == 1
    assert samples[REQUESTS, "OTHER", "/api/v1/catalog", "405"] == 1
    duration = "pricebook_http_request_duration_seconds"
    assert samples[f"{duration}_count", "GET", "/api/v1/categories"] == 3
    buckets = [
        samples[key] for key in samples if {f"{duration}_bucket", "/api/v1/categories"} <= {*key}
    ]
    assert buckets == sorted(buckets)
    assert (len(buckets), buckets[-1]) == (len(BUCKETS) + 1, 3)
    assert samples[CATALOG_RESPONSES, "kept"] + samples[CATALOG_RESPONSES, "computed"] == 3


async def test_cached_and_computed_responses_are_counted_separately(client: Client) -> None:
    before = await scrape(client)
    requested = 0
    while (now := await scrape(client))[CATALOG_RESPONSES, "kept"] < before[
        CATALOG_RESPONSES, "kept"
    ] + 3:
        await client.get(
            "/api/v1/catalog?limit=7"
        )  # cached once notifications of PostgreSQL arrive
        requested += 1
    grown = {
        result: now[CATALOG_RESPONSES, result] - before[CATALOG_RESPONSES, result]
        for result in CACHE_RESULTS
    }
    assert grown["kept"] + grown["computed"] == requested
    assert grown["computed"] >= 1
    assert now["pricebook_catalog_memory_bytes",] > 0


async def test_task_and_supplier_metrics(client: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn, name="ACME")
    inactive = await builders.supplier(conn, name="Inactive")
    await conn.execute("UPDATE suppliers SET is_active = false WHERE id = %s", [inactive])
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, source_config, state,
            next_attempt_at, started_at, completed_at, rows_read)
        SELECT %s, 'ACME', 'csv', '{}', state::task_state, now() - interval '100 s',
            now() - interval '60 s', ended, rows
        FROM (VALUES ('queued', NULL, 0), ('dead', now() - interval '9 s', 0),
            ('succeeded', now() - interval '50 s', 5000)) AS tasks (state, ended, rows)
        """,
        [supplier_id],
    )
    samples = await scrape_until(client, lambda scraped: names(scraped) >= TASK_NAMES)
    states = {key[1]: value for key, value in samples.items() if key[0] == "pricebook_tasks"}
    assert states == dict.fromkeys(
        ("running", "partially_succeeded", "failed", "held", "refused"), 0
    ) | {
        "queued": 1,
        "dead": 1,
        "succeeded": 1,
    }
    assert 100 <= samples["pricebook_oldest_queued_task_seconds",] < 160
    assert samples["pricebook_ingested_rows_per_second",] == pytest.approx(500)
    ages = {key: age for key, age in samples.items() if "last_good" in key[0]}
    ((key, age),) = ages.items()
    assert {*key[1:]} == {str(supplier_id), "ACME"}
    assert 50 <= age < 110


async def test_without_the_database_the_other_metrics_are_exported(
    client: Client, settings: Settings, drop_database: Callable[[str], None]
) -> None:
    assert settings.database_url
    drop_database(settings.database_url)
    samples = await scrape_until(client, lambda scraped: scraped["pricebook_redis_up",] == 1)
    assert samples["pricebook_database_up",] == 0
    assert "pricebook_tasks" not in names(samples)


async def test_without_redis_the_other_metrics_are_exported(settings: Settings) -> None:
    without_redis = msgspec.structs.replace(settings, redis_url="redis://127.0.0.1:1/0")
    async with AsyncTestClient(create_app(without_redis)) as client:
        samples = await scrape_until(client, lambda scraped: scraped["pricebook_database_up",] == 1)
    assert samples["pricebook_redis_up",] == 0
    assert "pricebook_queue_messages" not in names(samples)


async def test_frequent_scrapes_query_the_database_once(
    client: Client, statements: list[str]
) -> None:
    for _ in range(5):
        await scrape(client)
    assert sum("GROUP BY state" in statement for statement in statements) == 1


async def test_metrics_token_is_required_as_bearer(settings: Settings) -> None:
    guarded = msgspec.structs.replace(settings, metrics_token="metrics-token-1")
    async with AsyncTestClient(create_app(guarded)) as client:
        assert (await client.get("/metrics")).status_code == 401
        wrong = await client.get("/metrics", headers={"Authorization": "Bearer metrics-token-2"})
        assert wrong.status_code == 401
        assert "metrics-token-1" not in wrong.text
        right = await client.get("/metrics", headers={"Authorization": "Bearer metrics-token-1"})
        assert right.status_code == 200


@pytest.fixture
def pair(tmp_path: Path, settings: Settings) -> Iterator[ApiProcess]:
    served = ApiProcess(tmp_path, settings, WORKERS="2")
    yield served
    served.stop()


def total(address: httpx.URL) -> float:
    return parse_samples(httpx.get(f"{address}/metrics").text).get(
        (REQUESTS, "GET", "unknown", "404"), 0
    )


def has_both(address: httpx.URL) -> bool:
    return parse_samples(httpx.get(f"{address}/metrics").text)["pricebook_db_pool_max",] == 8


def test_total_of_several_processes_stays_when_one_is_killed(pair: ApiProcess) -> None:
    address = pair.client.base_url
    eventually(lambda: has_both(address))
    for round_ in range(1, 4):
        for _ in range(40):
            assert httpx.get(f"{address}/nowhere").status_code == 404
        # A scrape flushes one process, the other one flushes within a second.
        eventually(lambda expected=40 * round_: total(address) == expected)
        (killed, *_) = pair.workers()
        os.kill(killed, signal.SIGKILL)
        eventually(lambda gone=killed: gone not in pair.workers() and len(pair.workers()) == 2)
        eventually(lambda: has_both(address))  # the new process records metrics
        assert total(address) == 40 * round_


def test_process_flushes_without_a_scrape(tmp_path: Path, settings: Settings) -> None:
    served = ApiProcess(tmp_path, settings)
    for _ in range(10):
        served.client.get("/nowhere")
    (killed,) = served.workers()
    file = counter_file(killed)
    eventually(lambda: b'["request","GET","unknown","404",""],[10.0' in file.read_bytes())
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: killed not in served.workers())
    assert total(served.client.base_url) == 10
    served.stop()


def counter_file(process: int) -> Path:
    """Find the file beside the lock that a process holds open."""
    opened = [each.readlink() for each in Path(f"/proc/{process}/fd").iterdir()]
    (lock,) = [each for each in opened if each.suffix == ".lock"]
    return lock.with_suffix(".json")


KEY = ("request", "GET")
NOW = (GAUGE, "waiting")
POOL = ("pool", "requests")
UNFLUSHED = """
import os, signal, sys
from pathlib import Path
from pricebook.observability.counters import Counters
counters = Counters(Path(sys.argv[1]))
counters.count(("request", "GET"), 0.5)
counters.set_gauge(("gauge", "waiting"), 3)
counters.flush()
counters.count(("request", "GET"), 0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_counters_and_gauges_of_two_processes_add_up(tmp_path: Path) -> None:
    first, second = Counters(tmp_path), Counters(tmp_path)
    for each in (first, second):
        each.start_request()
        each.start_request()
        each.end_request(KEY, BUCKETS[0])
        each.set_gauge(NOW, 5)
        each.set_total(POOL, 7)
    second.flush()
    assert first.sums() == second.sums()
    sums = first.sums()
    assert sums[KEY][:3] == [2, 2 * BUCKETS[0], 2]
    assert sums[IN_PROGRESS] == [2]
    assert sums[NOW] == [10]
    assert sums[POOL][0] == 14
    first.close()
    second.close()


def test_closed_counters_keep_counts_and_lose_gauges(tmp_path: Path) -> None:
    first, second = Counters(tmp_path), Counters(tmp_path)
    for each in (first, second):
        each.count(KEY, 1.0)
        each.set_gauge(NOW, 5)
        each.set_total(POOL, 7)
    second.close()  # without a flush before
    assert first.sums()[KEY][0] == 2
    assert first.sums()[NOW] == [5]
    third = Counters(tmp_path)
    third.set_total(POOL, 1)
    third.flush()
    assert first.sums()[NOW] == [5]
    assert first.sums()[POOL][0] == 15
    assert len(list(tmp_path.glob("*.json"))) == 2
    first.close()
    third.close()


async def test_graceful_stop_flushes_all_counters(settings: Settings, tmp_path: Path) -> None:
    async with AsyncTestClient(create_app(settings, counters_folder=tmp_path)) as client:
        for _ in range(5):
            await client.get("/nowhere")
    successor = Counters(tmp_path)
    assert successor.sums()["request", "GET", "unknown", "404", ""][0] == 5
    successor.close()


def test_killed_process_loses_only_what_it_had_not_flushed(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", UNFLUSHED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    successor = Counters(tmp_path)
    assert successor.sums()[KEY][0] == 1
    assert NOW not in successor.sums()
    successor.count(KEY, 1.0)
    assert successor.sums()[KEY][:2] == [2, 1.5]
    assert [each.name for each in tmp_path.glob("*.json")] == ["0.json"]
    successor.close()


def test_a_scraped_counter_never_decreases(tmp_path: Path) -> None:
    first, second = Counters(tmp_path), Counters(tmp_path)
    first.count(KEY, 1.0)
    assert first.sums()[KEY][0] == 1
    assert second.sums()[KEY][0] == 1  # although `first` has flushed only by its scrape
    first.close()
    second.close()


def test_unwritable_folder_is_logged_and_own_counts_are_still_returned(tmp_path: Path) -> None:
    folder = tmp_path / "counts"
    folder.mkdir()
    counters = Counters(folder)
    shutil.rmtree(folder)
    counters.count(KEY, 1.0)
    with capture_logs() as logs:
        assert counters.sums()[KEY][0] == 1
    assert [each["log_level"] for each in logs] == ["warning"]
    counters.close()
