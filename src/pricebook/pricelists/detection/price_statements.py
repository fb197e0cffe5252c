"""What a header or a sentence says about prices: quantity, pack, unit, tax, words that are left.

The grammar is the same in the seven languages: a quantity follows a preposition or a slash (`je
100 Stück`, `EUR/100`, `за упаковку`), a tax word has words of inclusion or exclusion around it.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from pricebook.pricelists.detection.statement_words import (
    AFTER_QUANTITY_WORDS,
    EXCLUDING_WORDS,
    FROM_WORDS,
    GROSS_WORDS,
    INCLUDING_WORDS,
    NEGATION_WORDS,
    NET_WORDS,
    NUMBER_WORDS,
    PER_WORDS,
    PRICE_NOUNS,
    PRICE_UNIT_WORDS,
    SALES_UNIT_WORDS,
    TAX_EXCLUDED_WORDS,
    TAX_INCLUDED_WORDS,
    TAX_NAMES,
    UNKNOWN_CURRENCIES,
    VAT_PREPOSITIONS,
)
from pricebook.pricelists.facts.units import PIECE, parse_unit
from pricebook.pricelists.text import comparison_key

MAX_STATEMENT_LENGTH = 1000
_PACK_CODES = frozenset({"XPK", "XBX", "XCT", "XCS", "XCR", "XPX"})
_LETTERS = {"C": Decimal(100), "M": Decimal(1000)}
_MAX_UNIT_WORDS = 2
_YEARS = (1990, 2100)
# Words between a tax name and the word that includes or excludes it: `не включая сумму НДС`.
_TAX_DISTANCE = 4
_DOTTED_LETTERS = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.\s?){1,3}[^\W\d_]\.?(?![^\W\d_])")
_TOKEN = re.compile(
    r"(?P<date>\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<number>\d+(?:[.,'\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+[23]?(?![\d]))"
    r"|(?P<sign>[^\s\w])"
)


class Token(NamedTuple):
    """A word, number, date or sign of a text: its kind, its text and the key to compare it by."""

    kind: str
    text: str
    key: str


class PriceStatement(NamedTuple):
    """What a text says about prices; several values contradict each other.

    `quantities` are numbers of base units, with 1 for `per piece`; `units` codes of Recommendation
    20. `names_price_unit`: a price is for the quantity of its column (`je PE`). `vat_included` is
    empty if nothing says it; with `is_gross_or_net` it is said by such a word only, which may mean
    discounts as well. `unclear_tax`: a tax is named, but not whether it is included. `rest` are the
    keys of all other words.
    """

    quantities: frozenset[Decimal] = frozenset()
    units: frozenset[str] = frozenset()
    is_per_pack: bool = False
    names_price_unit: bool = False
    unclear_quantity: bool = False
    vat_included: frozenset[bool] = frozenset()
    is_gross_or_net: bool = False
    vat_rates: frozenset[Decimal] = frozenset()
    unclear_tax: bool = False
    rest: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def read_statement(text: str) -> PriceStatement:
    """Return what a header or a sentence says about prices."""
    tokens = tokenize(text)
    used: set[int] = set()
    quantity, tax = _read_quantities(tokens, used), _read_tax(tokens, used)
    return quantity._replace(
        vat_included=tax.vat_included,
        is_gross_or_net=tax.is_gross_or_net,
        vat_rates=_read_rates(tokens, used),
        unclear_tax=tax.unclear_tax,
        rest=tuple(
            token.key
            for index, token in enumerate(tokens)
            if index not in used and token.kind in {"word", "number"}
        ),
    )


def tokenize(text: str) -> list[Token]:
    """Return the words, numbers, dates and signs of a text; `H.T.` is one word."""
    joined = _DOTTED_LETTERS.sub(
        lambda match: re.sub(r"[.\s]", "", match[0]), text[:MAX_STATEMENT_LENGTH]
    )
    return [
        Token(kind, match[kind], comparison_key(match[kind]) if kind == "word" else match[kind])
        for match in _TOKEN.finditer(joined)
        if (kind := match.lastgroup)
    ]


def names_unknown_currency(text: str) -> bool:
    """Return whether a text names units of account such as `у.е.`, whose rate is elsewhere."""
    return any(token.key in UNKNOWN_CURRENCIES for token in tokenize(text))


def number_of(token: Token) -> Decimal | None:
    """Return the value of a number without decimals; None for other tokens."""
    if token.kind == "word":
        return NUMBER_WORDS.get(token.key)
    if token.kind == "sign":
        return Decimal(100) if token.text == "%" else Decimal(1000) if token.text == "‰" else None
    digits = re.sub(r"[.,' \u00a0\u202f](?=\d{3}(?!\d))", "", token.text)
    return Decimal(digits) if token.kind == "number" and digits.isdigit() else None


def _read_quantities(tokens: Sequence[Token], used: set[int]) -> PriceStatement:
    quantities: set[Decimal] = set()
    units: set[str] = set()
    statement = PriceStatement()
    for start in _quantity_positions(tokens):
        phrase = _quantity_phrase(tokens, start)
        if phrase is None:
            continue
        used.update(range(max(0, start - 1), phrase.end))
        if phrase.kind == "quantity":
            quantities.add(phrase.number)
            units |= {phrase.unit} if phrase.unit and phrase.unit != PIECE else set()
        elif phrase.kind == "pack":
            statement = statement._replace(is_per_pack=True)
        elif phrase.kind == "price unit":
            statement = statement._replace(names_price_unit=True)
        else:
            statement = statement._replace(unclear_quantity=True)
    return statement._replace(quantities=frozenset(quantities), units=frozenset(units))


class _QuantityPhrase(NamedTuple):
    """What a price is for, from its number or unit to the position after its last token."""

    kind: Literal["quantity", "pack", "price unit", "unclear"]
    end: int
    number: Decimal = Decimal(1)
    unit: str | None = None


def _quantity_phrase(tokens: Sequence[Token], start: int) -> _QuantityPhrase | None:
    """Return the phrase that begins at a position: `100 Stück`, `VPE`, `C`; None for others."""
    number = number_of(tokens[start]) or _letter_after_slash(tokens, start)
    position = start if number is None else start + 1
    unit, length = _unit_at(tokens, position)
    word = tokens[position].key if position < len(tokens) else ""
    if number is not None and (_is_range(tokens, position) or (_is_year(number) and not unit)):
        return None
    if unit is None and word in PRICE_UNIT_WORDS:
        return _QuantityPhrase("price unit", position + 1)
    if unit in _PACK_CODES:
        is_one = number in {None, Decimal(1)}
        return _QuantityPhrase("pack" if is_one else "unclear", position + length)
    is_unit = unit is not None or word in SALES_UNIT_WORDS
    if number is None and not is_unit:
        return None
    end = position + max(length, int(word in SALES_UNIT_WORDS))
    return _QuantityPhrase("quantity", end, number or Decimal(1), unit)


def _quantity_positions(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield where the number or unit that a price is for may begin."""
    for index in range(1, len(tokens)):
        before, token = tokens[index - 1], tokens[index]
        is_number = number_of(token) is not None and token.kind != "sign"
        if before.key in PER_WORDS or before.text == "/":
            yield index
        elif is_number and before.key in PRICE_NOUNS:
            code, _ = _unit_at(tokens, index + 1)
            if code:
                yield index
        elif is_number and before.text in "([" and index + 1 < len(tokens):
            code, length = _unit_at(tokens, index + 1)
            end = index + 1 + length
            if code and (end == len(tokens) or tokens[end].text in ")]."):
                yield index


