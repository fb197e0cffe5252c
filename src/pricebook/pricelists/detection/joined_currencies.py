"""Currency codes that are written together with a word for prices: `DealerEUR`, `USDPrice`."""

import re
from functools import lru_cache

from pricebook.pricelists.detection.currencies import COMMON_CODES
from pricebook.pricelists.detection.header_vocabulary import (
    CUSTOMER_KEYS,
    PRICE_KEYS,
    RECOMMENDED_PRICE_KEYS,
    RETAIL_KEYS,
)
from pricebook.pricelists.text import comparison_key

_CODE_LENGTH = 3
_PRICE_WORDS = PRICE_KEYS | CUSTOMER_KEYS | RETAIL_KEYS | RECOMMENDED_PRICE_KEYS
_WORD = re.compile(r"[^\W\d_]{4,}")
_CODES = "|".join(sorted(COMMON_CODES))
_may_have_code = re.compile(
    rf"\w(?:{_CODES})(?![^\W\d_])|(?<![^\W\d_])(?:{_CODES})\w", re.IGNORECASE
).search


@lru_cache(maxsize=4096)
def separate_currencies(header: str) -> str:
    """Return a header with a blank between a currency code and the word for prices beside it."""
    return _WORD.sub(_separated, header) if _may_have_code(header) else header


def _separated(match: re.Match[str]) -> str:
    word = match[0]
    for cut in (len(word) - _CODE_LENGTH, _CODE_LENGTH):
        parts = word[:cut], word[cut:]
        code, name = parts if cut == _CODE_LENGTH else reversed(parts)
        if code.upper() in COMMON_CODES and comparison_key(name) in _PRICE_WORDS:
            return " ".join(parts)
    return word
