"""Definitions of codes in texts: `CT = price per hundred`, `P = pièce, C = cent`."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from pricebook.pricelists.detection.currencies import currencies_of_word
from pricebook.pricelists.detection.quantity_labels import is_quantity_label
from pricebook.pricelists.detection.statement_words import (
    ARTICLES,
    NUMBER_WORDS,
    PER_WORDS,
    PRICE_NOUNS,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.quantities import Quantity, parse_quantity
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.text import comparison_key

MAX_LENGTH = 1000
_ONE = Decimal(1)
MAX_CODE_LENGTH = 5
# Capital letters that may be a quantity or a unit; a legend decides.
LETTERS = frozenset({"C", "M", "T", "H", "D", "CEN", "%", "‰"})
# A colon or a dash follows a code in capitals only: `CT: price per 100`.
_CODE = r"[A-ZÀ-ÞА-ЯІЇЄҐŁŚŻŹĆ%‰][A-ZÀ-ÞА-ЯІЇЄҐŁŚŻŹĆ%‰o]{0,3}"
_ASSIGNMENT = re.compile(
    rf"(?:^|(?<=[\s,;|:(·•]))(?:(?P<code>[^\s=,;|:(]{{1,{MAX_CODE_LENGTH}}})\s?=\s?"
    rf"|(?P<capitals>{_CODE})(?:\s?:|\s[–—-])\s)"
)
_PART_END = re.compile(r"[,;|.·•)\n](?:\s|$)|\n")
_COUNTED = re.compile(r"\d\s*$")
_SPLIT_WORDS = re.compile(r"[^\s/]+").finditer
_MAX_WORDS = 4
_FILLERS = comparison_keys(("is", "ist", "est", "es", "unit", "all", "alle", "x", "a", "è", "jest"))
_INTRODUCTIONS = PRICE_NOUNS | PER_WORDS | ARTICLES | _FILLERS


class Definition(NamedTuple):
    """A code, what it means, empty if that is none, and where it stands in its text.

    `names_price`: words for a price or its quantity come before the meaning.
    """

    code: str
    meaning: str
    names_price: bool
    start: int
    end: int

    @property
    def quantity(self) -> Quantity | None:
        """The quantity of the meaning, None without one."""
        return quantity_of(self.meaning)


def quantity_of(text: str) -> Quantity | None:
    """Return the quantity that a code or its meaning is by itself; a unit is one of it."""
    unit = parse_unit(text)
    return parse_quantity(text, ",") or (Quantity(_ONE, unit) if unit else None)


def definitions(text: str) -> Iterator[Definition]:
    """Yield the definitions of codes in a text; `1 m = 100 cm` is none."""
    matches = [
        match
        for match in _ASSIGNMENT.finditer(text[:MAX_LENGTH])
        if (match["code"] or "").isdigit() or not _COUNTED.search(text[: match.start()])
    ]
    for match, following in pairwise([*matches, None]):
        if match is None:
            return
        end = following.start() if following else len(text)
        definition = _PART_END.split(text[match.end() : end])[0].rstrip()
        code = match["code"] or match["capitals"]
        meaning, names_price = _meaning(definition)
        if match["code"] or names_price:
            yield Definition(
                code, meaning, names_price, match.start(), match.end() + len(definition)
            )


def is_unit_legend(term: str, definition: str) -> bool:
    """Return whether two cells define a code: `CT` beside `price per 100 pieces`."""
    found = list(definitions(f"{term.strip()} = {definition}"))
    return len(found) == 1 and found[0].start == 0 and found[0].names_price and is_code(term)


def defines_code(text: str) -> bool:
    """Return whether a text defines a code as a quantity or a unit: `C = cent`."""
    return any(each.meaning and is_code(each.code) for each in definitions(text))


def is_code(text: str) -> bool:
    """Return whether a short text may be a code: no label, currency or word for prices."""
    code = text.strip()
    key = comparison_key(code)
    is_short = 0 < len(code) <= MAX_CODE_LENGTH and not any(map(str.isdigit, code))
    is_word = is_quantity_label(code) or key in PRICE_NOUNS or bool(currencies_of_word(key, ""))
    return is_short and not is_word


def _meaning(definition: str) -> tuple[str, bool]:
    """Return the quantity or unit that a definition begins with, and whether it names a price.

    Words such as `price per` are left out. A unit before a number is not understood.
    """
    words = list(_SPLIT_WORDS(definition))
    first = 0
    while first < len(words) and comparison_key(words[first][0]) in _INTRODUCTIONS:
        first += 1
    introduced = [comparison_key(word[0]) for word in words[:first]]
    names_price = not (PRICE_NOUNS | PER_WORDS).isdisjoint(introduced)
    for count in range(min(len(words) - first, _MAX_WORDS), 0, -1):
        part = words[first : first + count]
        text = definition[part[0].start() : part[-1].end()]
        quantity = quantity_of(text)
        if quantity is not None:
            rest = words[first + count :]
            is_clear = quantity.number != 1 or not _names_number([word[0] for word in rest])
            return (text if is_clear else ""), names_price
    return "", names_price


def _names_number(words: Sequence[str]) -> bool:
    return any(
        any(map(str.isdigit, word)) or comparison_key(word) in NUMBER_WORDS for word in words
    )
