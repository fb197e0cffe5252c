"""Columns of prices that the previous price list did not have."""

from collections.abc import Iterator, Sequence

from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    competing_columns_issue,
)
from pricebook.pricelists.detection.column_content import ColumnContent, is_numeric
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.detection_issues import DetectionIssue, column_setting
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import may_be_only_price, mentions_price
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.layout import (
    NEW_LAYOUT_HINT,
    normalized_title,
    previous_title,
)
from pricebook.pricelists.detection.new_prices import may_have_new_prices
from pricebook.pricelists.detection.price_words import LIST_PRICE_RANK
from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.text import quote


def added_prices(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    configured: ReadConfig,
    previous_profile: DetectedProfile,
) -> Iterator[DetectionIssue]:
    """Yield the issue of a list price that was the price, beside a new column that has a price."""
    title = previous_title(previous_profile.columns.get("price", ""), previous_profile)
    if "price" in configured.column_mapping or not _is_plain_list_price(title, previous_profile):
        return
    added = [
        index
        for index in _added_columns(header, contents, previous_profile)
        if is_numeric(contents[index])
        and _names_price(header.cells[index], previous_profile.currency)
    ]
    if added:
        labels = " and ".join(column_label(header, index) for index in added)
        reference = column_reference(header, added[0])
        yield DetectionIssue(
            f"In the previous price list the price was the list price {quote(title)}, and this one "
            f"has a price in {labels}, too; set {column_setting('price', reference)} or "
            f"{column_setting('price', title)}, or {NEW_LAYOUT_HINT}.",
            "column_mapping.price",
            (*(column_reference(header, index) for index in added), title),
        )


def _is_plain_list_price(title: str, profile: DetectedProfile) -> bool:
    """Return whether a header of the price names a list price, and no discount was taken off."""
    has_discount = not {"discount", "discount_groups"}.isdisjoint(profile.price_facts)
    return "list_price" in field_ranks(title, profile.currency) and not has_discount


def _names_price(cell: str, currency: str) -> bool:
    """Return whether a header names a price that is neither a list price nor an upcoming one."""
    ranks = field_ranks(cell, currency)
    is_other = not {"list_price", "next_price", "surcharge"}.isdisjoint(ranks)
    is_named = ranks.get("price", LIST_PRICE_RANK) < LIST_PRICE_RANK
    is_unknown = not ranks and mentions_price(cell) and may_be_only_price(cell)
    return not is_other and (is_named or is_unknown)


def added_new_prices(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    assignment: ColumnAssignment,
    configured: ReadConfig,
    previous_profile: DetectedProfile,
) -> Iterator[DetectionIssue]:
    """Yield the issue of new prices without a day, beside the price of the previous price list."""
    if "price" in configured.column_mapping:
        return
    price = assignment.columns.get("price")
    used = {*assignment.columns.values(), *assignment.tier_columns}
    added = [
        index
        for index in _added_columns(header, contents, previous_profile)
        if index not in used and may_have_new_prices(header.cells[index], contents[index])
    ]
    if price is not None and added and not assignment.issues:
        yield competing_columns_issue(header, "price", [price, *added])


def _added_columns(
    header: TableHeader, contents: Sequence[ColumnContent], previous_profile: DetectedProfile
) -> Iterator[int]:
    known = set(map(normalized_title, previous_profile.headers))
    for index, cell in enumerate(header.cells[: len(contents)]):
        if normalized_title(cell) not in known and index not in header.ignored:
            yield index
