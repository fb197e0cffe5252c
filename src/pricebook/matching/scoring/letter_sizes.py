"""Sizes in single letters: an `M` is a size beside an article whose size is `XL`, not a metre."""

import re
from typing import TypeAlias

from pricebook.matching.scoring.variants import SIZE, SIZE_WORDS

Variants: TypeAlias = frozenset[tuple[str, str]]

# Not `5 m`, `m.`, `l'eau` or `men's`; but both of `L/XL` and of `M-L`.
_LETTER = re.compile(r"(?<![a-z0-9.,'])(?<!\d[ -])([sml])(?![a-z0-9.'])")
# Written so, a size can be nothing else.
_CLEAR = frozenset((SIZE, each) for each in ("xxs", "xs", "xl", "xxl", "xxxl", "4xl", "5xl"))


def find_size_letters(text: str) -> Variants:
    """Return the sizes that single letters of a folded text may stand for."""
    return frozenset((SIZE, SIZE_WORDS[letter]) for letter in _LETTER.findall(text))


def with_letters(
    first: Variants, first_letters: Variants, second: Variants, second_letters: Variants
) -> tuple[Variants, Variants]:
    """Return the variants of two articles, with their letters if one has a size such as `XL`."""
    if not (first_letters or second_letters) or _CLEAR.isdisjoint(first | second):
        return first, second
    return first | first_letters, second | second_letters
