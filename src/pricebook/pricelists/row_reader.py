"""Classification of the records of a price list: item, rejected or ignored rows."""

from decimal import Decimal
from functools import partial

from pricebook.pricelists.detection.block_notes import title_text
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_continuation import is_legend_row
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.item_names import (
    MAX_NAME_LENGTH,
    DittoNames,
    NameShortener,
    is_ditto_mark,
)
from pricebook.pricelists.numbers import RowProblem, price_cell_reader
from pricebook.pricelists.price_cell_check import price_cell_check
from pricebook.pricelists.price_marks import PriceMarks
from pricebook.pricelists.priced_rows import RowStatements, statements_of_list
from pricebook.pricelists.pricing import VAT_OF_LIST, Vat
from pricebook.pricelists.repeated_headers import RepeatedHeaders
from pricebook.pricelists.row_checks import RowChecks
from pricebook.pricelists.row_discontinued import DiscontinuedRows
from pricebook.pricelists.row_price_columns import row_price_reader
from pricebook.pricelists.row_prices import RowPriceReader
from pricebook.pricelists.row_rejection import (
    calculated_columns,
    date_as_code,
    display_texts,
    missing_field,
    rejected_row,
    uncalculated_problem,
)
from pricebook.pricelists.row_sections import RowSections
from pricebook.pricelists.row_tax import RowTax
from pricebook.pricelists.row_title_discounts import own_discount_problem, title_of_row
from pricebook.pricelists.schemas.cells import Record, UncalculatedFormula
from pricebook.pricelists.schemas.price_list_rows import (
    IgnoredRow,
    ItemRow,
    PriceListRow,
    RejectedRow,
)
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.supplier_codes import compose_code
from pricebook.pricelists.text import clean_code, clean_name
from pricebook.pricelists.total_rows import TotalRows, sum_as_code
from pricebook.pricelists.unit_cells import split_unit
from pricebook.pricelists.unread_cells import UnreadCells

