"""Prices with and without value added tax: both where the rate is known, notices of gross ones."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pricebook.console.number_texts import plain, price_text
from pricebook.console.page_texts import Texts
from pricebook.imports.preview_schemas import PreviewChange
from pricebook.pricelists.pricing import Vat, vat_conversion
from pricebook.pricelists.schemas.read_config import CatalogVat

_CENT = Decimal("0.01")


def both_bases(change: PreviewChange, catalog_vat: CatalogVat, t: Texts) -> str:
    """Return the net and the gross price of an item; empty if the basis is not known.

    The price is in the basis of the catalog, of a catalog with prices as listed in that of the
    list. The computed one has the decimals of the other, at least two.
    """
    included = change.vat_included if catalog_vat == "as_listed" else catalog_vat == "gross"
    if change.new_price is None or included is None:
        return ""
    other = "net" if included else "gross"
    factor = vat_conversion(Vat(included, change.vat_rate), other)
    if factor is None or change.vat_rate is None:
        return t("previews.gross_only") if included else ""
    numerator, denominator = factor
    unit = min(_CENT, Decimal(1).scaleb(int(change.new_price.as_tuple().exponent)))
    computed = (change.new_price * numerator / denominator).quantize(unit, ROUND_HALF_UP)
    prices = {other: computed, "gross" if included else "net": change.new_price}
    texts = {name: price_text(price) for name, price in prices.items()}
    return t("previews.both_bases", **texts, rate=plain(change.vat_rate))


def gross_notice(found: Mapping[str, Any], catalog_vat: CatalogVat, t: Texts) -> str:
    """Return the notice of prices that a catalog with prices as listed stores with VAT, or ""."""
    is_noticed = catalog_vat == "as_listed" and any(map(_includes_vat, _profiles(found)))
    return t("previews.gross_as_listed") if is_noticed else ""


def _profiles(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the detected profile, those of its sheets and those of its tables."""
    yield found
    yield from (found.get("sheet_profiles") or {}).values()
    yield from (profile for each in found.get("tables") or () if (profile := each.get("profile")))


def _includes_vat(profile: Mapping[str, Any]) -> bool:
    basis: Mapping[str, Any] = profile.get("basis") or {}
    return basis.get("vat_included") is True
