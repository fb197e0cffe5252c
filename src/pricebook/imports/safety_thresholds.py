"""When a list does so much that somebody should look at it before it is applied."""

from decimal import Decimal

from pricebook.imports.import_result import ImportImpact, SafetyThresholds


def hold_reasons(impact: ImportImpact, thresholds: SafetyThresholds) -> list[str]:
    """Tell in sentences why a list is held; nothing where it may be applied."""
    reasons = (
        _absent_reason(impact, thresholds),
        _rejected_reason(impact, thresholds),
        _price_reason(impact, thresholds),
    )
    return [reason for reason in reasons if reason]


def _absent_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    if impact.absent * 100 <= thresholds.absent_percent * impact.present_items:
        return None
    return (
        f"The list lacks {impact.absent} of the supplier's {impact.present_items} items, more than "
        f"{thresholds.absent_percent:g} %."
    )


def _rejected_reason(impact: ImportImpact, thresholds: SafetyThresholds) -> str | None:
    if impact.rejected * 100 <= thresholds.rejected_percent * impact.rows:
        return None
    return (
        f"{impact.rejected} of the list's {impact.rows} rows are rejected, more than "
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
        f"The median price of the supplier's items moves from {before} to {after}, by more than a "
        f"factor of {thresholds.price_factor:g}."
    )
