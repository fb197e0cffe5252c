"""Decisions about pairs of items and products, in short transactions; and how they are undone."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pricebook.db.actor import set_transaction_actor
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseBusyError, NotFoundError
from pricebook.matching import (
    auto_link_repository,
    batch_repository,
    decision_repository,
    repository,
    run_repository,
)
from pricebook.matching.batch_repository import BatchDecision
from pricebook.matching.decision_repository import LockedItem, LockedProduct
from pricebook.matching.decision_schemas import Decision, DecisionOutcome, LeftLink, UndoneBatch
from pricebook.matching.schemas import MatchFilter, Outcome
from pricebook.products import service as products
from pricebook.system.chunks import chunks

CHUNK = 200
# An item that an import has locked is tried again for so long.
RETRIES, RETRY_SECONDS = 8, 0.25
IS_LOCKED = "The item is being changed by an import or another request: try again in a moment."
AUTO_LINK = "auto-link"
CREATED_AT_ONCE = 1_000
MAX_CERTAIN = 1_000_000


async def decide(
    database: Database, batch_id: UUID, wanted: Sequence[Decision], supplier_id: UUID | None = None
) -> list[DecisionOutcome]:
    """Carry decisions out and return the outcome of each, in their order.

    A chunk is one transaction; items that others have locked are tried again after the other
    chunks. With a supplier, nothing is done once its auto-link is off.
    """
    outcomes = dict[tuple[UUID, UUID], DecisionOutcome]()
    rest = list(wanted)
    for attempt in range(RETRIES):
        if attempt:
            await asyncio.sleep(RETRY_SECONDS)
        waiting = list[Decision]()
        for chunk in chunks(rest, CHUNK):
            try:
                async with database.short_transaction() as conn:
                    decided = await _decide_chunk(conn, batch_id, chunk, supplier_id)
            except DatabaseBusyError:
                decided = {}
            outcomes |= decided
            waiting += [each for each in chunk if _pair(each) not in decided]
        rest = waiting
        if not rest:
            break
    return [outcomes.get(_pair(each)) or _outcome(each, "refused", IS_LOCKED) for each in wanted]


async def _decide_chunk(
    conn: Connection, batch_id: UUID, chunk: Sequence[Decision], supplier_id: UUID | None
) -> dict[tuple[UUID, UUID], DecisionOutcome]:
    """Return the outcomes of a chunk, but for decisions about items that others have locked.

    Locked in the order of all writers: items, products, auto-link.
    """
    item_ids = [each.supplier_item_id for each in chunk]
    known = await decision_repository.list_known_items(conn, item_ids)
    items = await decision_repository.lock_free_items(conn, item_ids)
    products = await decision_repository.lock_products(conn, [each.product_id for each in chunk])
    if supplier_id and not await auto_link_repository.holds_auto_link(conn, supplier_id):
        reason = "Auto-link of the supplier is off."
        return {_pair(each): _outcome(each, "refused", reason) for each in chunk}
    rejected = await decision_repository.list_rejected_pairs(conn, chunk)
    outcomes = {
        _pair(each): _judge(each, items[each.supplier_item_id], products, rejected)
        for each in chunk
        if each.supplier_item_id in items and each.supplier_item_id in known
    }
    outcomes |= {
        _pair(each): _outcome(
            each, "refused", f"There is no supplier item {each.supplier_item_id}."
        )
        for each in chunk
        if each.supplier_item_id not in known
    }
    effective = [
        each
        for each in chunk
        if _pair(each) in outcomes and outcomes[_pair(each)].outcome in {"linked", "rejected"}
    ]
    if effective:
        await decision_repository.insert_decisions(conn, batch_id, effective)
    return outcomes


def _judge(
    decision: Decision,
    item: LockedItem,
    products: Mapping[UUID, LockedProduct],
    rejected: set[tuple[UUID, UUID]],
) -> DecisionOutcome:
    product = products.get(decision.product_id)
    if product is None:
        return _outcome(decision, "refused", f"There is no product {decision.product_id}.")
    if decision.action == "accept":
        return _judge_link(decision, item, product)
    if item.product_id == product.id:
        return _outcome(decision, "refused", "The item is linked to this product: unlink it.")
    return _outcome(decision, "unchanged" if _pair(decision) in rejected else "rejected")


def _judge_link(decision: Decision, item: LockedItem, product: LockedProduct) -> DecisionOutcome:
    if item.product_id == product.id:
        return _outcome(decision, "unchanged")
    if item.product_id is not None:
        reason = f"The item is linked to product {item.product_id} already."
        return _outcome(decision, "refused", reason)
    if product.is_archived:
        reason = f"The product {product.internal_sku} is archived: bring it back before linking."
        return _outcome(decision, "refused", reason)
    return _outcome(decision, "linked")


async def link_certain(database: Database, supplier_id: UUID, item_ids: Sequence[UUID]) -> int:
    """Link the certain suggestions of items as a batch if auto-link of their supplier is on.

    Returns how many were linked. Pairs that people have rejected are none of the suggestions.
    """
    async with database.transaction() as conn:
        auto_link = await auto_link_repository.find_auto_link(conn, supplier_id)
        if auto_link is None or not auto_link.is_on:
            return 0
        examined = set(item_ids)
        certain = [
            each
            for each in await _certain_pairs(conn, supplier_id)
            if each.supplier_item_id in examined
        ]
        if not certain:
            return 0
        batch_id = await decision_repository.insert_batch(conn, "auto_link", AUTO_LINK)
    return _count_linked(await decide(database, batch_id, certain, supplier_id))


class MadeProducts(NamedTuple):
    """How many items were linked to certain products, and how many became products."""

    linked: int
    created: int


async def create_products(database: Database, supplier_id: UUID, name: str) -> MadeProducts:
    """Link the certain suggestions of a supplier; make products of items without a likely one."""
    async with database.transaction() as conn:
        certain = await _certain_pairs(conn, supplier_id)
        batch_id = await decision_repository.insert_batch(conn, "new_product", name)
    linked = _count_linked(await decide(database, batch_id, certain))
    async with database.connection() as conn:
        rest = await repository.list_unlike_items(conn, supplier_id)
    created = 0
    for item_ids in chunks(rest, CREATED_AT_ONCE):
        async with database.transaction() as conn:
            created += await products.create_products_of_items(conn, item_ids)
    return MadeProducts(linked, created)


async def _certain_pairs(conn: Connection, supplier_id: UUID) -> list[Decision]:
    wanted = MatchFilter(supplier_id=supplier_id, band="certain")
    pairs = await repository.list_best_pairs(conn, wanted, limit=MAX_CERTAIN)
    return [Decision(*pair, action="accept") for pair in pairs]


def _count_linked(outcomes: Sequence[DecisionOutcome]) -> int:
    return sum(outcome.outcome == "linked" for outcome in outcomes)


async def undo(database: Database, batch_id: UUID, name: str) -> UndoneBatch:
    """Take back every link of a batch that nobody changed since, and its rejections.

    Repeating it takes back what an import had locked. Raises NotFoundError.
    """
    async with database.connection() as conn:
        if not await batch_repository.batch_exists(conn, batch_id):
            raise NotFoundError(f"There is no batch {batch_id}.")
    undone, left = list[BatchDecision](), list[LeftLink]()
    after = 0
    while True:
        async with database.short_transaction() as conn:
            chunk = await batch_repository.list_decisions(conn, batch_id, after, CHUNK)
            if not chunk:
                break
            await set_transaction_actor(conn, batch_id=batch_id)
            taken_back, kept = await _undo_chunk(conn, chunk)
        undone += taken_back
        left += kept
        after = chunk[-1].id
    unlinked = [each.supplier_item_id for each in undone if each.action == "accept"]
    async with database.short_transaction() as conn:
        await batch_repository.set_undone(conn, batch_id, name)
        if unlinked:
            await run_repository.insert_run(conn, name, None, unlinked, with_unchanged=True)
    return UndoneBatch(batch_id, len(unlinked), len(undone) - len(unlinked), left)


async def _undo_chunk(
    conn: Connection, chunk: Sequence[BatchDecision]
) -> tuple[list[BatchDecision], list[LeftLink]]:
    """Take back what can be; return that, and the links that are left."""
    items = await decision_repository.lock_free_items(
        conn, [each.supplier_item_id for each in chunk if each.action == "accept"]
    )
    await decision_repository.lock_products(conn, [each.product_id for each in chunk])
    superseded = await batch_repository.list_superseded(conn, [each.id for each in chunk])
    undone, left = list[BatchDecision](), list[LeftLink]()
    for each in chunk:
        reason = None if each.action == "reject" else _reason_to_leave(each, items, superseded)
        if reason is None:
            undone.append(each)
        else:
            left.append(LeftLink(each.supplier_item_id, each.product_id, reason))
    await batch_repository.undo_decisions(
        conn,
        [each.id for each in undone],
        [each.supplier_item_id for each in undone if each.action == "accept"],
    )
    return undone, left


def _reason_to_leave(
    link: BatchDecision, items: Mapping[UUID, LockedItem], superseded: set[int]
) -> str | None:
    item = items.get(link.supplier_item_id)
    if item is None:
        return IS_LOCKED
    if link.id in superseded or item.product_id != link.product_id:
        return "The link was changed after the batch."
    return None


def _outcome(decision: Decision, outcome: Outcome, reason: str | None = None) -> DecisionOutcome:
    return DecisionOutcome(decision.supplier_item_id, decision.product_id, outcome, reason)


def _pair(decision: Decision) -> tuple[UUID, UUID]:
    return decision.supplier_item_id, decision.product_id
