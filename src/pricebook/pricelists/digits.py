"""The grammar of numbers: digits with decimal and grouping marks."""

import re
from typing import NamedTuple

_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}").fullmatch
_NUMBER = re.compile(
    r"(?:(?P<plain>[0-9]+)"
    r"|(?P<grouped>[1-9][0-9]{0,2}(?P<mark>[., '])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"|(?P<indian>[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}))?"
    r"(?:(?P<decimal>[.,])(?P<fraction>[0-9]+))?"
).fullmatch


class ParsedNumber(NamedTuple):
    """A number in digits and `.`, or in digits and one ambiguous mark, with the marks it uses."""

    digits: str
    decimal_mark: str = ""
    grouping_mark: str = ""
    ambiguous_mark: str = ""


def parse_digits(digits: str, exponent: str = "") -> ParsedNumber | None:
    """Parse a number without signs and words; None if its marks are not those of a number."""
    if not exponent and (ambiguous := _AMBIGUOUS(digits)):
        return ParsedNumber(digits, ambiguous_mark=ambiguous[1])
    match = _NUMBER(digits)
    if not match:
        return None
    plain, grouped, mark, indian, decimal, fraction = match.groups(default="")
    mark = "," if indian else mark
    if mark and (exponent or mark == decimal):
        return None
    whole = plain or grouped.replace(mark, "") or indian.replace(",", "")
    return ParsedNumber(
        f"{whole}.{fraction or '0'}{exponent}" if fraction or exponent else whole, decimal, mark
    )
