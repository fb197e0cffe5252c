"""Colours that the letters at the end of a model number name: `WRT311FZDB`, `WRT311FZDW`."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.matching.scoring.model_numbers import NumberPair
from pricebook.matching.scoring.variants import COLOUR

Variants = frozenset[tuple[str, str]]
# Colours that endings stand for, the commoner ones first.
_COLOURS = (
    *("black", "white", "silver", "grey", "red", "blue", "green", "yellow", "brown", "pink"),
    *("orange", "gold", "beige", "purple"),
)


def with_colours(
    pair: NumberPair | None, first: Variants, second: Variants
) -> tuple[Variants, Variants]:
    """Return the variants of two articles, with colours that only the ends of their numbers name.

    An end that is short for a colour which the other article names stands for that. It stands for
    another colour only if the other's number ends with its colour, too: other ends are of countries
    or editions.
    """
    if pair is None:
        return first, second
    named, others = _colours(first), _colours(second)
    if named and not others:
        return first, second | _meant(pair.other_ending, named, pair.ending, pair.stem)
    if others and not named:
        return first | _meant(pair.ending, others, pair.other_ending, pair.stem), second
    return first, second


def _colours(variants: Variants) -> frozenset[str]:
    return frozenset(variant for kind, variant in variants if kind == COLOUR)


def _meant(ending: str, named: frozenset[str], other_ending: str, stem: str) -> Variants:
    """Return the colour that an ending stands for beside another article and its colours."""
    found = named.intersection(_colours_short_for(ending))
    if not found and not (ending and other_ending):
        # `BK` and `B` have a letter in common.
        ending, other_ending = stem[-1] + ending, stem[-1] + other_ending
        found = named.intersection(_colours_short_for(ending))
    if not found and named.intersection(_colours_short_for(other_ending)):
        found = _colours_short_for(ending)[:1]
    return frozenset((COLOUR, colour) for colour in found)


@lru_cache(maxsize=1 << 12)
def _colours_short_for(ending: str) -> Sequence[str]:
    return [colour for colour in _COLOURS if _is_short_for(ending, colour)]


def _is_short_for(ending: str, colour: str) -> bool:
    """Whether letters are the first one of a word and later ones in order: `wht` of `white`."""
    letters = iter(colour)
    return ending[:1] == colour[:1] and all(letter in letters for letter in ending)
