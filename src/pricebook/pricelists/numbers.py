"""Parsing of price cells with the number profile of their column.

A cell such as `1,234` is 1234 or 1.234, depending on the notation. Therefore the column is read
twice: the first pass collects decimal and grouping marks from unambiguous cells, the second parses
every cell with these marks. A cell that stays ambiguous is rejected with both values. Neither
floats nor the locale of the process are used.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice

from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.digits import ParsedNumber, parse_digits
from pricebook.pricelists.marked_cells import split_mark
from pricebook.pricelists.price_affixes import currencies_around, is_negative
from pricebook.pricelists.price_problems import (
    RowProblem,
    ambiguous_price,
    is_date,
    is_month,
    negative_price,
    no_number,
    other_mark,
    price_in_other_currency,
)
from pricebook.pricelists.pricing import plain_decimal
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import DecimalMark
from pricebook.pricelists.text import TYPOGRAPHY, quote
from pricebook.pricelists.unit_cells import without_unit

MAX_PRICE = Decimal("9999999999.999999")
_SIX_DECIMALS = Decimal("0.000001")
_EXPONENTS = range(-6, 1)
# By which share of itself rounding may change a price, as that of a formula: `10.504201680672`.
_MAX_ROUNDING = Decimal("0.0001")
_MAX_NUMBER_LENGTH = 80

# Fast path: up to ten digits, optionally a decimal mark, and neither three decimals nor a year.
_PLAIN = re.compile(
    r"[0-9]{1,10}(?:([.,])(?:[0-9]{1,2}|(?!(?:19|20)[0-9]{2}$)[0-9]{4,6}))?"
).fullmatch
# The same for cells that are joined by line ends.
_PLAIN_CELLS = re.compile(r"(?:[0-9]{1,10}(?:[.,][0-9]{1,2})?\n)++").fullmatch
_CELLS_AT_ONCE = 256
_PLAIN_TEXT = frozenset({str})
# It may be a number, too.
_MAY_BE_MONTH = re.compile(r"(?:[1-9]|1[0-2])([.,])(?:19|20)[0-9]{2}").fullmatch
_CELL = re.compile(
    r"(?P<before>[^0-9]*)"
    r"(?P<digits>[0-9](?:[0-9., ']*[0-9])?)(?P<exponent>[eE][+-]?[0-9]{1,3})?"
    r"(?P<after>[^0-9]*)"
).fullmatch
# `32:50` are kronor and öre.
_KRONOR = frozenset({"SEK", "NOK", "DKK"})
_WITH_COLON = re.compile(
    r"\s*([0-9]{1,3}(?:[ \u00a0][0-9]{3})+|[0-9]{1,7}):([0-9]{2})(?:\s*kr\.?)?\s*"
).fullmatch
_PENCE = re.compile(r"\s*([0-9]{1,5})\s?p\s*").fullmatch
_NO_CENTS = re.compile(r"([.,])\s?[-–—]{1,2}").match


def detect_number_profile(cells: Iterable[str], currency: str) -> NumberProfile:
    """Return the decimal and grouping marks of the unambiguous cells of a price column.

    Numeric cells and cells in another currency are ignored.
    """
    decimal_marks: set[str] = set()
    grouping_marks: set[str] = set()
    for cell in _cells_in_doubt(iter(cells), decimal_marks):
        if cell.__class__ is NumberCell:
            continue
        if plain := _PLAIN(cell):
            decimal_marks.add(plain[1])
        elif _MAY_BE_MONTH(cell.strip()):
            continue
        elif isinstance(parsed := _parse_marked(cell.strip(), currency), ParsedNumber):
            decimal_marks.add(parsed.decimal_mark)
            grouping_marks.add(parsed.grouping_mark)
    return NumberProfile(
        decimal_marks=tuple(sorted(filter(None, decimal_marks))),
        grouping_marks=tuple(sorted(filter(None, grouping_marks))),
    )


def _cells_in_doubt(cells: Iterator[str], decimal_marks: set[str]) -> Iterator[str]:
    """Yield the cells but for blocks that are all plain, whose decimal marks are added."""
    while block := list(islice(cells, _CELLS_AT_ONCE)):
        joined = "\n".join(block) + "\n"
        is_one_cell_a_line = joined.count("\n") == len(block)
        if is_one_cell_a_line and _PLAIN_TEXT.issuperset(map(type, block)) and _PLAIN_CELLS(joined):
            decimal_marks.update(mark for mark in ".," if mark in joined)
        else:
            yield from block


def price_cell_reader(
    profile: NumberProfile,
    currency: str,
    check: Callable[[str], RowProblem | None] | None = None,
) -> Callable[[str], Decimal | RowProblem]:
    """Return the function that parses the price cells of a column; an empty cell is no number.

    `check` returns why a cell with more than a number is no price.
    """
    separator = profile.decimal_separator
    excluded_mark = other_mark(separator) if separator else ""

    def read(cell: str) -> Decimal | RowProblem:
        if isinstance(cell, NumberCell):
            price = price_of_number_cell(cell, currency)
            is_number = cell == cell.displayed
        else:
            plain = _PLAIN(cell)
            if plain and plain[1] != excluded_mark:
                return Decimal(cell.replace(",", "."))
            cell = cell.strip()
            parsed = _parse_cell(cell, currency)
            price = parsed if isinstance(parsed, RowProblem) else _price_of(cell, parsed, profile)
            is_number = cell[-1:].isdigit() and cell[:1].isdigit()
        if check is None or is_number or isinstance(price, RowProblem):
            return price
        return check(cell) or price

    return read


def with_previous_marks(profile: NumberProfile, previous: NumberProfile | None) -> NumberProfile:
    """Return the profile with the marks of the previous one if its own column uses no mark."""
    has_marks = profile.decimal_separator or profile.decimal_marks or profile.grouping_marks
    if has_marks or previous is None:
        return profile
    separator = previous.decimal_separator
    decimal_marks = (separator,) if separator else previous.decimal_marks
    grouping_marks = () if separator else previous.grouping_marks
    return NumberProfile(
        decimal_marks=decimal_marks,
        grouping_marks=grouping_marks,
        from_previous_profile=bool(decimal_marks or grouping_marks),
    )


def known_decimal_mark(profile: NumberProfile) -> DecimalMark | None:
    """Return the decimal mark of a price list, None if its prices leave it open."""
    point, comma = _is_decimal_mark(".", profile), _is_decimal_mark(",", profile)
    if point == comma:
        return None
    return "." if point or comma is False else ","


def count_decimals(cell: str, currency: str) -> int | None:
    """Return the number of decimals of a trimmed cell, None if it is no number.

    An ambiguous number and a price in another currency have 0 decimals.
    """
    if isinstance(cell, NumberCell):
        return None if "%" in cell.displayed else len(cell.partition(".")[2])
    parsed = _parse_cell(cell, currency)
    if isinstance(parsed, RowProblem):
        return 0 if parsed.error_type == "other_currency" else None
    return 0 if parsed.ambiguous_mark else len(parsed.digits.partition(".")[2])


def price_of_number_cell(cell: NumberCell, currency: str) -> Decimal | RowProblem:
    """Return the price of a numeric cell; its displayed text names the currency."""
    number, text = Decimal(cell), cell.displayed
    if text != cell:
        if "%" in text:
            return no_number(text)
        codes = currencies_in_text(text, currency)
        if codes is not None and currency not in codes:
            return price_in_other_currency(text, codes, currency)
    return negative_price(text) if number < 0 else _check_range(number, text)


def _price_of(cell: str, parsed: ParsedNumber, profile: NumberProfile) -> Decimal | RowProblem:
    mark = parsed.ambiguous_mark
    if mark:
        is_decimal = _is_decimal_mark(mark, profile)
        if is_decimal is None:
            return ambiguous_price(cell, parsed)
        digits = parsed.digits.replace(mark, "." if is_decimal else "")
    elif _contradicts_separator(parsed, profile.decimal_separator):
        return RowProblem(
            "price_not_a_number",
            f"The price {quote(cell)} does not fit decimal_separator "
            f"{profile.decimal_separator!r}.",
        )
    elif (month := _MAY_BE_MONTH(cell)) and _is_decimal_mark(month[1], profile) is False:
        return RowProblem(
            "price_ambiguous",
            f"The price {quote(cell)} may be a month, since the other prices of the column have "
            f"{other_mark(month[1])!r} as decimal mark: correct the cell.",
        )
    else:
        digits = parsed.digits
    return _check_range(Decimal(digits), cell)


def _is_decimal_mark(mark: str, profile: NumberProfile) -> bool | None:
    """Return whether the column uses a mark as the decimal mark; None if that is ambiguous."""
    if profile.decimal_separator:
        return mark == profile.decimal_separator
    decimal, grouping, other = profile.decimal_marks, profile.grouping_marks, other_mark(mark)
    for_decimal = mark in decimal or other in grouping
    for_grouping = mark in grouping or other in decimal
    if for_decimal != for_grouping:
        return for_decimal
    # A column that groups by spaces or apostrophes uses the other marks for decimals only.
    groups_without_marks = " " in grouping or "'" in grouping
    return True if groups_without_marks and not for_decimal else None


def _contradicts_separator(parsed: ParsedNumber, decimal_separator: DecimalMark | None) -> bool:
    if decimal_separator is None:
        return False
    excluded_mark = other_mark(decimal_separator)
    return parsed.decimal_mark == excluded_mark or parsed.grouping_mark == decimal_separator


def _check_range(number: Decimal, cell: str) -> Decimal | RowProblem:
    if number > MAX_PRICE:
        return RowProblem("price_out_of_range", f"The price {quote(cell)} exceeds {MAX_PRICE}.")
    if number.as_tuple().exponent in _EXPONENTS:
        return number
    rounded = number.quantize(_SIX_DECIMALS, ROUND_HALF_UP)
    if abs(rounded - number) > number * _MAX_ROUNDING:
        return RowProblem(
            "price_too_precise",
            f"The price {quote(cell)} has more than six decimals, and rounded to six it is "
            f"{rounded:f}.",
        )
    return plain_decimal(rounded)


def _parse_marked(cell: str, currency: str) -> ParsedNumber | RowProblem:
    """Parse a price cell, also one with a mark or a unit: `10,00*`, `11,90 / kg`."""
    parsed = _parse_cell(cell, currency)
    if isinstance(parsed, RowProblem) and parsed.error_type == "price_not_a_number":
        return _parse_cell(without_unit(split_mark(cell)[0]), currency)
    return parsed


def _parse_cell(cell: str, currency: str) -> ParsedNumber | RowProblem:
    """Parse a price cell; a mark that only the whole column can explain stays ambiguous."""
    if currency in _KRONOR and (kronor := _WITH_COLON(cell)):
        return ParsedNumber(f"{''.join(kronor[1].split())}.{kronor[2]}")
    if currency == "GBP" and (pence := _PENCE(cell)):
        return ParsedNumber(str(Decimal(pence[1]) / 100))
    match = _CELL(cell.translate(TYPOGRAPHY)) if len(cell) <= _MAX_NUMBER_LENGTH else None
    if not match or is_month(cell):
        return no_number(cell)
    before, digits, exponent, after = match.group("before", "digits", "exponent", "after")
    if no_cents := _NO_CENTS(after):
        digits, after = f"{digits}{no_cents[1]}00", after[no_cents.end() :]
    if before.endswith((".", ",")) and not before[-2:-1].isalpha():
        before, digits = before[:-1], before[-1] + digits
    currencies = currencies_around(before, after, currency)
    if currencies is None:
        is_minus = is_negative(before, after) and not is_date(cell)
        return negative_price(cell) if is_minus else no_number(cell)
    if currencies and currency not in currencies:
        return price_in_other_currency(cell, currencies, currency)
    return parse_digits(digits, exponent or "") or no_number(cell)
