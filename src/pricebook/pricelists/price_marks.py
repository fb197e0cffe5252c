"""Prices whose cells have a mark beside their number: read if the mark is known, else rejected."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.mark_legends import changes_no_price
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.marked_cells import split_mark
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_costs import ReadPrice
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote


class PriceMarks:
    """What the marks in the price cells of one table mean."""

    def __init__(self, table: DetectedTable, request: ReadRequest) -> None:
        self._texts = table.mark_texts
        self._net_marks = table.basis.net_marks
        self._ignored = table.basis.ignored_marks
        self._vat_included = table.basis.vat_included
        self._today = request.today

    def read(self, cell: str, problem: RowProblem, read_price: ReadPrice) -> Decimal | RowProblem:
        """Return the price of a cell that is none without its mark, else the problem."""
        if problem.error_type != "price_not_a_number":
            return problem
        number, mark = split_mark(display_text(cell))
        if isinstance(cell, NumberCell):
            number = NumberCell(str(cell), number)
        price = read_price(number) if mark else problem
        if isinstance(price, RowProblem):
            return problem
        return self._problem(display_text(cell).strip(), mark) or price

    def net_mark(self, cell: str) -> str:
        """Return the mark of a price without discounts by its text, empty without one."""
        _, mark = split_mark(display_text(cell))
        is_net = mark not in self._ignored and excludes_discounts(self._texts.get(mark, ""))
        return mark if is_net else ""

    def _problem(self, cell: str, mark: str) -> RowProblem | None:
        text = self._texts.get(mark, "")
        if mark in self._ignored:
            return None
        excluded = excludes_discounts(text)
        if excluded == "net" and self._vat_included:
            return RowProblem(
                "vat_unknown",
                f"The price {quote(cell)} has the mark {quote(mark)} of net prices, {quote(text)}, "
                "and the prices of the list include VAT: write it like the others, without mark.",
            )
        if mark in self._net_marks or excluded or changes_no_price(text, mark, self._today):
            return None
        source = f"by the text {quote(text)}" if text else "which no text of the list explains"
        return RowProblem(
            "price_not_a_number",
            f"The price {quote(cell)} has the mark {quote(mark)}, {source}: set "
            f'ignored_marks="{mark}" if the price holds as it is, or net_marks="{mark}" if it takes'
            " no discount.",
        )
