"""Headers of prices with a day whose order of day and month is in doubt: `01/12/2026`."""

from collections.abc import Sequence

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import ColumnContent, content_at, is_numeric
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
)
from pricebook.pricelists.detection.header_row import ExpectedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import (
    mentions_price,
    split_header_with_brackets,
)
from pricebook.pricelists.detection.header_vocabulary import FIELD_RANKS, PERIOD_KEYS
from pricebook.pricelists.detection.header_words import price_name
from pricebook.pricelists.facts.dates import find_days_in_doubt


def find_day_in_doubt(
    header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent]
) -> DetectionIssue | None:
    """Return the issue of prices that hold today or not by the order of a date, None without one.

    An option that names the price column decides.
    """
    if "price" in expected.configured or expected.today is None:
        return None
    for index, cell in enumerate(header.cells):
        content = content_at(contents, index)
        has_period = not PERIOD_KEYS.isdisjoint(split_header_with_brackets(cell))
        is_named = mentions_price(cell) or price_name(cell) in FIELD_RANKS["price"]
        has_prices = is_numeric(content) or not content.filled
        if index in header.ignored or not (has_period and is_named and has_prices):
            continue
        for earlier, later in find_days_in_doubt(cell):
            if later > expected.today:
                label, reference = column_label(header, index), column_reference(header, index)
                return DetectionIssue(
                    f"The header {label} has a date that may be {earlier.isoformat()} or "
                    f"{later.isoformat()}; write it as {later.isoformat()} or "
                    f"{later:%d.%m.%Y}, or set {column_setting('price')} to the prices of today.",
                    "column_mapping.price",
                    (reference,),
                )
    return None
