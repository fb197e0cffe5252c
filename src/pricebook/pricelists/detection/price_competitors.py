"""Columns beside the price that may be the price as well: of other customers, terms or days.

A header that mentions a price is understood as an old price, a price of another quantity or tax, a
list price and so on, or it is a choice. `Price 2` and `New price` are.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
    is_numeric,
)
from pricebook.pricelists.detection.fact_cells import has_numbers
from pricebook.pricelists.detection.header_row import RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import (
    customers_of,
    has_customer_word,
    has_old_price_word,
    has_other_price_word,
    header_statement,
    is_other_sum,
    mentions_price,
    names_recommended_price,
    names_retail,
    split_header_with_brackets,
    states_only_tax,
)
from pricebook.pricelists.detection.header_vocabulary import COUNT_KEYS, NON_FIELD_KEYS
from pricebook.pricelists.detection.header_words import is_known_non_price_header, is_new_price
from pricebook.pricelists.detection.new_prices import may_have_new_prices
from pricebook.pricelists.detection.price_words import LIST_PRICE_RANK
from pricebook.pricelists.detection.unit_prices import is_unit_price
from pricebook.pricelists.detection.vocabulary import TOTAL_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys

_SUMS = comparison_keys(
    TOTAL_WORDS
    | {
        *("amount", "betrag", "montant", "importe", "wartość", "kwota", "value", "wert", "valor"),
        *("valeur", "valore", "hodnota", "bedrag", "belopp", "tutar", "стойност", "sumă", "netto"),
        *("brutto", "vat", "mwst", "ust", "tva", "iva", "ндс", "пдв", "moms", "btw", "dph", "kdv"),
        "tax",
    }
)


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
        and not (_has_other_tax(cell, vat) and is_for_same(cell, header.cells[price]))
        and (
            (is_unnamed and _is_other_money(header, contents, index, currency))
            or (states_only_tax(cell) and not has_discount)
            or (index not in known and may_be_price(cell, currency))
            or (index not in known and may_have_new_prices(cell, content_at(contents, index)))
        )
    ]


def counts_of_tiers(
    header: TableHeader, contents: Sequence[ColumnContent], candidates: RankedColumns
) -> set[int]:
    """Return the columns of the quantities of other columns of prices: `Qty 1` by `Price 1`."""
    others = set(range(len(header.cells))) - header.tiers.keys()
    has_price = any(
        mentions_price(header.cells[i]) or candidates.get(i, LIST_PRICE_RANK) < LIST_PRICE_RANK
        for i in others
    )
    return {
        index
        for index in (header.tiers if has_price else ())
        if not COUNT_KEYS.isdisjoint(split_header_with_brackets(header.cells[index]))
        and content_at(contents, index).share(lambda cell: display_text(cell).isdigit()) == 1
    }


def is_for_same(cell: str, other: str) -> bool:
    """Return whether headers of prices do not name different customers.

    One of a tax only names none. A retail price beside one that names no customer is no price of
    the reader, whatever its tax.
    """
    if states_only_tax(cell) or states_only_tax(other):
        return True
    customers = [customers_of(cell), customers_of(other)]
    is_retail = frozenset() in customers and (names_retail(cell) or names_retail(other))
    return customers[0] == customers[1] or is_retail


def of_other_customers(header: TableHeader, candidates: RankedColumns) -> list[int]:
    """Return the best candidates for the price if their headers name different customers.

    Neither their taxes nor their currencies decide between them.
    """
    best = min(candidates.values(), default=0)
    columns = [index for index, rank in candidates.items() if rank == best]
    first = [header.cells[index] for index in columns[:1]]
    is_one = all(is_for_same(header.cells[index], cell) for index in columns for cell in first)
    return [] if is_one else columns


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


def taxed_columns(
    header: TableHeader, contents: Sequence[ColumnContent], taken: AbstractSet[int]
) -> list[int]:
    """Return the columns whose headers state a tax by other words than those of a price.

    `C. netto`, `Wartość netto` may be the price; a net weight is none.
    """
    return [
        index
        for index, cell in enumerate(header.cells)
        if index not in taken | header.ignored
        and header_statement(cell).vat_included
        and has_numbers(content_at(contents, index))
        and content_at(contents, index).cells
        and not _names_other_than_sum(cell)
    ]


def _names_other_than_sum(cell: str) -> bool:
    """Return whether a header has a word of no field that is no sum: `Net weight`."""
    words = set(split_header_with_brackets(cell)) - _SUMS
    return bool(header_statement(cell).units) or not NON_FIELD_KEYS.isdisjoint(words)


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
