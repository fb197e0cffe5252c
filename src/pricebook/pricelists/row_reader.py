"""Classification of the records of a price list: item, rejected or ignored rows."""

from collections import Counter
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.vocabulary import PIECE_UNIT_WORDS, TAX_WORDS, TOTAL_WORDS
from pricebook.pricelists.item_names import MAX_NAME_LENGTH, NameShortener
from pricebook.pricelists.net_sections import own_discount_problem
from pricebook.pricelists.numbers import RowProblem, price_cell_reader
from pricebook.pricelists.price_cell_check import price_cell_check
from pricebook.pricelists.price_problems import zero_price
from pricebook.pricelists.priced_rows import has_row_prices, statements_of_list
from pricebook.pricelists.repeated_headers import RepeatedHeaders
from pricebook.pricelists.row_prices import RowPriceReader
from pricebook.pricelists.row_rejection import (
    calculated_columns,
    display_texts,
    missing_field,
    named_quantity,
    rejected_row,
    too_long,
    too_many_cells,
)
from pricebook.pricelists.schemas.cells import Record, UncalculatedFormula
from pricebook.pricelists.schemas.price_list_rows import (
    IgnoredRow,
    ItemRow,
    PriceListRow,
    RejectedRow,
)
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.sections import SectionPath
from pricebook.pricelists.supplier_codes import MAX_SKU_LENGTH, compose_code
from pricebook.pricelists.text import (
    clean_code,
    clean_name,
    comparison_key,
    quote,
    split_header,
)

MAX_CATEGORY_LENGTH = 255
# Limit of Excel for the text of a cell ("Excel specifications and limits").
MAX_CELL_LENGTH = 32_767

_TOTAL_WORDS = frozenset(map(comparison_key, TOTAL_WORDS))
_TOTAL_LABEL_WORDS = _TOTAL_WORDS | frozenset(map(comparison_key, TAX_WORDS | PIECE_UNIT_WORDS))

# Code, name and price.
_MIN_ARTICLE_CELLS = 3
_PLAIN_TEXT = frozenset({str})
# Category names repeat from row to row.
_category = lru_cache(maxsize=1024)(clean_name)


