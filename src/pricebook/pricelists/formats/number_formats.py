"""Parses the number formats of spreadsheets (`#,##0.00 "EUR"`).

A format decides whether a number is a date, which leading zeros an article code has, and which
currency or percent sign is shown beside it. Rounding and digit grouping are ignored.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])|\[[^\]]*\]|[_*].|(?P<general>general|standard)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_PLACEHOLDERS = frozenset("0#?.,%/eE@")
_DATE_LETTERS = frozenset("ymdhsYMDHS")
_FIXED_DECIMALS = re.compile(r"0(?:\.(0+))?").fullmatch
_MAX_CODE_CHARACTERS = 255

# Built-in formats that a workbook names by id alone (ECMA-376, numFmts). Those of currencies are
# left out: what they show depends on the locale of the program that opens the workbook.
BUILT_IN_FORMATS: dict[int, str] = {
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
    """The parts of a number format that change the text of a cell.

    `pattern` is set for a format of zeros and text only: one element per zero and per text.
    `decimals` is the number of decimals of `0.00`. `prefix` and `suffix` are the text beside the
    number.
    """

    kind: Literal["number", "percent", "date", "time", "elapsed"]
    pattern: tuple[str, ...] = ()
    decimals: int | None = None
    prefix: str = ""
    suffix: str = ""


@lru_cache(maxsize=4096)
def parse_number_format(code: str) -> NumberFormat | None:
    """Parse a format code; return None if it shows the number unchanged."""
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(code[:_MAX_CODE_CHARACTERS]):
        kind, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "sign" and text == ";":
            break
        if kind in {"elapsed", "general"}:
            tokens.append((kind, text))
        elif kind == "sign" and (text in _PLACEHOLDERS or text in _DATE_LETTERS):
            tokens.append(("mark", text))
        elif kind:
            tokens.append(("text", text))
    return _date_or_time_format(tokens) or _number_format(tokens)


def _date_or_time_format(tokens: list[tuple[str, str]]) -> NumberFormat | None:
    if any(kind == "elapsed" for kind, _ in tokens):
        return NumberFormat("elapsed")
    letters = {text.lower() for kind, text in tokens if kind == "mark" and text in _DATE_LETTERS}
    if not letters:
        return None
    is_date = "y" in letters or "d" in letters or letters == {"m"}
    return NumberFormat("date" if is_date else "time")


def _number_format(tokens: list[tuple[str, str]]) -> NumberFormat | None:
    placeholders = "".join(text for kind, text in tokens if kind == "mark")
    positions = [index for index, (kind, _) in enumerate(tokens) if kind != "text"]
    if not positions:
        return None
    prefix = "".join(text for _, text in tokens[: positions[0]]).lstrip()
    suffix = "".join(text for kind, text in tokens[positions[-1] :] if kind == "text").rstrip()
    if "%" in placeholders:
        return NumberFormat("percent")
    pattern = (
        tuple(text for _, text in tokens) if set(placeholders) == {"0"} and len(tokens) > 1 else ()
    )
    fixed_decimals = _FIXED_DECIMALS(placeholders)
    decimals = len(fixed_decimals[1]) if fixed_decimals and fixed_decimals[1] else None
    prefix, suffix = prefix.strip("-+( "), suffix.strip("-+) ")
    if decimals is None and not (pattern or prefix or suffix):
        return None
    return NumberFormat("number", pattern, decimals, prefix, suffix)
