"""Rates of a day that another one replaced, by the audit log; and which rate is in force."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from pricebook.audit import service as audit
from pricebook.audit.schemas import AuditEntry
from pricebook.db.database import Database
from pricebook.rates import repository
from pricebook.rates.schemas import MANUAL, StoredRate

# Of a pair of currencies, the newest ones.
MAX_REPLACED = 50
# `later`: its day has not come; `older`: a newer day counts, perhaps that of the inverse pair.
RateState = Literal["in_force", "later", "older", "too_old"]


class FormerRate(Struct, frozen=True):
    """A rate of a day, the one that replaced it, and who set that when.

    `is_stored`: the day has this number again.
    """

    base: str
    currency: str
    day: date
    rate: str
    replaced_with: str
    by: str
    at: datetime
    is_stored: bool


async def list_replaced(database: Database, base: str, currency: str) -> list[FormerRate]:
    """Return the replaced rates of a pair that were set by hand or replaced so, newest first.

    A rate of a file that a later file corrects has no entry of its own in the audit log.
    """
    entries = await audit.list_named(
        database, "exchange_rate.updated", f"{base} {currency} ", MAX_REPLACED
    )
    days = sorted({_day_of(each) for each in entries if _is_replaced(each)})
    async with database.connection() as conn:
        stored = await repository.list_rates_of_days(conn, base, currency, days)
    rates = {each.date: Decimal(each.rate) for each in stored}
    return [_former_rate(each, base, currency, rates) for each in entries if _is_replaced(each)]


def find_states(
    rates: Sequence[StoredRate], today: date, max_age_days: int
) -> dict[tuple[str, str, date], RateState]:
    """Return the state of each rate, of which those of all pairs and of their inverses are given.

    The newest day that has come counts, whether for the pair or inverted; of one day, a rate that
    was set by hand.
    """
    in_force: dict[frozenset[str], StoredRate] = {}
    for each in sorted(rates, key=lambda rate: (rate.date, rate.source == MANUAL)):
        if each.date <= today:
            in_force[frozenset((each.base, each.currency))] = each

    def state_of(rate: StoredRate) -> RateState:
        if rate.date > today:
            return "later"
        if in_force[frozenset((rate.base, rate.currency))] is not rate:
            return "older"
        return "in_force" if (today - rate.date).days <= max_age_days else "too_old"

    return {(each.base, each.currency, each.date): state_of(each) for each in rates}


def _is_replaced(entry: AuditEntry) -> bool:
    before, after = entry.before or {}, entry.after or {}
    return "rate" in before and "rate" in after


def _day_of(entry: AuditEntry) -> date:
    return date.fromisoformat((entry.entity_name or "").rpartition(" ")[2])


def _former_rate(
    entry: AuditEntry, base: str, currency: str, stored: dict[date, Decimal]
) -> FormerRate:
    before, after = entry.before or {}, entry.after or {}
    day, rate = _day_of(entry), Decimal(str(before["rate"]))
    return FormerRate(
        base=base,
        currency=currency,
        day=day,
        rate=f"{rate.normalize():f}",
        replaced_with=f"{Decimal(str(after['rate'])).normalize():f}",
        by=entry.actor.name,
        at=entry.at,
        is_stored=stored.get(day) == rate,
    )
