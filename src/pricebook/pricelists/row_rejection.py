"""Rejected rows with the cells that are stored of them, and reasons to reject a row."""

from collections.abc import Sequence

from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.header_texts import MAX_COLUMNS
from pricebook.pricelists.detection.quantity_remarks import quantity_of_price_in
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_sample import TaxTwin
from pricebook.pricelists.helper_columns import TRUNCATION_MARK
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.cells import DateCell, Record, UncalculatedFormula
from pricebook.pricelists.schemas.price_list_rows import RejectedRow
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.supplier_codes import MAX_SKU_LENGTH
from pricebook.pricelists.text import quote, without_nul

# Of all cells of a rejected row together.
MAX_STORED_CHARACTERS = 8_192
DISCONTINUED = "discontinued"
# Fields whose text is kept as it is, also that of a formula.
_TEXT_FIELDS: frozenset[Field] = frozenset({"gtin", "mpn", "brand", "stock", "lead_time"})


def display_texts(cells: list[str]) -> list[str]:
    """Return the displayed texts of cells."""
    return list(map(display_text, cells))


def name_column(headers: Sequence[str], index: int) -> str:
    """Return how a message names a column: by its title, else by its letters."""
    return f"column {quote(headers[index]) if headers[index] else column_letters(index)}"


def too_many_cells(cells: list[str], width: int, *, is_text: bool) -> RowProblem:
    """Return the problem of a row that is wider than its table; `is_text` for a text file."""
    beyond = next(index for index in range(width, len(cells)) if cells[index].strip())
    cell = f"The cell {quote(cells[beyond])} in column {column_letters(beyond)} is"
    detail = "clear it, or give its column a header."
    if is_text:
        detail = "an unquoted cell of the row may contain a delimiter."
    return RowProblem(
        "too_many_cells",
        f"{cell} to the right of the table, which has {width} columns: {detail}",
    )


def named_quantity(name: str) -> RowProblem | None:
    """Return the problem of a name that says what quantity its price is for."""
    quantity = quantity_of_price_in(name)
    if quantity is None:
        return None
    detail = (
        f"The name {quote(name)} says that its price is for {quantity}: write that into a column "
        "of price quantities, or set price_quantity=1 if the price is that of one unit."
    )
    return RowProblem("price_quantity_unknown", detail)


def too_long(kind: str, text: str, max_length: int) -> RowProblem:
    """Return the problem of a text over its limit."""
    detail = f"The {kind} {quote(text)} has {len(text)} characters, the limit is {max_length}."
    return RowProblem("cell_too_long", detail)


def missing_field(
    table: DetectedTable, cells: list[str], code: str, *, has_name: bool
) -> RowProblem:
    """Return the problem of a row that lacks its code, name or price, named in this order."""
    if not code:
        return RowProblem("missing_sku", "The article code is missing.")
    if not has_name:
        is_empty = not cells[table.columns["name"]].strip()
        detail = "missing" if is_empty else "a ditto mark, and no name is above it in the table"
        return RowProblem("missing_name", f"The name is {detail}.")
    return missing_price(table, cells)


def missing_price(table: DetectedTable, cells: list[str]) -> RowProblem:
    """Return the problem of a row without a price; it may have one with the other tax basis."""
    twin = table.tax_twin
    if twin is None or not cells[twin.column].strip():
        return RowProblem("missing_price", "The price is missing.")
    rates = "the rates of other rows do not prove what it leads to"
    return other_tax_price(table, twin, cells, rates)


def other_tax_price(
    table: DetectedTable, twin: TaxTwin, cells: list[str], reason: str
) -> RowProblem:
    """Return the problem of a row that only has the price with the other tax basis."""
    headers, price = table.headers, table.columns["price"]
    return RowProblem(
        "vat_unknown",
        f"The row has only the price {'including' if twin.includes_tax else 'without'} VAT "
        f"{quote(display_text(cells[twin.column]))} (column {quote(headers[twin.column])}), and "
        f"{reason}: write the price into the column {quote(headers[price])}.",
    )


