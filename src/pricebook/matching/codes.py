"""Items, products and decisions by the codes that people use."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.matching import decision_repository, log_repository
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.schemas import Action


async def find_decisions(
    database: Database,
    supplier_id: UUID,
    pairs: Sequence[tuple[str, str | None]],
    action: Action,
) -> list[Decision]:
    """Return decisions about pairs of a supplier's article code and an own SKU, None for `none`.

    Raises NotFoundError naming the first code or SKU that does not exist.
    """
    async with database.connection() as conn:
        found = await decision_repository.find_pair_ids(
            conn, supplier_id, [code for code, _ in pairs], [sku for _, sku in pairs]
        )
    wanted = list[Decision]()
    for (code, sku), pair in zip(pairs, found, strict=True):
        if pair.supplier_item_id is None:
            raise NotFoundError(f"The supplier has no item {code}.")
        if action != "none" and pair.product_id is None:
            raise NotFoundError(f"There is no product with the SKU {sku}.")
        wanted.append(Decision(pair.supplier_item_id, action, pair.product_id))
    return wanted


async def find_links(
    database: Database, supplier_id: UUID, pairs: Sequence[tuple[str, str | None]]
) -> list[Decision]:
    """Return decisions to unlink items of a supplier, from whatever product without a SKU.

    Raises NotFoundError as `find_decisions` does, and for an item without a product.
    """
    async with database.connection() as conn:
        found = await decision_repository.find_pair_ids(
            conn, supplier_id, [code for code, _ in pairs], [sku for _, sku in pairs]
        )
    wanted = list[Decision]()
    for (code, sku), pair in zip(pairs, found, strict=True):
        if pair.supplier_item_id is None:
            raise NotFoundError(f"The supplier has no item {code}.")
        product_id = pair.product_id if sku is not None else pair.linked_product_id
        if product_id is None:
            what = f"There is no product with the SKU {sku}." if sku else f"{code} has no product."
            raise NotFoundError(what)
        wanted.append(Decision(pair.supplier_item_id, "unlink", product_id))
    return wanted


async def find_item(database: Database, supplier_id: UUID, code: str) -> UUID:
    """Return the id of an item of a supplier by its code; raises NotFoundError."""
    async with database.connection() as conn:
        item_id = await log_repository.find_item_by_code(conn, supplier_id, code)
    if item_id is None:
        raise NotFoundError(f"The supplier has no item {code}.")
    return item_id


async def find_product(database: Database, sku: str) -> UUID:
    """Return the id of a product by its SKU; raises NotFoundError."""
    async with database.connection() as conn:
        product_id = await log_repository.find_product_by_sku(conn, sku)
    if product_id is None:
        raise NotFoundError(f"There is no product with the SKU {sku}.")
    return product_id
