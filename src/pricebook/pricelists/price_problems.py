"""The reasons why a cell is no price."""

import re
from typing import NamedTuple

from pricebook.pricelists.detection.currencies import format_currencies
from pricebook.pricelists.digits import ParsedNumber
from pricebook.pricelists.facts.on_request import is_price_on_request
from pricebook.pricelists.facts.unchanged import is_unchanged
from pricebook.pricelists.schemas.price_list_rows import RowErrorType
from pricebook.pricelists.text import quote

_MONTHS = "jan|feb|fév|mar|mär|apr|avr|abr|may|mai|maj|jun|jui|jul|aug|sep|okt|oct|nov|dec|dez|déc"
# A spreadsheet program shows 12.5 as `12-May` once it has read it as a date.
is_date = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}[-. ]{{1,2}}(?:{_MONTHS})|(?:{_MONTHS})[^\W\d]*[-. ]\d{{1,2}}",
    re.IGNORECASE,
).match
_ERROR_VALUE = re.compile(r"#|[+-]?(?:nan|inf)", re.IGNORECASE).match
# `03.2024` is a month; `3.2024` may be a number.
is_month = re.compile(r"0[1-9][.,](?:19|20)[0-9]{2}").fullmatch


class RowProblem(NamedTuple):
    """The reason to reject a row: error type and message."""

    error_type: RowErrorType
    message: str


def negative_price(cell: str) -> RowProblem:
    """Return the problem of a negative price."""
    return RowProblem("price_negative", f"The price {quote(cell)} is negative.")


def zero_price(condition: str = "") -> RowProblem:
    """Return the problem of a price of 0, which stands for a price that is not stated."""
    stated = " ".join(filter(None, ["The price is 0", condition]))
    return RowProblem(
        "price_zero", f"{stated}, which is no price: write the price or leave it out."
    )


def missing_quantity(label: str) -> RowProblem:
    """Return the problem of a row without the quantity that other rows have."""
    return RowProblem(
        "price_quantity_unknown",
        f"The quantity that the price is for ({label}) is missing, and other rows or the list "
        "have different ones: write it, 1 for a single one.",
    )


def unknown_quantity(cell: str, label: str) -> RowProblem:
    """Return the problem of a cell that does not state what its price is for."""
    return RowProblem(
        "price_quantity_unknown",
        f"The quantity {quote(cell)} ({label}) that the price is for is not "
        "understood: expected 100, C or 100 pcs; set unit_meanings if it is a code, "
        "decimal_separator for a number such as 1.000, or correct the cell.",
    )


def price_in_other_currency(cell: str, codes: frozenset[str], currency: str) -> RowProblem:
    """Return the problem of a price in another currency than its row."""
    return RowProblem(
        "other_currency",
        f"The price {quote(cell)} is in {format_currencies(codes)}, its row is in {currency}.",
    )


def ambiguous_price(cell: str, parsed: ParsedNumber) -> RowProblem:
    """Return the problem of a price with a mark that may be a decimal or a grouping mark."""
    mark = parsed.ambiguous_mark
    decimal, grouping = parsed.digits.replace(mark, "."), parsed.digits.replace(mark, "")
    return RowProblem(
        "price_ambiguous",
        f"The price {quote(cell)} is {decimal} with decimal_separator {mark!r} and {grouping} with "
        f"{other_mark(mark)!r}; no other cell of the column decides which.",
    )


def no_number(cell: str) -> RowProblem:
    """Return the problem of an empty cell, of a price on request and of any other text."""
    if not cell:
        return RowProblem("missing_price", "The price is missing.")
    if is_unchanged(cell):
        return RowProblem(
            "price_not_a_number",
            f"The price is marked {quote(cell)} and the list has no other: write the price, or "
            "name its other column in price_columns.",
        )
    if is_price_on_request(cell):
        return RowProblem("price_on_request", f"The price is on request: {quote(cell)}.")
    if _ERROR_VALUE(cell):
        reason = "is an error value, not a number"
    elif is_date(cell) or is_month(cell):
        reason = "is a date, not a number"
    elif "%" in cell:
        reason = "is a percentage, not a price"
    elif any(char.isdigit() for char in cell):
        reason = (
            "is not one number: write the number alone, with what it is for as in 11.90 / kg, or "
            "that into a column of units"
        )
    else:
        reason = "is not a number"
    return RowProblem("price_not_a_number", f"The price {quote(cell)} {reason}.")


def other_mark(mark: str) -> str:
    """Return the decimal mark that a mark is not."""
    return "." if mark == "," else ","
