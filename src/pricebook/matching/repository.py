"""The SQL of suggested matches: their list, their number, and the best ones of many items."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.fragments import Fragment, all_of, compose, equals, fragment
from pricebook.db.keyset import COUNT_LIMIT, SEARCH_COUNT_LIMIT, Listing
from pricebook.db.list_pages import ListPage, as_structs, group_rows, read_page
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.db.sort_keys import Key, order_by
from pricebook.matching.match_rows import DETAILS, MatchRow, as_match
from pricebook.matching.schemas import Band, MatchFilter, MatchQuery, SuggestedMatch
from pricebook.suppliers.item_search import (
    SUPPLIER_STAYS,
    ItemSearch,
    by_index_of_words,
    find_items,
)

KEYS = (
    Key("best_band", "match_band"),
    Key("(-best_score)", "float8"),
    Key("supplier_item_id", "uuid"),
)
# Of examined items: below bands.LIKELY, whatever the price says.
WITHOUT_LIKELY: LiteralString = "coalesce(best_score, 0) < 0.5"
# Items that no product fits by a decision are left out.
WITHOUT_SUGGESTIONS: LiteralString = """
    NOT EXISTS (
        SELECT FROM match_decisions AS decision
        WHERE decision.supplier_item_id = match_items.supplier_item_id
            AND decision.product_id IS NULL AND decision.undone_at IS NULL)
"""
# Of few suggestions the product has another item of the supplier, but PostgreSQL expects many.
WITHOUT_SIBLINGS: LiteralString = """
    NOT EXISTS (
        SELECT FROM supplier_items AS sibling
        WHERE sibling.product_id = best_product_id
            AND sibling.supplier_id = match_items.supplier_id)
"""
# Of the rivals that a run has found, those that are still suggested.
WITHOUT_RIVALS: LiteralString = """
    (best_rivals = 0 OR best_rivals > 0 AND NOT EXISTS (
        SELECT FROM match_suggestions AS best
        JOIN match_suggestions AS rival
            ON rival.supplier_item_id = best.supplier_item_id
                AND rival.product_id = ANY (best.rivals)
        WHERE best.supplier_item_id = match_items.supplier_item_id
            AND best.product_id = best_product_id
        UNION ALL
        SELECT FROM match_suggestions AS best
        JOIN match_suggestions AS rival
            ON rival.product_id = best.product_id
                AND rival.supplier_item_id = ANY (best.rival_items)
        WHERE best.supplier_item_id = match_items.supplier_item_id
            AND best.product_id = best_product_id))
"""
ITEM_PASSES: LiteralString = """
    supplier_item_id IN (
        SELECT id FROM supplier_items WHERE product_id IS NULL AND {of_supplier} AND {words})
"""
# The same for one item after the other.
PROBE_ITEM: LiteralString = """
    (SELECT {words} FROM supplier_items WHERE id = supplier_item_id)
