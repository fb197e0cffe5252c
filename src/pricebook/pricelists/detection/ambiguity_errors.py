"""Errors for ambiguous or missing columns, with the option that resolves them."""

from collections.abc import Iterable, Sequence

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.schemas import Field
from pricebook.pricelists.text import quote, quote_list

FIELD_LABELS: dict[Field, str] = {
    "sku": "article code",
    "name": "name",
    "price": "price",
    "category": "category",
    "currency": "currency",
}


def column_label(header: TableHeader, index: int) -> str:
    """Return a quoted header, with its column letter if the header is not unique."""
    text = header.cells[index].strip()
    if not text:
        return f"column {column_letters(index)}"
    is_unique = sum(cell.strip() == text for cell in header.cells) == 1
    return quote(text) if is_unique else f"{quote(text)} (column {column_letters(index)})"


def equal_columns_error(
    header: TableHeader, field: Field, columns: Iterable[int]
) -> PriceListError:
    """Return the error for several columns whose headers match a field equally well."""
    indices = sorted(columns)
    labels = " and ".join(column_label(header, index) for index in indices)
    return PriceListError(
        f"The columns {labels} match the {FIELD_LABELS[field]} equally well; set one with "
        f"column_mapping or {_mapping_option(header, field, indices[0])}."
    )


def uncertain_column_error(
    header: TableHeader, field: Field, columns: Sequence[int]
) -> PriceListError:
    """Return the error for a field without a header that several columns may contain."""
    *others, last = [column_label(header, index) for index in sorted(columns)]
    labels = f"{', '.join(others)} or {last}" if others else last
    return PriceListError(
        f"No header names the {FIELD_LABELS[field]}; by content it may be {labels}; set it with "
        f"column_mapping or {_mapping_option(header, field, min(columns))}."
    )


def missing_columns_error(header: TableHeader, missing: Sequence[Field]) -> PriceListError:
    """Return the error for fields without a column, with the most likely header row."""
    *others, last = [f"the {FIELD_LABELS[field]}" for field in missing]
    names = f"{', '.join(others)} or {last}" if others else last
    option = f'column_mapping or --column {missing[0]}="Header"'
    if not header.row_number:
        option = option.replace("Header", "column A")
        return PriceListError(
            f"The price list has no header, and no column is certainly {names} by its content; set "
            f"the column with {option}."
        )
    return PriceListError(
        f"No column was detected for {names}: the most likely header is row {header.row_number} "
        f"with {quote_list(header.cells) or 'blank cells'}; set the column with {option}."
    )


def _mapping_option(header: TableHeader, field: Field, index: int) -> str:
    """Return the --column option for a column: by its header if unique, else by its letter."""
    text = header.cells[index].strip()
    is_unique = text and sum(cell.strip() == text for cell in header.cells) == 1
    return f'--column {field}="{"Header" if is_unique else f"column {column_letters(index)}"}"'
