"""What a header or a sentence says about prices: quantity, pack, unit, tax, words that are left.

The grammar is the same in all languages: a tax word has words of inclusion or exclusion around it.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.price_scale import PriceScale, read_scale
from pricebook.pricelists.detection.quantity_doubts import is_unclear_header, names_scale
from pricebook.pricelists.detection.quantity_phrases import read_quantities
from pricebook.pricelists.detection.statement_tokens import Token, text_without, tokenize
from pricebook.pricelists.detection.statement_words import UNKNOWN_CURRENCIES
from pricebook.pricelists.detection.tax_words import (
    ADDED_WORDS,
    ADDING_WORDS,
    EXCLUDING_WORDS,
    FROM_WORDS,
    GROSS_WORDS,
    INCLUDING_WORDS,
    NEGATION_WORDS,
    NET_WORDS,
    ROMANIAN_INCLUDING_WORDS,
    ROMANIAN_NEGATION,
    TAX_EXCLUDED_WORDS,
    TAX_INCLUDED_WORDS,
    TAX_NAMES,
    TAXES_BESIDE_GROSS_WORDS,
    VAT_PREPOSITIONS,
    VAT_PREPOSITIONS_OF_TAX,
)

# Words between a tax name and the word that includes or excludes it: `не включая сумму НДС`.
_TAX_DISTANCE = 4
_CLAUSE_MARKS = frozenset(",;")


class PriceStatement(NamedTuple):
    """What a text says about prices; several values contradict each other.

    `quantities` are numbers of base units, with 1 for `per piece`; `units` codes of Recommendation
    20 but that of a piece; `names_pieces`: it is for pieces. `names_price_unit`: a price is for the
    quantity of its column (`je PE`); `names_row_unit`: for the unit of its row (`per UOM`).
    `vat_included` is empty if nothing says it; with `is_gross_or_net` it is said by such a word
    only, which may mean discounts as well. `unclear_tax`: a tax is named, but not whether it is
    included. `scale`: prices are in hundredths or thousands of a currency. `rest` are the keys of
    all other words, `beside_quantity` is the text without what the prices are for.
    """

    quantities: frozenset[Decimal] = frozenset()
    units: frozenset[str] = frozenset()
    names_pieces: bool = False
    is_per_pack: bool = False
    names_price_unit: bool = False
    names_row_unit: bool = False
    unclear_quantity: bool = False
    scale: PriceScale = PriceScale()
    vat_included: frozenset[bool] = frozenset()
    is_gross_or_net: bool = False
    vat_rates: frozenset[Decimal] = frozenset()
    unclear_tax: bool = False
    rest: tuple[str, ...] = ()
    beside_quantity: str = ""


@lru_cache(maxsize=4096)
def read_statement(text: str) -> PriceStatement:
    """Return what a sentence says about prices."""
    return _read(text)


@lru_cache(maxsize=4096)
def read_header_statement(text: str, *, has_tier: bool = False) -> PriceStatement:
    """Return what a header says about prices; a number that is not understood is in doubt.

    With `has_tier` its numbers are those of a price tier, `10-99`.
    """
    return _read(text, is_header=True, has_tier=has_tier)


def _read(text: str, *, is_header: bool = False, has_tier: bool = False) -> PriceStatement:
    tokens = tokenize(text)
    used: set[int] = set()
    quantity = read_quantities(tokens, used, is_header=is_header)
    scale = read_scale(tokens, is_header=is_header)
    quantity_tokens = [tokens[index] for index in used]
    is_stated = bool(quantity.quantities or quantity.is_per_pack or quantity.names_price_unit)
    tax, rates = _read_tax(tokens, used), _read_rates(tokens, used)
    is_unclear = names_scale(tokens, used | scale.used)
    if is_header and not (is_stated or has_tier):
        is_unclear |= is_unclear_header(tokens, used | scale.used | _beside_tax(tokens))
    return PriceStatement(
        quantities=quantity.quantities,
        units=quantity.units,
        names_pieces=quantity.names_pieces,
        is_per_pack=quantity.is_per_pack,
        names_price_unit=quantity.names_price_unit,
        names_row_unit=quantity.names_row_unit,
        unclear_quantity=quantity.unclear or is_unclear,
        scale=scale,
        vat_included=tax.vat_included,
        is_gross_or_net=tax.is_gross_or_net,
        vat_rates=rates,
        unclear_tax=tax.unclear_tax,
        rest=tuple(
            token.key
            for index, token in enumerate(tokens)
            if index not in used and token.kind in {"word", "number"}
        ),
        beside_quantity=text_without(text, quantity_tokens),
    )


def _beside_tax(tokens: Sequence[Token]) -> set[int]:
    """Return the positions near the name of a tax, where a number is a rate."""
    names = [index for index, token in enumerate(tokens) if token.key in TAX_NAMES]
    return {
        index
        for name in names
        for index in range(max(0, name - _TAX_DISTANCE), name + _TAX_DISTANCE + 1)
        if index < len(tokens) and tokens[index].kind in {"number", "sign"}
    }


def names_unknown_currency(text: str) -> bool:
    """Return whether a text names units of account such as `у.е.`, whose rate is elsewhere."""
    return any(token.key in UNKNOWN_CURRENCIES for token in tokenize(text))


def _read_tax(tokens: Sequence[Token], used: set[int]) -> PriceStatement:
    """Return whether prices include the tax, and whether a tax is named without saying that."""
    by_tax: set[bool] = set()
    by_word: set[bool] = set()
    names_tax = False
    is_beside_gross = any(token.key in TAXES_BESIDE_GROSS_WORDS for token in tokens)
    for index, token in enumerate(tokens):
        if token.key in TAX_NAMES:
            names_tax = True
            by_tax |= _tax_inclusion(tokens, index, used)
        elif token.key in TAX_INCLUDED_WORDS | TAX_EXCLUDED_WORDS:
            by_tax.add(token.key in TAX_INCLUDED_WORDS)
        elif token.key in GROSS_WORDS | NET_WORDS:
            by_word.add(token.key in GROSS_WORDS)
        else:
            continue
        used.add(index)
    if is_beside_gross and by_tax == {False}:
        by_word -= {True}  # `Bruttopreise exkl. MWST` are those before discounts
    return PriceStatement(
        vat_included=frozenset(by_tax | by_word),
        is_gross_or_net=not by_tax,
        unclear_tax=names_tax and not (by_tax or by_word),
    )


def _tax_inclusion(tokens: Sequence[Token], tax: int, used: set[int]) -> set[bool]:
    """Return what the words around a tax name say: included, excluded, or nothing."""
    near = range(max(0, tax - _TAX_DISTANCE), min(len(tokens), tax + _TAX_DISTANCE + 1))
    is_negated = _is_negated({tokens[index].key for index in near})
    found: dict[int, bool] = {}
    for index in near:
        key = tokens[index].key
        is_preposition = index < tax and _is_adjacent(tokens, index, tax)
        if key in EXCLUDING_WORDS or (is_preposition and tokens[index].text == "+"):
            found[index] = False
        elif _adds_tax(tokens, index, tax):
            found |= {} if is_negated else {index: False}
        elif key in INCLUDING_WORDS:
            found[index] = not is_negated
        elif is_preposition and key in VAT_PREPOSITIONS:
            by_tax = VAT_PREPOSITIONS_OF_TAX.get((key, tokens[tax].key))
            found[index] = VAT_PREPOSITIONS[key] if by_tax is None else by_tax
    used.update(found)
    # `exkl. MWST, inkl. VRG` is about another charge behind the tax.
    before = {found[index] for index in found if index < tax and _is_beside(tokens, index, tax)}
    return before if len(before) == 1 else set(found.values())


def _is_beside(tokens: Sequence[Token], word: int, tax: int) -> bool:
    """Return whether a word is directly before a tax, a rate or a filler between the two."""
    between = tokens[word + 1 : tax]
    return _is_adjacent(tokens, word, tax) and not any(
        each.text in _CLAUSE_MARKS for each in between
    )


def _adds_tax(tokens: Sequence[Token], index: int, tax: int) -> bool:
    """Return whether a word says that the tax is added; behind a comma it is about other costs."""
    key, between = tokens[index].key, tokens[min(index, tax) : max(index, tax)]
    is_adding = key in ADDING_WORDS or (key in ADDED_WORDS and index > tax)
    return is_adding and not any(token.text in _CLAUSE_MARKS for token in between)


def _is_negated(keys: set[str]) -> bool:
    """Return whether a negation is among the words around the name of a tax."""
    is_romanian = ROMANIAN_NEGATION in keys and not ROMANIAN_INCLUDING_WORDS.isdisjoint(keys)
    return is_romanian or not NEGATION_WORDS.isdisjoint(keys)


def _is_adjacent(tokens: Sequence[Token], preposition: int, tax: int) -> bool:
    """Return whether only a slash, a number, a percent sign or a filler is between the two."""
    return all(
        token.kind in {"number", "sign"} or token.key in FROM_WORDS
        for token in tokens[preposition + 1 : tax]
    )


def _read_rates(tokens: Sequence[Token], used: set[int]) -> frozenset[Decimal]:
    """Return the percentages beside the name of a tax."""
    if not any(token.key in TAX_NAMES for token in tokens):
        return frozenset()
    rates: set[Decimal] = set()
    for index in range(1, len(tokens)):
        number = tokens[index - 1]
        near = tokens[max(0, index - _TAX_DISTANCE) : index + _TAX_DISTANCE]
        if (
            tokens[index].text == "%"
            and number.kind == "number"
            and any(token.key in TAX_NAMES for token in near)
        ):
            rates.add(Decimal(number.text.replace(",", ".").replace(" ", "")))
            used.update((index - 1, index))
    return frozenset(rates)
