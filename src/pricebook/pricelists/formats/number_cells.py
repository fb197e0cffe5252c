"""Converts the number in a cell of a workbook to text: its digits, and what the sheet shows."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from pricebook.pricelists.formats.number_formats import NumberFormat
from pricebook.pricelists.schemas.cells import DateCell, NumberCell
from pricebook.pricelists.text import quote

_PLAIN_NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]{0,29}|(?:0|[1-9][0-9]{0,9})\.[0-9]{0,4}[1-9])"
).fullmatch
# A double as in XML Schema; `float` also accepts `1_0` and digits of other alphabets.
_DOUBLE = re.compile(
    r"\s*[+-]?(\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE
).fullmatch
_NOT_ZERO = re.compile(r"[1-9]").search
_MAX_EXACT_INTEGER = 10**15
_SECONDS_PER_DAY = 86_400
_MAX_DATE_SERIAL = 2_958_466
_OVERFLOW_TEXT = "########"
# Beyond every limit, and within what `int` converts.
_MAX_COUNT_DIGITS = 18


def parse_count(text: str, description: str) -> int:
    """Return a count or position in a file, at most 10^18 - 1.

    Raises ValueError, a clause of a sentence with the description, if it is not a whole number.
    """
    digits = text.strip().lstrip("+")
    is_negative = digits.startswith("-")
    digits = digits.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{description} is {quote(text)}, which is not a whole number")
    number = int(digits) if len(digits) <= _MAX_COUNT_DIGITS else 10**_MAX_COUNT_DIGITS - 1
    return -number if is_negative else number


def is_narrow(width: str, least: float) -> bool:
    """Return whether a width is a number below the least one that is visible."""
    digits = parse_digits(width)
    return digits is not None and float(digits) < least


def format_digits(number: float) -> str:
    """Return a number in decimal digits, rounded to 15 significant digits.

    Excel keeps 15 significant digits ("Excel specifications and limits"), so 0.1 + 0.2 is 0.3.
    """
    if number.is_integer() and abs(number) < _MAX_EXACT_INTEGER:
        return str(int(number))
    return format(Decimal(format(number, ".15g")), "f")


def parse_digits(text: str) -> str | None:
    """Convert a number as written in a file to decimal digits.

    Returns None if the text is not a number, or if the number overflows or underflows a double.
    """
    if _PLAIN_NUMBER(text):
        return text
    match = _DOUBLE(text)
    if match is None:
        return None
    number = float(text)
    is_out_of_range = abs(number) == float("inf") or (number == 0 and _NOT_ZERO(match[1]))
    return None if is_out_of_range else format_digits(number)


def format_number_cell(
    digits: str, number_format: NumberFormat | None, *, is_1904: bool = False
) -> str:
    """Return the cell of a number: a DateCell in the format of a date or time, else a NumberCell.

    `is_1904` selects the epoch of dates: 1904 instead of 1900.
    """
    if number_format is None:
        return NumberCell(digits)
    if number_format.kind in {"date", "time", "elapsed"}:
        kind = number_format.kind
        return DateCell(_format_date_or_time(float(digits), kind, is_1904=is_1904))
    if number_format.kind == "percent":
        return NumberCell(digits, f"{format((Decimal(digits) * 100).normalize(), 'f')}%")
    if number_format.pattern and digits.isdecimal():
        return NumberCell(digits, _fill_pattern(digits, number_format.pattern))
    formatted = digits
    if number_format.decimals is not None:
        fixed = format(Decimal(digits), f".{number_format.decimals}f")
        formatted = fixed if Decimal(fixed) == Decimal(digits) else digits
    return NumberCell(digits, f"{number_format.prefix}{formatted}{number_format.suffix}")


def _fill_pattern(digits: str, pattern: tuple[str, ...]) -> str:
    """Fill the digits into the zeros of a pattern: 42 in `00-00` becomes `00-42`."""
    zeros = pattern.count("0")
    padded = digits.zfill(zeros)
    first, rest = padded[: len(padded) - zeros + 1], iter(padded[len(padded) - zeros + 1 :])
    formatted: list[str] = []
    for piece in pattern:
        if piece != "0":
            formatted.append(piece)
        elif first:
            formatted.append(first)
            first = ""
        else:
            formatted.append(next(rest))
    return "".join(formatted)


def _format_date_or_time(days: float, kind: str, *, is_1904: bool) -> str:
    if not 0 <= days < _MAX_DATE_SERIAL:
        return _OVERFLOW_TEXT
    seconds = round(days * _SECONDS_PER_DAY)
    if kind == "elapsed" or (kind == "time" and days < 1):
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if is_1904:
        first = datetime(1904, 1, 1)  # noqa: DTZ001 (sheets have no time zone)
    else:
        # Excel counts a 29 February 1900, a date that did not exist.
        first = datetime(1899, 12, 31 if seconds < 60 * _SECONDS_PER_DAY else 30)  # noqa: DTZ001
    timestamp = first + timedelta(seconds=seconds)
    return (
        timestamp.date().isoformat() if seconds % _SECONDS_PER_DAY == 0 else timestamp.isoformat()
    )
