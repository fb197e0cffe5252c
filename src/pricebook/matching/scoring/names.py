"""How far the names of an item and a product name one thing, beyond single words."""

from collections.abc import Iterable
from typing import NamedTuple

from pricebook.matching.scoring.evidence import Evidence
from pricebook.matching.scoring.measures import PLAIN, Measure
from pricebook.matching.scoring.trade_words import things

# Names with less of their words in common are of different things.
_MIN_SHARE = 1 / 3


class Missing(NamedTuple):
    """The words and measures of a product's name that an item has not."""

    words: tuple[str, ...]
    measures: tuple[Measure, ...]


def missing_of_product(evidence: Evidence) -> Missing:
    """Return what of a product's own name the item has not, the rarest words first."""
    words = sorted(evidence.own_words.missing, key=lambda each: -each[1])
    return Missing(tuple(word for word, _ in words), tuple(evidence.own_measures_missing))


def is_same_name(evidence: Evidence) -> bool:
    """Whether both names have the same words, measures and variants, in whatever order."""
    measures, numbers = evidence.measures, evidence.numbers
    is_other = not numbers.are_same or numbers.is_for_other or evidence.brand is False
    is_other = is_other or bool(evidence.variants or evidence.marks)
    one_sided = evidence.item_words.missing or measures.only_first or measures.conflicting
    if is_other or one_sided or any(missing_of_product(evidence)):
        return False
    return bool(evidence.own_words.same)


def is_alike(evidence: Evidence) -> bool:
    """Whether a number, a measure or enough of the words of one name are in the other.

    With the same measures, other words may be those of another language; a number without a unit is
    in many names. A word that only may mean one of a linked item's is no more than chance.
    """
    shares = [evidence.own_words.share, evidence.linked_share]
    if evidence.own_words.same or any(each.likeness == 1 for each in evidence.item_words.same):
        shares.append(evidence.item_words.share)
    numbers = evidence.numbers
    has_same = _has_number(evidence) or bool(numbers.weak or numbers.almost or numbers.prefix)
    has_measure = any(
        PLAIN not in {mine.dimension, other.dimension} for mine, other in evidence.measures.agreeing
    )
    has_same = has_same or has_measure or bool(evidence.shared_variants)
    has_words = bool(evidence.item_words.missing and evidence.own_words.missing)
    return has_same or not has_words or max(shares) >= _MIN_SHARE


def other_things(evidence: Evidence) -> tuple[list[str], list[str]] | None:
    """Return words of each name for things that the other has not: `cable`, `trolley jack`.

    With several measures or enough of the product's words, they are other words for one thing.
    """
    share = max(evidence.own_words.share, evidence.linked_share)
    if _has_number(evidence) or evidence.measures.agreeing[1:] or share >= _MIN_SHARE:
        return None
    item = _things(evidence.item_words.missing)
    product = _things(evidence.own_words.missing)
    return (item, product) if item and product else None


def _things(missing: Iterable[tuple[str, float]]) -> list[str]:
    return [word for word, _ in missing if things(word)]


def _has_number(evidence: Evidence) -> bool:
    numbers = evidence.numbers
    return bool(evidence.gtin or evidence.mpn or numbers.strong or numbers.codes)
