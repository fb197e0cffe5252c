"""Accepting and refusing quarantined rows: by request, by command, at the same time as imports."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from import_fixtures import history_length, rows
from merge_fixtures import MergeRows, item_row, item_rows, profile
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseBusyError, NotFoundError
from pricebook.imports.importer_schemas import ImportResult
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.pricelists.schemas.price_list_rows import Availability, PriceDetails
from pricebook.quarantine import service
from pricebook.quarantine.schemas import QuarantineSelection
from pricebook.tasks import history

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/admin/quarantined-rows"
PRICE = "SELECT current_price FROM supplier_items WHERE supplier_sku = 'A1'"
STATES = "SELECT state::text FROM quarantined_rows ORDER BY supplier_sku"


async def quarantine(merge_rows: MergeRows, count: int = 1, price: str = "1000") -> ImportResult:
    """Import thirty articles, then other prices for the first ones."""
    await merge_rows(item_rows(30))
    wrong = [*item_rows(count, price), *item_rows(30)[count:]]
    return await merge_rows(wrong, safety_thresholds=SafetyThresholds())


async def ids(conn: Connection) -> list[UUID]:
    return [row[0] for row in await rows(conn, "SELECT id FROM quarantined_rows ORDER BY name")]


def selection(*row_ids: UUID) -> QuarantineSelection:
    return QuarantineSelection(ids=list(row_ids))


async def test_rows_are_listed_newest_first_with_their_filters(
    procurement: Client, merge_rows: MergeRows
) -> None:
    task = await quarantine(merge_rows, 2)
    page = (await procurement.get(PATH)).json()
    assert (page["total_count"], page["page"], page["limit"]) == (2, 1, 50)
    row = page["data"][-1] if page["data"][-1]["supplier_sku"] == "A1" else page["data"][0]
    assert row["reason"] == "The price changes from 10 to 1000 USD, by more than a factor of 1.5."
    shown = {name: row[name] for name in ("supplier_sku", "old_price", "price", "cost", "factor")}
    assert shown == {
        "supplier_sku": "A1",
        "old_price": "10.00",
        "price": "1000.00",
        "cost": "1000.00",
        "factor": 100.0,
    }
    assert (row["state"], row["currency"], row["supplier_name"]) == ("open", "USD", "ACME")
    one = (await procurement.get(PATH, params={"limit": 1, "page": 2})).json()
    assert [each["id"] for each in one["data"]] == [page["data"][1]["id"]]
    for name, value, count in (
        ("task_id", str(task.task_id), 2),
        ("task_id", str(uuid4()), 0),
        ("supplier_id", row["supplier_id"], 2),
        ("supplier_id", str(uuid4()), 0),
        ("state", "open", 2),
        ("state", "refused", 0),
    ):
        found = (await procurement.get(PATH, params={name: value})).json()
        assert found["total_count"] == len(found["data"]) == count
    assert (await procurement.get(PATH, params={"state": "lost"})).status_code == 400


async def test_accepted_row_is_applied_with_all_its_values(
    procurement: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    await merge_rows(item_rows(30))
    product_id = await builders.product(conn, target_price="2000")
    link = "UPDATE supplier_items SET product_id = %s WHERE supplier_sku = 'A1'"
    await conn.execute(link, [product_id])
    row = item_row(
        "A1",
        "1000",
        name="Gold nail",
        characteristics={"Colour": "gold"},
        details=PriceDetails(list_price=Decimal("1250.5"), discounts=(Decimal(20),)),
        availability=Availability(stock=Decimal(3)),
        next_price="1100",
        next_from="2099-12-01",
    )
    found = profile("discount", "stock", "next_price")
    thresholds = SafetyThresholds()
    await merge_rows([row, *item_rows(30)[1:]], found=found, safety_thresholds=thresholds)
    listed = (await procurement.get(PATH)).json()["data"][0]
    assert listed["details"]["list_price"] == "1250.50"
    assert (listed["next_price"], listed["next_from"]) == ("1100.00", "2099-12-01")
    response = await procurement.post(f"{PATH}/accept", json={"ids": [listed["id"]]})
    assert (response.status_code, response.json()) == (200, {"decided": 1, "skipped": []})
    product = (await procurement.get(f"/api/v1/admin/products/{product_id}")).json()
    (item,) = product["supplier_items"]
    assert product["margin_percentage"] == 50.0
    assert (item["current_price"], item["name"]) == ("1000.00", "Gold nail")
    assert item["characteristics"] == {"Colour": "gold"}
    assert (item["details"]["list_price"], item["details"]["discounts"]) == ("1250.50", ["20"])
    assert item["availability"]["stock"] == "3"
    assert (item["next_price"], item["next_from"]) == ("1100.00", "2099-12-01")
    assert await history_length(conn) == 31
    decided = (await procurement.get(PATH)).json()["data"][0]
    assert decided["state"] == "accepted"
    assert decided["decided_by"].startswith("procurement")
    assert decided["decided_at"].endswith("Z")


async def test_row_is_not_applied_when_the_item_changed_since(
    procurement: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    await quarantine(merge_rows)
    await conn.execute("UPDATE supplier_items SET current_price = 11 WHERE supplier_sku = 'A1'")
    (row_id,) = await ids(conn)
    decision = (await procurement.post(f"{PATH}/accept", json={"ids": [str(row_id)]})).json()
    reason = "The price of the item was 10.00 USD when the row was read and is 11.00 USD now."
    expected = {"id": str(row_id), "supplier_sku": "A1", "reason": reason}
    assert decision == {"decided": 0, "skipped": [expected]}
    assert await rows(conn, PRICE) == [(Decimal("11.00"),)]
    assert await rows(conn, STATES) == [("open",)]


async def test_refused_row_leaves_the_item_and_can_be_accepted_later(
    procurement: Client, merge_rows: MergeRows, conn: Connection
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    body = {"ids": [str(row_id)]}
    assert (await procurement.post(f"{PATH}/refuse", json=body)).json()["decided"] == 1
    assert await rows(conn, PRICE) == [(Decimal("10.00"),)]
    again = (await procurement.post(f"{PATH}/refuse", json=body)).json()
    assert again["decided"] == 0
    assert again["skipped"][0]["reason"].startswith("The row was refused by procurement")
    assert (await procurement.post(f"{PATH}/accept", json=body)).json()["decided"] == 1
    assert await rows(conn, PRICE) == [(Decimal("1000.00"),)]


async def test_refused_row_of_an_item_that_changed_is_skipped_for_its_price(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    await service.refuse_rows(database, selection(row_id), "bob")
    await conn.execute("UPDATE supplier_items SET current_price = 11 WHERE supplier_sku = 'A1'")
    (accepted,) = (await service.accept_rows(database, selection(row_id), "ann")).skipped
    assert accepted.reason.startswith("The price of the item was 10.00 ")
    (refused,) = (await service.refuse_rows(database, selection(row_id), "ann")).skipped
    assert refused.reason == "The row was refused by bob before."


async def test_row_of_an_older_list_cannot_be_accepted(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    await merge_rows(item_rows(30), safety_thresholds=SafetyThresholds())
    decision = await service.accept_rows(database, selection(row_id), "ann")
    assert "A newer price list" in decision.skipped[0].reason
    assert await rows(conn, PRICE) == [(Decimal("10.00"),)]


@pytest.mark.parametrize("verb", ["accept", "refuse"])
async def test_all_rows_of_a_task_or_supplier_are_decided_with_their_count(
    procurement: Client, merge_rows: MergeRows, conn: Connection, verb: str
) -> None:
    task = await quarantine(merge_rows, 3)
    body: dict[str, Any] = {"task_id": str(task.task_id), "expected_count": 2}
    response = await procurement.post(f"{PATH}/{verb}", json=body)
    assert response.status_code == 409
    assert "3 rows are open, not 2" in response.json()["detail"]
    assert await rows(conn, STATES) == [("open",)] * 3
    response = await procurement.post(f"{PATH}/{verb}", json=body | {"expected_count": 3})
    assert response.json() == {"decided": 3, "skipped": []}
    ((supplier_id,),) = await rows(conn, "SELECT id FROM suppliers")
    body = {"supplier_id": str(supplier_id), "expected_count": 0}
    assert (await procurement.post(f"{PATH}/{verb}", json=body)).json()["decided"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": [str(uuid4())], "expected_count": 1},
        {"task_id": str(uuid4())},
        {"task_id": str(uuid4()), "supplier_id": str(uuid4()), "expected_count": 1},
        {"ids": [str(uuid4())] * 1001},
    ],
)
async def test_malformed_selection_is_refused(procurement: Client, body: dict[str, Any]) -> None:
    assert (await procurement.post(f"{PATH}/accept", json=body)).status_code == 400


async def test_unknown_row_is_not_found_and_nothing_is_decided(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    with pytest.raises(NotFoundError, match="no quarantined row"):
        await service.accept_rows(database, selection(row_id, uuid4()), "ann")
    assert await rows(conn, STATES) == [("open",)]


async def test_sales_may_not_see_or_decide(sales: Client) -> None:
    assert (await sales.get(PATH)).status_code == 403
    assert (await sales.post(f"{PATH}/accept", json={"ids": [str(uuid4())]})).status_code == 403


async def test_concurrent_decisions_apply_a_row_once(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    decisions = await asyncio.gather(
        *(
            decide(database, selection(row_id), "ann")
            for decide in (service.accept_rows, service.refuse_rows, service.accept_rows)
        )
    )
    accepted = [decisions[0].decided, decisions[2].decided]
    assert sum(accepted) == 1
    assert await rows(conn, PRICE) == [(Decimal("1000.00"),)]
    assert await history_length(conn) == 31


async def test_accepting_waits_shortly_for_a_running_import(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows)
    (row_id,) = await ids(conn)
    async with database.transaction() as importing:
        await importing.execute("SELECT FROM suppliers FOR NO KEY UPDATE")
        with pytest.raises(DatabaseBusyError):
            await service.accept_rows(database, selection(row_id), "ann")
    assert await rows(conn, PRICE) == [(Decimal("10.00"),)]


async def test_accepting_during_imports_ends_with_the_price_of_one_of_them(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    """The row is applied before the import, or superseded by it; links and counts stay right."""
    product_id = await builders.product(conn)
    await quarantine(merge_rows, 3)
    await conn.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    row_ids = await ids(conn)
    decision, *_ = await asyncio.gather(
        service.accept_rows(database, selection(*row_ids), "ann"),
        merge_rows(item_rows(30, "11.00"), safety_thresholds=SafetyThresholds()),
        merge_rows(item_rows(30, "12.00"), safety_thresholds=SafetyThresholds()),
    )
    linked = "SELECT count(*) FROM supplier_items WHERE product_id IS NOT NULL"
    assert await rows(conn, linked) == [(30,)]
    states = [row[0] for row in await rows(conn, STATES)]
    assert states.count("accepted") == decision.decided
    aggregates = """
        SELECT min_price = (SELECT min(current_price) FROM supplier_items)
            AND max_price = (SELECT max(current_price) FROM supplier_items) FROM products
    """
    assert await rows(conn, aggregates) == [(True,)]


async def quote_in_euro(conn: Connection, item_currency: str | None, cost: str) -> None:
    """Make the quarantined row one in EUR at an old rate, of an item in a currency."""
    await conn.execute("INSERT INTO catalog_settings (currency) VALUES ('USD')")
    await conn.execute(
        """
        INSERT INTO exchange_rates (base, currency, date, rate, source)
        VALUES ('EUR', 'USD', current_date - 1, 1.2, 'test')
        """
    )
    await conn.execute(
        "UPDATE quarantined_rows SET currency = 'EUR', cost = %s, exchange_rate = 1.1,"
        " rate_date = current_date - 20, price = 1100, old_currency = %s",
        [Decimal(cost), item_currency],
    )
    if item_currency:
        await conn.execute(
            "UPDATE supplier_items SET currency = %s, cost = 10, exchange_rate = 1.1,"
            " rate_date = current_date - 20, current_price = 11",
            [item_currency],
        )


@pytest.mark.parametrize("item_currency", ["EUR", "GBP", None])
async def test_rate_of_today_holds_when_a_row_is_accepted(
    merge_rows: MergeRows, conn: Connection, database: Database, item_currency: str | None
) -> None:
    await quarantine(merge_rows)
    await quote_in_euro(conn, item_currency, "1000")
    (row_id,) = await ids(conn)
    assert (await service.accept_rows(database, selection(row_id), "ann")).decided == 1
    query = """
        SELECT current_price, currency, cost, exchange_rate, current_date - rate_date
        FROM supplier_items WHERE supplier_sku = 'A1'
    """
    expected = (Decimal("1200.00"), "EUR", Decimal("1000.00"), Decimal("1.20"), 1)
    assert await rows(conn, query) == [expected]


@pytest.mark.parametrize("cost", ["9999999999", "0.0000001"])
async def test_row_without_a_price_at_the_rate_of_today_is_skipped(
    merge_rows: MergeRows, conn: Connection, database: Database, cost: str
) -> None:
    await quarantine(merge_rows)
    await quote_in_euro(conn, "EUR", cost)
    (row_id,) = await ids(conn)
    (skipped,) = (await service.accept_rows(database, selection(row_id), "ann")).skipped
    assert skipped.reason == "At the exchange rate of today, the price of the row is 0 or too high."
    assert await rows(conn, PRICE) == [(Decimal("11.00"),)]


async def test_decisions_outlive_their_task_until_they_are_closed(
    merge_rows: MergeRows, conn: Connection, database: Database
) -> None:
    await quarantine(merge_rows, 3)
    row_ids = await ids(conn)
    await service.accept_rows(database, selection(row_ids[0]), "ann")
    await service.refuse_rows(database, selection(row_ids[1]), "ann")
    await conn.execute("UPDATE ingestion_tasks SET completed_at = now() - interval '91 days'")
    await history.purge_old_tasks(database, 90)
    await service.purge_closed_rows(database)
    assert sorted(await rows(conn, STATES)) == [("open",), ("refused",)]


async def test_rows_are_deleted_with_their_supplier(
    merge_rows: MergeRows, conn: Connection
) -> None:
    await quarantine(merge_rows)
    await conn.execute("UPDATE suppliers SET deleting_since = now()")
    await conn.execute("SELECT delete_supplier_batch(id, 5000) FROM suppliers")
    assert await ids(conn) == []
