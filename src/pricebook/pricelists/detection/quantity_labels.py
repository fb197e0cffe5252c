"""Labels of the quantity that prices are for: `Preiseinheit: 100`, `PE | 100`."""

import re
from decimal import Decimal
from functools import lru_cache

from pricebook.pricelists.detection.fact_words import PRICE_QUANTITY_WORDS
from pricebook.pricelists.detection.letterhead_words import PRICE_QUANTITY_LABELS
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.text import comparison_key

_MAX_LENGTH = 100
_LABEL = re.compile(
    r"(?P<label>[^\d:=]{2,40}?)\s*(?:(?P<mark>[:=])\s*|(?=\d))(?P<value>\S.*)"
).fullmatch
_LABELS = frozenset(map(comparison_key, PRICE_QUANTITY_WORDS[0])) | PRICE_QUANTITY_LABELS
# Shorter ones may be words of goods: `PE 100` is a plastic.
_MIN_LABEL_LENGTH = 4


def is_quantity_label(text: str) -> bool:
    """Return whether a whole text is the label of a price quantity: `Preiseinheit:`."""
    return comparison_key(text) in _LABELS


@lru_cache(maxsize=1024)
def labelled_quantity(text: str) -> Decimal | None:
    """Return the price quantity of a label and a value: 100 for `Price basis: 100 pcs`."""
    match = _LABEL(text.strip()) if len(text) <= _MAX_LENGTH else None
    if not match or comparison_key(match["label"]) not in _LABELS:
        return None
    if not match["mark"] and len(match["label"]) < _MIN_LABEL_LENGTH:
        return None
    quantity = parse_quantity(match["value"], ",") or parse_quantity(match["value"], ".")
    return quantity.number if quantity else None
