"""The text of a number in a cell: its digits, and what its sheet shows."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from pricebook.ingestion.parsers.formats import NumberFormat
from pricebook.ingestion.schemas import TypedNumber

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,29}|(?:0|[1-9][0-9]{0,9})\.[0-9]{0,4}[1-9])").fullmatch
# As XML Schema writes a double; Python's own reader takes more, such as `1_0` and other alphabets.
_DOUBLE = re.compile(
    r"\s*[+-]?(\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE
).fullmatch
_NOT_ZERO = re.compile(r"[1-9]").search
_MOST_EXACT = 10**15
_SECONDS = 86_400
_LAST_DAY = 2_958_466
_UNSHOWABLE = "########"


def digits_of(number: float) -> str:
    """Write a number in digits, to the 15 that a spreadsheet shows.

    Excel keeps 15 significant digits ("Excel specifications and limits"), so 0.1 + 0.2 is 0.3.
    """
    if number.is_integer() and abs(number) < _MOST_EXACT:
        return str(int(number))
    return format(Decimal(format(number, ".15g")), "f")


def digits_in(text: str) -> str | None:
    """Bring a number as a file holds it into digits.

    None if it is no number, or one that is too large, or too small to be told from zero.
    """
    if _PLAIN(text):
        return text
    match = _DOUBLE(text)
    if match is None:
        return None
    number = float(text)
    is_lost = abs(number) == float("inf") or (number == 0 and _NOT_ZERO(match[1]))
    return None if is_lost else digits_of(number)


def shown_number(digits: str, how: NumberFormat | None, *, is_1904: bool = False) -> str:
    """Give the cell of a number: its text where it is a moment, else a number and how it shows."""
    if how is None:
        return TypedNumber(digits)
    if how.kind in {"date", "time", "elapsed"}:
        return _as_moment(float(digits), how.kind, is_1904=is_1904)
    if how.kind == "percent":
        return TypedNumber(digits, f"{format((Decimal(digits) * 100).normalize(), 'f')}%")
    if how.pattern and digits.isdecimal():
        return TypedNumber(digits, _filled(digits, how.pattern))
    shown = digits
    if how.decimals is not None:
        fixed = format(Decimal(digits), f".{how.decimals}f")
        shown = fixed if Decimal(fixed) == Decimal(digits) else digits
    return TypedNumber(digits, f"{how.before}{shown}{how.after}")


def _filled(digits: str, pattern: tuple[str, ...]) -> str:
    """Write the digits into the zeros of a pattern: 42 in `00-00` is `00-42`."""
    zeros = pattern.count("0")
    left = digits.zfill(zeros)
    first, rest = left[: len(left) - zeros + 1], iter(left[len(left) - zeros + 1 :])
    shown: list[str] = []
    for piece in pattern:
        if piece != "0":
            shown.append(piece)
        elif first:
            shown.append(first)
            first = ""
        else:
            shown.append(next(rest))
    return "".join(shown)


def _as_moment(days: float, kind: str, *, is_1904: bool) -> str:
    if not 0 <= days < _LAST_DAY:
        return _UNSHOWABLE
    seconds = round(days * _SECONDS)
    if kind == "elapsed" or (kind == "time" and days < 1):
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if is_1904:
        first = datetime(1904, 1, 1)  # noqa: DTZ001 (a sheet knows no time zone)
    else:
        # Excel has a 29 February 1900, which there never was.
        first = datetime(1899, 12, 31 if seconds < 60 * _SECONDS else 30)  # noqa: DTZ001
    moment = first + timedelta(seconds=seconds)
    return moment.date().isoformat() if seconds % _SECONDS == 0 else moment.isoformat()
