"""When a list does so much that somebody should look at it before it is applied."""

from decimal import Decimal

from pricebook.ingestion.import_schemas import Brakes, Effect


def reasons_to_hold(effect: Effect, brakes: Brakes) -> list[str]:
    """Tell in sentences why a list is held; nothing where it may be applied."""
    found = (_absent(effect, brakes), _rejected(effect, brakes), _price(effect, brakes))
    return [reason for reason in found if reason]


def _absent(effect: Effect, brakes: Brakes) -> str | None:
    if effect.absent * 100 <= brakes.absent_percent * effect.present_items:
        return None
    return (
        f"The list lacks {effect.absent} of the supplier's {effect.present_items} items, more than "
        f"{brakes.absent_percent:g} %."
    )


def _rejected(effect: Effect, brakes: Brakes) -> str | None:
    if effect.rejected * 100 <= brakes.rejected_percent * effect.rows:
        return None
    return (
        f"{effect.rejected} of the list's {effect.rows} rows are rejected, more than "
        f"{brakes.rejected_percent:g} %."
    )


def _price(effect: Effect, brakes: Brakes) -> str | None:
    before, after = effect.median_before, effect.median_after
    if not before or after is None:
        return None
    factor = Decimal(str(brakes.price_factor))
    if before <= after * factor and after <= before * factor:
        return None
    return (
        f"The median price of the supplier's items moves from {before} to {after}, by more than a "
        f"factor of {brakes.price_factor:g}."
    )
