"""The rows of imports of own products: stored from the file, then each with its outcome."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.db.fragments import all_of, equals, fragment
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import struct_row
from pricebook.db.sort_keys import Key
from pricebook.product_imports.file_columns import Links, ParsedRow, ProductFields
from pricebook.product_imports.planning import RowPlan
from pricebook.product_imports.schemas import (
    FieldChange,
    ImportCounts,
    ImportedRow,
    ImportedRowQuery,
)

EXPORT_ROWS = 1000
_encode = msgspec.json.encode

# A stored SKU that is not in NFC is found by its own characters.
NORMALISE_SKUS: LiteralString = """
    UPDATE product_import_rows AS row SET internal_sku = normalize(internal_sku, NFC)
    WHERE import_id = %(id)s AND internal_sku IS NOT NFC NORMALIZED
        AND NOT EXISTS (SELECT FROM products WHERE internal_sku = row.internal_sku)
"""
# The rows of one SKU are one product: they must agree in all fields. A row that cannot be read may
# be the one that is meant. Rows that add links are joined; others repeat the first.
REPEATED_SKUS: LiteralString = """
    WITH repeated AS (
        SELECT internal_sku, min(row_number) AS first_row,
            string_agg(row_number::text, ', ' ORDER BY row_number) AS row_numbers,
            count(DISTINCT coalesce(fields, 'null')) > 1
                OR bool_or(fields IS NULL)
                OR bool_or(links ->> 'mode' = 'all') AND count(DISTINCT links) > 1 AS differ
        FROM product_import_rows
        WHERE import_id = %(id)s AND internal_sku IS NOT NULL
        GROUP BY internal_sku HAVING count(*) > 1
    ), refused AS (
        UPDATE product_import_rows AS row
        SET outcome = 'rejected', error_type = 'repeated_sku', fields = NULL,
            error_message = format('The rows %%s have the SKU %%s and differ: keep one of them.',
                row_numbers, row.internal_sku)
        FROM repeated
        WHERE import_id = %(id)s AND row.internal_sku = repeated.internal_sku AND differ
            AND outcome IS NULL
    ), added AS (
        SELECT internal_sku, first_row, jsonb_agg(DISTINCT name) AS names
        FROM product_import_rows JOIN repeated USING (internal_sku)
        CROSS JOIN jsonb_array_elements(links -> 'names') AS name
        WHERE import_id = %(id)s AND NOT differ AND links ->> 'mode' = 'add'
        GROUP BY internal_sku, first_row
    ), joined AS (
        UPDATE product_import_rows AS row
        SET links = jsonb_build_object('mode', 'add', 'names', names)
        FROM added
        WHERE import_id = %(id)s AND row_number = first_row
    )
    UPDATE product_import_rows AS row SET outcome = 'duplicate'
    FROM repeated
    WHERE import_id = %(id)s AND row.internal_sku = repeated.internal_sku AND NOT differ
        AND row_number <> first_row
"""
REPEATED_LINKS: LiteralString = """
    WITH named AS (
        SELECT DISTINCT row_number, lower(name ->> 0) AS supplier, name ->> 1 AS code
        FROM product_import_rows CROSS JOIN jsonb_array_elements(links -> 'names') AS name
        WHERE import_id = %(id)s AND outcome IS NULL
    ), repeated AS (
        SELECT supplier, code, array_agg(row_number) AS rows,
            string_agg(row_number::text, ', ' ORDER BY row_number) AS row_numbers
        FROM named GROUP BY supplier, code HAVING count(*) > 1
    )
    UPDATE product_import_rows AS row
    SET outcome = 'rejected', error_type = 'repeated_link',
        error_message = format('The rows %%s link the same item %%s: it can have one product.',
            row_numbers, code)
    FROM repeated
    WHERE import_id = %(id)s AND row_number = ANY (rows) AND outcome IS NULL
