"""One product of an applied batch is set back; the others keep their new values."""

from typing import Any
from uuid import UUID

from msgspec import UNSET

from pricebook.auth.schemas import Caller
from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.product_batches import change_list_repository as repository
from pricebook.product_batches.change_list_repository import AppliedChange
from pricebook.products import service as products
from pricebook.products.schemas import ProductChange

FIELDS = ("status", "category_id", "target_price")


async def set_back(database: Database, caller: Caller, batch_id: UUID, product_id: UUID) -> None:
    """Give a product the values back that it had before a batch was applied.

    Raises NotFoundError if the batch has not changed it, ForbiddenError, ConflictError if the
    product was changed since, ValidationError if it is archived or the category was deleted.
    """
    async with database.connection() as conn:
        applied = await repository.find_applied(conn, batch_id, product_id)
    if applied is None:
        raise NotFoundError(f"Batch {batch_id} has not changed product {product_id}.")
    old, new = _values(applied, "old"), _values(applied, "new")
    changed = [name for name in FIELDS if old[name] != new[name]]
    change = ProductChange(**{name: old[name] if name in changed else UNSET for name in FIELDS})
    expected = {name: new[name] for name in changed}
    await products.change_product(database, caller, product_id, change, expected=expected)


def _values(applied: AppliedChange, side: str) -> dict[str, Any]:
    return {name: getattr(applied, f"{side}_{name}") for name in FIELDS}
