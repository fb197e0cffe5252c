"""The demo shows what price lists say of their prices."""

from decimal import Decimal

from import_fixtures import rows
from pricebook.cli import demo
from pricebook.db.database import Connection, Database

ITEM = """
    SELECT current_price, currency, cost, exchange_rate, price_details
    FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = supplier_id
    WHERE supplier.name = '{}' AND supplier_sku = '{}'
"""


async def test_one_supplier_quotes_in_eur_per_100_with_discount_groups_and_one_in_tiers(
    database: Database, conn: Connection
) -> None:
    printed: list[str] = []
    await demo.load(database, printed.append)
    rejected = [int(line.split(", ")[1].split()[0]) for line in printed]
    assert rejected == [5, 5, 5, 4]  # the errors that the README of the demo lists
    assert await rows(conn, "SELECT count(*) FROM suppliers WHERE contact_email LIKE '%_@_%'") == [
        (4,)
    ]
    ((price, currency, cost, rate, details),) = await rows(
        conn, ITEM.format("Nordwerk Handels GmbH", "0011003")
    )
    assert (price, currency, cost, rate) == (
        Decimal("6.88"),
        "EUR",
        Decimal("5.504"),
        Decimal("1.25"),
    )
    assert (details["list_price"], details["price_quantity"]) == (860, 100)
    assert (details["discounts"], details["discount_group"]) == ([20, 20], "A")
    ((price, *_, details),) = await rows(conn, ITEM.format("Toolbox Direct", "411014"))
    assert price == Decimal("6.35")
    assert details["price_tiers"] == [[1, 6.35], [10, 6.1], [100, 5.84]]
    assert details["pack_size"] == 5


async def test_loading_the_demo_again_changes_nothing(database: Database, conn: Connection) -> None:
    items = "SELECT to_jsonb(item) FROM supplier_items AS item ORDER BY id"
    await demo.load(database, lambda _: None)
    before = await rows(conn, items)
    await demo.load(database, lambda _: None)
    assert await rows(conn, items) == before
