"""SQL templates of the catalog's queries.

A page is read by an index scan in its sort order, or all matches are materialised and then sorted.
`statements` fills the names in braces; `%s` is a query parameter.
"""

from typing import LiteralString

from pricebook.categories.subtree import (
    ALL_OF_SUBTREE,
    FIRST_OF_EACH_CATEGORY,
    FIRST_OF_SUBTREE,
)

# A subquery in each row: count and page are read from one snapshot.
COUNT: LiteralString = ", (SELECT count(*) FROM {source}) AS total_count"

# An index scan in the sort order of the page.
INDEX_SCAN: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products
    WHERE {conditions} AND {position}
    ORDER BY {key} {direction}, id {direction}
    LIMIT %s OFFSET %s
"""
FAR_OFFSET_SCAN: LiteralString = """
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT id FROM products
        WHERE {conditions} AND {position}
        ORDER BY {key} {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS page USING (id)
    ORDER BY {key} {direction}, id {direction}
"""
# The matches of a search are materialised once, for the count and for the page. An index scan in
# the sort order could read most of the catalog before the first match.
MATERIALISED_PAGE: LiteralString = """
    WITH {matches_cte}
    SELECT {columns}, {sort_key} AS sort_key {count}
    FROM products JOIN (
        SELECT key, id FROM matches
        WHERE {position}
        ORDER BY key {direction}, id {direction}
        LIMIT %s OFFSET %s
    ) AS page USING (id)
    ORDER BY page.key {direction}, id {direction}
"""
ALL_MATCHES: LiteralString = """
    matches AS MATERIALIZED (SELECT {key} AS key, id FROM products WHERE {conditions})
"""
# A trigram index reads one posting list per three characters, and most trigrams of a number occur
# in most numbers. Searching its last characters alone costs a tenth, unless more than 1,000
# products contain them.
NUMBER_MATCHES: LiteralString = """
    suffix_matches AS MATERIALIZED (
        SELECT * FROM products
        WHERE status = 'active' AND search_text LIKE (SELECT search_pattern(%s))
        LIMIT 1001
    ), matches AS MATERIALIZED (
        SELECT {key} AS key, id FROM suffix_matches
        WHERE (SELECT count(*) FROM suffix_matches) <= 1000 AND {conditions}
        UNION ALL
        SELECT {key}, id FROM products
        WHERE (SELECT count(*) FROM suffix_matches) > 1000 AND {conditions}
    )
"""
# A frequent word is usually found early in an index scan. The scan stops after a limit; if it found
# too few matches, all matches are materialised instead.
BOUNDED_SCAN_MATCHES: LiteralString = """
    scan_matches AS MATERIALIZED (
        SELECT key, id FROM (
            SELECT {key} AS key, products.* FROM products
            WHERE status = 'active' AND {scan_position}
            ORDER BY {key} {direction}, id {direction}
            LIMIT %s
        ) AS scanned
        WHERE {scan_conditions}
        ORDER BY key {direction}, id {direction}
        LIMIT %s
    ), matches AS MATERIALIZED (
        SELECT key, id FROM scan_matches WHERE (SELECT count(*) FROM scan_matches) >= %s
        UNION ALL
        SELECT {key}, id FROM products
        WHERE (SELECT count(*) FROM scan_matches) < %s AND {conditions}
    )
"""
SUBTREE_MATCHES = FIRST_OF_SUBTREE.replace("{fallback}", FIRST_OF_EACH_CATEGORY)
FILTERED_SUBTREE_MATCHES = FIRST_OF_SUBTREE.replace("{fallback}", ALL_OF_SUBTREE)

MATERIALISED_MATCHES = {
    ALL_MATCHES,
    NUMBER_MATCHES,
    BOUNDED_SCAN_MATCHES,
    SUBTREE_MATCHES,
    FILTERED_SUBTREE_MATCHES,
}
# These have all matches, so that counting them is the count.
COUNTED_MATCHES = {ALL_MATCHES, NUMBER_MATCHES}
