"""Examined items that new and changed products may be: a run compares these products with them.

An item that a product may be resembles it, and so does the product that was found for it before.
So the items are found by the products that resemble the new one.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pricebook.db.database import Database
from pricebook.matching import new_product_repository as repository
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.token_ids import Query
from pricebook.system.chunks import chunks

# Of the rivals of likely matches, 29 of 30 had the best product among so many that resemble them
# so much, as a share of how they resemble themselves.
MAX_SIMILAR = 10
LEAST_SHARE = 0.2
READ_AT_ONCE = 500


class NewProducts(NamedTuple):
    """Products that were noted, by the ids of these notes; and the items to compare with them.

    `items` has the ids of items by their supplier.
    """

    noted: Mapping[int, UUID]
    items: Mapping[UUID, Sequence[UUID]] = {}


async def read_noted(database: Database) -> NewProducts:
    """Return the products that are noted as new or changed; to be called before the index is read.

    The index has all that is noted then.
    """
    async with database.connection() as conn:
        return NewProducts(await repository.list_noted(conn))


async def find_items(
    database: Database, new: NewProducts, index: ProductIndex[UUID]
) -> NewProducts:
    """Return new products with the examined items that they may be."""
    items = dict[UUID, list[UUID]]()
    for changed in chunks(sorted({*new.noted.values()}), READ_AT_ONCE):
        async with database.connection() as conn:
            tokens = await repository.list_tokens(conn, changed)
            similar = {each for ids in tokens for each in _similar(index, ids)}
            found = await repository.list_items(conn, changed, sorted(similar))
        for supplier_id, item_id in found:
            items.setdefault(supplier_id, []).append(item_id)
    return new._replace(items=items)


def _similar(index: ProductIndex[UUID], tokens: Sequence[int]) -> list[UUID]:
    """Return the products that resemble one with these tokens, itself among them."""
    found = index.search(Query(dict.fromkeys(tokens, 1.0), {}), MAX_SIMILAR + 1)
    least = LEAST_SHARE * found[0].similarity if found else 0.0
    return [each.product_id for each in found if each.similarity >= least]


async def set_compared(database: Database, new: NewProducts) -> None:
    """Delete the notes of products that were compared; those noted since stay."""
    if new.noted:
        async with database.transaction() as conn:
            await repository.delete_noted(conn, list(new.noted))
