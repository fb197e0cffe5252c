"""Fields of headers by single words in any order: packs, least orders, discounts, their groups."""

from collections.abc import Sequence

from pricebook.pricelists.detection.discount_words import DISCOUNT_NOUNS, GROUP_WORDS
from pricebook.pricelists.detection.header_vocabulary import (
    COUNT_KEYS,
    COUNTED_PER_KEYS,
    FIELD_RANKS,
    MINIMUM_KEYS,
    MINIMUM_ORDER_KEYS,
)
from pricebook.pricelists.detection.quantity_phrases import PACK_CODES
from pricebook.pricelists.detection.vocabulary import NAMED_SKU_RANK, OTHER_SKU_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.read_config import Field

_GROUPS = comparison_keys(GROUP_WORDS)
_DISCOUNTS = comparison_keys(DISCOUNT_NOUNS)
_OF_WORDS = comparison_keys(("of", "de", "del", "di", "do", "der", "für", "la"))


def ranks_of_words(words: Sequence[str]) -> dict[Field, int]:
    """Return the field of a header by single words, with its rank: `Pcs per case`, `NB SKU`."""
    if words[1:] == ["sku"]:
        is_other = words[0] in OTHER_SKU_WORDS or any(words[0] in r for r in FIELD_RANKS.values())
        return {} if is_other else {"sku": NAMED_SKU_RANK}
    named = _counted_field(words) or _numbered_field(words) or _discount_group(words)
    return {named: 0} if named else {}


def _counted_field(words: Sequence[str]) -> Field | None:
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


def _numbered_field(words: Sequence[str]) -> Field | None:
    """Return the discount for a header that numbers one: `Rabatt 1`, `Disc2`."""
    bare = "".join(word.rstrip("0123456789") for word in words)
    return "discount" if bare != "".join(words) and bare in FIELD_RANKS["discount"] else None


def _discount_group(words: Sequence[str]) -> Field | None:
    """Return the discount group for a header of both words: `Gr. remise`, `RabattKz`."""
    key = "".join(word for word in words if word not in _OF_WORDS)
    parts = [(key[:length], key[length:]) for length in range(1, len(key))]
    is_group = any(
        (first in _GROUPS and second in _DISCOUNTS) or (first in _DISCOUNTS and second in _GROUPS)
        for first, second in parts
    )
    return "discount_group" if is_group else None
