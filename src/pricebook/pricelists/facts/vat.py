"""VAT rates in percent: `19`, `19 %`, `без НДС`."""

from decimal import Decimal


def parse_vat_rate(cell: str) -> Decimal | None:
    """Return the VAT rate of a cell in percent, 0 for exempt; None if in doubt."""
    raise NotImplementedError(cell)
