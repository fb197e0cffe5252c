"""Rows below section titles that state a discount."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from pricebook.pricelists.detection.bare_statements import is_discount_label
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.title_discounts import (
    TitleDiscount,
    discount_text,
    read_title_discount,
)
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_fields import RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.schemas.read_config import TitleDiscounts
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import quote

_TITLE_AND_DISCOUNT = 2


def with_title_discount(terms: RowTerms, section: str, option: TitleDiscounts | None) -> RowTerms:
    """Return the terms of a row without a discount of its own, with that of the title above it.

    Raises RowRejectedError if it is not known whether a discount of a title applies.
    """
    if option is None:
        of_list = discount_text(terms.discounts) if terms.discounts else ""
        problem = own_discount_problem(section, of_list)
        if problem and of_list != _stated(section):
            raise RowRejectedError(*problem)
        return terms
    *upper, title = section.split(SEPARATOR)
    stated = read_title_discount(title)
    if stated.is_unclear or (not stated.discounts and any(map(_has_discount, upper))):
        raise RowRejectedError(*_unclear_problem(section))
    if stated.discounts:
        details = msgspec.structs.replace(terms.details, discounts=stated.discounts)
        return terms._replace(discounts=stated.discounts, details=details)
    if option == "required" and not terms.discounts and excludes_discounts(title) != "all":
        raise RowRejectedError(
            "discount_unknown",
            f"The section {quote(section)} states no discount: write one into its title, set "
            f"discount_groups={_example(section)} for its discount, or title_discounts=optional if "
            "its articles take none.",
        )
    return terms


def _example(section: str) -> str:
    """Return the option for the discount of a section, that of the first title of its path."""
    return msgspec.json.encode({section.partition(SEPARATOR)[0]: "30"}).decode()


def title_of_row(cells: Sequence[str], filled: Sequence[int]) -> str:
    """Return the text of a row that may be a title, empty for others.

    A title is alone in its row, or beside a cell that states its discount.
    """
    if len(filled) == 1:
        return cells[filled[0]]
    if len(filled) == _TITLE_AND_DISCOUNT and is_discount_label(tokenize(cells[filled[1]])):
        return f"{cells[filled[0]]} – {cells[filled[1]].strip()}"
    return ""


def own_discount_problem(section: str, of_list: str = "") -> RowProblem | None:
    """Return why a row without a discount is rejected: the title above it names one.

    Whether it applies to the row, and to which price, is not known. `of_list` is the discount of
    all prices.
    """
    if not names_discount(section):
        return None
    if not _stated(section):
        return _unclear_problem(section)
    return RowProblem(
        "discount_unknown",
        f"The section {quote(section)} states a discount, and the row has none"
        f"{f' but discount={of_list}' if of_list else ''}: set "
        "title_discounts to required or optional if it applies, write the discount of the row, 0 "
        "for none, into a column of discounts, or set discount_base to none if prices have it "
        "already.",
    )


def _unclear_problem(section: str) -> RowProblem:
    return RowProblem(
        "discount_unknown",
        f"Whether the section {quote(section)} has a discount is not understood: write the "
        "discount of the row, 0 for none, into a column of discounts, or rename the section.",
    )


@lru_cache(maxsize=1024)
def names_discount(section: str) -> bool:
    """Return whether a title of a path names a discount, also one that is not understood."""
    stated = [read_title_discount(title) for title in section.split(SEPARATOR)]
    return any(each.discounts or each.is_named for each in stated)


def _has_discount(title: str) -> bool:
    return read_title_discount(title) != TitleDiscount()


@lru_cache(maxsize=1024)
def _stated(section: str) -> str:
    """Return the discount of a path of titles as an option writes it, empty for none."""
    stated = (read_title_discount(title).discounts for title in section.split(SEPARATOR))
    return next((discount_text(discounts) for discounts in stated if discounts), "")