def _letter_after_slash(tokens: Sequence[Token], index: int) -> Decimal | None:
    """Return 100 for `EUR/C` and 1000 for `EUR/M`; a small letter is a unit."""
    return _LETTERS.get(tokens[index].text) if tokens[index - 1].text == "/" else None


def _is_range(tokens: Sequence[Token], after_number: int) -> bool:
    """Return whether a number begins a range: `10+`, `10-99`, `10 to 99`."""
    return after_number < len(tokens) and tokens[after_number].text in {"+", "-", "–"}


def _is_year(number: Decimal) -> bool:
    return _YEARS[0] <= number <= _YEARS[1]


def _unit_at(tokens: Sequence[Token], start: int) -> tuple[str | None, int]:
    """Return the code of the unit at a position, and its number of tokens."""
    for length in range(_MAX_UNIT_WORDS, 0, -1):
        words = tokens[start : start + length]
        if len(words) == length and all(word.kind == "word" for word in words):
            text = " ".join(word.text for word in words)
            if words[0].key not in AFTER_QUANTITY_WORDS and (code := parse_unit(text)):
                return code, length
    return None, 0


def _read_tax(tokens: Sequence[Token], used: set[int]) -> PriceStatement:
    """Return whether prices include the tax, and whether a tax is named without saying that."""
    by_tax: set[bool] = set()
    by_word: set[bool] = set()
    names_tax = False
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
    return PriceStatement(
        vat_included=frozenset(by_tax | by_word),
        is_gross_or_net=not by_tax,
        unclear_tax=names_tax and not (by_tax or by_word),
    )


def _tax_inclusion(tokens: Sequence[Token], tax: int, used: set[int]) -> set[bool]:
    """Return what the words around a tax name say: included, excluded, or nothing."""
    near = range(max(0, tax - _TAX_DISTANCE), min(len(tokens), tax + _TAX_DISTANCE + 1))
    is_negated = any(tokens[index].key in NEGATION_WORDS for index in near)
    found: dict[int, bool] = {}
    for index in near:
        key = tokens[index].key
        is_preposition = index < tax and _is_adjacent(tokens, index, tax)
        if key in EXCLUDING_WORDS or (is_preposition and tokens[index].text == "+"):
            found[index] = False
        elif key in INCLUDING_WORDS:
            found[index] = not is_negated
        elif is_preposition and key in VAT_PREPOSITIONS:
            found[index] = VAT_PREPOSITIONS[key]
    used.update(found)
    return set(found.values())


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
