"""Headers of numbers of pieces by their words in any order: packs, sizes of packs, least orders."""

from collections.abc import Sequence

from pricebook.pricelists.detection.header_vocabulary import (
    COUNT_KEYS,
    COUNTED_PER_KEYS,
    MINIMUM_KEYS,
    MINIMUM_ORDER_KEYS,
)
from pricebook.pricelists.detection.quantity_phrases import PACK_CODES
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.read_config import Field


def counted_field(words: Sequence[str]) -> Field | None:
    """Return the field that the words of a header name: `Order Qty Min`, `Pcs per case`."""
    minimum = MINIMUM_KEYS.intersection(words)
    if minimum and len(words) > len(minimum) and MINIMUM_ORDER_KEYS.issuperset(words):
        return "min_order_quantity"
    packs = {word for word in words if parse_unit(word) in PACK_CODES}
    is_counted = bool(packs) and not COUNT_KEYS.isdisjoint(words)
    known = packs.union(COUNT_KEYS, COUNTED_PER_KEYS)
    return "pack_size" if is_counted and known.issuperset(words) else None


def packs_of(words: Sequence[str]) -> frozenset[str]:
    """Return the codes of the packs that words name: XCT for `Pcs per carton`."""
    return frozenset(filter(None, map(parse_unit, words))) & PACK_CODES


def are_packs(words: Sequence[str]) -> bool:
    """Return whether all words are those of packs."""
    return bool(words) and all(parse_unit(word) in PACK_CODES for word in words)