def contradicting_tax_prices(
    table: DetectedTable, twin: TaxTwin, cells: list[str], at_rate: str
) -> RowProblem:
    """Return the problem of a row whose prices with and without VAT contradict each other."""
    headers, price = table.headers, table.columns["price"]
    labels = [
        f"{quote(display_text(cells[column]))} (column {quote(headers[column])})"
        for column in (price, twin.column)
    ]
    return RowProblem(
        "price_out_of_range",
        f"The prices {labels[0]} and {labels[1]} contradict each other{at_rate}: correct one of "
        f"them, or set ignored_columns={quote(headers[twin.column])} if only the first one counts.",
    )


def marked_price(mark: str, text: str) -> RowProblem:
    """Return the problem of an article whose mark a footnote explains by another kind of price."""
    return RowProblem(
        "price_quantity_unknown",
        f"The article has the mark {quote(mark)}, which the list explains by {quote(text, 120)}: "
        "write its price like the others, without the mark, or set "
        f'ignored_marks="{mark}" if the price holds as it is.',
    )


def rejected_row(
    record: Record, problem: RowProblem, sku: str, section: str | None = None
) -> RejectedRow:
    """Return a rejected row; with a valid code, so that an import does not mark its item absent.

    That of a discontinued article is left out: its item becomes absent.
    """
    number, cells, _ = record
    sku = "" if problem.error_type == DISCONTINUED else sku
    is_code = 0 < len(sku) <= MAX_SKU_LENGTH and "\0" not in sku
    return RejectedRow(
        number,
        problem.error_type,
        problem.message,
        stored_cells(cells),
        sku if is_code else None,
        section,
    )


def stored_cells(cells: list[str]) -> list[str]:
    """Return the cells of a rejected row as text, at most MAX_STORED_CHARACTERS in total.

    A truncated cell ends with TRUNCATION_MARK, so that it is not taken for the whole cell later.
    """
    remaining, stored = MAX_STORED_CHARACTERS, list[str]()
    for cell in display_texts(cells[:MAX_COLUMNS]):
        text = cell if len(cell) <= remaining else f"{cell[:remaining]}{TRUNCATION_MARK}"
        stored.append(without_nul(text))
        remaining -= min(len(cell), remaining)
    return stored


def date_as_code(table: DetectedTable, cells: list[str]) -> RowProblem | None:
    """Return a problem if the code of a row is a date or time cell, as its cells were read."""
    for index in table.key_columns or (table.columns["sku"],):
        if type(cells[index]) is DateCell:
            column = name_column(table.headers, index)
            detail = (
                f"The article code {quote(cells[index])} ({column}) is a date or time cell: "
                "spreadsheet programs turn codes such as 3/10 into dates. Give the cell the format "
                "Text and write the code again."
            )
            return RowProblem("sku_is_date", detail)
    return None


def uncalculated_problem(cells: list[str], columns: list[tuple[int, str]]) -> RowProblem | None:
    """Return a problem if a cell of `calculated_columns` is a formula without a stored result."""
    for index, label in columns:
        if isinstance(cells[index], UncalculatedFormula):
            detail = (
                f"The {label} is the formula {quote(cells[index])} without a stored result: "
                "open the file in a spreadsheet program and save it."
            )
            return RowProblem("not_calculated", detail)
    return None


def calculated_columns(table: DetectedTable) -> list[tuple[int, str]]:
    """Return the columns that must not be formulas without a result, and what each holds."""
    return [
        *((index, FIELD_LABELS["sku"]) for index in table.key_columns),
        *(
            (i, FIELD_LABELS[field])
            for field, i in table.columns.items()
            if field not in _TEXT_FIELDS
        ),
        *((index, FIELD_LABELS["price"]) for _, index in table.tiers),
    ]