"""


class PendingRow(msgspec.Struct, frozen=True):
    """A stored row that is not processed."""

    row_number: int
    internal_sku: str | None
    fields: Any
    links: Any

    def parsed(self) -> ParsedRow:
        """Return the row as it was parsed."""
        fields = msgspec.convert(self.fields, ProductFields)
        links = None if self.links is None else msgspec.convert(self.links, Links)
        return ParsedRow(self.row_number, self.internal_sku, fields, links, None)


async def copy_rows(
    conn: Connection, import_id: UUID, rows: AsyncGenerator[list[tuple[ParsedRow, list[str]]]]
) -> None:
    """Store the rows of a file; a row with an error is rejected, with its cells."""
    async with (
        conn.cursor() as cursor,
        cursor.copy(
            """
            COPY product_import_rows (import_id, row_number, internal_sku, fields, links, cells,
                outcome, error_type, error_message) FROM STDIN
            """
        ) as copy,
    ):
        async for chunk in rows:
            for row, cells in chunk:
                await copy.write_row(_columns(import_id, row, cells))


def _columns(import_id: UUID, row: ParsedRow, cells: list[str]) -> tuple[Any, ...]:
    error = row.error
    return (
        import_id,
        row.number,
        _storable(row.internal_sku),
        _json(row.fields),
        _json(row.links),
        _json([_storable(cell) for cell in cells]),
        "rejected" if error else None,
        error.error_type if error else None,
        _storable(error.message) if error else None,
    )


async def reject_repeated_rows(conn: Connection, import_id: UUID) -> ImportCounts:
    """Mark rows that repeat or contradict others; return how many rows have an outcome."""
    await conn.execute(NORMALISE_SKUS, {"id": import_id})
    await conn.execute(REPEATED_SKUS, {"id": import_id})
    await conn.execute(REPEATED_LINKS, {"id": import_id})
    cursor = await conn.execute(
        """
        SELECT count(*) FILTER (WHERE outcome = 'rejected'),
            count(*) FILTER (WHERE outcome = 'duplicate')
        FROM product_import_rows WHERE import_id = %s
        """,
        [import_id],
    )
    ((rejected, duplicate),) = await cursor.fetchall()
    return ImportCounts(rejected=rejected, duplicate=duplicate)


async def list_pending(
    conn: Connection, import_id: UUID, after: int, limit: int
) -> list[PendingRow]:
    """Return the next rows without an outcome, in their order."""
    async with conn.cursor(row_factory=struct_row(PendingRow)) as cursor:
        await cursor.execute(
            """
            SELECT row_number, internal_sku, fields, links FROM product_import_rows
            WHERE import_id = %s AND row_number > %s AND outcome IS NULL
            ORDER BY row_number LIMIT %s
            """,
            [import_id, after, limit],
        )
        return await cursor.fetchall()


async def list_whole_links(
    conn: Connection, import_id: UUID, skus: Sequence[str]
) -> dict[str, Links]:
    """Return the links of the rows of these SKUs that name all of them, by SKU."""
    cursor = await conn.execute(
        """
        SELECT internal_sku, links FROM product_import_rows
        WHERE import_id = %s AND internal_sku = ANY (%s) AND links ->> 'mode' = 'all'
            AND outcome IS DISTINCT FROM 'rejected'
        """,
        [import_id, list(skus)],
    )
    return {sku: msgspec.convert(links, Links) for sku, links in await cursor.fetchall()}


async def set_outcomes(conn: Connection, import_id: UUID, plans: Sequence[RowPlan]) -> None:
    """Store the outcome of rows; those that change nothing are deleted."""
    kept = [plan for plan in plans if plan.outcome != "unchanged"]
    unchanged = [plan.row.number for plan in plans if plan.outcome == "unchanged"]
    await conn.execute(
        "DELETE FROM product_import_rows WHERE import_id = %s AND row_number = ANY (%s)",
        [import_id, unchanged],
    )
    await conn.execute(
        """
        UPDATE product_import_rows AS row
        SET outcome = given.outcome, internal_sku = given.internal_sku,
            changes = given.changes::jsonb, error_type = given.error_type,
            error_message = given.error_message,
            cells = CASE WHEN given.outcome = 'rejected' THEN cells END
        FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS given (row_number, outcome, internal_sku, changes, error_type, error_message)
        WHERE row.import_id = %s AND row.row_number = given.row_number
        """,
        [
            [plan.row.number for plan in kept],
            [plan.outcome for plan in kept],
            [plan.row.internal_sku for plan in kept],
            [_json(plan.changes) for plan in kept],
            [plan.error and plan.error.error_type for plan in kept],
            [plan.error and plan.error.message for plan in kept],
            import_id,
        ],
    )


async def list_rows(
    conn: Connection, import_id: UUID, query: ImportedRowQuery
) -> ListPage[ImportedRow]:
    """Return a page of the rows that have an outcome, in their order."""
    rows = as_structs(ImportedRow)
    found = await read_page(conn, rows_listing(import_id, query), query.window, rows)
    return map_rows(found, _with_changes)


def rows_listing(import_id: UUID, query: ImportedRowQuery) -> Listing:
    """Return the list of the rows of an import that have an outcome."""
    details: LiteralString = """
        SELECT row_number, internal_sku, outcome, coalesce(changes, '[]') AS changes, error_type,
            error_message, CASE WHEN outcome = 'rejected' THEN cells END AS cells
        FROM product_import_rows WHERE import_id = %s AND row_number = page.k1
    """
    return Listing(
        table="product_import_rows",
        scope=fragment("import_id = %s AND outcome IS NOT NULL", import_id),
        conditions=all_of(*equals(outcome=query.outcome)),
        keys=(Key("row_number", "integer"),),
        details=fragment(details, import_id),
    )


def _with_changes(row: ImportedRow) -> ImportedRow:
    return msgspec.structs.replace(row, changes=msgspec.convert(row.changes, list[FieldChange]))


async def stream_rejected(
    conn: Connection, import_id: UUID
) -> AsyncGenerator[list[tuple[int, str, str, list[str]]]]:
    """Yield number, error and cells of the rejected rows in batches; needs a transaction."""
    async with conn.cursor(name="rejected") as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, error_message, cells FROM product_import_rows
            WHERE import_id = %s AND outcome = 'rejected' ORDER BY row_number
            """,
            [import_id],
        )
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield rows


def _json(value: object) -> str | None:
    return None if value is None else _encode(value).decode()


def _storable(text: str | None) -> str | None:
    """Return a text without NUL, which PostgreSQL cannot store."""
    return text and text.replace("\0", "␀")
