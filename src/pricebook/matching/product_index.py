"""The index of all products by tokens, which PostgreSQL keeps and a run loads."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.matching import token_repository
from pricebook.matching.article_repository import LinkedTexts, ProductTexts
from pricebook.matching.articles import Categories, item_article, load_linked, product_article
from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.token_ids import TOKENS_VERSION, product_tokens
from pricebook.matching.token_repository import ProductTokens

READ_PRODUCTS = 2_000


async def load_index(database: Database, categories: Categories) -> ProductIndex[UUID]:
    """Read the tokens of new and changed products, then return the index of all products."""
    await _refresh_tokens(database, categories)
    rows = list[tuple[UUID, list[int]]]()
    async with database.transaction() as conn:
        async for batch in token_repository.stream_tokens(conn):
            rows += batch
    return ProductIndex(rows)


async def _refresh_tokens(database: Database, categories: Categories) -> None:
    async with database.transaction() as conn:
        await token_repository.delete_outdated_tokens(conn)
    after: UUID | None = None
    while True:
        async with database.transaction() as conn:
            products = await token_repository.list_products_to_read(
                conn, TOKENS_VERSION, after, READ_PRODUCTS
            )
            if not products:
                return
            linked = await load_linked(conn, [product.id for product in products])
            rows = [
                ProductTokens(
                    product.id,
                    product.digest,
                    _tokens(product, categories, linked.get(product.id, [])),
                )
                for product in products
            ]
            await token_repository.upsert_tokens(conn, TOKENS_VERSION, rows)
        after = products[-1].id


def _tokens(
    product: ProductTexts,
    categories: Categories,
    linked: list[LinkedTexts],
) -> list[int]:
    return product_tokens(product_article(product, categories), [*map(item_article, linked)])
