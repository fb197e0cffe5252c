"""How a batch of decisions is undone: the state before it, but for what somebody changed since."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, NotFoundError
from pricebook.matching import (
    batch_repository,
    decision_repository,
    equal_item_repository,
    made_product_repository,
    run_repository,
)
from pricebook.matching.batch_repository import BatchDecision
from pricebook.matching.decision_repository import LockedItem, LockedProduct
from pricebook.matching.decision_schemas import LeftLink, MadeProductState, UndoneBatch
from pricebook.matching.decisions import CHUNK, IS_LOCKED
from pricebook.matching.equal_items import MAX_EQUAL_ITEMS

CHANGED = "The link was changed after the batch."


class _Locked(Struct, frozen=True):
    """What the undo of a chunk has locked, and the links that somebody changed since."""

    items: Mapping[UUID, LockedItem]
    products: Mapping[UUID, LockedProduct]
    superseded: set[int]


async def undo(database: Database, batch_id: UUID, name: str) -> UndoneBatch:
    """Take every decision of a batch back that nobody changed since, and the product it made.

    Repeating it takes back what an import had locked, and says again what it left. Raises
    NotFoundError, and ConflictError if all was taken back before.
    """
    await _require_undoable(database, batch_id)
    undone, left = list[BatchDecision](), list[LeftLink]()
    after = rejected_again = 0
    while True:
        async with database.short_transaction() as conn:
            chunk = await batch_repository.list_decisions(conn, batch_id, after, CHUNK)
            if not chunk:
                break
            await set_transaction_actor(conn, batch_id=batch_id)
            taken_back, kept = await _undoable(conn, chunk)
            rejected_again += await batch_repository.undo_decisions(conn, batch_id, taken_back)
        undone += taken_back
        left += kept
        after = chunk[-1].id
    restored = [each.supplier_item_id for each in undone if each.action in {"reject", "none"}]
    async with database.short_transaction() as conn:
        await set_transaction_actor(conn, batch_id=batch_id)
        await batch_repository.set_undone(conn, batch_id, name)
        made_product = await made_product_repository.archive_made_product(conn, batch_id)
        items = {*restored, *await _suggested(conn, made_product)}
        if items:
            await run_repository.insert_run(conn, name, None, sorted(items), with_unchanged=True)
    actions = [each.action for each in undone]
    return UndoneBatch(
        batch_id,
        unlinked=actions.count("accept"),
        restored=len(restored),
        relinked=actions.count("unlink"),
        rejected_again=rejected_again,
        left=left,
        made_product=made_product,
    )


async def _suggested(conn: Connection, made: MadeProductState | None) -> list[UUID]:
    """Return the items to which an archived product is suggested, to be examined again."""
    if made is None or made.outcome != "archived":
        return []
    return await equal_item_repository.list_suggested_items(conn, made.product_id, MAX_EQUAL_ITEMS)


async def _require_undoable(database: Database, batch_id: UUID) -> None:
    async with database.connection() as conn:
        found = await batch_repository.find_undo(conn, batch_id)
    if found is None:
        raise NotFoundError(f"There is no batch {batch_id}.")
    if found.undone_at is not None and not found.has_decisions:
        raise ConflictError(
            f"Batch {batch_id} was undone by {found.undone_by} at {found.undone_at:%Y-%m-%d %H:%M}"
            " UTC: nothing of it is left."
        )


async def _undoable(
    conn: Connection, chunk: Sequence[BatchDecision]
) -> tuple[list[BatchDecision], list[LeftLink]]:
    """Lock items and products; return what can be taken back, and what is left."""
    linking = [each for each in chunk if each.action in {"accept", "unlink"}]
    locked = _Locked(
        await decision_repository.lock_free_items(
            conn, [each.supplier_item_id for each in linking]
        ),
        await decision_repository.lock_products(
            conn, [each.product_id for each in chunk if each.product_id]
        ),
        await batch_repository.list_superseded(conn, [each.id for each in chunk]),
    )
    undone, left = list[BatchDecision](), list[LeftLink]()
    for each in chunk:
        reason = _reason_to_leave(each, locked)
        if reason is None:
            undone.append(each)
        else:
            left.append(
                LeftLink(
                    each.supplier_item_id,
                    each.product_id,
                    reason,
                    each.supplier_sku,
                    each.internal_sku,
                )
            )
    return undone, left


def _reason_to_leave(decision: BatchDecision, locked: _Locked) -> str | None:
    if decision.action not in {"accept", "unlink"}:
        return None
    item = locked.items.get(decision.supplier_item_id)
    if item is None:
        return IS_LOCKED
    if decision.action == "accept":
        is_changed = decision.id in locked.superseded or item.product_id != decision.product_id
        return CHANGED if is_changed else None
    if item.product_id is not None:
        return f"The item is linked to {item.linked_sku} since."
    product = locked.products.get(decision.product_id) if decision.product_id else None
    if product is None or product.is_archived:
        return f"The product {decision.internal_sku} is archived."
    return None
