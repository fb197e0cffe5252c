"""The words of the sentence that describes a profile: fields, units, sheets, rates, numbers."""

from decimal import Decimal

import msgspec

from pricebook.pricelists.schemas.profile import AppliedRate, DetectedProfile
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

FIELD_WORDS: dict[Field, str] = {
    "sku": "code",
    "name": "name",
    "category": "category",
    "brand": "brand",
    "mpn": "manufacturer number",
    "gtin": "GTIN",
    "unit": "unit",
    "pack_size": "pack size",
    "min_order_quantity": "minimum order",
    "stock": "stock",
    "lead_time": "lead time",
}

# What a person calls the commonest units of UN/ECE Recommendation 20.
UNIT_WORDS = {"H87": "pieces", "MTR": "m", "KGM": "kg", "LTR": "l", "MTK": "m²", "XPK": "packs"}


def describe_sheets(profile: DetectedProfile) -> str:
    """Return the sheets that were read; empty without any."""
    if profile.sheets:
        sizes = zip(profile.sheets, profile.sheet_rows, strict=True)
        *named, last = [f"{quote(sheet)} ({rows:,} rows)" for sheet, rows in sizes]
        return f"the sheets {', '.join(named)} and {last}"
    return f"sheet {quote(profile.sheet)}" if profile.sheet else ""


def describe_rate(rate_of_currency: tuple[str, AppliedRate]) -> str:
    """Return an exchange rate with its day: `1 USD = 0.92 EUR (2026-11-01)`."""
    currency, rate = rate_of_currency
    day = rate.rate_date.isoformat()
    return f"1 {currency} = {describe_number(rate.rate)} {rate.catalog_currency} ({day})"


def describe_number(value: Decimal) -> str:
    """Return a number with separators of thousands, without trailing zeros."""
    return f"{value.normalize():,f}"


def with_rates(own: DetectedProfile, profile: DetectedProfile) -> DetectedProfile:
    """Return the profile of a sheet with the exchange rate of its currency."""
    rates = {
        currency: rate
        for currency, rate in profile.exchange_rates.items()
        if currency == own.currency or "currency" in own.columns
    }
    return msgspec.structs.replace(own, exchange_rates=rates)
