"""Headers of prices whose words or numbers of quantity are not understood: `Price x100`."""

from pricebook.pricelists.detection.detection_issues import setting
from pricebook.pricelists.detection.fact_collector import FactCollector


def refuse_unclear_header(collector: FactCollector) -> None:
    """Refuse a price header with a number or a word of quantity that is not understood."""
    sources = collector.sources
    if not sources.price_statement.unclear_quantity or _is_level(collector):
        return
    collector.refuse(
        f"The header of {sources.price_source} leaves in doubt what a price is for; set "
        f"price_quantity, as in {setting('price_quantity', 1)}, or 100 for prices per hundred.",
        "price_quantity",
    )


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
