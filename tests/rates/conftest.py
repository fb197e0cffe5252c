"""Fixtures of the tests of exchange rates."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

import builders
from import_fixtures import run_import
from pricebook.db.database import Connection
from pricebook.rates.schemas import today
from pricelists.conftest import running_web, web
from worker_fixtures import queue, running_worker, settings, worker_database, worker_settings

SetRate = Callable[..., Awaitable[None]]
ForeignItem = Callable[..., Awaitable[UUID]]


def days_ago(days: int) -> date:
    return today() - timedelta(days=days)


@pytest.fixture
def set_rate(conn: Connection) -> SetRate:
    """Store a rate without re-computing a price."""

    async def insert(base: str, currency: str, rate: str, age_days: int = 0) -> None:
        await conn.execute(
            """
            INSERT INTO exchange_rates (base, currency, date, rate, source)
            VALUES (%s, %s, %s, %s, 'test')
            """,
            [base, currency, days_ago(age_days), Decimal(rate)],
        )

    return insert


@pytest.fixture
def foreign_item(conn: Connection) -> ForeignItem:
    """Insert an item with a cost in another currency, converted at a rate."""

    async def insert(  # noqa: PLR0913 (keywords of a builder)
        supplier_id: UUID,
        cost: str = "10",
        rate: str = "1.1",
        *,
        currency: str = "EUR",
        age_days: int = 1,
        product_id: UUID | None = None,
    ) -> UUID:
        item_id = await builders.item(conn, supplier_id, product_id=product_id)
        await conn.execute(
            """
            UPDATE supplier_items
            SET currency = %s, cost = %s, exchange_rate = %s, rate_date = %s,
                current_price = round(%s * %s, 6)
            WHERE id = %s
            """,
            [
                *(currency, Decimal(cost), Decimal(rate), days_ago(age_days)),
                *(Decimal(cost), Decimal(rate), item_id),
            ],
        )
        return item_id

    return insert


__all__ = [
    "queue",
    "run_import",
    "running_web",
    "running_worker",
    "settings",
    "web",
    "worker_database",
    "worker_settings",
]
