"""The factor of price cells in hundredths or thousands of their currency."""

from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.header_texts import header_statement
from pricebook.pricelists.detection.list_scale import names_currency_alone
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.schemas.profile import PriceBasis

_ONE = Decimal(1)


def list_factor(basis: PriceBasis) -> Decimal:
    """Return the factor of prices that have no currency of their own."""
    return Decimal("0.01") if basis.in_hundredths else Decimal(1000 if basis.in_thousands else 1)


class PriceScales:
    """The factors of the price cells of one table.

    Those below a header with the currency alone are in it, and so are cells that name one, unless
    their header names the scale. The quantity of a row whose unit names it has the scale already.
    """

    def __init__(self, table: DetectedTable) -> None:
        self._factor = list_factor(table.basis)
        self._currency = table.basis.currency
        self.is_one = self._factor == _ONE
        self._is_scaled = [bool(header_statement(each).scale.used) for each in table.headers]
        self._is_named = [names_currency_alone(each, self._currency) for each in table.headers]

    def at(self, column: int, cell: str, *, has_money: bool = False) -> Decimal:
        """Return the factor of a cell; `has_money`: the unit of its row names its currency."""
        if self.is_one or has_money:
            return _ONE
        if self._is_scaled[column]:
            return self._factor
        text = display_text(cell)
        is_named = self._is_named[column] or currencies_in_text(text, self._currency) is not None
        return _ONE if is_named else self._factor
