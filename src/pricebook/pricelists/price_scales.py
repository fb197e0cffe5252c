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

    Those below a header with the currency alone are in it; so are cells that name one, and those
    of rows whose unit does, unless their header names the scale.
    """

    def __init__(self, table: DetectedTable) -> None:
        self._factor = list_factor(table.basis)
        self._currency = table.basis.currency
        self.is_one = self._factor == _ONE
        self._headers = table.headers

    def at(self, column: int, cell: str, *, has_money: bool = False) -> Decimal:
        """Return the factor of a cell; `has_money`: the unit of its row names its currency."""
        if self.is_one:
            return _ONE
        header = self._headers[column]
        if header_statement(header).scale.used:
            return self._factor
        is_named = has_money or names_currency_alone(header, self._currency)
        if is_named or currencies_in_text(display_text(cell), self._currency) is not None:
            return _ONE
        return self._factor
