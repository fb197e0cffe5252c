"""The discount that a section title states for the articles below it: `Lamps – discount 40 %`."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.bare_statements import is_discount_label, names_discount
from pricebook.pricelists.detection.discount_phrases import chain_at_end, chain_beside_noun
from pricebook.pricelists.detection.discount_words import FACTOR_WORDS, MULTIPLIER_WORDS
from pricebook.pricelists.detection.fact_collector import FactCollector, ListSources
from pricebook.pricelists.detection.letterhead_words import (
    CONDITION_WORDS,
    DISCOUNT_NOUNS,
    SUBTRACTION_WORDS,
)
from pricebook.pricelists.detection.list_factors import list_discounts
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.statement_tokens import Token, tokenize
from pricebook.pricelists.facts.discounts import parse_discounts, parse_multiplier
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import TitleDiscounts
from pricebook.pricelists.text import quote

_PERCENT = r"\d{1,2}(?:[.,]\d{1,4})?"
_CHAIN = re.compile(rf"(?<![\d.,+/-]){_PERCENT}\s*%?(?:\s*\+\s*{_PERCENT}\s*%?)*")
_LEADING_SIGN = re.compile(rf"(?<!\d)(?<!\d\s)%\s?({_PERCENT})")
# `Multiplier: List x .42`
_MULTIPLIER = re.compile(
    rf"(?<!\w)(?:{'|'.join((*MULTIPLIER_WORDS, *FACTOR_WORDS))})(?!\w)[^\d.,]{{0,20}}"
    r"(?P<number>[01]?[.,]\d{1,4})(?!\d)",
    re.IGNORECASE,
)
# `Keys -50%`; the sign of `Alcohol - 70 %` stands alone.
_MINUS_AT_END = re.compile(rf"(?<=\s)[-−](?P<percent>{_PERCENT}\s?%)\s*$")
_MIN_PERCENT = 5
_MAX_TITLE_LENGTH = 160


class TitleDiscount(NamedTuple):
    """Percentages that a title states, one after another; none with `is_unclear`.

    `is_named`: words name the discount that is not understood.
    """

    discounts: tuple[Decimal, ...] = ()
    is_unclear: bool = False
    is_named: bool = False


_NAMED_BUT_UNCLEAR = TitleDiscount(is_unclear=True, is_named=True)


@lru_cache(maxsize=1024)
def read_title_discount(title: str) -> TitleDiscount:
    """Return the discount that a title states; unclear for one that is not understood.

    A multiplier of the list price takes off the rest.
    """
    if multiplier := _MULTIPLIER.search(title):
        discounts = parse_multiplier(multiplier["number"])
        return TitleDiscount(discounts) if discounts else TitleDiscount(is_unclear=True)
    if (of_list := list_discounts(title)) is not None:
        return TitleDiscount(of_list, is_unclear=not of_list)
    tokens = tokenize(title)
    chain = chain_beside_noun(tokens)
    if "%" in title:
        return _of_percentages(title, tokens, chain)
    if chain or (chain := chain_at_end(tokens)):
        return _of_chain(chain)
    has_number = any(token.kind == "number" for token in tokens)
    has_noun = not DISCOUNT_NOUNS.isdisjoint(token.key for token in tokens)
    return TitleDiscount(is_unclear=has_noun and has_number)


def _of_percentages(title: str, tokens: Sequence[Token], chain: str) -> TitleDiscount:
    """Return the discount of a title with a percent sign; `chain` stands beside a discount."""
    if chain and "%" not in chain:  # beside a tax, for instance
        return _NAMED_BUT_UNCLEAR
    keys = {token.key for token in tokens}
    if names_discount(tokens):
        discounts = _only_chain(_LEADING_SIGN.sub(r"\1 %", title))
        return TitleDiscount(discounts) if discounts else _unclear(keys)
    if minus := _MINUS_AT_END.search(title):
        return _of_chain(minus["percent"])
    return _unclear(keys)


def _unclear(keys: set[str]) -> TitleDiscount:
    is_named = not (DISCOUNT_NOUNS - SUBTRACTION_WORDS).isdisjoint(keys)
    return TitleDiscount(is_unclear=True, is_named=is_named and CONDITION_WORDS.isdisjoint(keys))


def _of_chain(chain: str) -> TitleDiscount:
    """Return the discount of a chain; a single number below 5 may be that of a group."""
    discounts = parse_discounts(chain)
    is_number = chain.isdigit() and int(chain) < _MIN_PERCENT
    return TitleDiscount(discounts) if discounts and not is_number else _NAMED_BUT_UNCLEAR


def _only_chain(title: str) -> tuple[Decimal, ...] | None:
    """Return the discounts of the only chain of percentages in a title: `45 % + 5 %`."""
    chains = [match[0] for match in _CHAIN.finditer(title) if "%" in match[0]]
    is_only = len(chains) == 1 and chains[0].count("%") == title.count("%")
    return parse_discounts(chains[0]) if is_only else None


def discount_text(discounts: tuple[Decimal, ...]) -> str:
    """Return discounts as an option writes them: `30+5`."""
    return "+".join(f"{discount.normalize():f}" for discount in discounts) or "0"


def possible_discounts(text: str) -> tuple[str, ...]:
    """Return the discounts that a text in doubt may mean, as options: the stated one, and none."""
    stated = read_title_discount(text).discounts
    return (discount_text(stated), "0") if stated else ("0",)


def find_title_discounts(collector: FactCollector) -> TitleDiscounts | None:
    """Return whether discounts of titles apply; without the option, note the first of them."""
    option = collector.sources.config.title_discounts
    if option is not None:
        collector.note_setting("title_discounts", option)
        return option
    for note in collector.sources.notes:
        title = note.text.strip()
        discounts = read_title_discount(title).discounts
        if discounts and is_title_with_discount(collector.sources, note):
            source = f"row {note.row_number}, {quote(title, _MAX_TITLE_LENGTH)}"
            value = discount_text(discounts)
            collector.facts["title_discounts"] = Fact(value, "sentence", source)
            break
    return None


def is_title_with_discount(sources: ListSources, note: Note) -> bool:
    """Return whether a text is a section title that names the discount of its rows.

    A text above all articles without other words, `Your discount: 30 %`, is one about all of them.
    """
    title = note.text.strip()
    stated = read_title_discount(title)
    if not ((stated.discounts or stated.is_named) and sources.is_title(note)):
        return False
    return note.place == "inside" or not is_discount_label(tokenize(title))
