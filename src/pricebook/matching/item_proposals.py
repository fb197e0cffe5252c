"""What is proposed for one item: the search for its product."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.matching import item_facts_repository
from pricebook.matching.equal_items import SIGNS, is_model_code
from pricebook.matching.item_facts_repository import ItemFacts
from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.model_numbers import compact, is_strong
from pricebook.products import search_proposal


async def get_item(database: Database, item_id: UUID) -> ItemFacts:
    """Return an item with what it says of its article; raises NotFoundError."""
    async with database.connection() as conn:
        item = await item_facts_repository.find_item(conn, item_id)
    if item is None:
        raise NotFoundError(f"There is no supplier item {item_id}.")
    return item


async def propose_search(database: Database, item: ItemFacts) -> str:
    """Return the words or the code by which staff search finds the product of an item best."""
    async with database.connection() as conn:
        return await search_proposal.propose_search(conn, codes_of(item), item.name)


def codes_of(item: ItemFacts) -> list[str]:
    """Return the codes that identify an article by themselves, the surest first."""
    words = [word.strip(SIGNS) for word in item.name.split()]
    numbers = [word for word in words if is_model_code(word)]
    own = [item.supplier_sku] if is_strong(compact(fold(item.supplier_sku))) else []
    return list(dict.fromkeys([*filter(None, [item.gtin, item.mpn]), *numbers, *own]))
