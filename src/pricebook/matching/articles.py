"""Items and products of the database as articles that can be compared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.matching import article_repository
from pricebook.matching.article_repository import ItemTexts, LinkedTexts, ProductTexts
from pricebook.matching.scoring.texts import MAX_LINKED, Article

# The names of each category and those above it, from the root.
Categories = Mapping[UUID, tuple[str, ...]]
# The characteristic with the section or the category of the price list.
CATEGORY = "category"


def item_article(item: ItemTexts | LinkedTexts) -> Article:
    """Return an item as an article; the text has its other cells."""
    category = item.characteristics.get(CATEGORY)
    return Article(
        name=item.name,
        code=item.code,
        brand=item.brand,
        mpn=item.mpn,
        gtin=item.gtin,
        category=None if category is None else str(category),
        text=_other_cells(item.characteristics),
        price=item.price,
        pack_size=item.pack_size,
    )


def product_article(product: ProductTexts, categories: Categories) -> Article:
    """Return a product as an article; its category is the path from the root."""
    return Article(
        name=product.name,
        code=product.code,
        brand=product.brand,
        mpn=product.mpn,
        gtin=product.gtin,
        category=category_path(product.category_id, categories),
        price=product.price,
    )


def category_path(category_id: UUID | None, categories: Categories) -> str | None:
    """Return the names of a category and those above it, from the root."""
    return " / ".join(categories.get(category_id, ())) or None if category_id else None


async def load_linked(
    conn: Connection, product_ids: Sequence[UUID]
) -> dict[UUID, list[LinkedTexts]]:
    """Return some linked items of each product, the oldest first."""
    linked = defaultdict[UUID, list[LinkedTexts]](list)
    for item in await article_repository.list_linked_items(conn, product_ids, MAX_LINKED):
        linked[item.product_id].append(item)
    return linked


def _other_cells(characteristics: Mapping[str, Any]) -> str:
    texts: Iterable[str] = (
        str(value) for name, value in characteristics.items() if name != CATEGORY
    )
    return " ; ".join(texts)
