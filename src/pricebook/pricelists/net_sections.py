"""Sections whose titles state the discount of their articles, or that they take none."""

from functools import lru_cache

import msgspec

from pricebook.pricelists.detection.bare_statements import names_discount
from pricebook.pricelists.detection.letterhead_words import (
    DISCOUNT_NOUNS,
    DISCOUNTABLE_WORDS,
    NET_WORDS,
    SUBTRACTION_WORDS,
    UNDISCOUNTED_WORDS,
    WITHOUT_WORDS,
)
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.tax_words import EXCLUDING_WORDS, NEGATION_WORDS, TAX_NAMES
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_fields import RowRejectedError
from pricebook.pricelists.row_terms import RowTerms
from pricebook.pricelists.text import quote

_WITHOUT = EXCLUDING_WORDS | NEGATION_WORDS | WITHOUT_WORDS
_DISCOUNTS = (DISCOUNT_NOUNS - SUBTRACTION_WORDS) | DISCOUNTABLE_WORDS
# Words between a negation and the discount: `no further trade discount`.
_DISTANCE = 3


def in_section(terms: RowTerms, section: str, *, states_discounts: bool) -> RowTerms:
    """Return the terms of a row below a section title: without discounts if the title states that.

    Raises RowRejectedError if the row `states_discounts` of its own, or if the title leaves it
    open.
    """
    if not terms.discounts or not (excludes := _excludes_discounts(section)):
        return terms
    if excludes == "all" and not states_discounts:
        details = msgspec.structs.replace(terms.details, discounts=())
        return terms._replace(discounts=(), details=details)
    verb = "says" if excludes == "all" else "may say"
    raise RowRejectedError(
        "discount_unknown",
        f"The section {quote(section)} {verb} that its prices take no discount: write the discount "
        "of the row, 0 for none, into a column of discounts, or rename the section.",
    )


def own_discount_problem(section: str) -> RowProblem | None:
    """Return why a row without a discount is rejected: the title above it states one.

    Whether it applies to the row, and to which price, is not known.
    """
    if not _states_discount(section):
        return None
    return RowProblem(
        "discount_unknown",
        f"The section {quote(section)} states a discount, and the row has none: write the discount "
        "of the row, 0 for none, into a column of discounts, or set discount_base to none if "
        "prices have it already.",
    )


@lru_cache(maxsize=1024)
def _states_discount(section: str) -> bool:
    """Return whether a title names one discount in percent: `Familia ILUMINACIÓN – Dto. 40%`."""
    return "%" in section and names_discount(tokenize(section))


@lru_cache(maxsize=1024)
def _excludes_discounts(section: str) -> str:
    """Return `all` for titles without discounts, `net` for net prices, else an empty text."""
    keys = [token.key for token in tokenize(section)]
    is_without = any(
        key in _DISCOUNTS
        and not _WITHOUT.isdisjoint(keys[max(0, index - _DISTANCE) : index + _DISTANCE])
        for index, key in enumerate(keys)
    )
    if is_without or not UNDISCOUNTED_WORDS.isdisjoint(keys):
        return "all"
    is_net = any(key in NET_WORDS or key.startswith("netto") for key in keys)
    return "net" if is_net and TAX_NAMES.isdisjoint(keys) else ""
