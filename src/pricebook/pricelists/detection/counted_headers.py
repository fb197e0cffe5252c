"""Fields of headers by single words in any order: packs, least orders, discounts, their groups."""

from collections.abc import Sequence

from pricebook.pricelists.detection.discount_words import (
    DISCOUNT_NOUNS,
    FURTHER_DISCOUNT_WORDS,
    GROUP_WORDS,
    NUMBERED_DISCOUNT_WORDS,
    ORDINAL_WORDS,
)
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
_ORDINALS = comparison_keys(ORDINAL_WORDS)
_FURTHER = comparison_keys(FURTHER_DISCOUNT_WORDS)
_NUMBERED_DISCOUNTS = comparison_keys(NUMBERED_DISCOUNT_WORDS)
_OF_WORDS = comparison_keys(("of", "de", "del", "di", "do", "der", "für", "la"))


def ranks_of_words(words: Sequence[str]) -> dict[Field, int]:
    """Return the field of a header by single words, with its rank: `Pcs per case`, `NB SKU`."""
    if words[1:] == ["sku"]:
        is_other = words[0] in OTHER_SKU_WORDS or any(words[0] in r for r in FIELD_RANKS.values())
        return {} if is_other else {"sku": NAMED_SKU_RANK}
    named = _counted_field(words) or _discount(words) or _discount_group(words)
    return {named: 0} if named else {}


def names_further_discount(words: Sequence[str]) -> bool:
    """Return whether a header names a discount beside the usual one: `Zusatzrabatt`."""
    key = "".join(words)
    rest = "".join(word for word in words if word not in _FURTHER)
    parts = [rest, *(rest.removeprefix(word) for word in _FURTHER)]
    return any(part in FIELD_RANKS["discount"] for part in parts if part != key)


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


def _discount(words: Sequence[str]) -> Field | None:
    """Return the discount for a header that numbers or adds one: `Disc2`, `Sc. 1`, `Rabatt II`."""
    bare = [word.rstrip("0123456789") for word in words if word not in _ORDINALS]
    key = "".join(bare)
    is_known = key in FIELD_RANKS["discount"] or key in _NUMBERED_DISCOUNTS
    is_numbered = key != "".join(words) and is_known
    return "discount" if is_numbered or names_further_discount(bare) else None


def _discount_group(words: Sequence[str]) -> Field | None:
    """Return the discount group for a header of both words: `Gr. remise`, `RabattKz`."""
    key = "".join(word for word in words if word not in _OF_WORDS)
    parts = [(key[:length], key[length:]) for length in range(1, len(key))]
    is_group = any(
        (first in _GROUPS and second in _DISCOUNTS) or (first in _DISCOUNTS and second in _GROUPS)
        for first, second in parts
    )
    return "discount_group" if is_group else None
