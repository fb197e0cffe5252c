"""What the text of a header says by itself: its statement, tier, price words and customers."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.counted_headers import packs_of
from pricebook.pricelists.detection.currencies import currencies_in_text
from pricebook.pricelists.detection.header_vocabulary import (
    BUYING_KEYS,
    CUSTOMER_KEYS,
    NEXT_PRICE_KEYS,
    NO_PRICE_WORDS,
    NON_FIELD_KEYS,
    OLD_PRICE_KEYS,
    OTHER_PRICE_KEYS,
    PRICE_ATTRIBUTE_KEYS,
    PRICE_SUFFIXES,
    RECOMMENDED_PRICE_KEYS,
    RETAIL_KEYS,
)
from pricebook.pricelists.detection.joined_currencies import separate_currencies
from pricebook.pricelists.detection.metal_bases import without_metal_bases
from pricebook.pricelists.detection.order_sums import without_order_sums
from pricebook.pricelists.detection.price_periods import without_yearless_days
from pricebook.pricelists.detection.price_statements import PriceStatement, read_header_statement
from pricebook.pricelists.detection.statement_tokens import join_letters
from pricebook.pricelists.facts.dates import find_date
from pricebook.pricelists.facts.tiers import parse_tier
from pricebook.pricelists.text import split_header

MAX_COLUMNS = 1000
MAX_HEADER_LENGTH = 100
_YEARS = (1990, 2100)
_MAX_TIER_WORDS = 4
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2}").search
_CUSTOMERS = CUSTOMER_KEYS | BUYING_KEYS
_MIN_BEGINNING = 5
_BEGINNINGS = sorted(word for word in _CUSTOMERS if len(word) >= _MIN_BEGINNING)
_BRACKETS = str.maketrans("()[]{}", "      ")


def is_per_piece(statement: PriceStatement) -> bool:
    """Return whether a header names no other quantity than one piece."""
    is_one = statement.quantities <= {1} and not statement.units
    return is_one and not (statement.is_per_pack or statement.names_price_unit)


def header_statement(cell: str) -> PriceStatement:
    """Return what a header says about its prices, in brackets too."""
    text = separate_currencies(cell[:MAX_HEADER_LENGTH])
    text = without_yearless_days(without_metal_bases(without_order_sums(text)))
    return read_header_statement(text, has_tier=tier_quantity(text) is not None)


def header_currencies(cell: str, currency: str) -> frozenset[str] | None:
    """Return the ISO codes that a header may mean, None without one; `per ft` is no forint."""
    return currencies_in_text(header_statement(cell).beside_quantity, currency)


def tier_quantity(cell: str) -> Decimal | None:
    """Return the quantity from which a price column holds: `10+`, `Preis ab 10 Stk`, `1-9`.

    A tier may follow a title of prices in any words: `Prix selon quantité panachée 60 à 119`.
    """
    may_name_one = len(cell) <= MAX_HEADER_LENGTH and any(map(str.isdigit, cell))
    if not may_name_one or _DATE(cell):
        return None
    quantity = parse_tier(cell)
    return _tier_after_title(cell.split()) if quantity is None else quantity


def _tier_after_title(words: Sequence[str]) -> Decimal | None:
    """Return the tier of the last words behind a title of prices of one unit, None without."""
    for start in range(max(1, len(words) - _MAX_TIER_WORDS), len(words)):
        quantity = parse_tier(" ".join(words[start:]))
        title = " ".join(words[:start])
        if quantity is not None and mentions_price(title):
            statement = read_header_statement(title)
            is_other = statement.is_per_pack or statement.names_price_unit
            is_unclear = is_other or statement.unclear_quantity or statement.quantities - {1}
            return None if is_unclear else quantity
    return None


def names_day(cell: str) -> bool:
    """Return whether a header has a date, also one whose order of day and month is in doubt."""
    return bool(_DATE(cell) or find_date(cell))


def has_next_price_word(cell: str) -> bool:
    """Return whether a header says that its price is new or holds from a day on."""
    return not NEXT_PRICE_KEYS.isdisjoint(split_header_with_brackets(cell))


def header_packs(cell: str) -> frozenset[str]:
    """Return the codes of the packs that a header names: XCT for `Pcs per carton`."""
    return packs_of(split_header_with_brackets(cell))


def mentions_price(cell: str) -> bool:
    """Return whether a header mentions a price of any kind, also an old one or one per pack."""
    return words_mention_price(split_header_with_brackets(cell))


def words_mention_price(words: Iterable[str]) -> bool:
    """Return whether one of the words of a header is or ends like one for prices."""
    others = set(words) - NO_PRICE_WORDS
    return any(word.rstrip("0123456789").endswith(PRICE_SUFFIXES) for word in others)


def may_be_only_price(cell: str) -> bool:
    """Return whether a header of a price in unknown words may be that of the price.

    It is no old price and none of another quantity. One whose quantity is in doubt may be, since
    that refuses the price list.
    """
    is_of_piece = not (has_other_price_word(cell) or has_digit(cell))
    is_in_doubt = header_statement(cell).unclear_quantity and not has_old_price_word(cell)
    return is_of_piece or is_in_doubt


def has_other_price_word(cell: str) -> bool:
    """Return whether a header has a word for an old price or another quantity than a piece."""
    return not OTHER_PRICE_KEYS.isdisjoint(split_header_with_brackets(cell))


def has_customer_word(cell: str) -> bool:
    """Return whether a header has a word for the customers of a price or for its year."""
    words = split_header_with_brackets(cell)
    names_year = any(word.isdigit() and _YEARS[0] <= int(word) <= _YEARS[1] for word in words)
    return not CUSTOMER_KEYS.isdisjoint(words) or (names_year and mentions_price(cell))


@lru_cache(maxsize=4096)
def customers_of(cell: str) -> frozenset[str]:
    """Return the words for the customers of a price in a header, and whether it buys or sells.

    They may begin a word: `Händlerpreis`.
    """
    words = split_header_with_brackets(cell)
    found = _CUSTOMERS.intersection(words)
    return found | {
        beginning
        for word in words
        for beginning in _BEGINNINGS
        if word.startswith(beginning) and word not in found
    }


def names_retail(cell: str) -> bool:
    """Return whether a header has a word for retail or recommended prices."""
    return not RETAIL_KEYS.isdisjoint(split_header_with_brackets(cell))


def names_recommended_price(cell: str) -> bool:
    """Return whether a header has a word for prices that are recommended to retailers."""
    return not RECOMMENDED_PRICE_KEYS.isdisjoint(split_header_with_brackets(cell))


def has_old_price_word(cell: str) -> bool:
    """Return whether a header has a word for a former price."""
    return not OLD_PRICE_KEYS.isdisjoint(split_header_with_brackets(cell))


def is_other_sum(cell: str) -> bool:
    """Return whether a header that mentions a price names a total, a date, a change or a group."""
    words = split_header_with_brackets(cell)
    return not (NON_FIELD_KEYS | PRICE_ATTRIBUTE_KEYS).isdisjoint(words)


def states_only_tax(cell: str) -> bool:
    """Return whether a header has no other words than those of a tax: `net`, `incl. VAT`."""
    statement = header_statement(cell)
    return bool(statement.vat_included) and not statement.rest


def split_header_with_brackets(cell: str) -> list[str]:
    """Return all words of a header, those in brackets too; `M.R.P.` is one word."""
    if len(cell) > MAX_HEADER_LENGTH:
        return []
    text = without_order_sums(separate_currencies(cell))
    return split_header(join_letters(text).translate(_BRACKETS))


def has_digit(cell: str) -> bool:
    """Return whether a header has a digit, footnotes aside."""
    return any(map(str.isdigit, "".join(split_header_with_brackets(cell))))
