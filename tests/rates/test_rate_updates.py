"""The worker fetches the rates once a day and survives a source that fails."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

import builders
from pricebook.db.database import Connection, Database
from pricebook.settings import Settings
from pricebook.worker.rate_updates import RateUpdates, next_fetch_time
from pricebook.worker.task_loop import open_worker
from pricelists.fake_web_server import FakeWebServer
from rates.conftest import ForeignItem, SetRate, days_ago
from worker_fixtures import eventually


def daily(rate: str, age_days: int = 0) -> bytes:
    return f"Date, USD, \n{days_ago(age_days)}, {rate}, \n".encode()


@pytest.fixture
async def updates(
    worker_settings: Settings, worker_database: Database, conn: Connection, web: FakeWebServer
) -> RateUpdates:
    """The updates of a worker with its rights in production."""
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    fetching = msgspec.structs.replace(
        worker_settings,
        exchange_rates_url=web.url("/daily.csv?key=secret", "127.0.0.1"),
        allow_private_urls=True,
    )
    return RateUpdates(fetching, worker_database)


async def stored(conn: Connection) -> list[tuple[Any, ...]]:
    return await (
        await conn.execute("SELECT rate, date, source, set_by FROM exchange_rates ORDER BY date")
    ).fetchall()


async def test_rates_are_fetched_and_prices_follow(
    updates: RateUpdates, conn: Connection, web: FakeWebServer, foreign_item: ForeignItem
) -> None:
    item_id = await foreign_item(await builders.supplier(conn), "10", "1.1")
    web.pages["daily.csv"] = daily("1.25")
    await updates.update()
    source = web.url("/daily.csv", "127.0.0.1")
    assert await stored(conn) == [(Decimal("1.25"), days_ago(0), source, None)]
    price = await conn.execute("SELECT current_price FROM supplier_items WHERE id = %s", [item_id])
    assert await price.fetchone() == (Decimal("12.5"),)
    await updates.update()
    assert len(web.requests) == 1


async def test_rates_of_an_earlier_day_are_fetched_once_a_day(
    updates: RateUpdates, conn: Connection, web: FakeWebServer
) -> None:
    web.pages["daily.csv"] = daily("1.25", age_days=1)
    await updates.update()
    await updates.update()
    assert len(web.requests) == 1
    updates.fetch_at = datetime.now(UTC)  # the next day's time has come
    web.pages["daily.csv"] = daily("1.3")
    await updates.update()
    assert [row[0] for row in await stored(conn)] == [Decimal("1.25"), Decimal("1.3")]


async def test_rates_of_today_are_not_fetched_again_after_a_restart(
    updates: RateUpdates, conn: Connection, web: FakeWebServer
) -> None:
    await conn.execute(
        """
        INSERT INTO exchange_rates (base, currency, date, rate, source)
        VALUES ('EUR', 'USD', %s, 1.1, %s)
        """,
        [days_ago(0), web.url("/daily.csv", "127.0.0.1")],
    )
    await updates.update()
    assert web.requests == []


async def test_failure_is_logged_once_and_tried_again_later(
    updates: RateUpdates, conn: Connection, web: FakeWebServer
) -> None:
    web.pages["daily.csv"] = b"Sorry"
    with capture_logs() as logged:
        for _ in range(2):
            await updates.update()
        assert len(web.requests) == 1
        first_retry = updates.retry_at
        updates.retry_at = 0
        await updates.update()
        assert len(web.requests) == 2
        assert updates.retry_at - first_retry > 50  # twice as long as the first time
    (warning,) = logged
    assert warning["event"] == "exchange rates cannot be fetched"
    assert warning["source"] == web.url("/daily.csv", "127.0.0.1")
    assert warning["reason"].startswith("daily.csv is neither the XML nor the CSV file")
    web.pages["daily.csv"] = daily("1.25")
    updates.retry_at = 0
    with capture_logs() as logged:
        await updates.update()
    assert [each["event"] for each in logged] == [
        "exchange rates fetched",
        "exchange rates are fetched again",
    ]
    assert len(await stored(conn)) == 1


async def test_rate_of_a_later_day_moves_prices_when_the_day_begins(
    updates: RateUpdates,
    conn: Connection,
    web: FakeWebServer,
    foreign_item: ForeignItem,
    set_rate: SetRate,
) -> None:
    item_id = await foreign_item(await builders.supplier(conn), "10", "1.1")
    await set_rate("EUR", "USD", "1.2")
    web.pages["daily.csv"] = b"Sorry"
    await updates.update()
    price = "SELECT current_price FROM supplier_items WHERE id = %s"
    assert await (await conn.execute(price, [item_id])).fetchone() == (12,)
    await conn.execute("UPDATE exchange_rates SET rate = 1.3")
    await updates.update()
    assert await (await conn.execute(price, [item_id])).fetchone() == (12,)
    updates.recomputed_on = days_ago(1)  # the day has changed
    await updates.update()
    assert await (await conn.execute(price, [item_id])).fetchone() == (13,)


async def test_worker_fetches_at_its_start(worker_settings: Settings, web: FakeWebServer) -> None:
    web.pages["daily.csv"] = daily("1.25")
    fetching = msgspec.structs.replace(
        worker_settings,
        exchange_rates_url=web.url("/daily.csv", "127.0.0.1"),
        allow_private_urls=True,
    )
    async with open_worker(fetching) as worker:
        running = asyncio.create_task(worker.run())
        await eventually(lambda: web.requests != [])
        worker.stop()
        await running


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-26T00:00:00", "2026-11-26T16:00:00"),
        ("2026-11-26T15:59:59", "2026-11-26T16:00:00"),
        ("2026-11-26T16:00:00", "2026-11-27T16:00:00"),
        ("2026-12-31T23:00:00", "2027-01-01T16:00:00"),
    ],
)
def test_next_fetch_is_after_the_bank_publishes(now: str, expected: str) -> None:
    assert next_fetch_time(datetime.fromisoformat(now)) == datetime.fromisoformat(expected)
