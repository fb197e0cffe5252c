"""Columns of promotion prices that may hold today beside the price: they are never passed over.

Columns that the choice of the price names already, such as `Promo price`, are decided there.
"""

from collections.abc import Sequence

from pricebook.pricelists.detection.ambiguity_errors import column_label, column_reference
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
    is_numeric,
)
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.detection.price_alternatives import price_columns_setting
from pricebook.pricelists.detection.price_competitors import may_be_price
from pricebook.pricelists.detection.price_periods import PricePeriod
from pricebook.pricelists.detection.promotion_days import last_days_of_promotions
from pricebook.pricelists.detection.promotion_periods import (
    names_promotion,
    period_of_notes,
    title_period,
)
from pricebook.pricelists.schemas.read_request import ReadRequest


def promotion_issues(
    request: ReadRequest,
    header: TableHeader,
    assignment: ColumnAssignment,
    contents: Sequence[ColumnContent],
    notes: Sequence[Note],
) -> list[DetectionIssue]:
    """Return the issue of each column of promotion prices that may hold today."""
    price = assignment.columns.get("price")
    if price is None:
        return []
    candidates = header.candidates
    used = {*assignment.columns.values(), *assignment.tier_columns}
    named = {*candidates["price"], *candidates["next_price"], *candidates["list_price"]}
    of_list, _ = period_of_notes(notes, request.today)
    issues: list[DetectionIssue] = []
    for index, cell in enumerate(header.cells):
        if index in used | header.ignored | named or may_be_price(cell, request.currency):
            continue
        if names_promotion(cell) and _has_prices(content_at(contents, index)):
            period = title_period(cell, of_list, request.today)
            if _may_hold(period, request):
                until = last_days_of_promotions(header, contents, assignment)
                days = _days_text(header, period, until)
                issues.append(_issue(header, price, index, days))
    return issues


def _has_prices(content: ColumnContent) -> bool:
    has_percent = any("%" in display_text(cell) for cell in content.cells)
    return bool(content.cells) and is_numeric(content) and not has_percent


def _may_hold(period: PricePeriod, request: ReadRequest) -> bool:
    """Return whether a period includes today, or is not known."""
    if request.today is None:
        return True
    has_ended = period.last is not None and period.last < request.today
    return not has_ended and not (period.first is not None and period.first > request.today)


def _issue(header: TableHeader, price: int, index: int, days: str) -> DetectionIssue:
    label, reference = column_label(header, index), column_reference(header, index)
    both = price_columns_setting([reference, column_reference(header, price)])
    return DetectionIssue(
        f"The column {label} has promotion prices{days}, which may be those of today instead of "
        f"{column_label(header, price)}; set {both} to read them where a row has one, "
        f"{ignoring(reference)} to read the prices without them, or "
        f"{column_setting('price', reference)} to read no others.",
        "ignored_columns",
        (reference,),
    )


def _days_text(header: TableHeader, period: PricePeriod, until: int | None) -> str:
    if until is not None:
        return f" until the day in the column {column_label(header, until)}"
    first = f" from {period.first.isoformat()}" if period.first else ""
    last = f" to {period.last.isoformat()}" if period.last else ""
    return first + last or ", whose days are not known"
