import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import msgspec

from pricebook.audit import service as audit
from pricebook.audit.schemas import NewEntry
from pricebook.auth.roles import EDITOR_ROLES, describe
from pricebook.auth.schemas import Caller
from pricebook.categories import service as categories
from pricebook.db.actor import acting_for
from pricebook.db.database import Connection, Database
from pricebook.errors import (
    UNKNOWN_CURSOR,
    ConflictError,
    DatabaseBusyError,
    ForbiddenError,
    NotFoundError,
    body_issue,
    validation_error,
)
from pricebook.http.pagination import CursorPage, CursorPaging, cursor_page_of
from pricebook.product_batches import (
    change_list_repository,
    change_repository,
    left_out_repository,
    repository,
)
from pricebook.product_batches.change_repository import APPLY, UNDO, Direction
from pricebook.product_batches.schemas import (
    BatchChangePage,
    BatchHead,
    BatchKind,
    BatchRequest,
    ChangePosition,
    ChangeQuery,
    LeftOut,
    NewBatch,
    OutdatedProduct,
    ProductBatch,
    ProductSelection,
    requested,
)
from pricebook.products import bulk
from pricebook.products.service import SALES_EDITABLE_FIELDS

CHUNK_PRODUCTS = 1_000
# A request carries out changes for so long; then it is repeated.
REQUEST_SECONDS = 15.0
# Products that an import has locked are tried again.
RETRY_SECONDS = 0.25
MAX_RETRIES = 8
# Half a million products are read and compared in one statement.
PREVIEW_SECONDS = 120
FIRST_ID = UUID(int=0)


def require_permission(caller: Caller, fields: Sequence[str]) -> None:
    """Raise ForbiddenError if role sales changes another field than target_price."""
    if caller.role == "sales" and (forbidden := sorted({*fields} - SALES_EDITABLE_FIELDS)):
        raise ForbiddenError(
            f"Role sales may change target_price only; {', '.join(forbidden)} needs"
            f" {describe(EDITOR_ROLES)}."
        )


async def preview(database: Database, caller: Caller, new: NewBatch) -> ProductBatch:
    """Store what a bulk change would do, and return it.

    Raises ForbiddenError; ConflictError when another number of products passes the filter than
    expected; ValidationError for an unknown category.
    """
    require_permission(caller, new.changes.fields)
    async with database.short_transaction(statement_seconds=PREVIEW_SECONDS) as conn:
        if not await categories.lock_category_if_given(conn, new.changes.category_id or None):
            raise validation_error(body_issue("changes.category_id", "there is no such category"))
        product_ids = await select_products(conn, new.product_ids, new.filter)
        request = requested(new.changes, new.product_ids, new.filter, only_raises=new.only_raises)
        batch_id = await start_batch(conn, "bulk", new.changes.fields, caller, request)
        left_out = await repository.insert_changes(conn, batch_id, product_ids, new.changes)
        return await finish_preview(conn, batch_id, request, left_out)


async def start_batch(
    conn: Connection, kind: BatchKind, fields: Sequence[str], caller: Caller, request: BatchRequest
) -> UUID:
    """Insert a batch to which the caller adds changes; return its id."""
    batch_id = await repository.insert_batch(conn, kind, fields, caller.username, request)
    await _log(conn, batch_id, "previewed")
    return batch_id


async def finish_preview(
    conn: Connection, batch_id: UUID, request: BatchRequest, left_out: LeftOut
) -> ProductBatch:
    """Take prices that fall out of a new batch, if that is requested; count what is left out."""
    if request.only_raises:
        lowered = await left_out_repository.take_out_lowered(conn, batch_id)
        left_out = msgspec.structs.replace(left_out, lowered=lowered)
    await repository.set_left_out(conn, batch_id, request, left_out)
    return await require_batch(conn, batch_id)


async def select_products(
    conn: Connection, product_ids: Sequence[UUID] | None, selected: ProductSelection | None
) -> Sequence[UUID]:
    """Return the ids of named products, or of those that pass filters.

    Raises ConflictError when another number passes than expected.
    """
    if selected is None:
        return product_ids or ()
    found = await bulk.list_ids(conn, selected)
    if selected.expected_count not in {None, len(found)}:
        raise ConflictError(
            f"{len(found)} products pass the filter, not {selected.expected_count}: nothing was"
            " done; look again."
        )
    return found


async def require_batch(conn: Connection, batch_id: UUID) -> ProductBatch:
    """Return a batch with its effect, read in the caller's transaction; raises NotFoundError."""
    head = await require_head(conn, batch_id)
    effect = await repository.get_effect(conn, batch_id)
    return ProductBatch(**msgspec.structs.asdict(head), effect=effect)


async def get_head(database: Database, batch_id: UUID) -> BatchHead:
    """Return a batch without its effect, which is fast for any size; raises NotFoundError."""
    async with database.connection() as conn:
        return await require_head(conn, batch_id)


async def list_heads(database: Database, batch_ids: Sequence[UUID]) -> dict[UUID, BatchHead]:
    """Return those of these batches that exist, by id."""
    if not batch_ids:
        return {}
    async with database.connection() as conn:
        heads = await repository.list_heads(conn, batch_ids)
    return {each.id: each for each in heads}


async def get_batch(database: Database, batch_id: UUID) -> ProductBatch:
    """Return a batch with its effect; raises NotFoundError."""
    async with database.connection() as conn:
        return await require_batch(conn, batch_id)


async def list_batches(database: Database, paging: CursorPaging) -> CursorPage[BatchHead]:
    """Return a page of the batches, newest first."""
    async with database.connection() as conn:
        return cursor_page_of(paging, await repository.list_batches(conn, paging))