# Code, name and price.
_MIN_ARTICLE_CELLS = 3
_PLAIN_TEXT = frozenset({str})


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
        self._record_type = table.record_type
        self._totals = TotalRows(table, request.currency, self._readable_code)
        self._read_price = price_cell_reader(
            number_profile, basis.currency, price_cell_check(table)
        )
        self._marks = PriceMarks(table, request)
        self._tax = RowTax(table, request)
        self._statements = statements_of_list(basis, request.currency)
        self._prices = row_price_reader(table, number_profile, request)
        self._start_prices = partial(RowPriceReader, table, number_profile, request)
        self._calculated_columns = calculated_columns(table)
        self._checks = RowChecks(table, is_text_file=not has_typed_cells)
        self._shortener = NameShortener(title for title, _ in table.characteristics)
        self.names = DittoNames()
        self._headers = RepeatedHeaders(table)
        self._discontinued = DiscontinuedRows(table, request)
        self.sections = RowSections()
        self._title_rows = range(0)
        self._refusal: RowProblem | None = None

    @property
    def unread_cells(self) -> UnreadCells:
        """The cells that were kept as text because they are not understood."""
        return UnreadCells() if self._prices is None else self._prices.unread_cells

    @property
    def section(self) -> str | None:
        """The section of the latest row, None if the price list has a column of categories."""
        return self.sections.stored_name if self._category is None else None

    def continue_below(self, sections: RowSections, title_rows: range) -> None:
        """Begin below the rows of another table of the sheet, with titles above the header."""
        self.sections, self._title_rows = sections, title_rows
        if self._prices is not None:
            self._prices.section = sections.name or ""

    def reject_below(self, problem: RowProblem, header_row: int, title_rows: range) -> None:
        """Reject the articles below a header, which are those of another table."""
        self._refusal, self._rows_start_below, self._title_rows = problem, header_row, title_rows

    def read(self, record: Record) -> PriceListRow:
        """Return the next record as an item, rejected or ignored row."""
        number, cells, malformed = record
        if number <= self._rows_start_below:
            if number in self._title_rows and (filled := filled_columns(cells)):
                self._enter_section(number, filled[0], title_text(cells))
            return IgnoredRow(number)
        if malformed:
            return self._rejected(record, RowProblem("malformed_row", malformed), "")
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        if not self._has_typed_cells or _PLAIN_TEXT.issuperset(map(type, cells)):
            return self._classify(record, cells, cells)
        if problem := uncalculated_problem(cells, self._calculated_columns):
            return self._rejected(record, problem, self._readable_code(cells))
        row = self._classify(record, display_texts(cells), cells)
        problem = isinstance(row, ItemRow) and date_as_code(self._table, cells)
        return self._rejected(record, problem, self._readable_code(cells)) if problem else row

    def _classify(self, record: Record, cells: list[str], typed_cells: list[str]) -> PriceListRow:
        """Classify a row by the displayed texts of its cells and the cells as they were read."""
        if self._record_type is not None and self._record_type.differs(cells):
            return self._other_record(record, cells)
        if problem := self._refusal or self._headers.problem:
            return self._classify_below_other_header(record, cells, problem)
        return self._classify_texts(record, cells, typed_cells)

    def _other_record(self, record: Record, cells: list[str]) -> PriceListRow:
        """Ignore a row of another record type than the articles, unless it has a price."""
        if not cells[self._price].strip() or self._headers.is_header(cells):
            return IgnoredRow(record[0])
        detail = "The row has a price and another record type than the articles: correct one."
        return self._rejected(record, RowProblem("malformed_row", detail), "")

    def _classify_texts(
        self, record: Record, cells: list[str], typed_cells: list[str]
    ) -> PriceListRow:
        """Classify a row below a header with the columns of the table."""
        sku = self._read_code(cells) if self._key_columns else clean_code(cells[self._sku])
        name = self.names.resolve(clean_name(cells[self._name]), is_of_article=bool(sku))
        if not (sku and name):
            return self._classify_incomplete(record, cells)
        is_sum = self._totals.names_sum(sku)
        if (is_sum or self._names_are_codes) and self._is_total(cells, name, is_sum=is_sum):
            return IgnoredRow(record[0])
        facts = self.sections.facts
        if self._category is not None:
            facts = self.sections.facts_of_category(cells[self._category])
        if problem := facts.discontinued or self._discontinued.find_problem(cells):
            return self._rejected(record, problem, "")
        vat = self._tax.vat(facts.tax_titles) if facts.tax_titles else VAT_OF_LIST
        price, said = self._read_terms(cells, typed_cells, vat)
        if isinstance(price, RowProblem):
            return self._classify_without_price(record, cells, price)
        if problem := (
            (sum_as_code(sku) if is_sum else facts.outdated)
            or self._checks.find_problem(cells, sku, name, price)
            or self._tax.problem(cells, facts.tax_titles)
        ):
            return self._rejected(record, problem, sku)
        characteristics = self._characteristics(cells, said)
        if len(name) > MAX_NAME_LENGTH:
            name = self._shortener.shorten(name, characteristics)
        return ItemRow(
            record[0],
            sku,
            name,
            price,
            facts.category,
            characteristics,
            said.currency,
            said.details,
            said.availability,
            said.next_price,
            said.next_from,
        )

    def _characteristics(self, cells: list[str], said: RowStatements) -> dict[str, str | None]:
        titles = self._table.characteristics
        found = {title: cells[index].strip() or None for title, index in titles}
        return found | said.characteristics if said.characteristics else found

    def _is_total(self, cells: list[str], name: str, *, is_sum: bool) -> bool:
        if self._names_are_codes:
            return self._totals.is_total_of_names(cells)
        return is_sum and self._totals.is_total_beside_sum(name)

    def _read_terms(
        self, cells: list[str], typed_cells: list[str], vat: Vat
    ) -> tuple[Decimal | RowProblem | None, RowStatements]:
        if self._prices is None:
            price = self._title_discount(cells) or self._read_plain(typed_cells[self._price])
            has_unit = isinstance(price, RowProblem) and split_unit(cells[self._price])
            if vat == VAT_OF_LIST and not has_unit:
                return price, self._statements
            self._prices = self._start_prices()
            self._prices.section = self.sections.name or ""
        self._prices.title_vat = vat
        return self._prices.read(typed_cells, cells)

    def _read_plain(self, cell: str) -> Decimal | RowProblem:
        price = self._read_price(cell)
        if isinstance(price, RowProblem):
            return self._marks.read(cell, price, self._read_price)
        return price

    def _title_discount(self, cells: list[str]) -> RowProblem | None:
        problem = self.sections.problem
        if self._category is None:
            return problem
        return own_discount_problem(cells[self._category]) or problem

    def _classify_without_price(
        self, record: Record, cells: list[str], problem: RowProblem
    ) -> PriceListRow:
        if problem.error_type == "missing_price" or self._headers.is_header(cells):
            return self._classify_incomplete(record, cells)
        problem = self._discontinued.problem_of_price(cells) or problem
        return self._rejected(record, problem, self._readable_code(cells))

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
        if not filled or self._is_no_title(cells, filled[0]):
            self.sections.skip(number, is_blank=not filled)
            return IgnoredRow(number)
        title = title_of_row(cells, filled)
        if title and self._is_section_title(number, filled[0], cells):
            self._enter_section(number, filled[0], title)
            return IgnoredRow(number)
        code = self._readable_code(cells)
        has_name = self._name in filled and not is_ditto_mark(clean_name(cells[self._name]))
        problem = missing_field(self._table, cells, code, has_name=has_name)
        return self._rejected(record, problem, code)

    def _enter_section(self, number: int, column: int, title: str) -> None:
        self.sections.enter(number, column, title)
        if self._prices is not None:
            self._prices.section = self.sections.name or ""

    def _is_no_title(self, cells: list[str], first: int) -> bool:
        """Return whether a row is a total, a header row, or the definition of a mark."""
        is_total = self._totals.is_total(cells, first) or self._headers.is_header(cells)
        return is_total or is_legend_row(cells)

    def _rejected(self, record: Record, problem: RowProblem, code: str) -> RejectedRow:
        return rejected_row(record, problem, code, self.section)

    def _is_section_title(self, number: int, column: int, cells: list[str]) -> bool:
        """Return whether the only cell of a row is a title, not an article without a price."""
        if not self._table.has_sections:
            return False
        look = self._table.article_look
        if look is None or column != self._name:
            return column != self._price
        below_blank_row = self.sections.is_below_blank_row(number)
        return look.differs_from(cells[column], is_below_blank_row=below_blank_row)
