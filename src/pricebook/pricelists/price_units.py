"""Prices whose cells name what they are for: read if their row agrees, else rejected."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.quantity_phrases import PACK_CODES
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.price_cell_check import sets_quantity
from pricebook.pricelists.row_costs import ReadPrice
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote
from pricebook.pricelists.unit_cells import split_unit


class PriceUnits:
    """Reads the prices of one table whose cells name a unit, `11,90 / kg`."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._fields = fields
        self._is_per_pack = table.basis.prices_per_pack
        self._is_set = sets_quantity(table)

    def read(self, cell: str, problem: RowProblem, read_price: ReadPrice) -> Decimal | RowProblem:
        """Return the price of a cell that is none with its unit, else the problem."""
        if problem.error_type != "price_not_a_number":
            return problem
        parts = split_unit(display_text(cell))
        price = read_price(parts[0]) if parts else problem
        is_other_text = isinstance(price, RowProblem) and price.error_type == "price_not_a_number"
        return problem if is_other_text else price

    def unit_of(self, cells: list[str], terms: RowTerms, field: Field = "price") -> str | None:
        """Return the code of the unit that only the cell of a price of a row names.

        Raises RowRejectedError if the price is for something else than its row or its list states.
        """
        cell = display_text(self._fields.cell(cells, field))
        parts = split_unit(cell)
        if parts is None or self._is_set:
            return None
        quantity, own = parts[1], terms.quantity
        if self._is_per_pack and quantity.unit in PACK_CODES and quantity.number == 1:
            return None
        if not self._agrees(quantity, terms):
            raise self._contradiction(cell, cells, own)
        return quantity.unit if own.unit is None else None

    def _agrees(self, quantity: Quantity, terms: RowTerms) -> bool:
        """Return whether a row states the same, or nothing; a pack beside its size is in doubt."""
        own = terms.quantity
        if own.number != quantity.number or own.unit not in {None, quantity.unit}:
            return False
        may_be_divided = quantity.unit in PACK_CODES and terms.pack_size is not None
        return own.unit is not None or not (may_be_divided or terms.details.unit_text)

    def _contradiction(self, cell: str, cells: list[str], own: Quantity) -> RowRejectedError:
        fields = [
            f"{quote(text)} ({self._fields.label(field)})"
            for field in ("price_quantity", "unit", "pack_size")
            if (text := self._fields.text(cells, field))
        ]
        stated = " and ".join(fields) or f"{own.number:f} by the price list"
        return RowRejectedError(
            "price_quantity_unknown",
            f"The price {quote(cell)} names what it is for, and its row states {stated}: correct "
            "one of them, or set price_quantity to what all prices are for, as in "
            "price_quantity=1, or name the other column in ignored_columns.",
        )
