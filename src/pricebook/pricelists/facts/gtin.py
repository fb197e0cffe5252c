"""Global Trade Item Numbers: GTIN-8, GTIN-12 (UPC), GTIN-13 (EAN), GTIN-14."""

from pricebook.pricelists.schemas.cells import NumberCell

_LENGTHS = frozenset({8, 12, 13, 14})
_SEPARATORS = str.maketrans("", "", " \u00a0-")


def parse_gtin(cell: str) -> str | None:
    """Return the digits of a GTIN, None if its length or its check digit is wrong."""
    text = cell.displayed if isinstance(cell, NumberCell) else cell
    digits = text.translate(_SEPARATORS)
    if len(digits) not in _LENGTHS or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if _has_check_digit(digits) else None


def _has_check_digit(digits: str) -> bool:
    """Return whether the last digit is the check digit (GS1 General Specifications, 7.9)."""
    weighted = 3 * sum(map(int, digits[-2::-2])) + sum(map(int, digits[-3::-2]))
    return (weighted + int(digits[-1])) % 10 == 0
