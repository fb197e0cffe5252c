"""The lists for staff that bench/staff_plans.py measures, with their filters and sorts."""

from itertools import product
from typing import Any, LiteralString, get_args

from staff_activity_lists import Cases, activity_cases, join

from pricebook.categories import service as categories
from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.row_types import fetch_value
from pricebook.http.pagination import CursorPaging
from pricebook.http.query_string import decode_query
from pricebook.matching import cluster_repository, run_repository
from pricebook.matching import repository as match_repository
from pricebook.matching import service as matching
from pricebook.matching.batch_repository import BATCHES
from pricebook.matching.schemas import MatchQuery
from pricebook.product_imports import row_repository as import_rows
from pricebook.product_imports import service as product_imports
from pricebook.product_imports.repository import IMPORTS
from pricebook.product_imports.schemas import ImportedRowQuery
from pricebook.products import search
from pricebook.products import service as products
from pricebook.products.list_filters import Sort, StaffProductQuery
from pricebook.products.list_plans import plan_listing
from pricebook.quarantine import repository as quarantine_repository
from pricebook.quarantine import service as quarantine
from pricebook.quarantine.schemas import QuarantineQuery
from pricebook.rates import repository as rate_repository
from pricebook.rates import service as rates
from pricebook.rates.schemas import RateQuery
from pricebook.suppliers import service as suppliers
from pricebook.suppliers import unmatched_repository
from pricebook.suppliers.item_search import find_items
from pricebook.suppliers.overview_repository import SUPPLIERS
from pricebook.suppliers.schemas import UnmatchedItemQuery
from pricebook.tasks import history, history_repository
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.schemas import TaskQuery

SORTS = get_args(Sort)
PRODUCT_FILTERS = [
    *("", "status=active", "status=draft", "status=archived"),
    *("min_margin=5", "max_margin=0", "min_margin=14.5&max_margin=14.6", "max_margin=-90"),
    *("status=draft&max_margin=12", "supplier_id={supplier}", "supplier_id={medium}"),
    *(
        "supplier_id={small}",
        "supplier_id={medium}&status=draft",
        "supplier_id={medium}&max_margin=0",
    ),
    *("supplier_id={supplier}&status=draft", "supplier_id={supplier}&max_margin=0"),
    *("category_id={category}", "category_id={root}&include_subcategories=true"),
    *("category_id={root}&include_subcategories=true&min_margin=20", "search=steel"),
    *("search=hammer", "search=hammer+red", "search=hammer+steel&status=draft"),
    *("search=steel&supplier_id={supplier}", "search=steel&supplier_id={medium}"),
]
# Searches by code, by other forms and by misspelt words are ranked; they have no sort.
SEARCHES = [
    *("sku-00001234", "MP-0001235", "a1234-2", "4000012340000", "hammers", "grnider", "zzzzq"),
    *("hammer+MP-0001235", "stel+hamer", "1234", "red+steel+hammer"),
]
ITEM_SEARCHES = [
    *("", "steel", "hammer", "hammer+red", "hammer+steel", "u-1234567", "u1234567"),
    *("5000000000100", "um-101", "zzzzq"),
]
ITEM_FILTERS = ["", "supplier_id={supplier}", "supplier_id={small}"]
MATCH_FILTERS = [
    *("", "band=certain", "only_one=true", "supplier_id={supplier}"),
    "supplier_id={supplier}&band=certain&only_one=true",
    *("min_band=likely", "supplier_id={supplier}&min_band=likely"),
    "min_band=likely&without_objections=true",
    "supplier_id={supplier}&min_band=likely&without_objections=true",
]
OTHERS: list[tuple[str, Any, type[Any], Any, list[str]]] = [
    (
        "tasks",
        history.list_tasks,
        TaskQuery,
        history_repository.tasks_listing,
        ["", "state=failed", "state=succeeded", "supplier_id={supplier}"],
    ),
    (
        "quarantined-rows",
        quarantine.list_rows,
        QuarantineQuery,
        quarantine_repository.rows_listing,
        ["", "state=open", "state=refused", "supplier_id={supplier}", "task_id={task}"],
    ),
    (
        "exchange-rates",
        rates.list_rates,
        RateQuery,
        rate_repository.rates_listing,
        ["", "currency=USD", "base=EUR", "since=2020-01-01"],
    ),
]
PLAIN: list[tuple[str, Any, Listing | None]] = [
    ("clusters", matching.list_clusters, cluster_repository.CLUSTERS),
    ("matches/runs", matching.list_runs, run_repository.RUNS),
    ("matches/batches", matching.list_batches, BATCHES),
    ("product-imports", product_imports.list_imports, IMPORTS),
    ("suppliers", suppliers.list_suppliers, SUPPLIERS),
    ("categories", categories.list_categories, None),
]
MADE_AT: LiteralString = """
    SELECT changes_at FROM ingestion_tasks
    WHERE supplier_name = '{name}' AND keeps_changes AND changes_at IS NOT NULL LIMIT 1
"""
IDS: dict[str, LiteralString] = {
    "supplier": "SELECT id FROM suppliers WHERE name = 'Supplier 1'",
    "medium": "SELECT id FROM suppliers WHERE name = 'Medium'",
    "small": "SELECT id FROM suppliers WHERE name = 'Small'",
    "category": "SELECT id FROM categories WHERE name = 'Category 7'",
    "root": "SELECT id FROM categories WHERE name = 'Root'",
    "task": "SELECT task_id FROM quarantined_rows WHERE task_id IS NOT NULL LIMIT 1",
    "failed": "SELECT task_id FROM parsing_logs LIMIT 1",
    "import": "SELECT import_id FROM product_import_rows LIMIT 1",
    "made_all": "SELECT id FROM suppliers WHERE name = 'Supplier 1'",
    "made_few": "SELECT id FROM suppliers WHERE name = 'Supplier 2'",
    "made_all_at": MADE_AT.format(name="Supplier 1"),
    "made_few_at": MADE_AT.format(name="Supplier 2"),
}


