"""Prices of rows that have them in one of several columns."""

from collections.abc import Sequence
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.price_alternatives import PriceAlternative, basis_of
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.priced_rows import RowStatements, has_row_prices
from pricebook.pricelists.pricing import Vat
from pricebook.pricelists.row_costs import NO_PRICE
from pricebook.pricelists.row_prices import RowPriceReader
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote
from pricebook.pricelists.unread_cells import UnreadCells

_NO_STATEMENTS = RowStatements(None, None)


def row_price_reader(
    table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
) -> "RowPriceReader | PriceColumnsReader | None":
    """Return the reader of prices, None if rows need no more than their price cell."""
    if len(table.price_alternatives) > 1:
        return PriceColumnsReader(table, number_profile, request)
    has_prices = has_row_prices(table, request)
    return RowPriceReader(table, number_profile, request) if has_prices else None


class PriceColumnsReader:
    """Reads the price of a row from the first column that has one.

    Columns for different units exclude each other, and a section title that states another
    quantity leaves in doubt what its prices are for.
    """

    def __init__(
        self, table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
    ) -> None:
        first = table.price_alternatives[0]
        self._headers = table.headers
        self._columns = table.price_alternatives
        self._quantities = {
            basis_of(table.basis, each, first).price_quantity for each in self._columns
        }
        self._exclude_each_other = len({(each.unit, each.quantity) for each in self._columns}) > 1
        self._readers = {
            each.column: RowPriceReader(_table_of(table, each), number_profile, request)
            for each in self._columns
        }

    @property
    def section(self) -> str:
        """The titles above the next row, if no column has its category."""
        return self._readers[self._columns[0].column].section

    @section.setter
    def section(self, section: str) -> None:
        for reader in self._readers.values():
            reader.section = section

    @property
    def title_vat(self) -> Vat:
        """What titles above the next row state about VAT otherwise than the list."""
        return self._readers[self._columns[0].column].title_vat

    @title_vat.setter
    def title_vat(self, vat: Vat) -> None:
        for reader in self._readers.values():
            reader.title_vat = vat

    @property
    def unread_cells(self) -> UnreadCells:
        """The cells that were kept as text because they are not understood."""
        unread = UnreadCells()
        for reader in self._readers.values():
            unread.update(reader.unread_cells)
        return unread

    def read(
        self, cells: list[str], texts: list[str]
    ) -> tuple[Decimal | RowProblem | None, RowStatements]:
        """Return the cost of a row with code and name, or the reason to reject it."""
        filled = [
            each.column
            for each in self._columns
            if display_text(cells[each.column]).strip() not in NO_PRICE
        ]
        if not filled:
            return RowProblem("missing_price", "The price is missing."), _NO_STATEMENTS
        if len(filled) > 1 and self._exclude_each_other:
            return self._two_prices(filled), _NO_STATEMENTS
        price, statements = self._readers[filled[0]].read(cells, texts)
        is_price = not isinstance(price, RowProblem)
        return (is_price and self._problem_of_section()) or price, statements

    def _two_prices(self, filled: Sequence[int]) -> RowProblem:
        first, second = (quote(self._headers[index]) for index in filled[:2])
        return RowProblem(
            "price_quantity_unknown",
            f"The row has prices in the columns {first} and {second}, which are for different "
            "units: clear one of them.",
        )

    def _problem_of_section(self) -> RowProblem | None:
        section = self.section
        quantities = read_statement(section).quantities if section else frozenset[Decimal]()
        if quantities <= self._quantities:
            return None
        return RowProblem(
            "price_quantity_unknown",
            f"The section {quote(section)} states another quantity than the column of the price: "
            "write the price for that of the column, or import these rows as a list of their own.",
        )


def _table_of(table: DetectedTable, each: PriceAlternative) -> DetectedTable:
    """Return the table with the price in one of its columns."""
    columns: dict[Field, int] = {**table.columns, "price": each.column}
    basis = basis_of(table.basis, each, table.price_alternatives[0])
    if basis.currency != table.basis.currency:
        columns.pop("list_price", None)
    return table._replace(columns=columns, basis=basis, price_alternatives=())
