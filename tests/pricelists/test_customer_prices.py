"""Prices for different customers are a choice, whatever their taxes and currencies are."""

import pytest

from pricebook.pricelists.schemas.read_config import CatalogVat
from pricelists.fact_lists import columns_of, issue_of, table_of

ROWS = ("T-1;Lamp large;24.00;15.00", "T-2;Bulb clear;4.80;3.00", "T-3;Socket black;9.60;6.00")
HEADERS = [
    "Retail incl VAT;Wholesale excl VAT",
    "Retail EUR;Wholesale USD",
    "Retail price EUR;Dealer price USD",
    "Price USD;Wholesale price EUR",
    "Einzelhandel inkl. MwSt;Großhandel exkl. MwSt",
    "Einzelhandel EUR;Großhandel USD",
    "Endkundenpreis brutto;Händlerpreis netto",
    "Endkunde brutto;Händler netto",
    "Verkaufspreis brutto;Einkaufspreis netto",
    "VK inkl. MwSt;EK exkl. MwSt",
    "розница с НДС;опт без НДС",
    "Розница EUR;Опт USD",
    "роздріб з ПДВ;гурт без ПДВ",
    "Détail TTC;Gros HT",
    "Prix public TTC;Prix revendeur HT",
    "Minorista con IVA;Mayorista sin IVA",
    "Cena detal brutto;Cena hurt netto",
    "Dettaglio IVA inclusa;Ingrosso IVA esclusa",
    "Konsument inkl. moms;Återförsäljare exkl. moms",
    "B2C gross;B2B net",
]


@pytest.mark.parametrize("catalog_vat", ["as_listed", "net", "gross"])
@pytest.mark.parametrize("currency", ["EUR", "USD"])
@pytest.mark.parametrize("header", HEADERS)
def test_prices_for_different_customers(
    header: str, currency: str, catalog_vat: CatalogVat
) -> None:
    lines = (f"Code;Name;{header}", *ROWS)
    issue = issue_of(
        *lines, currency=currency, catalog_vat=catalog_vat, vat_rate=20, **_tax(header)
    )
    assert issue.option == "column_mapping.price"
    assert issue.candidates == tuple(header.split(";"))


def _tax(header: str) -> dict[str, bool]:
    """Return the setting that is needed where no header states a tax."""
    has_currencies = "EUR" in header
    return {"vat_included": False} if has_currencies else {}


@pytest.mark.parametrize(
    ("header", "price"),
    [
        ("Dealer incl. VAT;Dealer excl. VAT", "Dealer excl. VAT"),
        ("Händlerpreis brutto;Händlerpreis netto", "Händlerpreis netto"),
        ("Опт с НДС;Опт без НДС", "Опт без НДС"),
        ("Brutto;Händler netto", "Händler netto"),
        ("Prix TTC;Prix HT", "Prix HT"),
        ("UVP inkl. MwSt;EK exkl. MwSt", "EK exkl. MwSt"),
    ],
)
def test_taxes_of_prices_for_the_same_customers_decide(header: str, price: str) -> None:
    table = table_of(f"Code;Name;{header}", *ROWS, currency="EUR", catalog_vat="net", vat_rate=20)
    assert columns_of(table)["price"] == price


def test_currencies_of_prices_for_the_same_customers_decide() -> None:
    table = table_of("Code;Name;Dealer EUR;Dealer USD", *ROWS, currency="EUR")
    assert columns_of(table)["price"] == "Dealer EUR"
