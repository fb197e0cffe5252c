"""The words of the sentence that describes a profile: fields, units, sheets, rates, numbers."""

from decimal import Decimal

import msgspec

from pricebook.pricelists.facts.units import PIECE
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

# What a person calls the units of UN/ECE Recommendation 20: symbols of measures, words for others.
_SYMBOLS = {
    "MTR": "m",
    "KMT": "km",
    "CMT": "cm",
    "MMT": "mm",
    "FOT": "ft",
    "INH": "in",
    "YRD": "yd",
    "KGM": "kg",
    "GRM": "g",
    "MGM": "mg",
    "TNE": "t",
    "LBR": "lb",
    "ONZ": "oz",
    "LTR": "l",
    "MLT": "ml",
    "CLT": "cl",
    "HLT": "hl",
    "GLL": "gal",
    "MTK": "m²",
    "CMK": "cm²",
    "FTK": "ft²",
    "MTQ": "m³",
    "KWH": "kWh",
    "HUR": "h",
}
_WORDS = {
    PIECE: "piece",
    "PR": "pair",
    "SET": "set",
    "DAY": "day",
    "RM": "ream",
    "XST": "sheet",
    "XRO": "roll",
    "XRL": "reel",
    "XRG": "ring",
    "XBX": "box",
    "XCT": "carton",
    "XPK": "pack",
    "XBG": "bag",
    "XBO": "bottle",
    "XTN": "can",
    "XCI": "canister",
    "XBJ": "bucket",
    "XDR": "drum",
    "XTU": "tube",
    "XPX": "pallet",
    "XCS": "case",
    "XCR": "crate",
    "XPU": "tray",
    "XBE": "bundle",
}


def unit_word(code: str, quantity: Decimal | int = 1) -> str:
    """Return what a person calls a number of units; the code itself if it is not known."""
    if (word := _WORDS.get(code)) is None:
        return _SYMBOLS.get(code, code)
    plural = f"{word}es" if word.endswith("x") else f"{word}s"
    return word if quantity == 1 else plural


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