async def list_changes(
    database: Database, batch_id: UUID, query: ChangeQuery, *, counts: bool = True
) -> BatchChangePage:
    """Return a page of the changes of a batch; unless it `counts`, with 0 as the number of all.

    Raises NotFoundError; ValidationError for a cursor of another batch.
    """
    if query.after is not None and query.after.batch_id != batch_id:
        raise validation_error(UNKNOWN_CURSOR)
    async with database.connection() as conn:
        await require_head(conn, batch_id)
        total_count, found = await change_list_repository.list_changes(
            conn, batch_id, query, counts=counts
        )
    shown = found[: query.limit]
    next_cursor = None
    if len(found) > query.limit:
        last = shown[-1]
        next_cursor = query.cursor_at(ChangePosition(batch_id, last.position, last.product_id))
    return BatchChangePage(total_count, query.limit, next_cursor, [each.public() for each in shown])


async def apply(database: Database, caller: Caller, batch_id: UUID) -> ProductBatch:
    """Apply the changes as they were previewed, and return the batch.

    A change whose product was changed since is skipped. Repeating the request goes on. Raises
    NotFoundError, ForbiddenError, and ConflictError when the batch was taken back.
    """
    async with database.short_transaction() as conn:
        head = await _lock_head(conn, caller, batch_id)
        if head.state in {"undoing", "undone"}:
            raise ConflictError(f"Batch {batch_id} was undone: request the changes again.")
        if head.state != "applied":
            await repository.set_started(conn, batch_id, "applying", caller.username)
            await _log(conn, batch_id, "applied")
    return await _carry_out(database, batch_id, APPLY)


async def undo(database: Database, caller: Caller, batch_id: UUID) -> ProductBatch:
    """Take the changes of a batch back, and return it.

    A change whose product was changed since is left. Repeating the request goes on. Raises
    NotFoundError, ForbiddenError, and ConflictError when nothing of the batch was applied.
    """
    async with database.short_transaction() as conn:
        head = await _lock_head(conn, caller, batch_id)
        if head.state == "previewed":
            raise ConflictError(f"Batch {batch_id} was not applied: there is nothing to undo.")
        if head.state != "undone":
            await repository.set_started(conn, batch_id, "undoing", caller.username)
            await _log(conn, batch_id, "undone")
    return await _carry_out(database, batch_id, UNDO)


async def list_outdated(database: Database, batch_id: UUID, limit: int) -> list[OutdatedProduct]:
    """Return changes of a preview that would be skipped, as their products were changed since."""
    async with database.connection() as conn:
        return await change_repository.list_outdated(conn, batch_id, limit)


async def count_products(
    database: Database, batch_ids: Sequence[UUID], limit: int
) -> dict[UUID, int]:
    """Return the numbers of products of batches, each counted up to a limit."""
    async with database.connection() as conn:
        return await repository.count_products(conn, batch_ids, limit)


async def _carry_out(database: Database, batch_id: UUID, direction: Direction) -> ProductBatch:
    """Carry out changes in chunks until none is pending or the request has taken long enough."""
    ends_at = time.monotonic() + REQUEST_SECONDS
    for attempt in range(MAX_RETRIES):
        if attempt:
            await asyncio.sleep(RETRY_SECONDS)
        after: UUID | None = FIRST_ID
        with acting_for(batch_id=batch_id):
            while after is not None and time.monotonic() < ends_at:
                after = await _carry_out_chunk(database, batch_id, direction, after)
        async with database.short_transaction() as conn:
            pending = await change_repository.count_pending(conn, direction, batch_id)
            if not pending:
                await repository.set_ended(
                    conn, batch_id, "applied" if direction is APPLY else "undone"
                )
            if not pending or time.monotonic() > ends_at or attempt == MAX_RETRIES - 1:
                return await require_batch(conn, batch_id)
    raise AssertionError


async def _carry_out_chunk(
    database: Database, batch_id: UUID, direction: Direction, after: UUID
) -> UUID | None:
    """Carry out the next changes; return the last product, None if there are no more."""
    try:
        async with database.short_transaction() as conn:
            product_ids = await change_repository.lock_pending(
                conn, direction, batch_id, after, CHUNK_PRODUCTS
            )
            if not product_ids:
                return None
            await change_repository.carry_out(conn, direction, batch_id, product_ids)
            return product_ids[-1]
    except DatabaseBusyError:
        return None


async def require_head(conn: Connection, batch_id: UUID) -> BatchHead:
    """Return a batch, read in the caller's transaction; raises NotFoundError."""
    head = await repository.find_batch(conn, batch_id)
    if head is None:
        raise _not_found(batch_id)
    return head


async def _lock_head(conn: Connection, caller: Caller, batch_id: UUID) -> BatchHead:
    head = await repository.find_batch(conn, batch_id, locks=True)
    if head is None:
        raise _not_found(batch_id)
    require_permission(caller, head.fields)
    return head


async def _log(conn: Connection, batch_id: UUID, verb: str) -> None:
    """Write what was done with a batch to the audit log."""
    entry = NewEntry(
        action=f"product_batch.{verb}",
        entity_type="product_batch",
        entity_id=batch_id,
        batch_id=batch_id,
    )
    await audit.insert_entry(conn, entry)


def _not_found(batch_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no batch of product changes {batch_id}.")


async def purge_old_batches(database: Database, days: int) -> None:
    """Delete the batches that are older than so many days, one in each transaction."""
    has_more = True
    while has_more:
        async with database.connection() as conn:
            has_more = await repository.delete_old_batch(conn, days)
