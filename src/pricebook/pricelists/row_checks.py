"""Checks of rows that have code, name and price."""

from decimal import Decimal

from pricebook.pricelists.detection.discontinued_words import explains_discontinued
from pricebook.pricelists.detection.footnotes import marked_by
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.exchanged_columns import ExchangedColumns
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.price_problems import zero_price
from pricebook.pricelists.row_discontinued import problem_of_footnote
from pricebook.pricelists.row_rejection import (
    marked_price,
    named_quantity,
    too_long,
    too_many_cells,
)
from pricebook.pricelists.sections import MAX_CATEGORY_LENGTH
from pricebook.pricelists.supplier_codes import MAX_SKU_LENGTH

# Limit of Excel for the text of a cell ("Excel specifications and limits").
MAX_CELL_LENGTH = 32_767


class RowChecks:
    """Finds why an article of a table cannot be stored or what its price is for is in doubt."""

    def __init__(self, table: DetectedTable, *, is_text_file: bool) -> None:
        self._width = len(table.headers)
        self._category = table.columns.get("category")
        self._has_stated_quantity = "price_quantity" in table.facts
        self._is_text_file = is_text_file
        self._exchanged = ExchangedColumns(table)
        ignored = table.basis.ignored_marks
        self._footnotes = {m: text for m, text in table.footnotes.items() if m not in ignored}

    def find_problem(
        self, cells: list[str], sku: str, name: str, price: Decimal | None
    ) -> RowProblem | None:
        """Return the first problem of a row that has code, name and price."""
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return too_many_cells(cells, self._width, is_text=self._is_text_file)
        if not price and price is not None:
            return zero_price()
        text = "".join(cells)
        if "\0" in text:
            return RowProblem("nul_character", "A cell holds a NUL character.")
        if "00" in name and not self._has_stated_quantity and (problem := named_quantity(name)):
            return problem
        if self._footnotes and (mark := marked_by(cells, self._footnotes)):
            return _marked_problem(mark, self._footnotes[mark])
        problem = self._exchanged.find_problem(cells)
        return problem or (self._length_problem(cells, sku) if len(text) > MAX_SKU_LENGTH else None)

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


def _marked_problem(mark: str, text: str) -> RowProblem:
    return (
        problem_of_footnote(mark, text) if explains_discontinued(text) else marked_price(mark, text)
    )
