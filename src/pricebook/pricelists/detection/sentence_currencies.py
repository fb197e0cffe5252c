"""The currency that a sentence about prices names, unlike words that only look like one."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from pricebook.pricelists.detection.currencies import currencies_of_sign, sentence_currency
from pricebook.pricelists.detection.currency_codes import CODES_LIKE_WORDS
from pricebook.pricelists.detection.statement_tokens import Token, tokenize
from pricebook.pricelists.detection.statement_words import (
    CURRENCY_PREPOSITIONS,
    NATIONS,
    NATIONS_ALONE,
    PER_WORDS,
    VALIDITY_WORDS,
    WORDS_LIKE_CURRENCIES,
    WORDS_LIKE_CURRENCY_CODES,
)
from pricebook.pricelists.detection.tax_words import (
    EXCLUDING_WORDS,
    GROSS_WORDS,
    INCLUDING_WORDS,
    NEGATION_WORDS,
    NET_WORDS,
    TAX_EXCLUDED_WORDS,
    TAX_INCLUDED_WORDS,
    TAX_NAMES,
    VAT_PREPOSITIONS,
)

_YEAR = re.compile(r"(19|20)\d\d").fullmatch
# Words that may follow a currency, which no noun of goods is.
_FOLLOWING_WORDS = (
    CURRENCY_PREPOSITIONS
    | PER_WORDS
    | TAX_NAMES
    | TAX_INCLUDED_WORDS
    | TAX_EXCLUDED_WORDS
    | GROSS_WORDS
    | NET_WORDS
    | INCLUDING_WORDS
    | EXCLUDING_WORDS
    | NEGATION_WORDS
    | VALIDITY_WORDS
    | VAT_PREPOSITIONS.keys()
)
_AFTER_CURRENCIES = _FOLLOWING_WORDS | {*",;.|"}


def currencies_of_sentence(tokens: Sequence[Token], catalog_currency: str) -> frozenset[str] | None:
    """Return the codes that a sentence may mean, None if it names none; empty if in doubt.

    Amounts such as `over 500 EUR` say nothing.
    """
    possible: frozenset[str] | None = None
    for index, token in enumerate(tokens):
        codes = _codes_of(token, catalog_currency)
        if codes and not _is_amount(tokens, index) and not _is_other_word(tokens, index):
            nation = NATIONS.get(tokens[index - 1].key) if index else None
            codes = codes & {nation} if nation in codes else codes
            codes = frozenset[str]() if _is_doubtful_code(tokens, index) else codes
            possible = codes if possible is None else possible & codes
    return possible


def currencies_of_remark(text: str, catalog_currency: str) -> frozenset[str] | None:
    """Return the codes that a text of any language names alone or before a tax, None without one.

    `Nettoprisliste, DKK ekskl. moms` does; `EUR pallets` and `over 500 EUR` do not.
    """
    tokens = tokenize(text)
    is_named = any(
        _codes_of(token, catalog_currency) and (after is None or after.key in _AFTER_CURRENCIES)
        for token, after in zip_longest(tokens, tokens[1:])
    )
    return currencies_of_sentence(tokens, catalog_currency) if is_named else None


def _codes_of(token: Token, catalog_currency: str) -> frozenset[str] | None:
    if token.kind == "sign":
        return currencies_of_sign(token.text)
    return sentence_currency(token.text, token.key, catalog_currency)


def _is_amount(tokens: Sequence[Token], currency: int) -> bool:
    """Return whether a number stands directly beside a currency, other than a year."""
    before = tokens[currency - 1] if currency else None
    after = tokens[currency + 1] if currency + 1 < len(tokens) else None
    return any(
        token is not None and token.kind == "number" and not _YEAR(token.text)
        for token in (before, after)
    )


def _is_other_word(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a word means no currency here: gel, Franken (a region), США (a country)."""
    token = tokens[index]
    if token.key in NATIONS_ALONE:
        words = [each for each in tokens if each.kind == "word"]
        position = words.index(token)
        beside = words[max(0, position - 1) : position] + words[position + 1 : position + 2]
        return not any(sentence_currency(each.text, each.key, "") for each in beside)
    if token.key in WORDS_LIKE_CURRENCIES or token.text in CODES_LIKE_WORDS:
        return not _is_introduced(tokens, index)
    is_in_capitals = all(not any(map(str.islower, each.text)) for each in tokens)
    return is_in_capitals and _is_doubtful_code(tokens, index)


def _is_doubtful_code(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a code may be a word, before a noun: `GEL pens`, `CAD software`."""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    is_before_noun = (
        after is not None and after.kind == "word" and after.key not in _FOLLOWING_WORDS
    )
    return (
        tokens[index].text in WORDS_LIKE_CURRENCY_CODES
        and is_before_noun
        and not _is_introduced(tokens, index)
    )


def _is_introduced(tokens: Sequence[Token], index: int) -> bool:
    """Return whether `in` is before a word, or before the word before it: `in Swiss francs`."""
    before = [token.key for token in tokens[max(0, index - 2) : index]]
    return not CURRENCY_PREPOSITIONS.isdisjoint(before)
