"""Discounts that a text names without a percent sign: `Sconto 50+5`, `Rabatt: 35`, `(50+5)`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.discount_words import ABBREVIATED_DISCOUNT_WORDS
from pricebook.pricelists.detection.letterhead_words import (
    CONDITION_WORDS,
    DISCOUNT_NOUNS,
    SUBTRACTION_WORDS,
)
from pricebook.pricelists.detection.statement_tokens import Token
from pricebook.pricelists.detection.word_keys import comparison_keys

_NOUNS = DISCOUNT_NOUNS - SUBTRACTION_WORDS
ABBREVIATIONS = comparison_keys(ABBREVIATED_DISCOUNT_WORDS)
_FILLERS = comparison_keys(
    ("of", "von", "der", "um", "in", "di", "del", "de", "da", "is", "ist", "van", "w", "i")
)
_SIGNS = frozenset(".:=(-–—")
_LABEL_SIGNS = frozenset(".:")
_JOINING = frozenset("+/")
_MAX_DIGITS = 2
# Of a word for discounts before a chain: `Rabatt für Sie: 40+10`.
_DISTANCE = 4
# Of a chain that stands alone at the end of a text: `Keys 50+5`, not `Battery 12+2`.
_MIN_SEPARATED, _MIN_ALONE = 10, 20


class _Chain(NamedTuple):
    """Percentages as a text has them, `50+5`, from their first token to the one behind them."""

    text: str
    start: int
    end: int

    @property
    def is_single(self) -> bool:
        """Whether it is one number."""
        return _JOINING.isdisjoint(self.text)


def chain_beside_noun(tokens: Sequence[Token]) -> str:
    """Return the discounts beside a word for them, empty without: `50+5`, `35`, `40+5%`."""
    return next((chain.text for chain in _chains(tokens) if _is_named(tokens, chain)), "")


def names_chain(tokens: Sequence[Token]) -> bool:
    """Return whether a text names a chain of discounts that depend on no condition."""
    named = any(not chain.is_single and _is_named(tokens, chain) for chain in _chains(tokens))
    return named and CONDITION_WORDS.isdisjoint(token.key for token in tokens)


def chain_at_end(tokens: Sequence[Token]) -> str:
    """Return the discounts that stand alone at the end of a title, empty without: `Keys (50+5)`."""
    *_, chain = [None, *_chains(tokens)]
    if chain is None or "+" not in chain.text or any(t.text != ")" for t in tokens[chain.end :]):
        return ""
    before = tokens[chain.start - 1] if chain.start else None
    is_separated = before is not None and before.text in _SIGNS
    least = _MIN_SEPARATED if is_separated else _MIN_ALONE
    first = tokens[chain.start].text
    return chain.text if before and first.isdigit() and int(first) >= least else ""


def _chains(tokens: Sequence[Token]) -> Iterator[_Chain]:
    """Yield the numbers of at most two digits, joined ones as one: `50+5`, `40%+10%`."""
    index = 0
    while index < len(tokens):
        end = _end_of_chain(tokens, index)
        if end > index:
            yield _Chain("".join(token.text for token in tokens[index:end]), index, end)
        index = max(end, index + 1)


def _end_of_chain(tokens: Sequence[Token], start: int) -> int:
    """Return the position behind the chain that begins at a position, the position without one."""
    end = position = start
    while position < len(tokens) and _may_be_percentage(tokens[position]):
        end = position + 1
        if end < len(tokens) and tokens[end].text == "%":
            end += 1
        if end >= len(tokens) or tokens[end].text not in _JOINING:
            break
        position = end + 1
    return end


def _may_be_percentage(token: Token) -> bool:
    if token.kind == "date":  # `40/10/10`
        return all(len(part) <= _MAX_DIGITS for part in token.text.split("/"))
    whole = token.text.replace(",", ".").partition(".")[0]
    return token.kind == "number" and len(whole) <= _MAX_DIGITS


def _is_named(tokens: Sequence[Token], chain: _Chain) -> bool:
    """Return whether a word for discounts stands beside a chain: `sconto 50+5`, `50+5 off`."""
    noun = chain.start - 1
    while noun >= 0 and (tokens[noun].text in _SIGNS or tokens[noun].key in _FILLERS):
        noun -= 1
    is_word_before = noun >= 0 and _names_discount(tokens, noun, chain)
    if "+" in chain.text:
        near = tokens[max(0, chain.start - _DISTANCE) : chain.start]
        is_word_before |= not _NOUNS.isdisjoint(token.key for token in near)
    if chain.is_single:
        following = tokens[chain.end : chain.end + 1]
        return is_word_before and all(token.kind == "sign" for token in following)
    after = chain.end
    while after < len(tokens) and (tokens[after].text == ")" or tokens[after].key in _FILLERS):
        after += 1
    is_word_after = after < len(tokens) and tokens[after].key in _NOUNS | SUBTRACTION_WORDS
    return is_word_before or ("+" in chain.text and is_word_after)


def _names_discount(tokens: Sequence[Token], noun: int, chain: _Chain) -> bool:
    """Return whether the word before a chain names a discount of that look."""
    key = tokens[noun].key
    if key in _NOUNS:
        return True
    if key in SUBTRACTION_WORDS:
        return "+" in chain.text
    is_label = noun + 1 < chain.start and tokens[noun + 1].text in _LABEL_SIGNS
    return key in ABBREVIATIONS and (is_label or not chain.is_single)
