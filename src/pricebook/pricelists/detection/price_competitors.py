"""Columns beside the price column that may hold the price instead."""

from collections.abc import Collection, Sequence

from pricebook.pricelists.detection.column_content import ColumnContent, content_at, is_numeric
from pricebook.pricelists.detection.header_row import ExpectedColumns, TableHeader
from pricebook.pricelists.detection.header_words import (
    has_customer_word,
    has_old_price_word,
    header_statement,
    is_known_non_price_header,
)


def find_competitors(
    header: TableHeader,
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
    candidates: Collection[int],
    price: int,
) -> list[int]:
    """Return the columns of other prices, whose headers name customers, terms or a year.

    The candidates for the price, among which it was chosen, are none of them.
    """
    known = {
        index
        for field, columns in header.candidates.items()
        for index in columns
        if field != "price"
    }
    excluded = {price, *known, *header.ignored, *header.tiers, *candidates}
    vat = header_statement(header.cells[price]).vat_included
    return [
        index
        for index, cell in enumerate(header.cells)
        if index not in excluded
        and is_numeric(content_at(contents, index))
        and _may_be_price(cell, expected.currency)
        and not (vat and header_statement(cell).vat_included not in {frozenset(), vat})
    ]


def _may_be_price(cell: str, currency: str) -> bool:
    return (
        has_customer_word(cell)
        and not has_old_price_word(cell)
        and not is_known_non_price_header(cell, currency)
    )


def columns_below_header(
    header: TableHeader, contents: Sequence[ColumnContent], price: int
) -> list[int]:
    """Return the price column and the columns of numbers without a header that follow it.

    The header of the price may span them.
    """
    covered = [price]
    for index in range(price + 1, min(len(header.cells), len(contents))):
        if header.cells[index].strip():
            break
        content = contents[index]
        if content.kind and is_numeric(content) and index not in header.ignored:
            covered.append(index)
    return covered
