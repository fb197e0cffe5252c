"""The price of a row that only has the one with the other tax basis, where its list proves it."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_sample import TaxTwin
from pricebook.pricelists.facts.vat import parse_vat_rate
from pricebook.pricelists.pricing import Vat, comparable_cost, vat_conversion
from pricebook.pricelists.row_costs import NO_PRICE, ReadPrice, checked_price
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_rejection import other_tax_price


class TaxTwinReader:
    """Derives prices from the column with the other tax basis and the rate of the row."""

    def __init__(self, table: DetectedTable, twin: TaxTwin, fields: RowFields) -> None:
        self._table = table
        self._twin = twin
        self._fields = fields

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


def tax_twin_reader(table: DetectedTable, fields: RowFields) -> TaxTwinReader | None:
    """Return the reader of the column with the other tax basis, None if none is proved."""
    twin = table.tax_twin
    return TaxTwinReader(table, twin, fields) if twin and twin.is_proved else None
