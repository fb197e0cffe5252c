from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pricebook.db import Connection
from pricebook.suppliers import repository
from pricebook.suppliers.schemas import Link, SourceType, Supplier, UnmatchedItem


async def find_supplier(conn: Connection, name: str) -> Supplier | None:
    """Find a supplier by its name in any case."""
    return await repository.find_supplier(conn, name)


async def claim_supplier(
    conn: Connection, name: str, source_type: SourceType
) -> tuple[Supplier, bool]:
    """Make sure that a supplier exists and that no other list of it is taken in meanwhile.

    The claim lasts until the caller's transaction ends. The second value tells a new supplier.
    """
    return await repository.lock_or_insert_supplier(conn, name, source_type)


async def remember_found(conn: Connection, supplier_id: UUID, found: dict[str, Any]) -> None:
    """Remember what was found out about a supplier's list, for its next one."""
    await repository.set_found(conn, supplier_id, found)


async def list_unmatched(conn: Connection, supplier_id: UUID, limit: int) -> list[UnmatchedItem]:
    """List a supplier's first unmatched items, oldest first."""
    return await repository.list_unmatched(conn, supplier_id, limit)


async def link_free_items(conn: Connection, links: Sequence[Link]) -> int:
    """Link items that no product has yet; return how many there were.

    Items are locked before their products, here and everywhere, so that writers cannot deadlock.
    """
    return await repository.set_products(conn, links)


async def find_item_ids(
    conn: Connection, supplier_name: str, supplier_skus: Sequence[str]
) -> dict[str, UUID]:
    """Find the items of a supplier by their codes."""
    return await repository.find_item_ids(conn, supplier_name, supplier_skus)
