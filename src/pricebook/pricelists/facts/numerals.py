"""Numbers of cells that are no prices; the prices of the list tell their decimal mark."""

from decimal import Decimal

from pricebook.pricelists.digits import parse_digits
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.read_config import DecimalMark
from pricebook.pricelists.text import normalize_marks

MAX_DIGITS = 15
# A number with its marks; for patterns of texts that were normalized.
NUMBER = r"[0-9](?:[0-9., ']*[0-9])?"


def parse_number(text: str, decimal_mark: DecimalMark | None = None) -> Decimal | None:
    """Return a number of digits and marks, None if it is none or in doubt.

    `1.234` needs the decimal mark of the price list. `1.000` stays in doubt if that is a point: the
    number may be 1 with three decimals, or a thousand.
    """
    parsed = parse_digits(text)
    if parsed is None or len(parsed.digits) > MAX_DIGITS:
        return None
    mark = parsed.ambiguous_mark
    if not mark:
        return Decimal(parsed.digits)
    is_decimal = mark == decimal_mark
    if decimal_mark is None or (is_decimal and text.endswith("000")):
        return None
    return Decimal(text.replace(mark, "." if is_decimal else ""))


def displayed(cell: str) -> str:
    """Return the text of a cell as its sheet displays it, normalized."""
    return normalize_marks(cell.displayed if isinstance(cell, NumberCell) else cell)
