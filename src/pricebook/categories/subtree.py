"""The category filter with subcategories: its parameter, and its SQL.

The plan does not depend on estimates, as PostgreSQL cannot know how many products a subtree has. A
page is read from a bounded scan in its sort order, which finds a page of a large subtree at once.
If the scan finds too few, the first products of each category are read, from an index each.
"""

from typing import LiteralString
from uuid import UUID

from pricebook.errors import FieldIssue, query_issue
from pricebook.http.field_types import doc

INCLUDE_SUBCATEGORIES = doc(
    "Whether products of all subcategories of `category_id`, at any depth, are included."
)
# A scan may read this many products for each wanted one. Subtrees with fewer in so many products
# have few in all, so that reading them by category is cheap.
SCANNED_PER_WANTED = 20
MAX_SCANNED = 5_000

# UNION drops categories that were found before: a cycle of parents ends the recursion.
SUBTREE: LiteralString = """subtree AS (
        SELECT id FROM categories WHERE id = %s
        UNION
        SELECT child.id FROM categories AS child JOIN subtree ON child.parent_id = subtree.id
    )"""
# An array of the ids of a category and its subcategories; its parameter is the id.
SUBTREE_IDS: LiteralString = f"ARRAY(WITH RECURSIVE {SUBTREE} SELECT id FROM subtree)"  # noqa: S608 (a constant)
IN_SUBTREE: LiteralString = "category_id IN (SELECT id FROM subtree)"
# Not planned as a join, so that the scan keeps its order and ends early; the set is hashed.
SCAN_IN_SUBTREE: LiteralString = f"({IN_SUBTREE}) IS TRUE"

# The ids and sort keys of the first products of a subtree, in the order of `key`. Parameters: the
# scan's limit, values of `scan_conditions`, wanted (three times), values of `fallback`.
FIRST_OF_SUBTREE: LiteralString = """
    scan_matches AS MATERIALIZED (
        SELECT key, id FROM (
            SELECT {key} AS key, products.* FROM products
            WHERE {scanned}
            ORDER BY {key} {direction}, id {direction}
            LIMIT %s
        ) AS scanned
        WHERE {scan_conditions}
        ORDER BY key {direction}, id {direction}
        LIMIT %s
    ), matches AS MATERIALIZED (
        SELECT key, id FROM scan_matches WHERE (SELECT count(*) FROM scan_matches) >= %s
        UNION ALL
        {fallback}
    )
"""
# Further filters have indexes that may be better than those of the categories.
ALL_OF_SUBTREE: LiteralString = """
        SELECT {key}, id FROM products
        WHERE (SELECT count(*) FROM scan_matches) < %s AND {conditions}
"""
FIRST_OF_EACH_CATEGORY: LiteralString = """
        SELECT first_of_category.key, first_of_category.id
        FROM subtree CROSS JOIN LATERAL (
            SELECT {key} AS key, id FROM products
            WHERE category_id = subtree.id AND {scanned} AND {of_category}
            ORDER BY {key} {direction}, id {direction}
            LIMIT %s
        ) AS first_of_category
        WHERE (SELECT count(*) FROM scan_matches) < %s
"""


def with_subtree(statement: LiteralString) -> LiteralString:
    """Return a statement with the CTE `subtree`, whose parameter is the id of the category."""
    rest = statement.strip()
    separator = "," if rest.startswith("WITH ") else ""
    return f"WITH RECURSIVE {SUBTREE}{separator} {rest.removeprefix('WITH ')}"


def subtree_scan_limit(wanted: int, total: int | None = None) -> int:
    """Return how many products the scan for a page may read; 0 if it could not find the page.

    `total` is the number of matches, if known: a few are read by category at once.
    """
    limit = min(wanted * SCANNED_PER_WANTED, MAX_SCANNED)
    return 0 if wanted > limit or (total is not None and total <= limit) else limit


def subcategory_issues(category_id: UUID | None, *, include: bool) -> list[FieldIssue]:
    """Return the issues of the parameter `include_subcategories`."""
    if include and category_id is None:
        return [query_issue("include_subcategories", "needs category_id, whose they are")]
    return []
