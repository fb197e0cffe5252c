"""The SQL of the index of products: the ids of their tokens, and which have to be read again."""

from collections.abc import AsyncGenerator, Sequence
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.matching.article_repository import PRODUCT_DIGEST, ProductTexts

FETCHED_ROWS = 5_000


class ProductTokens(Struct, frozen=True):
    """The ids of the tokens of a product and of the items that are linked to it."""

    product_id: UUID
    digest: str
    tokens: list[int]


async def delete_outdated_tokens(conn: Connection) -> None:
    """Delete the tokens of products whose links changed."""
    await conn.execute(
        """
        WITH outdated AS (DELETE FROM outdated_product_tokens RETURNING product_id)
        DELETE FROM product_tokens WHERE product_id IN (SELECT product_id FROM outdated)
        """
    )


async def list_products_to_read(
    conn: Connection, version: int, after: UUID | None, limit: int
) -> list[ProductTexts]:
    """Return products without tokens of their texts, in the order of their ids."""
    statement: LiteralString = """
        SELECT product.id, {digest} AS digest, product.internal_sku AS code, product.name,
            product.category_id, product.target_price::float8 AS price, product.brand, product.mpn,
            product.gtin
        FROM products AS product
        LEFT JOIN product_tokens AS known ON known.product_id = product.id
        WHERE product.status <> 'archived' AND (%(after)s::uuid IS NULL OR product.id > %(after)s)
            AND (known.version IS DISTINCT FROM %(version)s
                OR known.texts_digest IS DISTINCT FROM {digest})
        ORDER BY product.id
        LIMIT %(limit)s
    """
    async with conn.cursor(row_factory=struct_row(ProductTexts)) as cursor:
        await cursor.execute(
            statement.format(digest=PRODUCT_DIGEST),
            {"version": version, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def upsert_tokens(conn: Connection, version: int, rows: Sequence[ProductTokens]) -> None:
    """Store the tokens of products; those that were deleted meanwhile are left out."""
    await conn.execute(
        """
        INSERT INTO product_tokens (product_id, version, texts_digest, tokens)
        SELECT product_id, %s, digest, tokens
        FROM jsonb_to_recordset(%s::jsonb) AS given (product_id uuid, digest text, tokens integer[])
        WHERE EXISTS (SELECT FROM products WHERE id = product_id)
        ON CONFLICT (product_id) DO UPDATE
        SET version = excluded.version, texts_digest = excluded.texts_digest,
            tokens = excluded.tokens
        """,
        [version, msgspec.json.encode(rows).decode()],
    )


async def stream_tokens(conn: Connection) -> AsyncGenerator[list[tuple[UUID, list[int]]]]:
    """Yield id and tokens of the products that are not archived; needs a transaction."""
    async with conn.cursor(name="tokens", binary=True) as cursor:
        await cursor.execute(
            """
            SELECT product_id, tokens
            FROM product_tokens JOIN products ON id = product_id WHERE status <> 'archived'
            """
        )
        while rows := await cursor.fetchmany(FETCHED_ROWS):
            yield rows
