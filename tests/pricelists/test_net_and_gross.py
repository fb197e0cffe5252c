"""Net and gross prices side by side: CATALOG_VAT decides between them, also beside discounts."""

import pytest

from pricebook.pricelists.schemas.read_config import CatalogVat
from pricelists.fact_lists import columns_of, issue_of, issues_of, table_of

# List price, discount, net price, VAT rate, gross price.
SUMS = ("3.90;30;2.73;23;3.36", "129.00;25;96.75;23;119.00", "79.00;10;71.10;8;76.79")
PAIRS = [
    ("VK-Preis Netto", "VK-Preis Brutto"),
    ("Price net", "Price gross"),
    ("Цена без НДС", "Цена с НДС"),
    ("Prix HT", "Prix TTC"),
    ("Precio sin IVA", "Precio con IVA"),
    ("Cena netto", "Cena brutto"),
    ("Ціна без ПДВ", "Ціна з ПДВ"),
]


def rows(*columns: int) -> list[str]:
    cells = [line.split(";") for line in SUMS]
    return [
        f"A-{n};Glove {n};{';'.join(row[column] for column in columns)}"
        for n, row in enumerate(cells)
    ]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("catalog_vat", ["net", "gross"])
def test_catalog_decides_between_net_and_gross(
    pair: tuple[str, str], catalog_vat: CatalogVat
) -> None:
    lines = [f"Code;Name;{pair[0]};{pair[1]}", *rows(2, 4)]
    assert issue_of(*lines).candidates == pair
    table = table_of(*lines, catalog_vat=catalog_vat)
    assert columns_of(table)["price"] == pair[catalog_vat == "gross"]
    assert table.facts["vat_included"].value == str(catalog_vat == "gross").lower()


@pytest.mark.parametrize("catalog_vat", ["net", "gross"])
def test_catalog_decides_beside_discounts_that_are_included(catalog_vat: CatalogVat) -> None:
    lines = [
        "Code;Name;Cena kat. netto;Rabat %;Cena po rabacie netto;VAT;Cena po rabacie brutto",
        *rows(0, 1, 2, 3, 4),
    ]
    table = table_of(*lines, catalog_vat=catalog_vat)
    price = f"Cena po rabacie {'brutto' if catalog_vat == 'gross' else 'netto'}"
    assert columns_of(table)["price"] == price
    assert table.facts["vat_included"].value == str(catalog_vat == "gross").lower()
    assert table.basis.discount_base == "none"


def test_gross_before_discounts_says_nothing_about_taxes() -> None:
    lines = ["Code;Name;Bruttopreis;Rabatt;Nettopreis;MwSt", *rows(0, 1, 2, 3)]
    table = table_of(*lines, column_mapping={"price": "Nettopreis"})
    assert "vat_included" not in table.facts
    assert issue_of(*lines, column_mapping={"price": "Nettopreis"}, catalog_vat="net").option == (
        "vat_included"
    )


def test_gross_before_discounts_in_a_sentence_says_nothing_about_taxes() -> None:
    sentences = ["Alle Preise in EUR, zzgl. der gesetzlichen Mehrwertsteuer.", "Preise brutto."]
    table = table_of(*sentences, "", "Code;Name;Preis;Rabatt", *rows(0, 1))
    assert table.facts["vat_included"].value == "false"


def test_undecided_price_with_a_stated_tax_is_one_issue() -> None:
    lines = ["Code;Name;Dealer A excl. VAT;Dealer B excl. VAT", *rows(0, 2)]
    assert [issue.option for issue in issues_of(*lines, catalog_vat="net")] == [
        "column_mapping.price"
    ]


def test_issue_names_the_column_of_the_price() -> None:
    lines = ["Code;Name;Price;RRP incl. VAT", *rows(2, 4)]
    assert issue_of(*lines, catalog_vat="net").price_column == "Price"
    two = ["Code;Name;Price;Price", *rows(2, 4)]
    mapping = {"price": "column D"}
    assert issue_of(*two, catalog_vat="net", column_mapping=mapping).price_column == "column D"
    assert {each.price_column for each in issues_of(*two, catalog_vat="net")} == {""}


@pytest.mark.parametrize(
    ("headers", "net"),
    [
        (("Tarif HT", "Prix TTC"), "Tarif HT"),
        (("Prix HT", "Tarif TTC"), "Prix HT"),
        (("Tarifa sin IVA", "Precio con IVA"), "Tarifa sin IVA"),
        (("Price inc. VAT", "Cost ex VAT"), "Cost ex VAT"),
        (("Стоимость без НДС", "Цена с НДС"), "Стоимость без НДС"),
    ],
)
def test_the_word_for_a_price_does_not_decide_between_net_and_gross(
    headers: tuple[str, str], net: str
) -> None:
    rows = ["A-1;Hammer;10,00;12,00", "A-2;Saw;7,50;9,00", "A-3;Nail;15,10;18,12"]
    if net == headers[1]:
        rows = [";".join([*row.split(";")[:2], *row.split(";")[:1:-1]]) for row in rows]
    lines = [f"Code;Name;{';'.join(headers)}", *rows]
    (gross,) = {*headers} - {net}
    assert columns_of(table_of(*lines, catalog_vat="net"))["price"] == net
    assert columns_of(table_of(*lines, catalog_vat="gross"))["price"] == gross
    assert columns_of(table_of(*lines, vat_included=False))["price"] == net
    (issue,) = [each for each in issues_of(*lines) if each.option == "column_mapping.price"]
    assert set(issue.candidates) == {net, gross}
