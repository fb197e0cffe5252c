import secrets
import time
from collections.abc import Sequence
from uuid import UUID

from pricebook.db import Connection
from pricebook.products import repository
from pricebook.products.schemas import NewProduct
from pricebook.products.sku import make_skus
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Link, UnmatchedItem

BATCH = 5000


async def create_from_unmatched(conn: Connection, supplier_id: UUID) -> int:
    """Make an active product of every item of a supplier that has none; return how many.

    Each product is in the category that the list names, made at the root when missing. Runs in
    the caller's transaction.
    """
    created = 0
    while items := await suppliers.list_unmatched(conn, supplier_id, BATCH):
        await _create_linked(conn, items)
        created += len(items)
    return created


async def ensure_categories(
    conn: Connection, names: Sequence[str], parent_id: UUID | None = None
) -> dict[str, UUID]:
    """Make the categories that are missing under a parent; return the id of each by its name."""
    return await repository.ensure_categories(conn, names, parent_id)


async def insert_free_skus(conn: Connection, products: Sequence[NewProduct]) -> dict[str, UUID]:
    """Make the products whose SKU is free; return the id of each by its SKU."""
    return await repository.insert_free_skus(conn, products)


async def _create_linked(conn: Connection, items: Sequence[UnmatchedItem]) -> None:
    names = sorted({item.category for item in items if item.category})
    categories = await repository.ensure_categories(conn, names)
    waiting = list(items)
    while waiting:
        skus = make_skus(len(waiting), time.time_ns() // 1_000_000, secrets.choice)
        products = [
            NewProduct(sku, item.name, categories.get(item.category or ""), "active")
            for sku, item in zip(skus, waiting, strict=True)
        ]
        made = await repository.insert_free_skus(conn, products)
        drawn = list(zip(skus, waiting, strict=True))
        links = [Link(item.id, made[sku]) for sku, item in drawn if sku in made]
        await suppliers.link_free_items(conn, links)
        waiting = [item for sku, item in drawn if sku not in made]
