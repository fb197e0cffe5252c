"""When a price list is held for a decision by a person instead of being applied."""

from decimal import Decimal

import msgspec

MAX_OUT_OF_LINE_PERCENT = 10
MIN_OUT_OF_LINE_ROWS = 2


class SafetyThresholds(msgspec.Struct, frozen=True):
    """The limits beyond which a price list, or a single row of it, waits for a decision.

    A list is held with `absent_percent` of the supplier's items absent from it, `rejected_percent`
    of its rows rejected, or a median price that changes by more than `price_factor`. A row whose
    price changes by more than `row_price_factor` is quarantined; if that are several rows, and
    more than MAX_OUT_OF_LINE_PERCENT of the prices that can be compared, the list is held.
    """

    absent_percent: float = 40
    rejected_percent: float = 75
    price_factor: float = 2
    row_price_factor: float = 1.5

    @property
    def halfway(self) -> "SafetyThresholds":
        """The thresholds beyond which a price list that is applied is unusual."""
        return SafetyThresholds(
            absent_percent=self.absent_percent / 2,
            rejected_percent=self.rejected_percent / 2,
            price_factor=(1 + self.price_factor) / 2,
            row_price_factor=(1 + self.row_price_factor) / 2,
        )


class ImportImpact(msgspec.Struct, frozen=True):
    """The effect of applying a price list on the items of its supplier.

    The medians are the prices, in the catalog's currency, of the items that are stored and in the
    price list; None without such items. `compared` is the number of these items, `out_of_line` of
    those whose price changes by more than `row_price_factor`; `median_factor` is new by old price
    of the latter, `largest_change` a text that names the item with the largest change.
    `average_change` is that of the prices of all present items in percent; None if it is not known.
    """

    present_items: int
    absent: int
    rows: int
    rejected: int
    median_before: Decimal | None
    median_after: Decimal | None
    compared: int = 0
    out_of_line: int = 0
    median_factor: Decimal | None = None
    largest_change: str = ""
    average_change: float | None = None


def hold_reasons(impact: ImportImpact, thresholds: SafetyThresholds) -> list[str]:
    """Return one sentence for each exceeded threshold; an empty list if none is exceeded."""
    reasons = (_absent_reason(impact, thresholds), _rejected_reason(impact, thresholds))
    return [*(reason for reason in reasons if reason), *price_reasons(impact, thresholds)]


def price_reasons(impact: ImportImpact, thresholds: SafetyThresholds) -> list[str]:
    """Return those of the reasons by which the prices of the list as a whole are out of line."""
    reasons = (_price_reason(impact, thresholds), _row_price_reason(impact, thresholds))
    return [reason for reason in reasons if reason]


def warnings(impact: ImportImpact, thresholds: SafetyThresholds) -> list[str]:
    """Return one sentence for each threshold that an applied price list exceeds halfway.

    `out_of_line` is the number of applied prices that change by more than the factor halfway.
    """
    halfway = thresholds.halfway
    reasons = (
        _absent_reason(impact, halfway),
        _rejected_reason(impact, halfway),
        _price_reason(impact, halfway),
        _many_changes(impact, halfway),
    )
    return [reason for reason in reasons if reason]


def _absent_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    if impact.absent * 100 <= thresholds.absent_percent * impact.present_items:
        return None
    return (
        f"{impact.absent} of the supplier's {impact.present_items} items are missing from the "
        f"price list, more than {thresholds.absent_percent:g} %."
    )


def _rejected_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    if impact.rejected * 100 <= thresholds.rejected_percent * impact.rows:
        return None
    return (
        f"{impact.rejected} of the price list's {impact.rows} rows are rejected, more than "
        f"{thresholds.rejected_percent:g} %."
    )


def _price_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    before, after = impact.median_before, impact.median_after
    if not before or after is None:
        return None
    factor = Decimal(str(thresholds.price_factor))
    if before <= after * factor and after <= before * factor:
        return None
    return (
        f"The median price of the supplier's items changes from {before} to {after}, by more than "
        f"a factor of {thresholds.price_factor:g}{_average(impact)}."
    )


def _row_price_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    count, compared = impact.out_of_line, impact.compared
    if not _are_many_out_of_line(impact):
        return None
    median = float(impact.median_factor or 1)
    return (
        f"{count} of {compared} prices ({count * 100 / compared:.0f} %) change by more than a "
        f"factor of {thresholds.row_price_factor:g} (row_price_factor of the supplier), half of "
        f"these by {round(median, 2):g} or {'more' if median >= 1 else 'less'}{_average(impact)}."
    )


def _many_changes(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    if not _are_many_out_of_line(impact):
        return None
    return (
        f"{impact.out_of_line} of {impact.compared} prices change by more than a factor of "
        f"{thresholds.row_price_factor:g}, most that of {impact.largest_change}{_average(impact)}."
    )


def _average(impact: ImportImpact) -> str:
    """Return the average change, by which lists of other prices have other reasons."""
    change = impact.average_change
    return "" if change is None else f"; prices change by {round(change, 2):+g} % on average"


def _are_many_out_of_line(impact: ImportImpact) -> bool:
    return (
        impact.out_of_line >= MIN_OUT_OF_LINE_ROWS
        and impact.out_of_line * 100 > MAX_OUT_OF_LINE_PERCENT * impact.compared
    )
