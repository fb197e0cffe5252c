"""Gross prices before discounts, and sentences that exclude the tax beside other charges."""

import pytest

from pricebook.pricelists.schemas.read_config import CatalogVat
from pricelists.fact_lists import columns_of, issue_of, table_of

ROWS = ("S-1;Valve large;45.20", "S-2;Valve small;52.10", "S-3;Ball valve;19.40")


def lines_of(header: str, *columns: str) -> list[str]:
    rows = [";".join((row, *columns)) for row in ROWS]
    return [f"Artikelnummer;Bezeichnung;{header}", *rows]


@pytest.mark.parametrize("header", ["Brutto", "Brutto CHF", "Bruttopreis"])
@pytest.mark.parametrize(
    "sentence",
    [
        "Preisliste 2026 exkl. MWST",
        "Alle Preise in CHF, exkl. 8.1% MWST",
        "Bruttopreise in CHF exkl. MWST",
        "Preise zzgl. MwSt.",
        "Priser exkl. moms",
        "Prijzen excl. BTW",
    ],
)
def test_gross_price_is_without_a_tax_that_a_sentence_excludes(header: str, sentence: str) -> None:
    table = table_of(sentence, *lines_of(header), currency="CHF", catalog_vat="net")
    assert table.basis.vat_included is False


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("Brutto", "Ceny bez VAT"),
        ("Cena brutto", "Ceny nie zawierają VAT"),
        ("Brutto", "excl. TVA"),
    ],
)
def test_gross_price_beside_another_tax_is_a_question(header: str, sentence: str) -> None:
    issue = issue_of(sentence, *lines_of(header), currency="CHF")
    assert (issue.option, issue.candidates) == ("vat_included", ("true", "false"))


def test_gross_price_beside_a_net_one_is_a_question() -> None:
    lines = lines_of("Brutto;Netto", "40.00")
    issue = issue_of(
        "Preise exkl. MWST", *lines, currency="CHF", column_mapping={"price": "Brutto"}
    )
    assert (issue.option, issue.candidates) == ("vat_included", ("true", "false"))


@pytest.mark.parametrize("catalog_vat", ["as_listed", "net"])
@pytest.mark.parametrize("header", ["Händlernetto", "Fachhandelsnetto", "Kundennetto CHF"])
def test_net_price_of_dealers_is_the_price(header: str, catalog_vat: CatalogVat) -> None:
    lines = lines_of(f"Brutto;{header}", "31.60")
    table = table_of(*lines, currency="CHF", catalog_vat=catalog_vat)
    assert columns_of(table)["price"] == header
    assert table.basis.vat_included is False


@pytest.mark.parametrize(
    "sentence",
    [
        "Preise in CHF, exkl. MWST, inkl. VRG",
        "Preise exkl. MWST inkl. VRG",
        "exkl. MWSt / VRG",
        "Konditionen: netto, exkl. MWST",
        "MWST nicht inbegriffen",
        "TVA non comprise",
        "IVA non compresa",
        "VAT not included",
        "Prices excl. VAT, incl. delivery",
        "Цены без НДС, включая доставку",
    ],
)
def test_sentences_that_exclude_the_tax(sentence: str) -> None:
    table = table_of(sentence, *lines_of("Preis"), currency="CHF", catalog_vat="net")
    assert table.basis.vat_included is False


def test_sentence_that_includes_the_tax_beside_another_charge() -> None:
    sentence = "Preise inkl. MWST, exkl. Versand"
    assert table_of(sentence, *lines_of("Preis"), currency="CHF").basis.vat_included is True


def test_rate_that_is_not_known_is_no_dead_end() -> None:
    issue = issue_of(*lines_of("Brutto"), currency="CHF", catalog_vat="net")
    assert issue.option == "vat_rate"
    assert "vat_included=false" in issue.message
    table = table_of(*lines_of("Brutto"), currency="CHF", catalog_vat="net", vat_included=False)
    assert table.basis.vat_included is False
