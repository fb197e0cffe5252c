"""The lists for staff of what happened: items of a supplier, price changes, decisions, audit."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditQuery
from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.http.pagination import CursorPaging
from pricebook.http.query_string import decode_query
from pricebook.matching import service as matching
from pricebook.matching.log_schemas import DecisionQuery
from pricebook.prices import service as prices
from pricebook.prices.schemas import ChangeSort, PriceChangeQuery
from pricebook.product_batches import service as product_batches
from pricebook.suppliers import list_health, listed_items
from pricebook.suppliers.health_schemas import SupplierHealthQuery
from pricebook.suppliers.imported_items import ImportedItemQuery, list_imported_items
from pricebook.suppliers.listed_item_repository import items_listing
from pricebook.suppliers.listed_item_schemas import ListedItemQuery

STATES = ("", "state=linked", "state=unmatched", "state=absent")
WORDS = (
    *("", "steel", "hammer", "hammer+red", "hammer+steel", "1234", "a123456-1", "a1234-2"),
    *("u-1234567", "zzzzq", "grinder+file+99"),
)
CHANGES = (
    *("", "supplier_id={supplier}", "supplier_id={small}", "linked=true", "linked=false"),
    *("unaddressed=true", "direction=up", "min_percent=12", "category_id={category}"),
    *("supplier_id={supplier}&direction=down", "supplier_id={supplier}&category_id={category}"),
)
CHANGE_SORTS: tuple[ChangeSort, ...] = ("margin_loss", "percent_up", "newest")
AUDIT = (
    *("", "entity_type=item", "action=item.linked", "action=product.updated", "actor_type=system"),
    *(
        "actor=pricebook",
        "actor=pricebook&entity_type=product",
        "entity_type=task&action=task.failed",
    ),
)
HEALTH = (
    *("", "search=supplier+1", "sort=items", "sort=newest", "needs=anything"),
    *("needs=unmatched", "needs=shrunk", "activity=active"),
)
Cases = Iterator[tuple[str, Any, Any, Any]]


def activity_cases(ids: dict[str, Any]) -> Cases:
    """Yield the name, the service, the query and the listing of each case."""
    yield from listed_item_cases(ids)
    yield from imported_item_cases(ids)
    for filters, sort in product(CHANGES, CHANGE_SORTS):
        text = join(filters, f"sort={sort}", ids)
        query = decode_query(PriceChangeQuery, text)
        yield f"price-changes {_short(filters)} {sort}", prices.list_changes, query, None
    for filters in AUDIT:
        query = decode_query(AuditQuery, filters.encode())
        yield f"audit {_short(filters)}", audit.list_entries, query, None
    for filters in HEALTH:
        query = decode_query(SupplierHealthQuery, filters.encode())
        yield f"supplier health {_short(filters)}", list_health.list_health, query, None
    for filters in ("", "supplier_id={supplier}", "supplier_id={small}"):
        query = decode_query(DecisionQuery, join(filters, "", ids))
        yield f"decisions {_short(filters)}", matching.list_decisions, query, None
    yield "product-batches", product_batches.list_batches, CursorPaging(), None


def listed_item_cases(ids: dict[str, UUID]) -> Cases:
    """Yield the items of a supplier with many and with few of them, by state and words."""
    for name, state, words in product(("supplier", "medium", "small"), STATES, WORDS):
        supplier_id = ids[name]

        async def service(database: Any, query: Any, supplier_id: UUID = supplier_id) -> Any:
            return await listed_items.list_items(database, supplier_id, query)

        async def listing(
            _: Connection, query: ListedItemQuery, supplier_id: UUID = supplier_id
        ) -> Listing:
            return items_listing(supplier_id, query.words, query.state)

        query = decode_query(ListedItemQuery, join(state, words and f"search={words}", ids))
        yield f"items of {name} {_short(state)} {words}", service, query, listing


def imported_item_cases(ids: dict[str, Any]) -> Cases:
    """Yield the items that an import made or found absent: nearly all of a supplier, or few."""
    for name in ("made_all", "made_few"):
        supplier_id, imported_at = ids[name], ids[f"{name}_at"]
        for kind in ("new", "absent"):
            query = ImportedItemQuery(supplier_id=supplier_id, imported_at=imported_at, kind=kind)
            yield f"imported-items {name} {kind}", list_imported_items, query, None


def join(text: str, more: str, ids: dict[str, Any]) -> bytes:
    """Return two parts of a query as one, with the ids in it."""
    return "&".join(filter(None, [text.format(**ids), more])).encode()


def _short(text: str) -> str:
    return text.replace("_id={", "={") or "all"
