"""Headers of prices whose words or numbers of quantity are not understood: `Price x100`."""

import re
from collections.abc import Sequence

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.detection_issues import (
    setting,
)
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.statement_tokens import Token, tokenize
from pricebook.pricelists.detection.statement_words import SCALE_PREPOSITIONS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import Field

# A hundredth of the currency of the list, whichever that is.
_HUNDREDTHS = comparison_keys(
    (
        *("cent", "cents", "ct", "cts", "pence", "копейках", "копійках", "groszach", "céntimos"),
        *("centimos", "centimes", "centesimi", "öre", "øre", "cêntimos", "haléřích"),
    )
)
_WHOLE = re.compile(r"\s*\d+\s*").fullmatch
# Further prices may be in the currency itself.
_OTHER_PRICES: frozenset[Field] = frozenset(
    ("list_price", "next_price", "pack_price", "surcharge", "deposit")
)


def refuse_unclear_header(collector: FactCollector) -> None:
    """Refuse a price header with a number or a word of quantity that is not understood.

    Whole numbers below `Preis in Cent` are hundredths, noted as the fact `in_hundredths`.
    """
    sources = collector.sources
    if not sources.price_statement.unclear_quantity or _is_level(collector):
        return
    if _has_hundredths(collector):
        collector.facts["in_hundredths"] = Fact("true", "header", sources.price_source)
        return
    collector.refuse(
        f"The header of {sources.price_source} leaves in doubt what a price is for; set "
        f"price_quantity, as in {setting('price_quantity', 1)}, or 100 for prices per hundred or "
        "in cents.",
        "price_quantity",
    )


def _has_hundredths(collector: FactCollector) -> bool:
    """Return whether the only price of the list is in whole hundredths of the currency."""
    sources, assignment = collector.sources, collector.sources.assignment
    if "price" not in assignment.columns or assignment.tiers or sources.config.price_columns:
        return False
    cells = sources.content(assignment.columns["price"]).cells
    numbers = [text for cell in cells if any(map(str.isdigit, text := display_text(cell)))]
    has_others = not _OTHER_PRICES.isdisjoint(assignment.columns)
    return not has_others and all(map(_WHOLE, numbers)) and _names_hundredths(sources.price_header)


def _names_hundredths(header: str) -> bool:
    """Return whether a header is one of prices in hundredths without another doubt."""
    tokens: Sequence[Token] = tokenize(header)
    keys = [token.key for token in tokens]
    named = [index for index, key in enumerate(keys) if key in _HUNDREDTHS]
    has_numbers = any(token.kind == "number" for token in tokens)
    is_scale = len(named) == 1 and named[0] > 0 and keys[named[0] - 1] in SCALE_PREPOSITIONS
    return is_scale and not has_numbers


def _is_level(collector: FactCollector) -> bool:
    """Return whether the last letter of the price header is a level: `Trade C` beside `Trade B`."""
    sources = collector.sources
    *words, letter = sources.price_header.split() or [""]
    if len(letter) != 1 or not letter.isalpha() or not words:
        return False
    return any(
        other != letter and len(other) == 1 and other.isalpha() and before == words
        for cell in sources.header.cells
        for *before, other in [cell.split() or [""]]
    )
