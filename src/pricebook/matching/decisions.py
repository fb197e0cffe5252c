"""Decisions about pairs of items and products, in short transactions."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseBusyError
from pricebook.matching import (
    auto_link_repository,
    decision_repository,
    repository,
)
from pricebook.matching.decision_repository import LockedItem, LockedProduct, NewBatch
from pricebook.matching.decision_schemas import Decision, DecisionOutcome
from pricebook.matching.schemas import Outcome
from pricebook.products import service as products
from pricebook.system.chunks import chunks

CHUNK = 200
# An item that an import has locked is tried again for so long.
RETRIES, RETRY_SECONDS = 8, 0.25
IS_LOCKED = "The item is being changed by an import or another request: try again in a moment."
LEFT_TO_PEOPLE = "Somebody has rejected the pair or taken its link back."
AUTO_LINK = "auto-link"
CREATED_AT_ONCE = 1_000

Pair = tuple[UUID, UUID | None]


class Judged(NamedTuple):
    """What decisions are judged by: items and products that are locked, and earlier decisions."""

    items: Mapping[UUID, LockedItem]
    products: Mapping[UUID, LockedProduct]
    rejected: set[tuple[UUID, UUID]]
    dismissed: set[UUID]
    left_to_people: set[tuple[UUID, UUID]]


async def decide(
    database: Database,
    batch: NewBatch,
    wanted: Sequence[Decision],
    supplier_id: UUID | None = None,
) -> list[DecisionOutcome]:
    """Carry decisions out and return the outcome of each, in their order.

    A chunk is one transaction; items that others have locked are tried again after the other
    chunks. With a supplier, nothing is done once its auto-link is off. A batch of which nothing was
    done is not stored.
    """
    outcomes = dict[Pair, DecisionOutcome]()
    rest = list(wanted)
    for attempt in range(RETRIES):
        if attempt:
            await asyncio.sleep(RETRY_SECONDS)
        waiting = list[Decision]()
        for chunk in chunks(rest, CHUNK):
            try:
                async with database.short_transaction() as conn:
                    decided = await _decide_chunk(conn, batch, chunk, supplier_id)
            except DatabaseBusyError:
                decided = {}
            outcomes |= decided
            waiting += [each for each in chunk if _pair(each) not in decided]
        rest = waiting
        if not rest:
            break
    result = [outcomes.get(_pair(each)) or _outcome(each, "refused", IS_LOCKED) for each in wanted]
    async with database.connection() as conn:
        return await _with_remarks(conn, result)


async def _with_remarks(
    conn: Connection, outcomes: Sequence[DecisionOutcome]
) -> list[DecisionOutcome]:
    """Return outcomes with a remark where the product has other items of the same supplier."""
    linked = [each.supplier_item_id for each in outcomes if each.outcome == "linked"]
    siblings = await decision_repository.list_siblings(conn, linked)
    return [
        msgspec.structs.replace(
            each,
            remark=f"{each.internal_sku} has other items of this supplier:"
            f" {', '.join(siblings[each.supplier_item_id])}.",
        )
        if each.outcome == "linked" and each.supplier_item_id in siblings
        else each
        for each in outcomes
    ]


async def _decide_chunk(
    conn: Connection, batch: NewBatch, chunk: Sequence[Decision], supplier_id: UUID | None
) -> dict[Pair, DecisionOutcome]:
    """Return the outcomes of a chunk, but for decisions about items that others have locked.

    Locked in the order of all writers: items, products, auto-link.
    """
    item_ids = [each.supplier_item_id for each in chunk]
    known = await decision_repository.list_known_items(conn, item_ids)
    items = await decision_repository.lock_free_items(conn, item_ids)
    products = await decision_repository.lock_products(
        conn, [each.product_id for each in chunk if each.product_id]
    )
    rejected = await decision_repository.list_rejected_pairs(conn, chunk)
    dismissed = await decision_repository.list_dismissed_items(conn, item_ids)
    left_to_people = set[tuple[UUID, UUID]]()
    if batch.kind != "decisions":  # a run has listed its pairs before
        left_to_people = rejected | await decision_repository.list_unlinked_pairs(conn, chunk)
    judged = Judged(items, products, rejected, dismissed, left_to_people)
    if supplier_id and not await auto_link_repository.holds_auto_link(conn, supplier_id):
        reason = "Auto-link of the supplier is off."
        return {_pair(each): _outcome(each, "refused", reason) for each in chunk}
    outcomes = dict[Pair, DecisionOutcome]()
    for each in chunk:
        if each.supplier_item_id not in known:
            reason = f"There is no supplier item {each.supplier_item_id}."
            outcomes[_pair(each)] = _outcome(each, "refused", reason)
        elif each.supplier_item_id in judged.items:
            outcomes[_pair(each)] = _named(_judge(each, judged), judged)
    effective = [
        each
        for each in chunk
        if _pair(each) in outcomes and outcomes[_pair(each)].outcome not in {"unchanged", "refused"}
    ]
    if effective:
        await decision_repository.insert_decisions(conn, batch, effective)
    return outcomes


def _judge(decision: Decision, judged: Judged) -> DecisionOutcome:
    item = judged.items[decision.supplier_item_id]
    if decision.product_id is None:
        return _judge_none(decision, item, judged.dismissed)
    product = judged.products.get(decision.product_id)
    if product is None:
        return _outcome(decision, "refused", f"There is no product {decision.product_id}.")
    if decision.action == "accept":
        return _judge_link(decision, item, product, judged)
    if decision.action == "unlink":
        return _judge_unlink(decision, item, product)
    if item.product_id == product.id:
        return _outcome(decision, "refused", "The item is linked to this product: unlink it first.")
    is_rejected = (item.id, product.id) in judged.rejected
    return _outcome(decision, "unchanged" if is_rejected else "rejected")


def _judge_none(decision: Decision, item: LockedItem, dismissed: set[UUID]) -> DecisionOutcome:
    if item.product_id is not None:
        reason = f"The item is linked to {item.linked_sku}: unlink it first."
        return _outcome(decision, "refused", reason)
    return _outcome(decision, "unchanged" if item.id in dismissed else "dismissed")


def _judge_link(
    decision: Decision, item: LockedItem, product: LockedProduct, judged: Judged
) -> DecisionOutcome:
    if item.product_id == product.id:
        return _outcome(decision, "unchanged")
    if item.product_id is not None:
        return _outcome(decision, "refused", f"The item is linked to {item.linked_sku} already.")
    if product.is_archived:
        reason = f"The product {product.internal_sku} is archived: bring it back before linking."
        return _outcome(decision, "refused", reason)
    if (item.id, product.id) in judged.left_to_people:
        return _outcome(decision, "refused", LEFT_TO_PEOPLE)
    return _outcome(decision, "linked")


def _judge_unlink(decision: Decision, item: LockedItem, product: LockedProduct) -> DecisionOutcome:
    if item.product_id == product.id:
        return _outcome(decision, "unlinked")
    if item.product_id is None:
        return _outcome(decision, "unchanged")
    reason = f"The item is linked to {item.linked_sku}, not to {product.internal_sku}."
    return _outcome(decision, "refused", reason)


def _named(outcome: DecisionOutcome, judged: Judged) -> DecisionOutcome:
    """Return an outcome with the codes of its item and its product."""
    product = judged.products.get(outcome.product_id) if outcome.product_id else None
    return msgspec.structs.replace(
        outcome,
        supplier_sku=judged.items[outcome.supplier_item_id].supplier_sku,
        internal_sku=product and product.internal_sku,
    )


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
    batch = NewBatch("auto_link", AUTO_LINK)
    return _count_linked(await decide(database, batch, certain, supplier_id))


class MadeProducts(NamedTuple):
    """How many items were linked to certain products, and how many became products."""

    linked: int
    created: int


async def create_products(database: Database, supplier_id: UUID, name: str) -> MadeProducts:
    """Link the certain suggestions of a supplier; make products of items without a likely one."""
    async with database.transaction() as conn:
        certain = await _certain_pairs(conn, supplier_id)
    linked = _count_linked(await decide(database, NewBatch("new_product", name), certain))
    async with database.connection() as conn:
        rest = await repository.list_unlike_items(conn, supplier_id)
    created = 0
    for item_ids in chunks(rest, CREATED_AT_ONCE):
        async with database.transaction() as conn:
            created += await products.create_products_of_items(conn, item_ids)
    return MadeProducts(linked, created)


async def _certain_pairs(conn: Connection, supplier_id: UUID) -> list[Decision]:
    """Return the certain matches of a supplier, but for pairs that somebody has unlinked."""
    pairs = await auto_link_repository.list_certain_pairs(conn, supplier_id)
    return [Decision(item_id, "accept", product_id) for item_id, product_id in pairs]


def _count_linked(outcomes: Sequence[DecisionOutcome]) -> int:
    return sum(outcome.outcome == "linked" for outcome in outcomes)


def _outcome(decision: Decision, outcome: Outcome, reason: str | None = None) -> DecisionOutcome:
    return DecisionOutcome(decision.supplier_item_id, decision.product_id, outcome, reason)


def _pair(decision: Decision) -> Pair:
    return decision.supplier_item_id, decision.product_id