"""


async def list_matches(conn: Connection, query: MatchQuery) -> ListPage[SuggestedMatch]:
    """Return a page of the items with their suggestions, the best first."""
    listing = matches_listing(query, await find_items(conn, query.words))
    found = await read_page(conn, listing, query.window, as_structs(MatchRow))
    return group_rows(found, as_match)


async def find_match(conn: Connection, item_id: UUID) -> SuggestedMatch | None:
    """Find an unmatched item with its suggestions, the best first."""
    statement: LiteralString = """
        {details}
        WHERE item.id = %s AND item.product_id IS NULL AND deleting_since IS NULL
        ORDER BY suggestion.place
        """
    async with conn.cursor(row_factory=struct_row(MatchRow)) as cursor:
        await cursor.execute(statement.format(details=DETAILS), [item_id])
        rows = await cursor.fetchall()
    return as_match(rows) if rows else None


async def list_pairs(
    conn: Connection, item_ids: Sequence[UUID], product_ids: Sequence[UUID]
) -> list[MatchRow]:
    """Return the suggestions of some products for some items."""
    statement: LiteralString = """
        {details}
        WHERE item.id = ANY (%s) AND suggestion.product_id = ANY (%s)
        """
    async with conn.cursor(row_factory=struct_row(MatchRow)) as cursor:
        await cursor.execute(statement.format(details=DETAILS), [[*item_ids], [*product_ids]])
        return await cursor.fetchall()


def matches_listing(wanted: MatchFilter, search: ItemSearch) -> Listing:
    """Return the list of the items that pass the filters."""
    filters = _filters(wanted)
    has_words = bool(wanted.words)
    found = _pass(search, by_index_of_words(wanted.supplier_id)) if has_words else []
    probed = [compose(PROBE_ITEM, words=search.condition)] if has_words else []
    is_without = wanted.band == "none"
    least = wanted.min_band
    at_least = [fragment("best_band <= %s::match_band", least)] if least else []
    rare = (WITHOUT_RIVALS, WITHOUT_SIBLINGS) if wanted.without_objections else ()
    unestimated = all_of(fragment(SUPPLIER_STAYS), *map(fragment, rare))
    return Listing(
        table="match_items",
        scope=all_of(
            fragment("suggestions = 0" if is_without else "suggestions > 0"),
            *equals(supplier_id=wanted.supplier_id, best_band=None if is_without else wanted.band),
            *at_least,
        ),
        conditions=all_of(*filters, *found),
        # Otherwise the supplier is taken into account twice.
        estimated=all_of(*filters, *_pass(search, fragment("true"))) if has_words else None,
        unestimated=unestimated,
        probe=all_of(*filters, *probed, unestimated),
        keys=KEYS[-1:] if is_without else KEYS,
        details=f"{DETAILS} WHERE item.id = page.{'k1' if is_without else 'k3'}",
        details_order=", detail.place",
        count_limit=SEARCH_COUNT_LIMIT if wanted.words else COUNT_LIMIT,
    )


def _pass(search: ItemSearch, of_supplier: Fragment) -> list[Fragment]:
    """Return the condition that an item has the words, by which index they are found."""
    return [compose(ITEM_PASSES, words=search.condition, of_supplier=of_supplier)]


def _filters(wanted: MatchFilter) -> list[Fragment]:
    """Return the conditions that no index has."""
    conditions = [*equals(suggestions=1 if wanted.only_one else None)]
    if wanted.band == "none":
        conditions.append(fragment(WITHOUT_SUGGESTIONS))
    if wanted.min_score is not None:
        conditions.append(fragment("best_score >= %s", wanted.min_score))
    if wanted.without_objections:
        conditions.append(fragment("best_objections = 0"))
    return conditions


async def _conditions(
    conn: Connection, wanted: MatchFilter, without_items: Sequence[UUID]
) -> Fragment:
    listing = matches_listing(wanted, await find_items(conn, wanted.words))
    left_out = [fragment("supplier_item_id <> ALL (%s)", [*without_items])] if without_items else []
    return all_of(listing.all_conditions, *left_out)


async def count_matches(
    conn: Connection, wanted: MatchFilter, without_items: Sequence[UUID] = ()
) -> int:
    """Return the number of items that pass the filters, but for some."""
    statement = compose(
        "SELECT count(*) FROM match_items WHERE {conditions}",
        conditions=await _conditions(conn, wanted, without_items),
    )
    return await fetch_value(conn, statement.text, statement.values)


async def count_bands(
    conn: Connection, wanted: MatchFilter, without_items: Sequence[UUID], limit: int
) -> dict[Band | None, int]:
    """Return how many of the items that pass the filters have a best suggestion of each band.

    If more than `limit` pass, so many of them are counted.
    """
    template: LiteralString = """
        SELECT best_band, count(*) FROM (
            SELECT best_band FROM match_items WHERE {conditions} LIMIT {limit}
        ) AS counted GROUP BY 1 ORDER BY 1
    """
    statement = compose(
        template,
        conditions=await _conditions(conn, wanted, without_items),
        limit=fragment("%s", limit),
    )
    cursor = await conn.execute(statement.text, statement.values)
    return dict(await cursor.fetchall())


async def list_best_pairs(
    conn: Connection, wanted: MatchFilter, limit: int, without_items: Sequence[UUID] = ()
) -> list[tuple[UUID, UUID | None]]:
    """Return item and product of the best suggestion of each item that passes the filters.

    An item without a suggestion has no product. `without_items` are left out.
    """
    template: LiteralString = """
        SELECT supplier_item_id, best.product_id
        FROM match_items
        LEFT JOIN LATERAL (
            SELECT product_id FROM match_suggestions AS suggestion
            WHERE suggestion.supplier_item_id = match_items.supplier_item_id
            ORDER BY place LIMIT 1
        ) AS best ON true
        WHERE {conditions}
        ORDER BY {order}
        LIMIT {limit}
    """
    statement = compose(
        template,
        conditions=await _conditions(conn, wanted, without_items),
        order=order_by(KEYS),
        limit=fragment("%s", limit),
    )
    cursor = await conn.execute(statement.text, statement.values)
    return [(item_id, product_id) for item_id, product_id in await cursor.fetchall()]


async def list_unlike_items(conn: Connection, supplier_id: UUID) -> list[UUID]:
    """Return the examined items of a supplier to which no product is likely, the oldest first."""
    statement: LiteralString = """
        SELECT item.id
        FROM match_items AS examined JOIN supplier_items AS item ON item.id = supplier_item_id
        WHERE examined.supplier_id = %s AND {without_likely}
            AND product_id IS NULL AND absent_since IS NULL
        ORDER BY item.created_at, item.id
        """
    cursor = await conn.execute(statement.format(without_likely=WITHOUT_LIKELY), [supplier_id])
    return [item_id for (item_id,) in await cursor.fetchall()]
