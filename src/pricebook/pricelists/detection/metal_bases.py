"""Quotations of metals that prices are based on: `Kupferbasis 150 EUR/100 kg`.

Their number and their weight are not what the prices of articles are for.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pricebook.pricelists.detection.currencies import currencies_of_sign, currencies_of_word
from pricebook.pricelists.detection.statement_tokens import (
    Token,
    number_of,
    text_without,
    tokenize,
)
from pricebook.pricelists.detection.statement_words import PER_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.units import parse_unit

# Of weights only: metals are quoted by these.
_WEIGHTS = frozenset({"KGM", "TNE", "LBR", "GRM", "ONZ", "STN", "LTN"})
_METALS = comparison_keys(
    (
        *("cu", "alu", "kupfer", "copper", "cuivre", "cobre", "miedź", "miedzi", "медь"),
        *("меди", "медная", "медной", "мідь", "міді", "rame", "cupru", "koppar", "koper"),
        *("mědi", "bakır", "aluminium", "aluminum", "aluminio", "алюминий", "алюминия"),
        *("messing", "brass", "laiton", "latón", "blei", "lead", "plomb", "zink", "zinc", "цинк"),
        *("nickel", "nikiel", "никель", "zinn", "tin", "silber", "silver", "metall", "metal"),
        *("métal", "metaal", "metalu", "металл", "металла"),
    )
)
_MIN_STEM_LENGTH = 4
_STEMS = tuple(sorted(metal for metal in _METALS if len(metal) >= _MIN_STEM_LENGTH))
_BASE_ENDINGS = (
    *("basis", "base", "bas", "notierung", "notierungen", "kurs", "preis", "quotation", "pris"),
    *("prijs", "koers", "notering"),
)
# Words and signs between the metal and its quotation, or behind that: `Copper base at 150 EUR`.
_MAX_DISTANCE = 6
_BEHIND = 2


@lru_cache(maxsize=4096)
def without_metal_bases(text: str) -> str:
    """Return a text without the numbers and weights of the quotations of metals in it.

    The currency of a quotation stays: it may be the only one that a price list names.
    """
    tokens = tokenize(text)
    metals = [index for index, token in enumerate(tokens) if _is_metal(token)]
    if not metals:
        return text
    left_out = [index for metal in metals for index in _quotation_near(tokens, metal)]
    return text_without(text, [tokens[index] for index in set(left_out)]) if left_out else text


def _is_metal(token: Token) -> bool:
    is_compound = token.key.startswith(_STEMS) and token.key.endswith(_BASE_ENDINGS)
    return token.kind == "word" and (token.key in _METALS or is_compound)


def _quotation_near(tokens: Sequence[Token], metal: int) -> list[int]:
    """Return the positions of the number and the weight that a metal is quoted by, if any."""
    for start in range(metal + 1, min(metal + 1 + _MAX_DISTANCE, len(tokens))):
        if found := list(_quotation_at(tokens, start)):
            return found
    for start in range(max(0, metal - _MAX_DISTANCE - _BEHIND), metal):
        found = list(_quotation_at(tokens, start))
        if found and metal - _BEHIND <= found[-1] < metal:
            return found
    return []


def _quotation_at(tokens: Sequence[Token], start: int) -> Iterator[int]:
    """Yield the positions of a number of money, and of the weight that it is for, at a position."""
    if tokens[start].kind != "number":
        return
    end = start + 1
    has_currency = (start > 0 and _is_currency(tokens[start - 1])) or _is_currency_at(tokens, end)
    end += _is_currency_at(tokens, end)
    weight = list(_weight_at(tokens, end))
    if has_currency or weight:
        yield start
        yield from weight


def _weight_at(tokens: Sequence[Token], start: int) -> Iterator[int]:
    """Yield the positions of `/100 kg`, `per t`, `%kg`, if they begin at a position."""
    position = start
    is_per = position < len(tokens) and (
        tokens[position].text == "/" or tokens[position].key in PER_WORDS
    )
    position += is_per
    is_number = position < len(tokens) and number_of(tokens[position]) is not None
    position += is_number
    has_weight = position < len(tokens) and parse_unit(tokens[position].text) in _WEIGHTS
    if has_weight and (is_per or is_number):
        yield from range(start, position + 1)


def _is_currency_at(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and _is_currency(tokens[index])


def _is_currency(token: Token) -> bool:
    if token.kind == "sign":
        return currencies_of_sign(token.text) is not None
    return token.kind == "word" and bool(currencies_of_word(token.key, ""))
