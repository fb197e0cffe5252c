"""Articles that are marked as net beside a list whose prices include VAT, and the other way."""

from decimal import Decimal
from typing import Any

import pytest

from pricelists.price_lists import read_price_list

ROWS = "A-1;Schalter;100,00;\nA-2;Dose;50,00;\n"
HEADER = "Code;Name;Preis;Hinweis\n"


@pytest.mark.parametrize(
    ("title", "included"),
    [
        *(("NETO", True), ("Nettoartikel", True), ("Artikli NETO", True), ("Ceny netto", True)),
        *(("Prices without VAT", True), ("Netto (ohne MwSt.)", True), ("Цены без НДС", True)),
        *(("Preise inkl. MwSt.", False), ("Brutto", False)),
    ],
)
def test_rows_below_a_title_with_another_tax_are_rejected(title: str, *, included: bool) -> None:
    text = f"{HEADER}{ROWS}{title};;;\nA-3;Rahmen;20,00;\nZUBEHÖR;;;\nA-4;Haken;5,00;\n"
    result = read_price_list(text, "EUR", vat_included=included)
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("A-3", "vat_unknown")
    assert f'The section "{title}"' in row.error_message
    assert [item.supplier_sku for item in result.items] == ["A-1", "A-2", "A-4"]


@pytest.mark.parametrize(
    ("title", "options"),
    [
        ("Bücher (MwSt. 20 %)", {"vat_included": True, "vat_rate": "20"}),
        ("Bücher (MwSt. 7 %)", {"vat_included": False, "vat_rate": "20"}),
    ],
)
def test_titles_with_the_same_rate_or_one_that_is_not_needed(
    title: str, options: dict[str, Any]
) -> None:
    text = f"{HEADER}{ROWS}{title};;;\nA-3;Rahmen;20,00;\n"
    assert not read_price_list(text, "EUR", **options).rejected


@pytest.mark.parametrize("title", ["Net curtains", "Nets", "Netto", "Nettoregale", "Brutto 5 kg"])
def test_other_titles_state_no_other_tax(title: str) -> None:
    text = f"{HEADER}{ROWS}{title};;;\nA-3;Rahmen;20,00;\n"
    assert not read_price_list(text, "EUR", vat_included=False).rejected


@pytest.mark.parametrize("cell", ["NETO", "netto", "bez PDV", "ohne MwSt.", "без НДС"])
def test_row_with_a_cell_of_another_tax_is_rejected(cell: str) -> None:
    text = f"{HEADER}{ROWS}A-3;Rahmen;20,00;{cell}\n"
    (row,) = read_price_list(text, "EUR", vat_included=True).rejected
    assert (row.supplier_sku, row.error_type) == ("A-3", "vat_unknown")
    assert not read_price_list(text, "EUR", vat_included=False).rejected
    ignored = read_price_list(text, "EUR", vat_included=True, ignored_columns=["Hinweis"])
    assert ignored.items[2].price == Decimal("20.00")


def test_cell_of_another_tax_in_the_column_of_rates() -> None:
    text = "Code;Name;Cena;PDV\nA-1;S;100,00;20%\nA-2;D;50,00;20%\nA-3;R;20,00;NETO\n"
    (row,) = read_price_list(text, "EUR", vat_included=True).rejected
    assert row.supplier_sku == "A-3"


@pytest.mark.parametrize(
    ("legend", "mark"),
    [("N = price without VAT", "N"), ("* Nettopreise", "*"), ("N: cena bez PDV", "N")],
)
def test_marked_rows_with_another_tax_are_rejected(legend: str, mark: str) -> None:
    text = f"Prices incl. VAT\n{HEADER}{ROWS}A-3;Rahmen;20,00;{mark}\n{legend}\n"
    result = read_price_list(text, "EUR")
    assert [row.supplier_sku for row in result.rejected] == ["A-3"]
    assert result.profile.basis is not None
    assert result.profile.basis.vat_included is True


def test_net_mark_beside_a_discount_of_prices_with_tax_is_rejected() -> None:
    text = f"Preise inkl. MwSt.\nN = Nettopreis\n{HEADER}{ROWS}A-3;Rahmen;20,00;N\n"
    (row,) = read_price_list(text, "EUR", discount="30").rejected
    assert (row.supplier_sku, row.error_type) == ("A-3", "vat_unknown")
