"""Charges beside a price in headers and sentences: a surcharge may be added, a deposit never is."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from pricebook.pricelists.detection.charge_words import (
    ADDED_WORDS,
    BILLED_WORDS,
    DEPOSIT_ENDINGS,
    DEPOSIT_WORDS,
    INVOICE_WORDS,
    ORDER_CHARGE_BEGINNINGS,
    PART_WORDS,
    SEPARATELY_WORDS,
    SURCHARGE_ENDINGS,
    SURCHARGE_WORDS,
)
from pricebook.pricelists.detection.letterhead_words import CONDITION_WORDS
from pricebook.pricelists.detection.statement_tokens import tokenize
from pricebook.pricelists.detection.tax_words import (
    EXCLUDING_WORDS,
    INCLUDING_WORDS,
    NEGATION_WORDS,
    VAT_PREPOSITIONS,
)
from pricebook.pricelists.text import comparison_key

# `unless otherwise stated`: its negation is not one of the charge.
_EXCEPTION = re.compile(
    r",?\s*\b(?:sofern|soweit|unless|sauf|если|якщо|salvo|tenzij|o ile|se non|om inte)\b.*",
    re.IGNORECASE | re.DOTALL,
)
# What a column holds; `part`: a surcharge that the price includes.
Charge = Literal["surcharge", "part", "deposit"]

_SURCHARGES = frozenset(map(comparison_key, SURCHARGE_WORDS))
_DEPOSITS = frozenset(map(comparison_key, DEPOSIT_WORDS))
_PARTS = frozenset(map(comparison_key, PART_WORDS))
_ADDED = frozenset(map(comparison_key, ADDED_WORDS))
_SEPARATE = frozenset(map(comparison_key, SEPARATELY_WORDS))
_BILLED = frozenset(map(comparison_key, BILLED_WORDS))
_INVOICES = frozenset(map(comparison_key, INVOICE_WORDS))
_PREPOSITIONS = VAT_PREPOSITIONS.keys() | INCLUDING_WORDS | EXCLUDING_WORDS
# Words between a surcharge and the word that includes or excludes it.
_DISTANCE = 3


def charge_of_header(words: Sequence[str], *, names_price: bool) -> Charge | None:
    """Return the charge that the words of a header name, None for a price without or with it."""
    is_surcharge = any(map(_is_surcharge, words))
    is_deposit = any(map(_is_deposit, words))
    if not (is_surcharge or is_deposit):
        return None
    if names_price and not _PREPOSITIONS.isdisjoint(words):
        return None
    if is_deposit:
        return "deposit"
    return "surcharge" if _PARTS.isdisjoint(words) else "part"


def surcharge_is_added(sentence: str) -> bool | None:
    """Return whether a text adds a surcharge to the prices, None if it leaves that open."""
    return _is_added(sentence, _is_surcharge)


def surcharge_is_billed_separately(sentence: str) -> bool:
    """Return whether a text states that a surcharge is billed separately from the prices."""
    keys = [token.key for token in tokenize(sentence)]
    if not any(map(_is_surcharge, keys)):
        return False
    is_negated = not NEGATION_WORDS.isdisjoint(keys)
    if not (is_negated or INCLUDING_WORDS.isdisjoint(keys)):
        return False
    pairs = ("".join(pair) for pair in pairwise(keys))
    is_separate = not _SEPARATE.isdisjoint((*keys, *pairs))
    if not _INVOICES.isdisjoint(keys):
        return is_separate or is_negated or not _ADDED.isdisjoint(keys)
    return is_separate and not _BILLED.isdisjoint(keys)


def deposit_is_added(sentence: str) -> bool | None:
    """Return whether a text adds a deposit to the prices, None if it leaves that open."""
    return _is_added(sentence, _is_deposit)


def names_surcharge_rate(sentence: str) -> bool:
    """Return whether a text has a surcharge in percent without a condition: `Zuschlag 3,5 %`."""
    keys = {token.key for token in tokenize(sentence)}
    is_rate = "%" in keys and CONDITION_WORDS.isdisjoint(keys)
    return is_rate and any(map(_is_surcharge, keys))


def _is_added(sentence: str, is_charge: Callable[[str], bool]) -> bool | None:
    keys = [token.key for token in tokenize(_EXCEPTION.sub("", sentence))]
    positions = [index for index, key in enumerate(keys) if is_charge(key)]
    found: set[bool] = set()
    for index in positions:
        near = keys[max(0, index - _DISTANCE) : index]
        is_negated = not NEGATION_WORDS.isdisjoint(keys)
        if not EXCLUDING_WORDS.isdisjoint(near) or not _ADDED.isdisjoint(keys) or "+" in near:
            found.add(not is_negated)
        after = keys[index + 1 :]
        if not INCLUDING_WORDS.isdisjoint([*near, *after]):
            found.add(is_negated)
        found |= {VAT_PREPOSITIONS[key] is False for key in near if key in VAT_PREPOSITIONS}
    return found.pop() if len(found) == 1 else None


def _is_deposit(key: str) -> bool:
    return key in _DEPOSITS or key.endswith(DEPOSIT_ENDINGS)


def _is_surcharge(key: str) -> bool:
    is_of_order = key.startswith(ORDER_CHARGE_BEGINNINGS)
    return key in _SURCHARGES or (key.endswith(SURCHARGE_ENDINGS) and not is_of_order)