class RowReader:
    """Converts the records of a table to rows, in order; keeps the current section as category.

    Without `has_typed_cells`, all cells are plain texts, as in a text file.
    """

    def __init__(
        self,
        table: DetectedTable,
        number_profile: NumberProfile,
        request: ReadRequest,
        *,
        has_typed_cells: bool = True,
    ) -> None:
        basis = table.basis
        self._table = table
        self._has_typed_cells = has_typed_cells
        self._rows_start_below = table.rows_start_below
        self._width = len(table.headers)
        self._sku, self._name = table.columns.get("sku", -1), table.columns["name"]
        self._key_columns = table.key_columns
        self._names_are_codes = table.article_look is not None
        self._price = table.columns["price"]
        self._category = table.columns.get("category")
        self._catalog_currency = request.currency
        self._read_price = price_cell_reader(
            number_profile, basis.currency, price_cell_check(table)
        )
        self._statements = statements_of_list(basis, request.currency)
        self._prices = (
            RowPriceReader(table, number_profile, request)
            if has_row_prices(table, request)
            else None
        )
        self._calculated_columns = calculated_columns(table)
        self._has_stated_quantity = "price_quantity" in table.facts
        self._shortener = NameShortener(title for title, _ in table.characteristics)
        self._headers = RepeatedHeaders(table)
        self._sections = SectionPath()
        self._section: str | None = None
        self._title_problem: RowProblem | None = None

    @property
    def unread_cells(self) -> Counter[Field]:
        """By field, the number of cells that were kept as text because they are not understood."""
        return Counter() if self._prices is None else self._prices.unread_cells

    def read(self, record: Record) -> PriceListRow:
        """Return the next record as an item, rejected or ignored row."""
        number, cells, malformed = record
        if number <= self._rows_start_below:
            return IgnoredRow(number)
        if malformed:
            return self._rejected(record, RowProblem("malformed_row", malformed), "")
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        if not self._has_typed_cells or _PLAIN_TEXT.issuperset(map(type, cells)):
            return self._classify(record, cells, cells)
        if problem := self._uncalculated_problem(cells):
            return self._rejected(record, problem, self._readable_code(cells))
        return self._classify(record, display_texts(cells), cells)

    def _classify(self, record: Record, cells: list[str], typed_cells: list[str]) -> PriceListRow:
        """Classify a row by the displayed texts of its cells and the cells as they were read."""
        if self._headers.problem is not None:
            return self._classify_below_other_header(record, cells, self._headers.problem)
        return self._classify_texts(record, cells, typed_cells)

    def _classify_texts(
        self, record: Record, cells: list[str], typed_cells: list[str]
    ) -> PriceListRow:
        """Classify a row below a header with the columns of the table."""
        sku = self._read_code(cells) if self._key_columns else clean_code(cells[self._sku])
        name = clean_name(cells[self._name])
        if not (sku and name):
            return self._classify_incomplete(record, cells)
        if self._names_are_codes and self._is_total_of_names(cells):
            return IgnoredRow(record[0])
        if self._prices is None:
            price = self._title_problem or self._read_price(typed_cells[self._price])
            said = self._statements
        else:
            price, said = self._prices.read(typed_cells, cells)
        if isinstance(price, RowProblem):
            return self._classify_without_price(record, cells, price)
        if problem := self._find_problem(cells, sku, name, price):
            return self._rejected(record, problem, sku)
        category = self._section if self._category is None else _category(cells[self._category])
        titles = self._table.characteristics
        characteristics = {title: cells[index].strip() or None for title, index in titles}
        if said.characteristics:
            characteristics |= said.characteristics
        if len(name) > MAX_NAME_LENGTH:
            name = self._shortener.shorten(name, characteristics)
        return ItemRow(
            record[0],
            sku,
            name,
            price,
            category or None,
            characteristics,
            said.currency,
            said.details,
            said.availability,
            said.next_price,
            said.next_from,
        )

    def _classify_without_price(
        self, record: Record, cells: list[str], problem: RowProblem
    ) -> PriceListRow:
        if problem.error_type == "missing_price" or self._headers.is_header(cells):
            return self._classify_incomplete(record, cells)
        return self._rejected(record, problem, self._readable_code(cells))

    def _uncalculated_problem(self, cells: list[str]) -> RowProblem | None:
        """Return a problem if a field is a formula without a stored result."""
        for index, label in self._calculated_columns:
            if isinstance(cells[index], UncalculatedFormula):
                detail = (
                    f"The {label} is the formula {quote(cells[index])} without a stored result: "
                    "open the file in a spreadsheet program and save it."
                )
                return RowProblem("not_calculated", detail)
        return None

    def _read_code(self, cells: list[str]) -> str:
        """Return the code of a row, empty if its cells are."""
        if self._key_columns:
            return compose_code(cells[index] for index in self._key_columns)
        return clean_code(cells[self._sku])

    def _readable_code(self, cells: list[str]) -> str:
        """Return the code of a row to be rejected, empty if it is a formula without a result."""
        columns = self._key_columns or (self._sku,)
        if any(isinstance(cells[index], UncalculatedFormula) for index in columns):
            return ""
        return self._read_code(display_texts(cells))

    def _find_problem(
        self, cells: list[str], sku: str, name: str, price: Decimal | None
    ) -> RowProblem | None:
        """Return the first problem of a row that has code, name and price."""
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return too_many_cells(cells, self._width, is_text=not self._has_typed_cells)
        if not price and price is not None:
            return zero_price()
        text = "".join(cells)
        if "\0" in text:
            return RowProblem("nul_character", "A cell holds a NUL character.")
        if "00" in name and not self._has_stated_quantity and (problem := named_quantity(name)):
            return problem
        return self._length_problem(cells, sku) if len(text) > MAX_SKU_LENGTH else None

    def _length_problem(self, cells: list[str], sku: str) -> RowProblem | None:
        category = "" if self._category is None else cells[self._category].strip()
        for kind, text, max_length in (
            ("article code", sku, MAX_SKU_LENGTH),
            ("category", category, MAX_CATEGORY_LENGTH),
            ("cell", max(cells, key=len), MAX_CELL_LENGTH),
        ):
            if len(text) > max_length:
                return too_long(kind, text, max_length)
        return None

    def _classify_below_other_header(
        self, record: Record, cells: list[str], problem: RowProblem
    ) -> PriceListRow:
        """Reject a row whose cells stand in other columns, unless it is no article."""
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) < _MIN_ARTICLE_CELLS or self._headers.is_header(cells):
            return self._classify_incomplete(record, cells)
        return self._rejected(record, problem, "")

    def _classify_incomplete(self, record: Record, cells: list[str]) -> PriceListRow:
        """Classify a row without code, name or price: blank, total, header, section or rejected."""
        number = record[0]
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled or self._is_total(cells, filled[0]) or self._headers.is_header(cells):
            self._sections.skip(number, is_blank=not filled)
            return IgnoredRow(number)
        if len(filled) == 1 and self._is_section_title(number, filled[0], cells):
            self._sections.enter(number, filled[0], cells[filled[0]])
            self._section = self._sections.category
            self._title_problem = own_discount_problem(self._section or "")
            if self._prices is not None:
                self._prices.section = self._section or ""
            return IgnoredRow(number)
        code = self._readable_code(cells)
        return self._rejected(record, missing_field(code, has_name=self._name in filled), code)

    def _rejected(self, record: Record, problem: RowProblem, code: str) -> RejectedRow:
        section = self._section if self._category is None else None
        return rejected_row(record, problem, code, section)

    def _is_section_title(self, number: int, column: int, cells: list[str]) -> bool:
        """Return whether the only cell of a row is a title, not an article without a price."""
        if not self._table.has_sections:
            return False
        look = self._table.article_look
        if look is None or column != self._name:
            return column != self._price
        below_blank_row = self._sections.is_below_blank_row(number)
        return look.differs_from(cells[column], is_below_blank_row=below_blank_row)

    def _is_total(self, cells: list[str], first: int) -> bool:
        """Return whether a row is a total: `Total: 15 pcs` is, `Total Quartz 9000` is not.

        Without code and price, a row that begins like one is a total of something.
        """
        code = self._readable_code(cells)
        words = split_header(cells[first][:MAX_CATEGORY_LENGTH])
        has_code = code and (first != self._sku or cells[self._name].strip())
        if not words or (has_code and not self._names_are_codes):
            return False
        if not (code or cells[self._price].strip()):
            return words[0] in _TOTAL_WORDS
        remaining_words = (
            word
            for word in words
            if not word.isdigit() and not currencies_of_word(word, self._catalog_currency)
        )
        return words[0] in _TOTAL_WORDS and _TOTAL_LABEL_WORDS.issuperset(remaining_words)

    def _is_total_of_names(self, cells: list[str]) -> bool:
        """Return whether the name is that of a total and nothing else identifies an article."""
        others = (cells[index] for index in self._key_columns if index != self._name)
        return not any(map(str.strip, others)) and self._is_total(cells, self._name)
