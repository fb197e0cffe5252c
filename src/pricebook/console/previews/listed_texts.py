"""Prices of a preview as they are listed: what each is for, its discounts, its tax."""

from decimal import Decimal

import msgspec

from pricebook.console.number_texts import plain, price_text
from pricebook.console.page_texts import Texts
from pricebook.imports.preview_schemas import PreviewChange
from pricebook.pricelists.profile_words import unit_word
from pricebook.pricelists.schemas.price_list_rows import PriceDetails
from pricebook.suppliers.item_terms import ItemDetails

_NO_DETAILS = PriceDetails()
_ONE = Decimal(1)


def listed_price(change: PreviewChange, currency: str, t: Texts) -> str:
    """Return the price as listed with all that it is: `12.50 EUR per 100 pieces, without VAT`.

    `currency` is that of the catalog.
    """
    details = _NO_DETAILS
    if change.details is not None:
        details = msgspec.json.decode(change.details, type=PriceDetails)
    price = change.old_price if change.new_price is None else change.new_price
    price = price if details.list_price is None else details.list_price
    if price is None:
        return ""
    shown = f"{price_text(price)} {change.currency or currency} {_quantity(details, t)}"
    # If the price is the cost, its discounts are taken off already.
    changes = [] if details.list_price is None else list_deductions(details, t)
    return ", ".join([shown, *changes, _tax(change, t)])


def list_deductions(details: PriceDetails | ItemDetails, t: Texts) -> list[str]:
    """Return what is taken off the listed price of an item and added to it."""
    parts = [t("product.derived.discounts", percent=plain(each)) for each in details.discounts]
    if details.surcharge is not None:
        parts.append(t("product.derived.surcharge", amount=plain(details.surcharge)))
    if details.surcharge_percent is not None:
        percent = plain(details.surcharge_percent)
        parts.append(t("product.derived.surcharge_percent", percent=percent))
    if details.deposit is not None:
        parts.append(t("product.derived.deposit", amount=plain(details.deposit)))
    return parts


def _quantity(details: PriceDetails, t: Texts) -> str:
    """Return for how many of which unit a price is."""
    quantity = details.price_quantity or _ONE
    if details.unit is None and details.unit_text is None and quantity == _ONE:
        return t("previews.listed.each")
    unit = details.unit_text or (unit_word(details.unit, quantity) if details.unit else "")
    amount = "" if quantity == _ONE else plain(quantity)
    return t("previews.listed.quantity", amount=" ".join(filter(None, [amount, unit])))


def _tax(change: PreviewChange, t: Texts) -> str:
    basis = {True: "with", False: "without", None: "not_stated"}[change.vat_included]
    return t(f"previews.listed.{basis}_vat")
