"""Bands of suggestions: certain, likely, possible."""

from collections.abc import Iterator
from typing import Literal

from pricebook.matching.scoring.evidence import Evidence
from pricebook.matching.scoring.measures import COUNT

Band = Literal["certain", "likely", "possible"]

LIKELY = 0.5
# The name of the veto by a price.
PRICE = "price"
# A price beyond this factor speaks of another size or pack.
_MAX_PRICE_FACTOR = 2.0


def band_of(score: float, *, is_proven: bool, is_price_far: bool) -> Band:
    """Return the band of a suggestion.

    `is_proven` is what `certain` takes beside the score, `is_price_far` whether price is a veto.
    """
    if score < LIKELY or is_price_far:
        return "possible"
    return "certain" if is_proven else "likely"


def is_identified(evidence: Evidence) -> bool:
    """Whether a GTIN, or a model number that no other product has, is that of both."""
    if evidence.gtin:
        return True
    return any(number.frequency <= 1 for number in evidence.numbers.strong)


def vetoes(evidence: Evidence) -> Iterator[str]:
    """Yield the names of what keeps a match from being certain."""
    measures, ratio = evidence.measures, evidence.price_ratio
    one_sided = (*measures.only_first, *measures.only_second)
    checks = {
        "gtin": evidence.gtin is False,
        "mpn": evidence.mpn is False,
        "model number": evidence.numbers.is_conflict,
        "made for another": evidence.numbers.is_for_other,
        "size": bool(measures.conflicting),
        "pack": any(measure.dimension == COUNT for measure in one_sided),
        "variant": bool(evidence.variants),
        "mark": bool(evidence.marks),
        "brand": evidence.brand is False,
        PRICE: ratio is not None and not 1 / _MAX_PRICE_FACTOR <= ratio <= _MAX_PRICE_FACTOR,
    }
    yield from (name for name, is_against in checks.items() if is_against)
