"""Prices of rows that have them in one of several columns."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.price_alternatives import PriceAlternative, basis_of
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.unchanged import is_unchanged
from pricebook.pricelists.listed_prices import MAX_PACK_FACTOR
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.priced_rows import RowStatements, has_row_prices
from pricebook.pricelists.pricing import Vat
from pricebook.pricelists.row_costs import NO_PRICE
from pricebook.pricelists.row_prices import RowPriceReader
from pricebook.pricelists.row_promotions import (
    ReadCost,
    RowPromotions,
    owns_first_days,
    with_days,
)
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote
from pricebook.pricelists.unread_cells import UnreadCells

_NO_STATEMENTS = RowStatements(None, None)
_BOTH = (True, False)


def row_price_reader(
    table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
) -> "RowPriceReader | PriceColumnsReader | None":
    """Return the reader of prices, None if rows need no more than their price cell."""
    promotions = _promotions_of(table, request)

    def reader_of(each: PriceAlternative) -> RowPriceReader:
        return RowPriceReader(_table_of(table, each, promotions), number_profile, request)

    if len(table.price_alternatives) > 1 or promotions:
        return PriceColumnsReader(table, promotions, reader_of)
    has_prices = has_row_prices(table, request)
    return RowPriceReader(table, number_profile, request) if has_prices else None


class PriceColumnsReader:
    """Reads the price of a row from the first column that has one.

    Columns for different units exclude each other, and a section title that states another
    quantity leaves in doubt what its prices are for. The price of a promotion is passed over
    before its first day and after its last one; until then, the next column has the price that
    follows it.
    """

    def __init__(
        self,
        table: DetectedTable,
        promotions: RowPromotions | None,
        reader_of: Callable[[PriceAlternative], RowPriceReader],
    ) -> None:
        self._headers = table.headers
        self._columns = _price_columns(table)
        first = self._columns[0]
        self._promotions = promotions
        self._quantities = {
            basis_of(table.basis, each, first).price_quantity for each in self._columns
        }
        self._exclude_each_other = len({(each.unit, each.quantity) for each in self._columns}) > 1
        self._readers = {each.column: reader_of(each) for each in self._columns}
        self._has_packs_and_pieces = len({each.is_per_pack for each in self._columns}) > 1
        self._packs = frozenset(each.column for each in self._columns if each.is_per_pack)
        # Prices beside that of the row, whose unread cells are counted with it.
        others = self._columns if promotions or self._has_packs_and_pieces else ()
        self._other_readers = {each.column: reader_of(each) for each in others}

    @property
    def section(self) -> str:
        """The titles above the next row, if no column has its category."""
        return self._readers[self._columns[0].column].section

    @section.setter
    def section(self, section: str) -> None:
        for reader in self._all_readers():
            reader.section = section

    @property
    def title_vat(self) -> Vat:
        """What titles above the next row state about VAT otherwise than the list."""
        return self._readers[self._columns[0].column].title_vat

    @title_vat.setter
    def title_vat(self, vat: Vat) -> None:
        if vat == self.title_vat:
            return
        for reader in self._all_readers():
            reader.title_vat = vat

    @property
    def unread_cells(self) -> UnreadCells:
        """The cells that were kept as text because they are not understood."""
        unread = UnreadCells()
        for reader in self._readers.values():
            unread.update(reader.unread_cells)
        return unread

    def _all_readers(self) -> Iterator[RowPriceReader]:
        yield from self._readers.values()
        yield from self._other_readers.values()

    def read(
        self, cells: list[str], texts: list[str]
    ) -> tuple[Decimal | RowProblem | None, RowStatements]:
        """Return the cost of a row with code and name, or the reason to reject it."""
        stated = [
            each.column for each in self._columns if texts[each.column].strip() not in NO_PRICE
        ]
        filled = [index for index in stated if not is_unchanged(texts[index])]
        if not filled and len(self._columns) > 1:
            return _missing_price([cells[index] for index in stated]), _NO_STATEMENTS
        holding = self._promotions.holding(filled, texts) if self._promotions else None
        if isinstance(holding, RowProblem):
            return holding, _NO_STATEMENTS
        filled = filled if holding is None else holding.columns
        if len(filled) > 1 and self._exclude_each_other:
            return self._two_prices(filled), _NO_STATEMENTS
        column = filled[0] if filled else self._columns[0].column
        price, statements = self._readers[column].read(cells, texts)
        if isinstance(price, RowProblem):
            return price, statements
        if holding is not None and holding.days is not None:
            after = self._price_after(filled[1:], cells, texts)
            price, statements = with_days((price, statements), holding.days, after)
        problem = self._problem_of_section()
        if self._has_packs_and_pieces:
            problem = problem or self._problem_of_pack(price, filled, cells, texts)
        return problem or price, statements

    def _problem_of_pack(
        self,
        cost: Decimal | RowProblem | None,
        filled: Sequence[int],
        cells: list[str],
        texts: list[str],
    ) -> RowProblem | None:
        """Return why the price of a pack and that of its pieces do not fit each other."""
        packs, pieces = ([i for i in filled if (i in self._packs) == is_pack] for is_pack in _BOTH)
        if not (isinstance(cost, Decimal) and packs and pieces):
            return None
        column = pieces[0] if filled[0] in self._packs else packs[0]
        other, _ = self._other_readers[column].read(cells, texts)
        if not (isinstance(other, Decimal) and self._have_one_currency(packs[0], pieces[0])):
            return None
        if cost / MAX_PACK_FACTOR <= other <= cost * MAX_PACK_FACTOR:
            return None
        (pack, of_pack), (piece, of_piece) = (
            (display_text(cells[column]).strip(), quote(self._headers[column]))
            for column in (packs[0], pieces[0])
        )
        return RowProblem(
            "price_out_of_range",
            f"The price {pack} of a pack (column {of_pack}) and the price {piece} (column "
            f"{of_piece}) do not fit each other by the size of the pack: correct one of them.",
        )

    def _have_one_currency(self, *columns: int) -> bool:
        return len({each.currency for each in self._columns if each.column in columns}) == 1

    def _price_after(self, others: Sequence[int], cells: list[str], texts: list[str]) -> ReadCost:
        """Return the price that follows the one of a promotion: of the first other column."""
        promotions = self._promotions.columns if self._promotions else frozenset[int]()
        regular = [each.column for each in self._columns if each.column not in promotions]
        columns = [column for column in others if column in regular] or regular[:1]
        if not columns:
            return None, _NO_STATEMENTS
        return self._other_readers[columns[0]].read(cells, texts)

    def _problem_of_section(self) -> RowProblem | None:
        section = self.section if len(self._columns) > 1 else ""
        quantities = read_statement(section).quantities if section else frozenset[Decimal]()
        if quantities <= self._quantities:
            return None
        return RowProblem(
            "price_quantity_unknown",
            f"The section {quote(section)} states another quantity than the column of the price: "
            "write the price for that of the column, or import these rows as a list of their own.",
        )

    def _two_prices(self, filled: Sequence[int]) -> RowProblem:
        first, second = (quote(self._headers[index]) for index in filled[:2])
        return RowProblem(
            "price_quantity_unknown",
            f"The row has prices in the columns {first} and {second}, which are for different "
            "units: clear one of them.",
        )


def _missing_price(unchanged: Sequence[str]) -> RowProblem:
    """Return the problem of a row without a price, whose cells may mark it as unchanged."""
    if not unchanged:
        return RowProblem("missing_price", "The price is missing.")
    return RowProblem(
        "price_not_a_number",
        f"The price is marked {quote(display_text(unchanged[0]).strip())}, and no other column of "
        "the price has one: write the price.",
    )


def _price_columns(table: DetectedTable) -> Sequence[PriceAlternative]:
    return table.price_alternatives or (PriceAlternative(table.columns["price"]),)


def _promotions_of(table: DetectedTable, request: ReadRequest) -> RowPromotions | None:
    """Return the reader of the days of promotions, None if nothing states any."""
    promotions = RowPromotions(table, request, [each.column for each in _price_columns(table)])
    return promotions if promotions.have_days else None


def _table_of(
    table: DetectedTable, each: PriceAlternative, promotions: RowPromotions | None
) -> DetectedTable:
    """Return the table with the price in one of its columns.

    First days of promotions are not those of the price; new prices follow the regular one.
    """
    columns: dict[Field, int] = {**table.columns, "price": each.column}
    basis = basis_of(table.basis, each, _price_columns(table)[0])
    if basis.currency != table.basis.currency:
        columns.pop("list_price", None)
    if promotions and owns_first_days(table):
        columns.pop("valid_from", None)
    if promotions and each.column in promotions.columns and promotions.have_regular_price:
        columns.pop("next_price", None)
    return table._replace(columns=columns, basis=basis, price_alternatives=())
