"""How a sheet shows a number: the formats of spreadsheets, as far as they change what is read.

A format decides whether a number is a date, which zeros stand before an article code, and which
currency or percent sign belongs to it. Rounding and grouping are for the eye and are left out.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])|\[[^\]]*\]|[_*].|(?P<general>general|standard)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_PLACEHOLDERS = frozenset("0#?.,%/eE@")
_DATE_LETTERS = frozenset("ymdhsYMDHS")
_FIXED = re.compile(r"0(?:\.(0+))?").fullmatch
_LONGEST_FORMAT = 255

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
    pattern = tuple(text for _, text in pieces) if set(marks) == {"0"} and len(pieces) > 1 else ()
    fixed = _FIXED(marks)
    decimals = len(fixed[1]) if fixed and fixed[1] else None
    before, after = before.strip("-+( "), after.strip("-+) ")
    if decimals is None and not (pattern or before or after):
        return None
    return NumberFormat("number", pattern, decimals, before, after)
