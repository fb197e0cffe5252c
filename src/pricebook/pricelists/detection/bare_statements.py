"""Texts that say what prices are without a word for prices: `EUR per 100 pcs`, `PE: 100`."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_of_sign, sentence_currency
from pricebook.pricelists.detection.discount_phrases import (
    chain_at_end,
    chain_beside_noun,
    names_chain,
)
from pricebook.pricelists.detection.discount_words import MULTIPLIER_WORDS
from pricebook.pricelists.detection.letterhead_words import (
    BARE_STATEMENT_WORDS,
    CONDITION_WORDS,
    DISCOUNT_LABEL_WORDS,
    DISCOUNT_NOUNS,
)
from pricebook.pricelists.detection.price_statements import read_statement
from pricebook.pricelists.detection.statement_tokens import Token, tokenize
from pricebook.pricelists.detection.statement_words import ONLY_PER_WORDS
from pricebook.pricelists.detection.tax_words import NEGATION_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.facts.units import parse_unit

_MAX_LENGTH = 100
_FOOTNOTE_MARK = re.compile(r"\s*(?:[*†‡¹²³]+|\(?\d\))?\s*").match
_MIN_QUANTITY = 10
_MULTIPLIERS = comparison_keys(MULTIPLIER_WORDS)


@lru_cache(maxsize=1024)
def is_bare_statement(text: str, catalog_currency: str) -> bool:
    """Return whether a text has only words of a currency, a quantity, a pack or a tax."""
    stripped = without_footnote_mark(text)
    if len(stripped) > _MAX_LENGTH:
        return False
    statement = read_statement(stripped)
    tokens = tokenize(stripped)
    currencies = [token for token in tokens if _is_currency(token, catalog_currency)]
    said = (statement.quantities, statement.is_per_pack, statement.vat_included, currencies)
    known = BARE_STATEMENT_WORDS | {token.key for token in currencies}
    if statement.vat_included and not currencies:
        known |= NEGATION_WORDS  # `MWST nicht inbegriffen`
    return any(said) and known.issuperset(statement.rest)


def without_footnote_mark(text: str) -> str:
    """Return a text without the mark of a footnote: `* per 100 pcs`."""
    mark = _FOOTNOTE_MARK(text)
    return text[mark.end() :] if mark else text


def names_discount(tokens: Sequence[Token]) -> bool:
    """Return whether a text names discounts without a condition: `less 30 %`, `multiplier .42`.

    A chain needs no percent sign: `sconto 50+5`.
    """
    keys = {token.key for token in tokens}
    if not _MULTIPLIERS.isdisjoint(keys) and any(token.kind == "number" for token in tokens):
        return True
    if names_chain(tokens):
        return True
    signs = [index for index, token in enumerate(tokens) if token.text == "%"]
    are_percentages = bool(signs) and all(_is_percentage(tokens, index) for index in signs)
    is_about_discounts = not DISCOUNT_NOUNS.isdisjoint(keys) and CONDITION_WORDS.isdisjoint(keys)
    return are_percentages and is_about_discounts


def _is_percentage(tokens: Sequence[Token], sign: int) -> bool:
    """Return whether a number is before or after a percent sign: `5 %`, `%5`."""
    neighbours = (*tokens[max(sign - 1, 0) : sign], *tokens[sign + 1 : sign + 2])
    return any(token.kind == "number" for token in neighbours)


def is_discount_label(tokens: Sequence[Token]) -> bool:
    """Return whether a text names a discount and nothing else: `Your rebate: 30 %`, `Rabatt 35`."""
    words = {token.key for token in tokens if token.kind == "word"}
    is_named = names_discount(tokens) or bool(chain_beside_noun(tokens))
    return is_named and words <= DISCOUNT_NOUNS | DISCOUNT_LABEL_WORDS


def may_name_discount(text: str) -> bool:
    """Return whether a text names a discount, also a title by a chain at its end: `Keys 50+5`."""
    tokens = tokenize(text)
    return names_discount(tokens) or bool(chain_beside_noun(tokens) or chain_at_end(tokens))


def states_price_quantity(text: str, catalog_currency: str) -> bool:
    """Return whether a text with other words names a quantity as prices do: `Nails, per 100 pcs`.

    `100 Mbit/s` and `3/8 inch` are none.
    """
    tokens = tokenize(text)
    return any(
        _is_stated(tokens, index, catalog_currency)
        for index, token in enumerate(tokens)
        if index and token.kind == "number"
    )


def _is_stated(tokens: Sequence[Token], index: int, catalog_currency: str) -> bool:
    before, after = tokens[index - 1], tokens[index + 1 : index + 2]
    is_price = (
        before.text == "/" and index > 1 and _is_currency(tokens[index - 2], catalog_currency)
    )
    if before.key not in ONLY_PER_WORDS and not is_price:
        return False
    quantity = parse_quantity(tokens[index].text, ",")
    is_unit = not after or after[0].kind != "word" or parse_unit(after[0].text) is not None
    return quantity is not None and quantity.number >= _MIN_QUANTITY and is_unit


def _is_currency(token: Token, catalog_currency: str) -> bool:
    if token.kind == "sign":
        return currencies_of_sign(token.text) is not None
    return sentence_currency(token.text, token.key, catalog_currency) is not None
