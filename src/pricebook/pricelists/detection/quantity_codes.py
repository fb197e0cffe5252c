"""Columns of codes that may say what prices are for: `P`, `C`, `M`, `CM` below `Base`."""

from collections.abc import Collection, Sequence

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.code_legends import quantity_of
from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
    meaning_setting,
)
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_vocabulary import FIELD_RANKS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.text import comparison_key, quote, quote_list

# Headers of a price quantity that may name something else; the cells decide.
_BASE_HEADERS = comparison_keys(
    (
        *("base", "base prix", "base px", "base prezzo", "basis", "up", "u p", "udp", "u de p"),
        *("cond", "conditionnement", "cdt", "un", "u", "um", "u m", "uv", "u v", "unité de fact"),
        *("unité facturation", "pu", "einh", "pe", "per", "pro", "je", "par", "por", "za", "за"),
        *("база", "podstawa", "unit", "unité", "ud", "u fact", "udf"),
    )
)
# A hundred metres or the centimetre.
HUNDRED_METRES = "CM"
HUNDREDS = frozenset({"C", "CEN", "%", "‰", "%o", "%0", "0/00", "o/oo"})
# Below a header of price quantities.
_NAMED_CODES = frozenset({"M", "CT", "HK", "H", "T", "ML", "CTO", "MIL", HUNDRED_METRES})
_PIECE_CODES = frozenset({"P", "U", "PI", "UN"})
_MAX_CODES = 12
_MAX_LENGTH = 4


def is_base_header(header: str) -> bool:
    """Return whether a header may name what prices are for, if its cells fit: `Base`."""
    key = comparison_key(header)
    return key in _BASE_HEADERS or FIELD_RANKS["price_quantity"].get(key) == 0


def doubtful_codes(header: str, content: ColumnContent) -> frozenset[str]:
    """Return the codes of a column without a field that may be what prices are for, if any is.

    All its cells are short codes, one of them a hundred or a thousand.
    """
    texts = {display_text(cell).strip() for cell in content.cells}
    known = _NAMED_CODES | _PIECE_CODES | HUNDREDS
    are_codes = 0 < len(texts) <= _MAX_CODES and all(
        text in known or (len(text) <= _MAX_LENGTH and quantity_of(text)) for text in texts
    )
    deciding = HUNDREDS | _NAMED_CODES if is_base_header(header) else HUNDREDS
    if not are_codes or texts.isdisjoint(deciding):
        return frozenset()
    return frozenset(texts & known) or frozenset(texts & deciding)


def is_unclear(codes: Collection[str]) -> bool:
    """Return whether some of the codes of a column have no meaning by themselves."""
    return any(code == HUNDRED_METRES or quantity_of(code) is None for code in codes)


def unclear_codes(content: ColumnContent) -> list[str]:
    """Return the short codes of a column of price quantities that are not understood."""
    texts = {display_text(cell).strip() for cell in content.cells} - {""}
    return sorted(
        text
        for text in texts
        if text == HUNDRED_METRES
        or (
            len(text) <= _MAX_LENGTH
            and text.isalpha()
            and text.isupper()
            and quantity_of(text) is None
        )
    )


def quantity_issue(header: TableHeader, index: int, codes: Sequence[str]) -> DetectionIssue:
    """Return the issue of letters that are known as quantities in a column without a field."""
    reference = column_reference(header, index)
    example = next((code for code in codes if code in HUNDREDS), codes[0])
    return DetectionIssue(
        f"The unit {quote(example)} of the column {column_label(header, index)} may be the "
        f"quantity that the price is for; set {column_setting('price_quantity', reference)} if it "
        f"is, or {ignoring(reference)}.",
        "column_mapping.price_quantity",
        (reference,),
    )


def codes_issue(header: TableHeader, index: int, codes: Sequence[str]) -> DetectionIssue:
    """Return the issue of codes whose meaning decides what prices are for."""
    reference = column_reference(header, index)
    meaning = "100 m" if codes[0] == HUNDRED_METRES else "100"
    return DetectionIssue(
        f"The cells {quote_list(codes)} of the column {column_label(header, index)} may be what "
        f"prices are for; set what each of them means, as in {meaning_setting(codes[0], meaning)}, "
        f"or {ignoring(reference)} if prices do not depend on them.",
        "unit_meanings",
        tuple(codes),
    )
