"""Single products of an applied batch, set back or given the new values again; their number."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.product_batches import change_list_repository as repository
from pricebook.product_batches.change_list_repository import AppliedChange
from pricebook.product_batches.schemas import Standing
from pricebook.products import service as products
from pricebook.products.schemas import ProductChange

FIELDS = ("status", "category_id", "target_price")
Side = Literal["old", "new"]


async def set_back(database: Database, caller: Caller, batch_id: UUID, product_id: UUID) -> None:
    """Give a product the values back that it had before a batch was applied.

    Raises NotFoundError if the batch has not changed it, ForbiddenError, ConflictError if the
    product was changed since, ValidationError if it is archived or the category was deleted.
    """
    await _change(database, caller, batch_id, product_id, "old")


async def set_again(database: Database, caller: Caller, batch_id: UUID, product_id: UUID) -> None:
    """Give a product that was set back the new values of a batch again; raises as set_back."""
    await _change(database, caller, batch_id, product_id, "new")


async def get_standing(database: Database, batch_id: UUID) -> Standing:
    """Return how many products of a batch were set back or changed since it was applied.

    Its margin in percent is the present mean of the products with a margin before and after.
    """
    async with database.connection() as conn:
        return await repository.get_standing(conn, batch_id)


async def count_set_back(database: Database, batch_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many products of each batch were set back; it reads all of their products."""
    async with database.connection() as conn:
        return await repository.count_set_back(conn, batch_ids)


async def _change(
    database: Database, caller: Caller, batch_id: UUID, product_id: UUID, side: Side
) -> None:
    """Give a product the values of one side of its change, if it has those of the other."""
    async with database.connection() as conn:
        applied = await repository.find_applied(conn, batch_id, product_id)
    if applied is None:
        raise NotFoundError(f"Batch {batch_id} has not changed product {product_id}.")
    before, after = _values(applied, "new" if side == "old" else "old"), _values(applied, side)
    changed = [name for name in FIELDS if before[name] != after[name]]
    change = ProductChange(**{name: after[name] if name in changed else UNSET for name in FIELDS})
    expected = {name: before[name] for name in changed}
    await products.change_product(database, caller, product_id, change, expected=expected)


def _values(applied: AppliedChange, side: Side) -> dict[str, Any]:
    return {name: getattr(applied, f"{side}_{name}") for name in FIELDS}
