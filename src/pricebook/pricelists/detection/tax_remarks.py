"""Titles, cells and marks that state the tax of some articles: `NETO`, `N = price without VAT`."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.letterhead_words import (
    ARTICLE_NOUNS,
    BARE_STATEMENT_WORDS,
    NET_ARTICLE_WORDS,
)
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.statement_words import PRICE_NOUNS
from pricebook.pricelists.detection.undiscounted import marked_parts
from pricebook.pricelists.text import comparison_key

_MAX_LENGTH = 100
_RATE_NAMES = re.compile(
    r"\b(?:(?:mehrwert|umsatz)?steuer|mwst\.?-?|ust\.?-?)satz\b", re.IGNORECASE
)
_KNOWN = ARTICLE_NOUNS | BARE_STATEMENT_WORDS | PRICE_NOUNS


@lru_cache(maxsize=4096)
def stated_tax(text: str) -> bool | None:
    """Return whether a title or a cell states that its prices include VAT; None if it does not.

    Words that are net or gross without a tax count beside those of prices and articles only:
    `Net curtains` says nothing.
    """
    if not text or len(text) > _MAX_LENGTH:
        return None
    if comparison_key(text) in NET_ARTICLE_WORDS:
        return False
    statement = read_statement(text)
    if len(statement.vat_included) != 1:
        return None
    is_clear = not statement.is_gross_or_net or (
        _KNOWN.issuperset(statement.rest) and not any(map(str.isdigit, text))
    )
    return next(iter(statement.vat_included)) if is_clear else None


@lru_cache(maxsize=4096)
def stated_rate(title: str) -> Decimal | None:
    """Return the VAT rate in percent that a title states for its articles, None without one."""
    if title.count("%") != 1 or len(title) > _MAX_LENGTH:
        return None
    rates = read_statement(_RATE_NAMES.sub("MwSt ", title)).vat_rates
    return next(iter(rates)) if len(rates) == 1 else None


def other_tax_marks(notes: Sequence[Note], *, included: bool | None) -> tuple[str, ...]:
    """Return the marks of articles whose prices are in the other tax basis than the list."""
    if included is None:
        return ()
    marks = dict[str, str]()
    for note in notes:
        for part, named in marked_parts(note.text):
            if read_statement(part).vat_included == frozenset({not included}):
                marks |= dict.fromkeys(named, part)
    return tuple(marks)
