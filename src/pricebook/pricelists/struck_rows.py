"""Articles and prices that a sheet strikes out: they may hold no longer.

A price that is struck out counts as empty if its row has another one that is not: one of several
columns of the price, or the list price that discounts are taken off.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pricebook.pricelists.decided_rows import option_of, without_article
from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS
from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.open_tables import OpenTable
from pricebook.pricelists.row_costs import NO_PRICE
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.row_rejection import name_column
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

# The fact of the option of that name.
_OPTION = "struck_out"
# Fields of an article that its price does not depend on.
_INFORMATION: frozenset[Field] = frozenset(
    {"sku", "name", "price", "list_price", "category", "gtin", "mpn", "brand", "stock", "lead_time"}
)
_OF_ARTICLE = (
    "set struck_out=read if struck-out articles are on sale, struck_out=skip if they are not."
)
_OF_CELL = (
    "clear the cell or remove its strikethrough, or set struck_out=read if what is struck out "
    "holds."
)


class _Columns(NamedTuple):
    """The columns of a table, with what each holds: of an article, its prices, their terms.

    `prices` are in the order in which they are used, `others` have prices that are not used.
    """

    article: Sequence[tuple[int, str]]
    prices: Sequence[int]
    terms: Sequence[tuple[int, str]]
    others: frozenset[int]


class StruckRows:
    """Reads the rows of a table of a sheet that has struck-out cells.

    With `are_skipped`, struck-out articles are left out, else they are rejected.
    """

    def __init__(self, opened: OpenTable, table: DetectedTable, *, are_skipped: bool) -> None:
        self._struck = opened.file.struck_cells
        self._rows_before = opened.rows_before
        self._are_skipped = are_skipped
        self._headers = table.headers
        self._columns = _columns_of(table)

    def read(self, reader: RowReader, record: Record) -> PriceListRow:
        """Return the next record as a row: no article if it is struck out."""
        number, cells, malformed = record
        struck = self._struck_columns(number, cells)
        if not struck:
            return reader.read(record)
        problem = self._find_problem(cells, struck)
        if problem is None:
            return reader.read((number, self._cleared(cells, struck), malformed))
        row, section = reader.read(record), reader.section
        is_skipped = self._are_skipped and problem.error_type == "struck_out"
        return without_article(row, record, problem, section, is_skipped=is_skipped)

    def valid_cells(self, number: int, cells: list[str]) -> list[str]:
        """Return the cells of a row without the prices that do not count."""
        struck = self._struck_columns(number, cells)
        is_read = struck and self._find_problem(cells, struck) is None
        return self._cleared(cells, struck) if is_read else cells

    def _struck_columns(self, number: int, cells: list[str]) -> Sequence[int]:
        found = self._struck.columns(number - self._rows_before)
        return [each for each in found if each < len(cells)]

    def _find_problem(self, cells: list[str], struck: Sequence[int]) -> RowProblem | None:
        """Return why a row is in doubt: its article is struck out, or what its price depends on."""
        columns = self._columns
        filled = [each for each in columns.prices if _has_price(cells, each)]
        prices = [(each, FIELD_LABELS["price"]) for each in filled if each in struck]
        of_article = [each for each in columns.article if each[0] in struck]
        if len(prices) == len(filled):
            of_article += prices
        for index, label in of_article:
            return RowProblem("struck_out", self._message(cells, index, label, _OF_ARTICLE))
        for index, label in columns.terms:
            if index in struck:
                return RowProblem("struck_cell", self._message(cells, index, label, _OF_CELL))
        return None

    def _message(self, cells: list[str], index: int, label: str, advice: str) -> str:
        cell = f"{quote(display_text(cells[index]))} ({name_column(self._headers, index)})"
        return f"The {label} {cell} is struck out: {advice}"

    def _cleared(self, cells: list[str], struck: Sequence[int]) -> list[str]:
        cleared = self._columns.others.union(self._columns.prices).intersection(struck)
        return ["" if index in cleared else cell for index, cell in enumerate(cells)]


def struck_rows(opened: OpenTable, table: DetectedTable | None) -> StruckRows | None:
    """Return the reader of a table with struck-out cells, None if there are none or they hold."""
    option = option_of(opened, _OPTION)
    if table is None or option == "read" or not opened.file.struck_cells:
        return None
    return StruckRows(opened, table, are_skipped=option == "skip")


def _columns_of(table: DetectedTable) -> _Columns:
    columns, twin = table.columns, table.tax_twin
    alternatives = [each.column for each in table.price_alternatives]
    prices = alternatives if len(alternatives) > 1 else [columns["price"]]
    others = frozenset[int]()
    if "list_price" in columns:
        is_base = table.basis.discount_base == "list_price"
        prices = [columns["list_price"], *prices] if is_base else prices
        others = others if is_base else frozenset({columns["list_price"]})
    codes = table.key_columns or (columns["sku"],)
    article = [(index, FIELD_LABELS["sku"]) for index in codes]
    article.append((columns["name"], FIELD_LABELS["name"]))
    if twin is not None:
        article.append((twin.column, FIELD_LABELS["price"]))
    terms = [*_terms_of(table)]
    return _Columns(article, prices, [each for each in terms if each[0] not in prices], others)


def _terms_of(table: DetectedTable) -> Iterator[tuple[int, str]]:
    """Yield the columns that decide a price beside that of the price itself."""
    for field, index in table.columns.items():
        if field not in _INFORMATION:
            yield index, FIELD_LABELS[field]
    for _, index in table.tiers:
        yield index, FIELD_LABELS["price"]


def _has_price(cells: list[str], index: int) -> bool:
    return index < len(cells) and display_text(cells[index]).strip() not in NO_PRICE