async def lists_of(conn: Connection) -> list[tuple[str, Any, Any, Any]]:
    """Return name, service, query and listing of each case."""
    ids = {name: await fetch_value(conn, text) for name, text in IDS.items()}
    return [
        *product_cases(ids),
        *item_cases(ids),
        *other_cases(ids),
        *detail_cases(ids),
        *activity_cases(ids),
    ]


def product_cases(ids: dict[str, Any]) -> Cases:
    """Yield every filter with every sort, and the searches."""

    async def listing(conn: Connection, query: StaffProductQuery) -> Listing:
        exact = await search.exact_filter(conn, query) if query.words else None
        return await plan_listing(conn, query, exact)

    for text, sort in product(PRODUCT_FILTERS, ["", *SORTS]):
        if not sort and "search" not in text:
            continue
        query = decode_query(StaffProductQuery, join(text, sort and f"sort={sort}", ids))
        name = f"products {_short(text)} {sort or 'ranked'}"
        yield name, products.list_products, query, listing
    for text in SEARCHES:
        query = decode_query(StaffProductQuery, join(f"search={text}", "", ids))
        yield f"products search={text}", products.list_products, query, None


def item_cases(ids: dict[str, Any]) -> Cases:
    """Yield the lists of unmatched items and of matches with every filter and search."""

    async def unmatched(conn: Connection, query: UnmatchedItemQuery) -> Listing:
        found = await find_items(conn, query.words)
        return unmatched_repository.unmatched_listing(query, found)

    async def matches(conn: Connection, query: MatchQuery) -> Listing:
        return match_repository.matches_listing(query, await find_items(conn, query.words))

    for text, words in product(ITEM_FILTERS, ITEM_SEARCHES):
        query = decode_query(UnmatchedItemQuery, join(text, words and f"search={words}", ids))
        yield f"unmatched {_short(text)} {words}", suppliers.list_unmatched_items, query, unmatched
    for text, words in product(MATCH_FILTERS, ITEM_SEARCHES):
        match_query = decode_query(MatchQuery, join(text, words and f"search={words}", ids))
        yield f"matches {_short(text)} {words}", matching.list_matches, match_query, matches


def other_cases(ids: dict[str, Any]) -> Cases:
    """Yield the other lists with their filters."""
    for name, service, kind, make, filters in OTHERS:

        async def listing(_: Connection, query: Any, make: Any = make) -> Listing:
            return make(query)

        for text in filters:
            yield (
                f"{name} {_short(text)}",
                service,
                decode_query(kind, join(text, "", ids)),
                listing,
            )
    for name, service, plain in PLAIN:

        async def same(_: Connection, __: Any, plain: Any = plain) -> Listing:
            return plain

        yield name, service, CursorPaging(), plain and same


def detail_cases(ids: dict[str, Any]) -> Cases:
    """Yield the lists of rows of one task or import."""

    async def errors(database: Any, query: Any) -> Any:
        return await history.list_row_errors(database, ids["failed"], query)

    async def rows(database: Any, query: Any) -> Any:
        return await product_imports.list_rows(database, ids["import"], query)

    async def rows_listing(_: Connection, query: Any) -> Listing:
        return import_rows.rows_listing(ids["import"], query)

    yield "tasks/{id}/errors", errors, RowErrorQuery(), None
    yield "product-imports/{id}/rows", rows, ImportedRowQuery(), rows_listing
    changed = ImportedRowQuery(outcome="new")
    yield "product-imports/{id}/rows outcome=new", rows, changed, rows_listing


def _short(text: str) -> str:
    return text.replace("_id={", "={").replace("include_subcategories=true", "sub") or "all"
