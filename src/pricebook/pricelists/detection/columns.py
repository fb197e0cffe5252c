"""Assignment of columns to fields: by header, else by content inference."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    column_label,
    equal_columns_error,
    missing_columns_error,
    uncertain_column_error,
)
from pricebook.pricelists.detection.column_content import ColumnContent, is_numeric
from pricebook.pricelists.detection.content_inference import infer_column
from pricebook.pricelists.detection.currencies import currencies_in_text, format_currencies
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_words import (
    is_known_non_price_header,
    is_other_price,
    mentions_price,
)
from pricebook.pricelists.schemas import Field
from pricebook.pricelists.text import quote, quote_list

_CODE_AND_NAME: tuple[Field, ...] = ("sku", "name")
_REQUIRED: tuple[Field, ...] = ("sku", "name", "price")
_MAX_CANDIDATES = 8


class ColumnAssignment(NamedTuple):
    """Field to 0-based column, and the fields assigned by content inference."""

    columns: dict[Field, int]
    inferred_fields: tuple[Field, ...] = ()


def assign_columns(
    header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent] = ()
) -> ColumnAssignment:
    """Assign a column to each field.

    Raises PriceListError if code, name or price has no column, several columns match a field
    equally well, a mapped header is missing, or the price is not in the currency of the catalog.
    """
    for field, name in expected.mapping.items():
        _check_mapped(header, field, name)
    available = _unmapped_candidates(header, expected.mapping)
    available["price"] = _filter_by_currency(header, available["price"], expected.currency)
    columns = _choose_code_and_name(header, available, expected.mapping)
    others: tuple[Field, ...] = ("price", "category", "currency")
    for field in others:
        if available[field]:
            columns[field] = _best_candidate(header, field, available[field])
    if "price" in columns and "price" not in expected.mapping:
        _check_merged_price_header(header, columns["price"], contents)
    return _infer_missing_fields(header, columns, expected, contents)


def _check_mapped(header: TableHeader, field: Field, expected: str) -> None:
    columns = header.candidates[field]
    if not columns:
        location = f"Row {header.row_number}" if header.row_number else "The price list"
        raise PriceListError(
            f"{location} has no column {quote(expected)}, which column_mapping sets for the "
            f"{FIELD_LABELS[field]}; its columns are {quote_list(header.cells) or 'blank'}."
        )
    if len(columns) > 1:
        raise equal_columns_error(header, field, columns)


def _unmapped_candidates(
    header: TableHeader, mapping: Mapping[Field, str]
) -> dict[Field, RankedColumns]:
    """Return the candidates of each field, at most 8, without columns mapped to other fields."""
    mapped_columns = {index for field in mapping for index in header.candidates[field]}
    available: dict[Field, RankedColumns] = {}
    for field, columns in header.candidates.items():
        allowed = [index for index in columns if field in mapping or index not in mapped_columns]
        best_first = sorted(allowed, key=columns.__getitem__)[:_MAX_CANDIDATES]
        available[field] = {index: columns[index] for index in best_first}
    return available


def _filter_by_currency(
    header: TableHeader, candidates: RankedColumns, currency: str
) -> RankedColumns:
    """Return the price columns whose header names the currency of the catalog or no currency."""
    currencies_by_column = {
        index: currencies_in_text(header.cells[index], currency) for index in candidates
    }
    matching = {
        index: rank
        for index, rank in candidates.items()
        if (codes := currencies_by_column[index]) is None or currency in codes
    }
    if candidates and not matching:
        index = next(iter(candidates))
        codes = format_currencies(currencies_by_column[index] or frozenset())
        raise PriceListError(
            f"The price column {column_label(header, index)} is in {codes}, the catalog is in "
            f"{currency}."
        )
    return matching


def _best_candidate(header: TableHeader, field: Field, candidates: RankedColumns) -> int:
    best_rank = min(candidates.values())
    best = [index for index, rank in candidates.items() if rank == best_rank]
    if len(best) > 1:
        raise equal_columns_error(header, field, best)
    return best[0]


def _choose_code_and_name(
    header: TableHeader, available: Mapping[Field, RankedColumns], mapping: Mapping[Field, str]
) -> dict[Field, int]:
    """Choose both together: `Artikel` is the name beside `Art.-Nr.` but the code beside `Titel`.

    A choice for both fields wins, then the better ranks. One column is used for both fields only
    if column_mapping sets that.
    """
    may_share = "sku" in mapping and "name" in mapping
    choices: dict[tuple[int, int], list[dict[Field, int]]] = {}
    for pair in product([*available["sku"], None], [*available["name"], None]):
        if pair[0] is None or pair[0] != pair[1] or may_share:
            choice: dict[Field, int] = {
                field: index
                for field, index in zip(_CODE_AND_NAME, pair, strict=True)
                if index is not None
            }
            ranks = [available[field][index] for field, index in choice.items()]
            choices.setdefault((-len(ranks), sum(ranks)), []).append(choice)
    best = choices[min(choices)]
    for field in _CODE_AND_NAME:
        columns = {choice[field] for choice in best if field in choice}
        if len(columns) > 1:
            raise equal_columns_error(header, field, columns)
    return best[0]


def _check_merged_price_header(
    header: TableHeader, price: int, contents: Sequence[ColumnContent]
) -> None:
    """Raise PriceListError if the price header may span further numeric columns without header."""
    covered = [price]
    for index in range(price + 1, min(len(header.cells), len(contents))):
        if header.cells[index].strip():
            break
        if is_numeric(contents[index]):
            covered.append(index)
    if len(covered) > 1:
        raise equal_columns_error(header, "price", covered)


def _infer_missing_fields(
    header: TableHeader,
    columns: dict[Field, int],
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
) -> ColumnAssignment:
    """Assign required fields without a header by content inference, if it is unambiguous."""
    missing: list[Field] = [field for field in _REQUIRED if field not in columns]
    for field in missing:
        unassigned = {
            index: content
            for index, content in enumerate(contents[: len(header.cells)])
            if index not in columns.values()
            and not is_known_non_price_header(header.cells[index].strip(), expected.currency)
        }
        choice, ambiguous = _infer_column(header, field, unassigned)
        if ambiguous:
            raise uncertain_column_error(header, field, ambiguous)
        if choice is None:
            raise missing_columns_error(header, [name for name in _REQUIRED if name not in columns])
        columns[field] = choice
    if "price" in missing:
        _filter_by_currency(header, {columns["price"]: 0}, expected.currency)
    return ColumnAssignment(columns, tuple(missing))


def _infer_column(
    header: TableHeader, field: Field, unassigned: Mapping[int, ColumnContent]
) -> tuple[int | None, list[int]]:
    """Infer a column by content; the price only from headers that mention one, if there are any."""
    price_headed = [index for index in unassigned if mentions_price(header.cells[index])]
    if field != "price":
        return infer_column(
            field, {index: unassigned[index] for index in unassigned.keys() - price_headed}
        )
    if not price_headed:
        return infer_column(field, unassigned)
    unambiguous = [
        index
        for index in price_headed
        if is_numeric(unassigned[index]) and not is_other_price(header.cells[index])
    ]
    if len(unambiguous) == 1:
        return unambiguous[0], []
    return None, [
        index for index in unassigned if index in price_headed or is_numeric(unassigned[index])
    ]
