"""The scale that a header or a sentence names: prices in hundredths or thousands of a currency."""

from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.currencies import currencies_of_sign, sentence_currency
from pricebook.pricelists.detection.statement_tokens import Token, number_of
from pricebook.pricelists.detection.statement_words import (
    ARTICLES,
    MULTIPLE_CURRENCIES,
    NATIONS,
    ONLY_PER_WORDS,
    PER_WORDS,
    SCALE_PREPOSITIONS,
    THOUSAND_WORDS,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.hundredths import ABBREVIATIONS, AMBIGUOUS, hundredth_codes

_THOUSAND = 1000
# The language of `p` for pence; elsewhere it is pieces or a preposition.
_ENGLISH_PRICES = comparison_keys(("price", "prices", "cost", "trade", "rrp", "each", "unit"))
# `Preise auf volle Rappen gerundet` states no scale.
_ROUNDING = (
    *("gerund", "rund", "round", "округл", "arrond", "redond", "zaokr", "avrund", "afrund"),
    *("afgerond", "arroton", "arredond", "rotunj", "kerek", "yuvarla", "pyör"),
)


class PriceScale(NamedTuple):
    """What a text says of the scale of its prices.

    `in_hundredths`: they are in hundredths of one of `codes`; `may_be_hundredths` and
    `may_be_thousands`: its words leave it in doubt. `used` are the positions of its words.
    """

    in_hundredths: bool = False
    may_be_hundredths: bool = False
    may_be_thousands: bool = False
    codes: frozenset[str] | None = None
    used: frozenset[int] = frozenset()

    @property
    def is_in_doubt(self) -> bool:
        """Whether only an option decides the scale."""
        return self.may_be_hundredths or self.may_be_thousands


def read_scale(tokens: Sequence[Token], *, is_header: bool) -> PriceScale:
    """Return the scale that the words of a text name.

    A hundredth after a preposition or before a unit is one, `in pence`, `öre/st`; in a header also
    a word that means nothing else. Amounts such as `50 Cent` are no scale.
    """
    thousands = [index for index in range(len(tokens)) if _is_thousand(tokens, index)]
    named = [index for index in range(len(tokens)) if _is_hundredth(tokens, index)]
    if any(token.key.startswith(_ROUNDING) for token in tokens):
        named = []
    clear = [index for index in named if _is_clear(tokens, index, is_header=is_header)]
    others = [index for index in named if index not in clear]
    doubtful = [index for index in others if is_header or _may_be_stated(tokens, index)]
    has_both = bool(clear) and _names_currency_elsewhere(tokens, clear)
    codes = [found for index in clear if (found := hundredth_codes(tokens[index].text))]
    return PriceScale(
        in_hundredths=bool(clear) and not (has_both or doubtful),
        may_be_hundredths=bool(doubtful) or has_both,
        may_be_thousands=bool(thousands),
        codes=frozenset[str].intersection(*codes) if codes else None,
        used=frozenset((*clear, *doubtful, *thousands)),
    )


def _is_thousand(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a word is a thousand of a currency: `TEUR`, `T€`, `тыс. руб`."""
    token = tokens[index]
    following = [each for each in tokens[index + 1 : index + 3] if each.text != "."][:1]
    if token.key in MULTIPLE_CURRENCIES:
        return True
    if token.text in {"T", "k", "K"}:
        return any(each.kind == "sign" and _names_currency(each) for each in following)
    is_word = token.key in THOUSAND_WORDS or (
        token.kind == "word" and number_of(token) == _THOUSAND
    )
    before = tokens[index - 1].key if index else ""
    is_introduced = before in SCALE_PREPOSITIONS
    return is_word and (is_introduced or any(map(_names_currency, following)))


def _is_hundredth(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a word is a hundredth of a currency here: no amount and no hundred."""
    token = tokens[index]
    if token.kind != "word" or hundredth_codes(token.text) is None:
        return False
    beside = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
    before = tokens[index - 1].key if index else ""
    if any(each.kind == "number" for each in beside) or before in ONLY_PER_WORDS | ARTICLES:
        return before in SCALE_PREPOSITIONS
    if token.text == "p":
        return any(each.key in _ENGLISH_PRICES for each in tokens)
    is_abbreviation = token.text.casefold() in ABBREVIATIONS
    return not is_abbreviation or before in SCALE_PREPOSITIONS or _has_unit(tokens, index)


def _is_clear(tokens: Sequence[Token], index: int, *, is_header: bool) -> bool:
    """Return whether a word that may be a hundredth of a currency is nothing else."""
    word = tokens[index].text.casefold()
    if word in ABBREVIATIONS:
        return False
    return (
        _is_introduced(tokens, index)
        or _has_unit(tokens, index)
        or (is_header and word not in AMBIGUOUS)
        or word.endswith("ben")
    )


def _is_introduced(tokens: Sequence[Token], index: int) -> bool:
    """Return whether `in` is before a word, or before its currency: `in US cents`."""
    position = index - 1
    while position > 0 and (tokens[position].text == "-" or _names_currency(tokens[position])):
        position -= 1
    return position >= 0 and tokens[position].key in SCALE_PREPOSITIONS


def _has_unit(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a price unit follows: `öre/st`, `pence per kg`."""
    following = tokens[index + 1 : index + 3]
    after = [token for token in following if token.text != "."][:1]
    return bool(after) and (after[0].text == "/" or after[0].key in PER_WORDS)


def _may_be_stated(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a word of a sentence may be the scale of its prices."""
    is_introduced = index > 0 and tokens[index - 1].key in SCALE_PREPOSITIONS
    return is_introduced or tokens[index].text.casefold() not in AMBIGUOUS


def _names_currency_elsewhere(tokens: Sequence[Token], hundredths: Sequence[int]) -> bool:
    """Return whether a text names a currency other than that of its hundredths.

    `céntimos de euro` and `Euro-Cent` name one.
    """
    beside = {index + step for index in hundredths for step in (-2, -1, 1, 2)}
    return any(_names_currency(token) and index not in beside for index, token in enumerate(tokens))


def _names_currency(token: Token) -> bool:
    if token.kind == "sign":
        return currencies_of_sign(token.text) is not None
    is_nation = token.key in NATIONS and token.kind == "word"
    return is_nation or sentence_currency(token.text, token.key, "") is not None
