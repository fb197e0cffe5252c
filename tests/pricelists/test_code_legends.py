"""Legends of codes: `CT = price per hundred` is about the rows with that code only."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_next_price_list, read_price_list
from pricelists.price_tables import details_of

LEGENDS = [
    ("U.M.", "PZ", "CT", "CT = prezzo per cento pezzi"),
    ("U.M.", "PZ", "CT", "PZ = prezzo per pezzo, CT = prezzo per cento pezzi"),
    ("U.M.", "PZ", "CT", "CT: prezzo per 100 pezzi"),
    ("U.M.", "PZ", "CT", "CT - prezzo per 100 pezzi"),
    ("U.M.", "PZ", "%pz", "%pz = prezzo per 100 pezzi"),
    ("ME", "ST", "HK", "HK = Preis per 100"),
    ("ME", "ST", "HK", "HK = per 100 Stück"),
    ("ME", "Stk", "H", "H = Preis je 100 Stück"),
    ("UOM", "EA", "C", "C = price per 100"),
    ("UOM", "EA", "C", "EA = each, C = per hundred"),
    ("Unité", "P", "CT", "P = pièce, CT = prix au cent"),
    ("Unité", "PCE", "CT", "CT = prix pour 100 pièces"),
    ("Und.", "U", "CTO", "CTO = precio por cien unidades"),
    ("J.m.", "szt", "ST", "ST = cena za 100 sztuk"),
    ("Ед.", "шт", "СТ", "СТ = цена за 100 шт"),
    ("Од.", "шт", "СТ", "СТ = ціна за сотню"),
    ("Eenheid", "st", "HD", "HD = prijs per 100 stuks"),
    ("MJ", "ks", "STO", "STO = cena za 100 ks"),
]


def lines_of(header: str, piece: str, code: str, price: str = "Price") -> str:
    return (
        f"Code;Description;{header};{price}\nA-1;Spanner;{piece};24.80\n"
        f"A-2;Washer;{code};24.80\nA-3;Pliers;{piece};12.50\n"
    )


@pytest.mark.parametrize(("header", "piece", "code", "legend"), LEGENDS)
@pytest.mark.parametrize("is_above", [True, False])
def test_legend_is_about_the_rows_with_its_code(
    header: str, piece: str, code: str, legend: str, *, is_above: bool
) -> None:
    table = lines_of(header, piece, code)
    text = f"{legend};;;\n\n{table}" if is_above else f"{table}\n{legend};;;\n"
    result = read_price_list(text.replace(",", " ,"))
    prices = [item.price for item in result.items]
    assert prices == [Decimal("24.80"), Decimal("0.248"), Decimal("12.50")]
    assert "price_quantity" not in result.profile.price_facts


@pytest.mark.parametrize("is_above", [True, False])
@pytest.mark.parametrize("legend", ["PZ;prezzo per pezzo\nCT;prezzo per cento pezzi", "CT = 100"])
def test_legend_of_two_cells_and_of_several_rows(legend: str, *, is_above: bool) -> None:
    table = lines_of("U.M.", "PZ", "CT")
    text = f"{legend}\n\n{table}" if is_above else f"{table}\n{legend}\n"
    result = read_price_list(text)
    assert [item.price for item in result.items] == [
        Decimal("24.80"),
        Decimal("0.248"),
        Decimal("12.50"),
    ]


@pytest.mark.parametrize(("header", "piece", "code", "legend"), LEGENDS)
def test_legend_of_a_code_that_no_row_has_is_in_doubt(
    header: str, piece: str, code: str, legend: str
) -> None:
    if "," in legend or code == "%pz":
        return
    tables = [lines_of("Colour", "red", "blue")]
    if code not in {"C", "STO"}:  # a hundred by themselves
        tables.append(lines_of(header, piece, piece))
    for table in tables:
        with pytest.raises(PriceListError) as raised:
            read_price_list(f"{table}\n{legend};;;\n")
        assert "price_quantity" in {issue.option for issue in raised.value.issues}
        assert legend.partition(" - ")[0] in raised.value.message


@pytest.mark.parametrize(
    "note",
    [
        *("1 VE = 100 Stück", "VE = 100 Stück", "1 m = 100 cm", "PAR = 2 Stück"),
        *("M = Messing, C = Chrom", "DN = 100 mm"),
    ],
)
def test_other_definitions_change_no_price(note: str) -> None:
    text = f"{lines_of('ME', 'VE', 'm')}\n{note};;;\n"
    result = read_price_list(text)
    assert [item.price for item in result.items] == [
        Decimal("24.80"),
        Decimal("24.80"),
        Decimal("12.50"),
    ]


LEGEND = "P = pièce, C = cent, M = mille, CM = cent mètres"
BASES = ["Base", "Cond.", "U.P.", "Unité de prix", "UdP", "Base de prix", "Unité", "Un.", "Xyz"]
ROWS = "A-1;Interrupteur;4,20;P\nA-2;Collier;2,15;C\nA-3;Câble;86,00;CM\nA-4;Vis;9,00;M\n"
COSTS = [Decimal("4.20"), Decimal("0.0215"), Decimal("0.86"), Decimal("0.009")]
MEANINGS = {"P": "1", "C": "100", "CM": "100 m", "M": "1000"}


@pytest.mark.parametrize("header", BASES)
@pytest.mark.parametrize("legend", [LEGEND, LEGEND.replace(", ", "\n")])
def test_column_of_codes_that_a_legend_explains(header: str, legend: str) -> None:
    text = f"Réf.;Désignation;Prix HT;{header}\n{ROWS}\n{legend}\n"
    result = read_price_list(text, "EUR")
    assert [item.price for item in result.items] == COSTS
    assert details_of(result.items[2]).unit == "MTR"
    again = read_next_price_list(text, result.profile, "EUR")
    assert [item.price for item in again.items] == COSTS


@pytest.mark.parametrize("header", BASES[:-1])
def test_column_of_codes_without_a_legend_is_a_question(header: str) -> None:
    text = f"Réf.;Désignation;Prix HT;{header}\n{ROWS}"
    with pytest.raises(PriceListError) as raised:
        read_price_list(text, "EUR")
    assert "unit_meanings" in raised.value.message
    assert '"CM"' in raised.value.message
    result = read_price_list(text, "EUR", unit_meanings=MEANINGS)
    assert [item.price for item in result.items] == COSTS
    again = read_next_price_list(text, result.profile, "EUR")
    assert [item.price for item in again.items] == COSTS


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Base", ("U", "%", "%o")),
        ("Base", ("P", "P", "M")),
        ("Base", ("P", "CM", "P")),
        ("Base", ("pièce", "cent", "mille")),
        ("Base", ("1", "100", "100")),
        ("UdP", ("1", "C", "M")),
        ("Info", ("P", "C", "P")),
        ("Unité", ("P", "C", "CM")),
        ("Preiseinheit", ("ST", "HK", "ST")),
    ],
)
def test_codes_beside_a_price_are_a_question(header: str, cells: tuple[str, ...]) -> None:
    rows = [f"A-{n};Article {n};{n}2,15;{cell}" for n, cell in enumerate(cells, start=1)]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join([f"Réf.;Désignation;Prix HT;{header}", *rows]), "EUR")
    options = {issue.option for issue in raised.value.issues}
    assert options <= {"unit_meanings", "column_mapping.price_quantity"}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        *(("Einheit", ("%", "ST", "ST")), ("UoM", ("‰", "PC", "PC")), ("ME", ("C", "ST", "ST"))),
        *(("Einheit", ("%o", "ST", "ST")), ("Einheit", ("o/oo", "ST", "ST"))),
        ("Einheit", ("100", "100", "ST")),
    ],
)
def test_quantities_among_units_are_a_question(header: str, cells: tuple[str, ...]) -> None:
    rows = [f"A-{n};Article {n};{n}2,15;{cell}" for n, cell in enumerate(cells, start=1)]
    with pytest.raises(PriceListError) as raised:
        read_price_list("\n".join([f"Nr;Name;Preis;{header}", *rows]), "EUR")
    assert {issue.option for issue in raised.value.issues} == {"column_mapping.price_quantity"}


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        *(
            ("Taille", ("S", "M", "L")),
            ("Classe", ("A", "B", "C")),
            ("Base", ("E27", "E14", "E27")),
        ),
        *(("Base", ("P", "P", "P")), ("Matière", ("Cu", "Fe", "Al")), ("Unité", ("P", "M", "CM"))),
    ],
)
def test_other_short_texts_are_no_question(header: str, cells: tuple[str, ...]) -> None:
    rows = [f"A-{n};Article {n};{n}2,15;{cell}" for n, cell in enumerate(cells, start=1)]
    text = "\n".join([f"Réf.;Désignation;Prix HT;{header}", *rows])
    if header == "Unité":
        with pytest.raises(PriceListError, match='"CM"'):
            read_price_list(text, "EUR")
        return
    assert len(read_price_list(text, "EUR").items) == 3


def test_row_with_an_unknown_quantity_names_the_setting() -> None:
    rows = "".join(f"A-{n};Article {n};{n}2,15;100\n" for n in range(1, 9))
    text = f"Réf.;Désignation;Prix HT;Unité de prix\n{rows}A-9;Vis;2,15;boîte 3x\n"
    (row,) = read_price_list(text, "EUR").rejected
    assert row.error_type == "price_quantity_unknown"
    assert "unit_meanings" in row.error_message
