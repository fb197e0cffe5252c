"""Classification of the records of a price list: item, rejected or ignored rows."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import (
    currencies_in_text,
    currencies_of_word,
    format_currencies,
)
from pricebook.pricelists.detection.header_row import MAX_COLUMNS
from pricebook.pricelists.detection.table import DetectedTable, column_title, header_row_key
from pricebook.pricelists.detection.vocabulary import PIECE_UNIT_WORDS, TAX_WORDS, TOTAL_WORDS
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas import (
    IgnoredRow,
    ItemRow,
    PriceListRow,
    Record,
    RejectedRow,
    UncalculatedFormula,
)
from pricebook.pricelists.text import (
    clean_code,
    clean_name,
    comparison_key,
    quote,
    split_header,
    without_nul,
)

MAX_SKU_LENGTH = 255
MAX_NAME_LENGTH = 500
MAX_CATEGORY_LENGTH = 255
# Limit of Excel for the text of a cell ("Excel specifications and limits").
MAX_CELL_LENGTH = 32_767
# Of all cells of a rejected row together.
MAX_STORED_CHARACTERS = 8_192

_TOTAL_WORDS = frozenset(map(comparison_key, TOTAL_WORDS))
_TOTAL_LABEL_WORDS = _TOTAL_WORDS | frozenset(map(comparison_key, TAX_WORDS | PIECE_UNIT_WORDS))


_PLAIN_TEXT = frozenset({str})
# Category names repeat from row to row.
_category = lru_cache(maxsize=1024)(clean_name)


class RowReader:
    """Converts the records of a table to rows, in order; keeps the current section as category."""

    def __init__(
        self, table: DetectedTable, read_price: Callable[[str], Decimal | RowProblem], currency: str
    ) -> None:
        self._table = table
        self._rows_start_below = table.rows_start_below
        self._width = len(table.headers)
        self._sku, self._name = table.columns["sku"], table.columns["name"]
        self._price = table.columns["price"]
        self._category = table.columns.get("category")
        self._currency_column = table.columns.get("currency")
        self._read_price = read_price
        self._currency = currency
        self._header_row_keys = table.header_row_keys
        self._section: str | None = None

    def read(self, record: Record) -> PriceListRow:
        """Return the next record as an item, rejected or ignored row."""
        number, cells, malformed = record
        if number <= self._rows_start_below:
            return IgnoredRow(number)
        if malformed:
            return _rejected(record, RowProblem("malformed_row", malformed), "")
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        if _PLAIN_TEXT.issuperset(map(type, cells)):
            return self._classify_texts(record, cells, cells[self._price])
        if problem := self._uncalculated_problem(cells):
            return _rejected(record, problem, self._read_code(cells))
        return self._classify_texts(record, _display_texts(cells), cells[self._price])

    def _classify_texts(self, record: Record, cells: list[str], price_cell: str) -> PriceListRow:
        """Classify a row by the displayed texts of its cells and the original price cell."""
        sku, name = clean_code(cells[self._sku]), clean_name(cells[self._name])
        if not (sku and name):
            return self._classify_incomplete(record, cells)
        price = self._read_price(price_cell)
        if isinstance(price, RowProblem):
            return self._classify_without_price(record, cells, price)
        if problem := self._find_problem(cells, sku, name):
            return _rejected(record, problem, sku)
        category = self._section if self._category is None else _category(cells[self._category])
        titles = self._table.characteristics
        characteristics = {title: cells[index].strip() or None for title, index in titles}
        return ItemRow(record[0], sku, name, price, category or None, characteristics)

    def _classify_without_price(
        self, record: Record, cells: list[str], problem: RowProblem
    ) -> PriceListRow:
        if not cells[self._price].strip() or self._is_header(cells):
            return self._classify_incomplete(record, cells)
        return _rejected(record, problem, clean_code(cells[self._sku]))

    def _uncalculated_problem(self, cells: list[str]) -> RowProblem | None:
        """Return a problem if a field is a formula without a stored result."""
        for field, index in self._table.columns.items():
            if isinstance(cells[index], UncalculatedFormula):
                detail = (
                    f"The {FIELD_LABELS[field]} is the formula {quote(cells[index])} without a "
                    "stored result: open the file in a spreadsheet program and save it."
                )
                return RowProblem("not_calculated", detail)
        return None

    def _read_code(self, cells: list[str]) -> str:
        code = cells[self._sku]
        return "" if isinstance(code, UncalculatedFormula) else clean_code(display_text(code))

    def _find_problem(self, cells: list[str], sku: str, name: str) -> RowProblem | None:
        """Return the first problem of a row that has code, name and price."""
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return _too_many_cells(cells, self._width)
        text = "".join(cells)
        if "\0" in text:
            return RowProblem("nul_character", "A cell holds a NUL character.")
        if len(text) > MAX_SKU_LENGTH and (problem := self._length_problem(cells, sku, name)):
            return problem
        if self._currency_column is not None:
            return _other_currency(cells[self._currency_column], self._currency)
        return None

    def _length_problem(self, cells: list[str], sku: str, name: str) -> RowProblem | None:
        category = "" if self._category is None else cells[self._category].strip()
        for kind, text, max_length in (
            ("article code", sku, MAX_SKU_LENGTH),
            ("name", name, MAX_NAME_LENGTH),
            ("category", category, MAX_CATEGORY_LENGTH),
            ("cell", max(cells, key=len), MAX_CELL_LENGTH),
        ):
            if len(text) > max_length:
                detail = (
                    f"The {kind} {quote(text)} has {len(text)} characters, the limit is "
                    f"{max_length}."
                )
                return RowProblem("cell_too_long", detail)
        return None

    def _classify_incomplete(self, record: Record, cells: list[str]) -> PriceListRow:
        """Classify a row without code, name or price: blank, total, header, section or rejected."""
        number = record[0]
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled or self._is_total(cells, filled[0]) or self._is_header(cells):
            return IgnoredRow(number)
        if len(filled) == 1 and filled[0] != self._price:
            section = clean_name(cells[filled[0]])
            if len(section) <= MAX_CATEGORY_LENGTH and "\0" not in section:
                self._section = section
            return IgnoredRow(number)
        return _rejected(record, self._missing_field_problem(filled), clean_code(cells[self._sku]))

    def _is_header(self, cells: list[str]) -> bool:
        """Return whether a row repeats a header row, as printed price lists do on every page.

        An equal price header suffices: in an item row that cell is a number or empty.
        """
        price = column_title(cells[self._price])
        price_titles = {
            line[self._price] for line in self._header_row_keys if len(line) > self._price
        }
        return (price != "" and price in price_titles) or header_row_key(
            cells
        ) in self._header_row_keys

    def _is_total(self, cells: list[str], first: int) -> bool:
        """Return whether a row is a total: `Total: 15 pcs` is, `Total Quartz 9000` is not."""
        code = cells[self._sku].strip()
        words = split_header(cells[first][:MAX_CATEGORY_LENGTH])
        if not words or (code and (first != self._sku or cells[self._name].strip())):
            return False
        remaining_words = (
            word
            for word in words
            if not word.isdigit() and not currencies_of_word(word, self._currency)
        )
        return words[0] in _TOTAL_WORDS and _TOTAL_LABEL_WORDS.issuperset(remaining_words)

    def _missing_field_problem(self, filled: list[int]) -> RowProblem:
        if self._sku not in filled:
            return RowProblem("missing_sku", "The article code is missing.")
        if self._name not in filled:
            return RowProblem("missing_name", "The name is missing.")
        return RowProblem("missing_price", "The price is missing.")


def _display_texts(cells: list[str]) -> list[str]:
    """Return the displayed texts of cells."""
    return list(map(display_text, cells))


def _too_many_cells(cells: list[str], width: int) -> RowProblem:
    return RowProblem(
        "too_many_cells",
        f"The row has {len(cells)} cells, its table has {width} columns: "
        "an unquoted cell may contain a delimiter.",
    )


def _other_currency(cell: str, currency: str) -> RowProblem | None:
    if not cell.strip():
        return None
    codes = currencies_in_text(cell, currency) or frozenset()
    if currency in codes:
        return None
    detail = format_currencies(codes) if codes else quote(cell)
    return RowProblem("other_currency", f"The row is in {detail}, the catalog is in {currency}.")


def _rejected(record: Record, problem: RowProblem, sku: str) -> RejectedRow:
    """Return a rejected row; with a valid code, so that an import does not mark its item absent."""
    number, cells, _ = record
    is_code = 0 < len(sku) <= MAX_SKU_LENGTH and "\0" not in sku
    return RejectedRow(
        number,
        problem.error_type,
        problem.message,
        _truncated_cells(_display_texts(cells[:MAX_COLUMNS])),
        sku if is_code else None,
    )


def _truncated_cells(cells: list[str]) -> list[str]:
    """Return the cells of a rejected row, truncated to MAX_STORED_CHARACTERS in total."""
    remaining, truncated = MAX_STORED_CHARACTERS, list[str]()
    for cell in cells:
        truncated.append(without_nul(cell[:remaining]))
        remaining -= len(truncated[-1])
    return truncated
