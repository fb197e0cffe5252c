"""Decides which queries of the catalog PostgreSQL plans once, and not for their values."""

from pricebook.catalog.price_distribution import PriceDistribution
from pricebook.catalog.schemas import CatalogFilter
from pricebook.catalog.sort_orders import sort_order
from pricebook.catalog.statements import has_price_range, is_search

# Up to this number of products, sorting the matches of a price range costs less than planning.
NARROW_RANGE = 1_000
# PostgreSQL estimates that a word is in 0.5 % of the products: its index is read for wider ranges.
WIDE_RANGE_SHARE = 0.05


def may_keep_plan(query: CatalogFilter, distribution: PriceDistribution | None = None) -> bool:
    """Return whether one plan suits all parameter values.

    It does not where the better index depends on the values: two filters of different selectivity,
    a wide or narrow price range, a large or small category in the sort order of the catalog, or
    the number of subcategories. With the distribution of prices, price ranges that are surely
    narrow have a plan that suits them, and so have searches whose price range is surely wide.
    """
    has_range = has_price_range(query)
    has_category = query.category_id is not None
    if is_search(query):
        return not has_category and (not has_range or _is_wide_range(query, distribution))
    if has_category:
        return sort_order(query.prices, query.sort)[0] == "name" and not query.include_subcategories
    return not has_range or _is_narrow_range(query, distribution)


def _is_narrow_range(query: CatalogFilter, distribution: PriceDistribution | None) -> bool:
    """Return whether a price range has two ends and surely few matches, which are sorted."""
    if distribution is None or query.lowest is None or query.highest is None:
        return False
    return distribution.at_most(query.lowest, query.highest) <= NARROW_RANGE


def _is_wide_range(query: CatalogFilter, distribution: PriceDistribution | None) -> bool:
    """Return whether a price range is surely so wide that a search reads its words first."""
    if distribution is None:
        return False
    matches = distribution.at_least(query.lowest, query.highest)
    return matches >= distribution.products * WIDE_RANGE_SHARE
