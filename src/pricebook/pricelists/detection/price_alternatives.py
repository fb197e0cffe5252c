"""Several columns of the price of which a row has one: `€/kg` and `€/piece`, new and old."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    unknown_column_issue,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
)
from pricebook.pricelists.detection.column_names import find_columns
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    setting,
)
from pricebook.pricelists.detection.fact_cells import has_numbers
from pricebook.pricelists.detection.fact_collector import ListSources
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import (
    header_statement,
    names_retail,
)
from pricebook.pricelists.detection.price_competitors import may_be_price
from pricebook.pricelists.detection.price_currencies import currency_doubts
from pricebook.pricelists.detection.price_words import LIST_PRICE_RANK
from pricebook.pricelists.detection.unit_prices import is_unit_price
from pricebook.pricelists.facts.unchanged import is_unchanged
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.schemas.profile import PriceBasis
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

# Of the rows with a price in either column, those that have none in the column of the price.
_MIN_SHARE = 0.2
_MIN_ROWS = 2


class PriceAlternative(NamedTuple):
    """A column of the price, and what its header names: unit, quantity, currency, a pack."""

    column: int
    unit: str | None = None
    quantity: Decimal | None = None
    currency: str | None = None
    is_per_pack: bool = False


def settle_price_alternatives(
    sources: ListSources,
    mapping: Mapping[Field, str],
    list_currency: str,
    issues: list[DetectionIssue],
) -> tuple[int, ...]:
    """Return the columns of the price if an option names several; append the issues."""
    header, names = sources.header, sources.config.price_columns or []
    if names:
        columns, found = _find_columns(sources, names, list_currency)
        issues += found
        return columns
    if "price" not in mapping:
        columns = sources.assignment.columns
        currency = sources.request.currency
        question = _missing_prices_issue(header, columns, sources.contents, currency)
        issues[:] = [_with_hint(each, sources) for each in issues]
        issues += [question] if question else []
    return ()


def _find_columns(
    sources: ListSources, names: Sequence[str], list_currency: str
) -> tuple[tuple[int, ...], list[DetectionIssue]]:
    """Return the columns of the option `price_columns`, and why they are not those of a price."""
    header = sources.header
    found = [(name, find_columns(header.cells, name, header.parts)) for name in names]
    issues = [
        unknown_column_issue(header, name, "price_columns")
        for name, columns in found
        if len(columns) != 1
    ]
    indices = tuple(dict.fromkeys(columns[0] for _, columns in found if columns))
    if not issues:
        issues += _contradictions(header, indices)
        issues += currency_doubts(sources, indices, list_currency)
    return indices, issues


def alternatives_of(
    headers: Sequence[str], indices: Sequence[int], currencies: Mapping[int, str]
) -> tuple[PriceAlternative, ...]:
    """Return what the headers of the columns of the price say about unit and quantity.

    `currencies` are those of the columns that are not in the one of the list.
    """
    return tuple(_alternative(headers[index], index, currencies.get(index)) for index in indices)


def basis_of(basis: PriceBasis, each: PriceAlternative, first: PriceAlternative) -> PriceBasis:
    """Return the basis of the prices of a column; that of the table is for the first column."""
    if each.currency:
        basis = msgspec.structs.replace(
            basis, currency=each.currency, currency_source="the header of its price"
        )
    if each.is_per_pack != first.is_per_pack:
        basis = msgspec.structs.replace(basis, prices_per_pack=each.is_per_pack)
    if (each.unit, each.quantity) == (first.unit, first.quantity):
        return basis
    quantity = each.quantity or Decimal(1)
    is_set = first.quantity is None and basis.price_quantity != 1
    return msgspec.structs.replace(
        basis,
        unit=each.unit,
        price_quantity=basis.price_quantity if is_set else quantity,
    )


def _missing_prices_issue(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> DetectionIssue | None:
    """Return the question whether rows without a price have theirs in another column."""
    price = columns.get("price")
    if price is None:
        return None
    rows = _rows_with_price(content_at(contents, price))
    others = _other_prices(header, columns, contents, currency)
    for other in sorted(others, key=lambda index: names_retail(header.cells[index])):
        filled = _rows_with_price(content_at(contents, other))
        count = len(filled - rows)
        if count < _MIN_ROWS or count < _MIN_SHARE * len(rows | filled):
            continue
        references = [column_reference(header, index) for index in (price, other)]
        option = price_columns_setting(references)
        return DetectionIssue(
            f"The column {column_label(header, price)} has no price in {count} of the first rows, "
            f"which have one in the column {column_label(header, other)}; set "
            f"{option} if these are their prices, or {column_setting('price', references[0])} if "
            "they have none.",
            "price_columns",
            tuple(references),
        )
    return None


def price_columns_setting(references: Sequence[str]) -> str:
    """Return the setting of several columns of the price for a message."""
    return setting("price_columns", f"'{msgspec.json.encode(references).decode()}'")


def _rows_with_price(content: ColumnContent) -> set[int]:
    """Return the rows of the sample with a number, or a text such as `on request`, but no dash.

    A price that is marked unchanged is in another column.
    """
    cells = zip(content.rows, content.cells, strict=True)
    return {
        row
        for row, cell in cells
        if any(map(str.isalnum, cell)) and not is_unchanged(display_text(cell))
    }


def _with_hint(issue: DetectionIssue, sources: ListSources) -> DetectionIssue:
    """Return the issue of several prices, with the option for rows that have one of them."""
    header = sources.header
    is_of_prices = issue.option == "column_mapping.price" and len(issue.candidates) > 1
    found = [find_columns(header.cells, each, header.parts) for each in issue.candidates]
    indices = [columns[0] for columns in found if len(columns) == 1]
    if not is_of_prices or len(indices) < len(found) or _contradictions(header, indices):
        return issue
    rows = [_rows_with_price(sources.content(index)) for index in indices]
    missing = [len(set[int]().union(*rows) - each) for each in rows]
    if max(missing) < _MIN_ROWS:
        return issue
    # A column that only some rows have replaces that of the others; retail prices replace none.
    first = sorted(
        range(len(indices)), key=lambda i: (names_retail(header.cells[indices[i]]), -missing[i])
    )
    option = price_columns_setting([issue.candidates[i] for i in first])
    return msgspec.structs.replace(
        issue,
        message=f"{issue.message.rstrip('.')}, or {option} if the first of them with a price has "
        "that of a row.",
    )


def _other_prices(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    currency: str,
) -> Iterator[int]:
    """Yield other columns of prices with the same tax as the price."""
    price = columns["price"]
    used = {*columns.values(), *header.ignored, *header.tiers}
    for index, cell in enumerate(header.cells):
        rank = header.candidates["price"].get(index, LIST_PRICE_RANK)
        is_price = rank < LIST_PRICE_RANK or may_be_price(cell, currency)
        is_price = is_price or is_unit_price(header_statement(cell), currency)
        is_other = index not in used and is_price and has_numbers(content_at(contents, index))
        if is_other and not _contradictions(header, (price, index)):
            yield index


def _contradictions(header: TableHeader, indices: Sequence[int]) -> list[DetectionIssue]:
    """Return the issue of columns whose headers state different taxes."""
    first = header.cells[indices[0]]
    for index in indices[1:]:
        cell = header.cells[index]
        if header_statement(first).vat_included != header_statement(cell).vat_included:
            return [
                DetectionIssue(
                    f"The headers {quote(first)} and {quote(cell)} state different taxes, so that "
                    "they cannot have one price; leave one out of price_columns.",
                    "price_columns",
                )
            ]
    return []


def _alternative(cell: str, index: int, currency: str | None) -> PriceAlternative:
    statement = header_statement(cell)
    units = statement.units | (frozenset({PIECE}) if statement.names_pieces else frozenset[str]())
    quantities = statement.quantities - {Decimal(1)}
    return PriceAlternative(
        index,
        next(iter(units)) if len(units) == 1 else None,
        next(iter(quantities)) if len(quantities) == 1 else None,
        currency,
        statement.is_per_pack,
    )
