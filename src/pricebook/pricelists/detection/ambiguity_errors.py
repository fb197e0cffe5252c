"""What a user is told where it is in doubt which column holds a field, and what then decides."""

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
    """Quote a header, with the letter of its column where another has the same text."""
    text = header.cells[index].strip()
    if not text:
        return f"column {column_letters(index)}"
    is_unique = sum(cell.strip() == text for cell in header.cells) == 1
    return quote(text) if is_unique else f"{quote(text)} (column {column_letters(index)})"


def equal_columns_error(
    header: TableHeader, field: Field, columns: Iterable[int]
) -> PriceListError:
    """Name the columns whose headers fit a field equally well."""
    indices = sorted(columns)
    labels = " and ".join(column_label(header, index) for index in indices)
    return PriceListError(
        f"The columns {labels} are equally good for the {FIELD_LABELS[field]}; name one with "
        f"column_mapping or {_mapping_option(header, field, indices[0])}."
    )


def uncertain_column_error(
    header: TableHeader, field: Field, columns: Sequence[int]
) -> PriceListError:
    """Name the columns that may hold a field of which no header speaks."""
    *others, last = [column_label(header, index) for index in sorted(columns)]
    labels = f"{', '.join(others)} or {last}" if others else last
    return PriceListError(
        f"No header says surely which column is the {FIELD_LABELS[field]}; it may be {labels}: "
        "name "
        f"it with column_mapping or {_mapping_option(header, field, min(columns))}."
    )


def missing_columns_error(header: TableHeader, missing: Sequence[Field]) -> PriceListError:
    """Say for which fields there is no column, and where the header seems to be."""
    *others, last = [f"the {FIELD_LABELS[field]}" for field in missing]
    names = f"{', '.join(others)} or {last}" if others else last
    option = f'column_mapping or --column {missing[0]}="Header"'
    if not header.row_number:
        option = option.replace("Header", "column A")
        return PriceListError(
            f"The list has no header, and no column is surely {names} by what it holds; name the "
            f"column with {option}."
        )
    return PriceListError(
        f"No column is known to be {names}: the most likely header is row {header.row_number} with "
        f"{quote_list(header.cells) or 'blank cells'}; name the column with {option}."
    )


def _mapping_option(header: TableHeader, field: Field, index: int) -> str:
    """Show how a column is named: by its header where that tells it from the others."""
    text = header.cells[index].strip()
    is_unique = text and sum(cell.strip() == text for cell in header.cells) == 1
    return f'--column {field}="{"Header" if is_unique else f"column {column_letters(index)}"}"'
