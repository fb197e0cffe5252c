"""How a sheet shows a number: the formats of spreadsheets, as far as they change what is read.

A format decides whether a number is a date, which zeros stand before an article code, and which
currency or percent sign belongs to it. Rounding and grouping are for the eye and are left out.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from pricebook.ingestion.schemas import TypedNumber

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])|\[[^\]]*\]|[_*].|(?P<general>general|standard)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_PLACEHOLDERS = frozenset("0#?.,%/eE@")
_DATE_LETTERS = frozenset("ymdhsYMDHS")
_FIXED = re.compile(r"0(?:\.(0+))?").fullmatch
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,29}|(?:0|[1-9][0-9]{0,9})\.[0-9]{0,4}[1-9])").fullmatch
_LONGEST_FORMAT = 255
_MOST_EXACT = 10**15
_SECONDS = 86_400
_LAST_DAY = 2_958_466
_UNSHOWABLE = "########"

# Formats that a workbook names by number alone; those of money depend on who looks at them.
BUILT_IN: dict[int, str] = {
    1: "0",
    2: "0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15, *range(27, 32), 34, 35, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((16, 17, 55, 56), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
    46: "[h]:mm:ss",
}


class NumberFormat(NamedTuple):
    """What a format adds to the digits of a number.

    `pattern` is set where a format has only zeros and text: the zeros one by one, the text between
    them. `decimals` are those of `0.00`. `before` and `after` are text beside other numbers.
    """

    kind: Literal["number", "percent", "date", "time", "elapsed"]
    pattern: tuple[str, ...] = ()
    decimals: int | None = None
    before: str = ""
    after: str = ""


def digits_of(number: float) -> str:
    """Write a number in digits, to the 15 that a spreadsheet shows.

    Excel keeps 15 significant digits ("Excel specifications and limits"), so 0.1 + 0.2 is 0.3.
    """
    if number.is_integer() and abs(number) < _MOST_EXACT:
        return str(int(number))
    return format(Decimal(format(number, ".15g")), "f")


def digits_in(text: str) -> str | None:
    """Bring a number as a file holds it into digits; None if it is no number."""
    if _PLAIN(text):
        return text
    try:
        number = float(text)
    except ValueError:
        return None
    return digits_of(number) if abs(number) < float("inf") else None


@lru_cache(maxsize=4096)
def format_of(code: str) -> NumberFormat | None:
    """Read a format; None if it shows a number as it is."""
    pieces: list[tuple[str, str]] = []
    for match in _PIECE.finditer(code[:_LONGEST_FORMAT]):
        kind, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "sign" and text == ";":
            break
        if kind in {"elapsed", "general"}:
            pieces.append((kind, text))
        elif kind == "sign" and (text in _PLACEHOLDERS or text in _DATE_LETTERS):
            pieces.append(("mark", text))
        elif kind:
            pieces.append(("text", text))
    return _moment(pieces) or _number(pieces)


def _moment(pieces: list[tuple[str, str]]) -> NumberFormat | None:
    if any(kind == "elapsed" for kind, _ in pieces):
        return NumberFormat("elapsed")
    letters = {text.lower() for kind, text in pieces if kind == "mark" and text in _DATE_LETTERS}
    if not letters:
        return None
    is_date = "y" in letters or "d" in letters or letters == {"m"}
    return NumberFormat("date" if is_date else "time")


def _number(pieces: list[tuple[str, str]]) -> NumberFormat | None:
    marks = "".join(text for kind, text in pieces if kind == "mark")
    places = [index for index, (kind, _) in enumerate(pieces) if kind != "text"]
    if not places:
        return None
    before = "".join(text for _, text in pieces[: places[0]]).lstrip()
    after = "".join(text for kind, text in pieces[places[-1] :] if kind == "text").rstrip()
    if "%" in marks:
        return NumberFormat("percent")
    if marks and set(marks) == {"0"} and (len(marks) > 1 or before or after):
        return NumberFormat("number", pattern=tuple(text for _, text in pieces))
    fixed = _FIXED(marks)
    decimals = len(fixed[1]) if fixed and fixed[1] else None
    before, after = before.strip("-+( "), after.strip("-+) ")
    if decimals is None and not before and not after:
        return None
    return NumberFormat("number", decimals=decimals, before=before, after=after)


def shown_number(digits: str, how: NumberFormat | None, *, is_1904: bool = False) -> str:
    """Give the cell of a number: its text where it is a moment, else a number and how it shows."""
    if how is None:
        return TypedNumber(digits)
    if how.kind in {"date", "time", "elapsed"}:
        return _as_moment(float(digits), how.kind, is_1904=is_1904)
    if how.kind == "percent":
        return TypedNumber(digits, f"{format((Decimal(digits) * 100).normalize(), 'f')}%")
    if how.pattern:
        return TypedNumber(digits, _filled(digits, how.pattern))
    shown = digits
    if how.decimals is not None:
        fixed = format(Decimal(digits), f".{how.decimals}f")
        shown = fixed if Decimal(fixed) == Decimal(digits) else digits
    return TypedNumber(digits, f"{how.before}{shown}{how.after}")


def _filled(digits: str, pattern: tuple[str, ...]) -> str:
    """Write the digits into the zeros of a pattern: 42 in `00-00` is `00-42`."""
    if not digits.isdecimal():
        return digits
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
