"""Makes products of unmatched items: one of a cluster or of a choice of items, or one of each."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import UNSET

from pricebook.categories import service as categories
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError, DatabaseBusyError, NotFoundError, ValidationError
from pricebook.matching import (
    cluster_repository,
    decision_repository,
    decisions,
    equal_items,
    item_facts_repository,
    made_product_repository,
)
from pricebook.matching.cluster_repository import ProductFacts
from pricebook.matching.cluster_schemas import ClusterProduct, ItemsProduct, MadeProduct
from pricebook.matching.decision_repository import NewBatch
from pricebook.matching.decision_schemas import Decision
from pricebook.matching.item_facts_repository import ItemFacts
from pricebook.pricelists.facts.gtin import parse_gtin
from pricebook.products import service as products
from pricebook.products.schemas import CreateProductRequest

# Between the categories of a path in a price list.
PATH_SIGNS = re.compile(r"\s*(?:[>»|\\]|/)\s*")


class RefusedItem(NamedTuple):
    """An item of which no product was made, and why."""

    item_id: UUID
    reason: str


class MadeOfEach(NamedTuple):
    """The batches that made a product each, and the items of which none was made."""

    batch_ids: list[UUID]
    refused: list[RefusedItem]


async def create_cluster_product(
    database: Database, cluster_id: UUID, wanted: ClusterProduct, name: str
) -> MadeProduct:
    """Create the product of a cluster and link all of its items: both or neither.

    Raises NotFoundError, and what `create_items_product` raises.
    """
    async with database.connection() as conn:
        item_ids = await cluster_repository.list_members(conn, cluster_id)
    if not item_ids:
        raise NotFoundError(
            f"There is no cluster {cluster_id}, or its items have changed: list the clusters again."
        )
    return await _create(database, item_ids, wanted, name)


async def create_items_product(database: Database, wanted: ItemsProduct, name: str) -> MadeProduct:
    """Create a product and link items to it: both or neither.

    Raises NotFoundError for an unknown item; ConflictError if one is linked;
    DatabaseBusyError while another transaction writes one; ValidationError as for a new product.
    """
    return await _create(database, list(dict.fromkeys(wanted.supplier_item_ids)), wanted, name)


async def create_product_of_each(
    database: Database, item_ids: Sequence[UUID], name: str
) -> MadeOfEach:
    """Create a draft product of each item and link it, each in a batch of its own.

    What is refused of one, as it is linked or written by another transaction, holds up no other.
    """
    made, refused, used = list[UUID](), list[RefusedItem](), list[UUID]()
    for item_id in dict.fromkeys(item_ids):
        try:
            _, batch_id = await _insert(
                database, [item_id], ClusterProduct(), name, queues_run=False
            )
        except (ConflictError, DatabaseBusyError, NotFoundError, ValidationError) as error:
            refused.append(RefusedItem(item_id, error.message))
        else:
            made.append(batch_id)
            used.append(item_id)
    await equal_items.queue_run_for_articles(database, used, name)
    return MadeOfEach(made, refused)


async def propose_product(
    database: Database, item_id: UUID
) -> tuple[ItemFacts, CreateProductRequest]:
    """Return an item, and the product that would be made of it; raises NotFoundError."""
    async with database.connection() as conn:
        item = await item_facts_repository.find_item(conn, item_id)
        if item is None:
            raise NotFoundError(f"There is no supplier item {item_id}.")
        facts = await cluster_repository.list_facts(conn, [item_id])
        paths = await categories.read_paths(conn)
    return item, _new_product(ClusterProduct(), facts, paths)


async def _create(
    database: Database, item_ids: Sequence[UUID], wanted: ClusterProduct, name: str
) -> MadeProduct:
    product_id, batch_id = await _insert(database, item_ids, wanted, name)
    product = await products.get_product(database, product_id)
    return MadeProduct(**msgspec.structs.asdict(product), batch_id=batch_id)


async def _insert(
    database: Database,
    item_ids: Sequence[UUID],
    wanted: ClusterProduct,
    name: str,
    *,
    queues_run: bool = True,
) -> tuple[UUID, UUID]:
    """Insert a product and link items to it; return its id and that of the batch."""
    async with database.short_transaction() as conn:
        await _lock_unmatched(conn, item_ids)
        facts = await cluster_repository.list_facts(conn, item_ids)
        paths = await categories.read_paths(conn)
        product_id = await products.insert_product(conn, _new_product(wanted, facts, paths))
        batch = NewBatch("new_product", name)
        links = [Decision(item_id, "accept", product_id) for item_id in item_ids]
        await decision_repository.insert_decisions(conn, batch, links)
        await made_product_repository.set_made_product(conn, batch.id, product_id)
        if queues_run:
            await equal_items.queue_run_for_items(conn, item_ids, name)
    return product_id, batch.id


async def _lock_unmatched(conn: Connection, item_ids: Sequence[UUID]) -> None:
    known = await decision_repository.list_known_items(conn, item_ids)
    for item_id in item_ids:
        if item_id not in known:
            raise NotFoundError(f"There is no supplier item {item_id}.")
    items = await decision_repository.lock_free_items(conn, item_ids)
    if len(items) < len(item_ids):
        raise DatabaseBusyError(decisions.IS_LOCKED)
    for item in items.values():
        if item.product_id is not None:
            raise ConflictError(f"The item {item.supplier_sku} is linked to {item.linked_sku}.")


def _new_product(
    wanted: ClusterProduct,
    facts: Sequence[ProductFacts],
    paths: Mapping[UUID, tuple[str, ...]],
) -> CreateProductRequest:
    """Return the product to make; what is not wanted otherwise is what all items say alike."""
    proposed: dict[str, Any] = {
        "category_id": category_of([item.category for item in facts], paths),
        "gtin": parse_gtin(_agreed([item.gtin for item in facts]) or ""),
        "mpn": _agreed([item.mpn for item in facts]),
        "brand": _agreed([item.brand for item in facts]),
    }
    given: dict[str, Any] = {name: getattr(wanted, name) for name in proposed}
    return CreateProductRequest(
        name=wanted.name or facts[0].name,
        internal_sku=wanted.internal_sku,
        status=wanted.status,
        target_price=wanted.target_price,
        **{**proposed, **{name: value for name, value in given.items() if value is not UNSET}},
    )


def _agreed(values: Sequence[str | None]) -> str | None:
    """Return the value of all that have one, in any case of letters; None if two differ."""
    given = [value for value in values if value]
    return given[0] if len({value.casefold() for value in given}) == 1 else None


def category_of(named: Sequence[str | None], paths: Mapping[UUID, tuple[str, ...]]) -> UUID | None:
    """Return the category that all items name by its path, or by its name if it has no other.

    A path is that of the price list: `Tools > Saws` and `Tools / Saws` end with the name `Saws`.
    """
    agreed = _agreed(named)
    if agreed is None:
        return None
    parts = tuple(PATH_SIGNS.split(agreed.casefold()))
    folded = {each: tuple(name.casefold() for name in path) for each, path in paths.items()}
    for wanted in ((agreed.casefold(),), parts, parts[-1:]):
        found = [each for each, path in folded.items() if path[-len(wanted) :] == wanted]
        whole = [each for each in found if folded[each] == wanted]
        if found:
            return _only(whole) or _only(found)
    return None


def _only(found: Sequence[UUID]) -> UUID | None:
    return found[0] if len(found) == 1 else None
