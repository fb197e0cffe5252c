"""Columns beside the price that may be the price as well: of other customers, terms or days.

A header that mentions a price is understood as an old price, a price of another quantity or tax, a
list price and so on, or it is a choice. `Price 2` and `New price` are.
"""

from collections.abc import Iterable, Sequence

from pricebook.pricelists.detection.column_content import ColumnContent, content_at, is_numeric
from pricebook.pricelists.detection.header_row import RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import (
    has_customer_word,
    has_old_price_word,
    has_other_price_word,
    header_statement,
    is_other_sum,
    mentions_price,
    names_recommended_price,
    states_only_tax,
)
from pricebook.pricelists.detection.header_words import is_known_non_price_header, is_new_price
from pricebook.pricelists.detection.unit_prices import is_unit_price


def find_competitors(
    header: TableHeader, currency: str, contents: Sequence[ColumnContent], price: int
) -> list[int]:
    """Return the columns whose headers do not tell why they are not the price."""
    known = {index for columns in header.candidates.values() for index in columns}
    excluded = header.ignored | header.tiers.keys() | {price}
    vat = header_statement(header.cells[price]).vat_included
    groups = header.candidates["discount_group"].values()
    has_discount = bool(header.candidates["discount"]) or 0 in groups
    is_unnamed = is_unit_price(header_statement(header.cells[price]), currency) and not (
        mentions_price(header.cells[price])
    )
    return [
        index
        for index, cell in enumerate(header.cells)
        if index not in excluded
        and is_numeric(content_at(contents, index))
        and not _has_other_tax(cell, vat)
        and (
            (is_unnamed and _is_other_money(header, contents, index, currency))
            or (states_only_tax(cell) and not has_discount)
            or (index not in known and may_be_price(cell, currency))
        )
    ]


def without_recommended_prices(header: TableHeader, candidates: RankedColumns) -> RankedColumns:
    """Return the list prices without recommended ones, if a discount is taken off others."""
    if not (header.candidates["discount"] or header.candidates["discount_group"]):
        return candidates
    kept = {
        index: rank
        for index, rank in candidates.items()
        if not names_recommended_price(header.cells[index])
    }
    return kept or candidates


def columns_below_header(
    header: TableHeader, contents: Sequence[ColumnContent], price: int
) -> list[int]:
    """Return the price column and the columns of numbers without a header that it may span."""
    covered = [price]
    for index in range(price + 1, min(len(header.cells), len(contents))):
        if header.cells[index].strip():
            break
        content = contents[index]
        if content.kind and is_numeric(content) and index not in header.ignored:
            covered.append(index)
    return covered


def may_be_price(cell: str, currency: str) -> bool:
    """Return whether a header leaves open whether its column is the price."""
    if has_old_price_word(cell) or is_known_non_price_header(cell, currency):
        return False
    is_explained = has_other_price_word(cell) or is_other_sum(cell)
    is_other_price = mentions_price(cell) or is_new_price(cell)
    return has_customer_word(cell) or (is_other_price and not is_explained)


def _is_other_money(
    header: TableHeader, contents: Sequence[ColumnContent], index: int, currency: str
) -> bool:
    """Return whether a column of money has a header that names nothing known."""
    is_known = any(index in columns for columns in header.candidates.values())
    is_money = content_at(contents, index).kind == "money"
    return (
        is_money and not is_known and not is_known_non_price_header(header.cells[index], currency)
    )


def _has_other_tax(cell: str, vat_of_price: frozenset[bool]) -> bool:
    """Return whether the price states its tax and a header states another one."""
    return bool(vat_of_price) and header_statement(cell).vat_included not in {
        frozenset[bool](),
        vat_of_price,
    }


def tax_basis(header: TableHeader, index: int) -> frozenset[bool]:
    """Return what a header states of VAT: included, excluded, nothing, or both."""
    return header_statement(header.cells[index]).vat_included


def tax_twins_of(best: Sequence[int], candidates: Iterable[int], header: TableHeader) -> list[int]:
    """Return the other candidates whose headers state the opposite tax basis of the best ones.

    The word for a price does not decide between `Tarif HT` and `Prix TTC`; gross and net may mean
    prices before and after discounts.
    """
    bases = {tax_basis(header, index) for index in best}
    if len(bases) != 1 or len(basis := next(iter(bases))) != 1:
        return []
    opposite = frozenset({True not in basis})
    return [
        i
        for i in candidates
        if i not in best
        and tax_basis(header, i) == opposite
        and not header_statement(header.cells[i]).is_gross_or_net
    ]
