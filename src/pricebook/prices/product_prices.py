"""The rules by which prices of the past are known.

The price of an item at a time is the last one recorded until then. Where that one is no longer
kept, it is the price before the next change, or, without a later one, the present price; before the
time since when prices are kept, it is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from pricebook.prices.product_repository import ItemAt, LaterPrice
from pricebook.prices.product_schemas import DailyPrice, ItemState, SupplierPrice


class PastPrice(NamedTuple):
    """The price of an item at a time, and the task that later undid its import."""

    price: Decimal | None
    undone_by: UUID | None


NO_PRICE = PastPrice(None, None)


def price_at(
    item: ItemAt, following: LaterPrice | None, at: datetime, start: datetime | None
) -> SupplierPrice:
    """Return the price of an item at a time; `start` is since when prices are kept."""
    price = item.price
    is_listed = item.created_at <= at and (following is None or following.old_price is not None)
    if price is None and is_listed and start is not None and at >= start:
        price = item.current_price if following is None else following.old_price
    return SupplierPrice(
        supplier_item_id=item.id,
        supplier_id=item.supplier_id,
        supplier_name=item.supplier_name,
        supplier_sku=item.supplier_sku,
        name=item.name,
        state="not_listed" if price is None and not is_listed else _state(item, price, at),
        price=price,
        recorded_at=item.recorded_at,
        cost=item.price if item.currency is None else item.cost,
        currency=item.currency,
        undone_by=item.undone_by,
    )


def _state(item: ItemAt, price: Decimal | None, at: datetime) -> ItemState:
    if price is None:
        return "unknown"
    if item.absent_since is not None and item.absent_since <= at:
        return "absent"
    return "counted" if item.is_active else "inactive"


def counted(prices: Iterable[SupplierPrice]) -> list[Decimal]:
    """Return the prices that count."""
    return [each.price for each in prices if each.state == "counted" and each.price is not None]


def daily_lowest(
    days: Sequence[date],
    items: Sequence[ItemAt],
    known: Mapping[UUID, PastPrice],
    later: Sequence[LaterPrice],
    begin: datetime,
) -> list[DailyPrice]:
    """Return the lowest price at the end of each day.

    `known` has the price of each item at the time `begin`, `later` the changes since, the oldest
    first. Days that end before `begin` have no price.
    """
    current = dict(known)
    absent_since = {item.id: item.absent_since for item in items if item.is_active}
    remaining = iter([*later, None])
    change = next(remaining)
    series = list[DailyPrice]()
    for day in days:
        end = end_of(day)
        while change is not None and change.recorded_at < end:
            current[change.supplier_item_id] = PastPrice(change.price, change.undone_by)
            change = next(remaining)
        present = [
            each
            for item_id, absent in absent_since.items()
            if (absent is None or absent >= end) and (each := current.get(item_id)) is not None
        ]
        lowest = _lowest(present) if end > begin else NO_PRICE
        series.append(DailyPrice(day, lowest.price, lowest.undone_by))
    return series


def _lowest(prices: Iterable[PastPrice]) -> PastPrice:
    # Of equal ones it is one that was not undone.
    known = [
        (each.price, each.undone_by is not None, each.undone_by)
        for each in prices
        if each.price is not None
    ]
    if not known:
        return NO_PRICE
    price, _, undone_by = min(known)
    return PastPrice(price, undone_by)


def beginning_of(day: date) -> datetime:
    """Return the first moment of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """Return the first moment of the next day in UTC."""
    return beginning_of(day) + timedelta(days=1)
