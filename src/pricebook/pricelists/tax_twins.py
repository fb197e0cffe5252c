"""Prices with the other tax basis beside those of a list: missing ones follow, others must fit."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_sample import TaxTwin
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.pricing import Vat, comparable_cost, vat_conversion
from pricebook.pricelists.row_costs import NO_PRICE, ReadPrice, checked_price
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_rejection import contradicting_tax_prices, other_tax_price

# Of the price including tax; rounded ones may be further off if they are small.
_TOLERANCE = Decimal("0.02")
_ROUNDING = Decimal("0.02")


class TaxTwinReader:
    """Derives prices from the column with the other tax basis and the rate of the row.

    `is_proved`: the rates lead from one column to the other; otherwise no price is derived.
    """

    def __init__(self, table: DetectedTable, twin: TaxTwin, fields: RowFields) -> None:
        self._table = table
        self._twin = twin
        self._fields = fields
        self.is_proved = twin.is_proved

    def has_price(self, cells: list[str]) -> bool:
        """Return whether a row has a price in the column."""
        return display_text(cells[self._twin.column]).strip() not in NO_PRICE

    def price(self, cells: list[str], read_price: ReadPrice) -> Decimal | None:
        """Return the price in the tax basis of the price column, rounded to six decimals.

        None without a price in the other column; raises RowRejectedError if the cell of that or of
        the rate is not understood.
        """
        if not self.has_price(cells):
            return None
        price = checked_price(read_price(cells[self._twin.column]))
        rate = parse_vat_rate(self._fields.cell(cells, "vat_rate"))
        vat = Vat(included=self._twin.includes_tax, rate=rate)
        factor = vat_conversion(vat, "net" if self._twin.includes_tax else "gross")
        if factor is None:
            label = self._fields.label("vat_rate")
            reason = f"its VAT rate ({label}) is missing or not understood"
            raise RowRejectedError(*other_tax_price(self._table, self._twin, cells, reason))
        return comparable_cost(price, vat_factor=factor)

    def check(self, cells: list[str], price: Decimal, read_price: ReadPrice) -> None:
        """Raise RowRejectedError if both prices of a row are known and contradict each other.

        With the rate of the row they differ by it; without one the net price is not the greater.
        """
        other = read_price(cells[self._twin.column]) if self.has_price(cells) else None
        if not isinstance(other, Decimal):
            return
        net, gross = (price, other) if self._twin.includes_tax else (other, price)
        rate = parse_vat_rate(self._fields.cell(cells, "vat_rate")) if self.is_proved else None
        expected = net if rate is None else net * (100 + rate) / 100
        is_less = gross < expected - max(_ROUNDING, _TOLERANCE * gross)
        is_more = rate is not None and gross > expected + max(_ROUNDING, _TOLERANCE * gross)
        if is_less or is_more:
            label = f" at the VAT rate {rate:f} ({self._fields.label('vat_rate')})" if rate else ""
            raise RowRejectedError(*contradicting_tax_prices(self._table, self._twin, cells, label))


def tax_twin_reader(table: DetectedTable, fields: RowFields) -> TaxTwinReader | None:
    """Return the reader of the column with the other tax basis, None if there is none."""
    twin = table.tax_twin
    return TaxTwinReader(table, twin, fields) if twin else None
