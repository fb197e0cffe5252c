"""The changes of a batch as CSV."""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from pricebook.cli.csv_files import write_csv
from pricebook.cli.lookups import read_category_names
from pricebook.db.database import Database
from pricebook.http import safe_csv
from pricebook.product_batches import service
from pricebook.product_batches.schemas import BatchChange, BatchHead, ChangeQuery

PAGE_CHANGES = 200
HEADER = (
    *("sku", "name", "old_status", "new_status", "old_category", "new_category"),
    *("old_target_price", "new_target_price", "price_change_percent", "lowest_price"),
    *("old_margin", "new_margin", "rule", "outcome", "reason", "product_id", "batch_state"),
)


async def write_changes(
    database: Database, batch_id: UUID, query: ChangeQuery, file: Path
) -> BatchHead:
    """Write all changes that pass a query to a file, and return their batch.

    Raises NotFoundError, PricebookError.
    """
    batch = await service.get_head(database, batch_id)
    await write_csv(file, _lines(database, batch, query))
    return batch


async def _lines(database: Database, batch: BatchHead, query: ChangeQuery) -> AsyncGenerator[str]:
    names = await read_category_names(database)
    query = replace(query, limit=PAGE_CHANGES)
    page = await service.list_changes(database, batch.id, query, counts=False)
    yield safe_csv.lines([HEADER])
    yield safe_csv.lines([*_row(each, names), batch.state] for each in page.data)
    while page.next_cursor is not None:
        query = replace(query, cursor=page.next_cursor)
        page = await service.list_changes(database, batch.id, query, counts=False)
        yield safe_csv.lines([*_row(each, names), batch.state] for each in page.data)


def _row(change: BatchChange, names: dict[UUID, str]) -> list[object]:
    return [
        change.internal_sku,
        change.name,
        change.old_status,
        change.new_status,
        names.get(change.old_category_id) if change.old_category_id else None,
        names.get(change.new_category_id) if change.new_category_id else None,
        change.old_target_price,
        change.new_target_price,
        change.price_change,
        change.lowest_price,
        change.old_margin,
        change.new_margin,
        change.rule,
        change.outcome,
        change.reason,
        change.product_id,
    ]
