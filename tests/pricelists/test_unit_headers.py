"""Abbreviated headers of the unit that an article is sold in."""

from typing import Any

import pytest

from pricelists.fact_lists import issue_of, table_of
from pricelists.price_lists import read_price_list

HEADERS = {
    "de": "Einh.|Eh.|Eh|Einheiten|Maßeinh.|Verk.-Einh.|VK-Einheit|VK-Einh.|Bezugseinheit|Verk.Eh.",
    "en": "U of M|Sold by|Sell unit|Selling UOM|Sell UOM|Unit of sale|Pricing UOM|Measure unit",
    "ru": "Ед. измер.|Единица изм.|Базовая единица измерения|Единица продажи|Ед. отпуска",
    "fr": "Un.|UdV|U. de vente|Unité de facturation|Unité fact.",
    "es": "Unid.|Unid. medida|U. med.|Unid. venta|U. venta",
    "pl": "J. miary|Jednostka sprzedaży|Jedn. sprzedaży|Jednostki|J. sprz.",
    "uk": "Одн.|Один.|Од. вимірювання|Одиниця продажу|Од. продажу",
    "others": "Eenh.|Enh.|Un. mis.|U. mis.|Un. misura|Měr. jedn.|Un. medida|Ед. мярка",
}
TITLES = {
    "de": "Art.-Nr.;Bezeichnung;Preis",
    "en": "Code;Name;Price",
    "ru": "Артикул;Наименование;Цена",
    "fr": "Réf.;Désignation;Prix",
    "es": "Referencia;Descripción;Precio",
    "pl": "Indeks;Nazwa;Cena",
    "uk": "Артикул;Назва;Ціна",
    "others": "Code;Name;Price",
}


@pytest.mark.parametrize(
    ("language", "header"),
    [(language, each) for language, texts in HEADERS.items() for each in texts.split("|")],
)
def test_abbreviated_header_of_the_unit(language: str, header: str) -> None:
    code, name, price = TITLES[language].split(";")
    rows = ["7;Lauch lang;Stk;0.90", "8;Sellerie weiß;kg;1.20", "9;Radieschen rot;Bund;0.75"]
    lines = [f"{code};{name};{header};{price}", *rows]
    result = read_price_list("\n".join(lines), "EUR")
    assert result.profile.columns["unit"] == header
    assert result.profile.characteristic_columns == ()
    units = [item.details and item.details.unit for item in result.items]
    assert units == ["H87", "KGM", "XBE"]
    assert [str(item.price) for item in result.items] == ["0.90", "1.20", "0.75"]


@pytest.mark.parametrize(
    "header", ["Einheit", "Einh.", "Unit", "Ед. изм.", "Unité", "Unid.", "Jedn."]
)
def test_round_numbers_below_a_header_of_units_may_be_what_prices_are_for(header: str) -> None:
    lines = [f"Code;Name;{header};Price", "7;Screw;100;9.90", "8;Bolt;1000;12.20", "9;Nut;1;7.75"]
    issue = issue_of(*lines)
    assert (issue.option, issue.candidates) == ("column_mapping.price_quantity", (header,))
    answers: list[dict[str, Any]] = [
        {"column_mapping": {"price_quantity": header}},
        {"ignored_columns": [header]},
    ]
    for answer in answers:
        assert "price" in table_of(*lines, **answer).columns
    lines = [f"Code;Name;{header};Price", "7;Screw;24;9.90", "8;Bolt;48;12.20", "9;Nut;6;7.75"]
    assert "price_quantity" not in table_of(*lines).columns
