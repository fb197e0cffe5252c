"""Random price lists and edits: an undo restores what nobody edited, and leaves the rest."""

import random

import pytest

import builders
from catalog_state import catalog_state
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, profile
from pricebook.db.database import Connection, Database
from pricebook.pricelists.schemas.price_list_rows import ItemRow
from pricebook.undo import service

FULL = profile("stock", "gtin", "next_price")


def random_rows(choices: random.Random) -> list[ItemRow]:
    """Return a price list of some of thirty articles with random values."""
    return [
        item_row(
            f"A{number}",
            choices.choice(["5.00", "6.50", "7.00"]),
            name=choices.choice(["Nail", "Bolt"]),
            characteristics=choices.choice([{}, {"colour": "red"}]),
            availability=choices.choice([{}, {"stock": 1}, {"stock": 2}]),
            details=choices.choice([{}, {"gtin": "4006381333931"}, {"mpn": "X-1"}]),
            **choices.choice([{}, {"next_price": "9.00", "next_from": "2099-01-01"}]),
        )
        for number in range(1, 31)
        if choices.random() < 0.8
    ]


@pytest.mark.parametrize("seed", range(12))
async def test_undo_is_exact_but_for_edits(
    merge_rows: MergeRows, conn: Connection, database: Database, seed: int
) -> None:
    choices = random.Random(seed)  # noqa: S311 (test data)
    for _ in range(choices.randrange(3)):
        await merge_rows(random_rows(choices), found=FULL)
    await conn.execute(
        """
        UPDATE supplier_items SET product_id = %s
        WHERE substr(supplier_sku, 2)::integer %% 3 = 0
        """,
        [await builders.product(conn)],
    )
    before = await catalog_state(conn)
    imported = await merge_rows(
        random_rows(choices), found=FULL, mode=choices.choice(["full", "partial"])
    )
    edited = [f"A{number}" for number in range(1, 31) if choices.random() < 0.2]
    await conn.execute(
        "UPDATE supplier_items SET current_price = current_price + 1, next_cost = NULL,"
        " next_from = NULL WHERE supplier_sku = ANY (%s)",
        [edited],
    )
    during = await catalog_state(conn)
    written = await (
        await conn.execute(
            "SELECT supplier_sku FROM import_changes JOIN supplier_items ON id = supplier_item_id"
            " WHERE task_id = %s",
            [imported.task_id],
        )
    ).fetchall()

    undo = await service.undo_inline(database, imported.task_id, "anna", 10)

    after = await catalog_state(conn)
    items = {
        name: {each["supplier_sku"]: each for each in state["supplier_items"]}
        for name, state in (("before", before), ("during", during), ("after", after))
    }
    expected = items["before"] | {
        sku: items["during"][sku] for sku in edited if sku in items["during"]
    }
    assert items["after"] == expected
    assert undo.undo is not None
    assert undo.undo.left_as_is == len({sku for (sku,) in written} & set(edited))
    assert await rows(conn, builders.WRONG_AGGREGATES) == []
