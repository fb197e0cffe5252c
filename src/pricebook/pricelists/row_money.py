"""Cells of units and price quantities that name the currency of their price: `kr/100 st`."""

from collections.abc import Callable
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.unit_currencies import read_money_per_unit
from pricebook.pricelists.detection.unit_meanings import UNIT_FIELDS
from pricebook.pricelists.facts.quantities import Quantity
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote


class RowMoney:
    """Finds the currency in the cells of units and price quantities of one table."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._fields = fields
        self._columns: list[Field] = [field for field in UNIT_FIELDS if fields.has(field)]
        scale = header_statement(fields.header("price")).scale
        self._is_header_scaled = table.basis.in_hundredths and scale.in_hundredths

    def is_named(self, cells: list[str], currency: str) -> bool:
        """Return whether a row names the currency of its price, or its hundredth, beside a unit.

        Raises RowRejectedError if that is another currency than the row's, or contradicts the
        header of the price.
        """
        is_named = False
        for field in self._columns:
            text = display_text(self._fields.cell(cells, field))
            money = read_money_per_unit(text, currency) if text else None
            if money is None:
                continue
            label = self._fields.label(field)
            if currency not in money.codes:
                raise RowRejectedError(
                    "other_currency",
                    f"The unit {quote(text)} ({label}) is in another currency than the row, "
                    f"{currency}: correct one of them or set currency, or unit_meanings to what "
                    "the cell means.",
                )
            if self._is_header_scaled and not money.in_hundredths:
                raise RowRejectedError(
                    "price_quantity_unknown",
                    f"The unit {quote(text)} ({label}) names the currency and the header of the "
                    "price its hundredths: correct one of them, or set unit_meanings to the unit "
                    "alone if the price is in hundredths.",
                )
            is_named = True
        return is_named


def quantity_of_money(
    cell: str, currency: str, parse: Callable[[str], Quantity | None]
) -> Quantity | None:
    """Return the quantity of a cell that may name a currency before it, by `parse`.

    A hundredth of the currency for a piece is the currency for a hundred: 100 for `öre/st`.
    """
    money = read_money_per_unit(display_text(cell), currency)
    if money is None:
        return parse(cell)
    unit = parse_unit(money.unit)
    quantity = Quantity(Decimal(1), unit) if unit else parse(money.unit)
    if quantity is None or not money.in_hundredths:
        return quantity
    return quantity._replace(number=quantity.number * 100)
