"""Codes that are composed of several cells, for price lists without article codes."""

import hashlib
from collections.abc import Iterable

from pricebook.pricelists.text import clean_name

MAX_SKU_LENGTH = 255
SEPARATOR = " · "
_DOT = "·"
_HASH_DIGITS = 12


def compose_code(cells: Iterable[str]) -> str:
    """Return the readable code of an article that several cells identify: `Bolt M8 · 100 pcs`.

    Different cells give different codes: a middle dot in a cell is doubled, and a code that is too
    long ends with a hash of the whole. The code of empty cells is empty.
    """
    parts = [clean_name(cell) for cell in cells]
    if len(parts) == 1:
        return _shortened(parts[0])
    if not any(parts):
        return ""
    return _shortened(SEPARATOR.join(part.replace(_DOT, _DOT * 2) for part in parts).strip())


def _shortened(code: str) -> str:
    if len(code) <= MAX_SKU_LENGTH:
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:_HASH_DIGITS]
    suffix = f"… #{digest}"
    return code[: MAX_SKU_LENGTH - len(suffix)].rstrip() + suffix
