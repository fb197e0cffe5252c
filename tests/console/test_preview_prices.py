"""Prices of a preview with and without tax, in the basis of the catalog."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.tax_texts import both_bases, gross_notice
from pricebook.imports.preview_schemas import PreviewChange
from pricebook.pricelists.schemas.read_config import CatalogVat


def change(price: str | None, rate: str | None, *, included: bool | None) -> PreviewChange:
    return PreviewChange(
        *("new", 2, "A-1", "Hammer", None),
        new_price=Decimal(price) if price else None,
        percent=None,
        vat_included=included,
        vat_rate=Decimal(rate) if rate else None,
    )


@pytest.mark.parametrize(
    ("price", "rate", "included", "catalog_vat", "text"),
    [
        ("12.00", "20", True, "as_listed", "net 10.00, gross 12.00 (20 % VAT)"),
        ("10.00", "19.6", False, "as_listed", "net 10.00, gross 11.96 (19.6 % VAT)"),
        ("9.99", "20", True, "as_listed", "net 8.33, gross 9.99 (20 % VAT)"),
        ("0.0125", "20", True, "as_listed", "net 0.0104, gross 0.0125 (20 % VAT)"),
        ("10.00", "20", True, "net", "net 10.00, gross 12.00 (20 % VAT)"),
        ("12.00", "20", False, "gross", "net 10.00, gross 12.00 (20 % VAT)"),
        ("12.00", "0", True, "as_listed", "net 12.00, gross 12.00 (0 % VAT)"),
        ("12.00", None, True, "as_listed", "gross, VAT rate not known"),
        ("12.00", None, False, "as_listed", ""),
        ("12.00", "20", None, "as_listed", ""),
        (None, "20", True, "as_listed", ""),
    ],
)
def test_price_is_shown_with_and_without_tax(
    price: str | None,
    rate: str | None,
    included: bool | None,  # noqa: FBT001
    catalog_vat: CatalogVat,
    text: str,
) -> None:
    found = both_bases(change(price, rate, included=included), catalog_vat, load_texts())
    assert found == text


@pytest.mark.parametrize(
    ("found", "catalog_vat", "is_shown"),
    [
        ({"basis": {"vat_included": True}}, "as_listed", True),
        ({"basis": {"vat_included": False}}, "as_listed", False),
        ({"basis": {"vat_included": None}}, "as_listed", False),
        ({"basis": {"vat_included": True}}, "net", False),
        ({"basis": {"vat_included": True}}, "gross", False),
        ({}, "as_listed", False),
        ({"basis": None}, "as_listed", False),
        ({"sheet_profiles": {"A": {"basis": {"vat_included": True}}}}, "as_listed", True),
        ({"tables": [{}, {"profile": {"basis": {"vat_included": True}}}]}, "as_listed", True),
        ({"tables": [{"profile": None}]}, "as_listed", False),
    ],
)
def test_prices_with_vat_are_noticed_where_the_catalog_has_prices_as_listed(
    found: dict[str, Any],
    catalog_vat: CatalogVat,
    is_shown: bool,  # noqa: FBT001
) -> None:
    text = gross_notice(found, catalog_vat, load_texts())
    assert ("CATALOG_VAT" in text) is is_shown
    assert bool(text) is is_shown
