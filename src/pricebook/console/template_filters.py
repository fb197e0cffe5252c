"""Values as the pages show them; each is also a filter of the templates."""

from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pricebook.audit.schemas import AuditEntry
from pricebook.console.back_links import leading_back
from pricebook.console.batch_sentences import batch_changes, batch_scope
from pricebook.console.issue_texts import issue_text
from pricebook.console.letter_differences import mark_differences
from pricebook.console.number_texts import plain, price_text
from pricebook.console.page_texts import Texts
from pricebook.console.previews.listed_texts import list_deductions, listed_price
from pricebook.console.previews.tax_texts import both_bases
from pricebook.console.rule_sentences import rule_pricing, rule_scope
from pricebook.console.setting_words import plain_words
from pricebook.pricelists.facts.units import PIECE
from pricebook.pricelists.profile_words import unit_word
from pricebook.products.schemas import StaffProduct
from pricebook.suppliers.item_terms import ItemDetails
from pricebook.suppliers.schemas import SupplierItem


def day_text(moment: date | datetime) -> str:
    """Return the day of a time, ISO 8601, UTC."""
    return f"{moment:%Y-%m-%d}"


def minute_text(moment: datetime) -> Markup:
    """Return a time to the minute, ISO 8601, UTC; a script adds the time of the browser."""
    return _marked(moment, f"{moment:%Y-%m-%d %H:%M}")


def second_text(moment: datetime | str) -> Markup:
    """Return a time to the second, ISO 8601, UTC; a script adds the time of the browser."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return _marked(at, utc_text(at))


def utc_text(moment: datetime) -> str:
    """Return a time to the second, ISO 8601, UTC, for attributes and for texts without a script."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _marked(moment: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}" data-utc>{}</time>').format(moment.isoformat(), text)


def changed_fields(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Return name, value before and value afterwards of each field that a change has."""
    before, after = entry.before or {}, entry.after or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [(name, _shown(before.get(name)), _shown(after.get(name))) for name in names]


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def spread_text(product: StaffProduct) -> str | None:
    """Return by how many percent the highest price is over the lowest; None if it is not."""
    lowest, highest = product.lowest_price, product.highest_price
    if not lowest or highest is None or highest == lowest:
        return None
    return f"{(highest / lowest - 1) * 100:,.1f}"


def derivation(item: SupplierItem, t: Texts) -> str:
    """Return how the price of an item came about, from the listed price to the comparable one."""
    parts: list[str] = []
    if item.details is not None:
        parts += _listed_parts(item.details, item.currency, t)
    if item.exchange_rate is not None and item.rate_date is not None:
        cost, unit = price_text(item.cost), _per_unit(item.details, t)
        parts.append(t("product.derived.cost", cost=cost, currency=item.currency, unit=unit))
        rate = plain(item.exchange_rate)
        parts.append(t("product.derived.rate", rate=rate, day=day_text(item.rate_date)))
    if item.next_price is not None and item.next_from is not None:
        price, day = price_text(item.next_price), day_text(item.next_from)
        parts.append(t("product.derived.upcoming", price=price, currency=item.currency, day=day))
    if item.price_outdated_since is not None:
        parts.append(t("product.derived.outdated", day=day_text(item.price_outdated_since)))
    return ", ".join(parts) or t("product.derived.as_listed")


def _per_unit(details: ItemDetails | None, t: Texts) -> str:
    unit = details.unit if details else None
    if unit is None or unit == PIECE:
        return t("product.derived.unit")
    return t("product.derived.of_unit", unit=unit_word(unit))


def _listed_parts(details: ItemDetails, currency: str, t: Texts) -> list[str]:
    """Return the listed price and what follows it in the price list."""
    parts: list[str] = []
    if details.list_price is not None:
        price = price_text(details.list_price)
        parts.append(t("product.derived.listed", price=price, currency=currency))
    if details.price_quantity is not None:
        n = details.price_quantity
        unit = details.unit_text or (unit_word(details.unit, n) if details.unit else "")
        parts.append(t("product.derived.quantity", n=plain(n), unit=unit))
    elif details.unit not in {None, PIECE}:
        parts.append(_per_unit(details, t))
    parts += list_deductions(details, t)
    if details.vat_included:
        parts.append(t("product.derived.vat_included"))
    return [each.strip() for each in parts]


FILTERS: dict[str, Any] = {
    each.__name__: each
    for each in (
        issue_text,
        price_text,
        plain,
        day_text,
        minute_text,
        second_text,
        utc_text,
        changed_fields,
        spread_text,
        derivation,
        mark_differences,
        rule_scope,
        rule_pricing,
        batch_changes,
        batch_scope,
        plain_words,
        leading_back,
        both_bases,
        listed_price,
    )
}
