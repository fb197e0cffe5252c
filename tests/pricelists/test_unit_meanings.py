"""Codes of units and price quantities whose meaning a legend or an option states."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.price_tables import details_of

LEGEND = "Und.: U = unidad, C = cien unidades, PAR = par, M = metro"
ROWS = ("A-1;Candado;U;6,40", "A-2;Taco;C;3,20", "A-3;Cadena;M;1,95", "A-4;Manilla;PAR;18,90")


def read(
    *before: str, header: str = "Ref.;Descripción;Und.;Precio €", **options: object
) -> ReadResult:
    lines = [*before, header, *ROWS]
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


def facts(result: ReadResult) -> list[tuple[Decimal | None, str | None]]:
    return [(item.price, details_of(item).unit) for item in result.items]


EXPECTED = [
    (Decimal("6.40"), "H87"),
    (Decimal("0.032"), None),
    (Decimal("1.95"), "MTR"),
    (Decimal("18.90"), "PR"),
]


def test_legend_of_units() -> None:
    result = read(LEGEND)
    assert [price for price, _ in facts(result)] == [price for price, _ in EXPECTED]
    assert [unit for _, unit in facts(result)][2:] == ["MTR", "PR"]
    assert result.profile.price_facts["unit_meanings"].origin == "sentence"


def test_option_of_units() -> None:
    with pytest.raises(PriceListError, match="unit_meanings"):
        read()
    result = read(unit_meanings={"C": "100", "M": "m"})
    assert facts(result) == EXPECTED
    again = read_next_price_list(
        "\n".join(["Ref.;Descripción;Und.;Precio €", *ROWS]) + "\n", result.profile, "EUR"
    )
    assert facts(again) == EXPECTED


CODED = (
    "A-101;Schalter;STK;0;5,90",
    "A-102;Dose;STK;2;34,50",
    "A-103;Dübel;STK;3;42,00",
    "A-104;Schiene;STK;1;39,00",
)
CODES = "Preiseinheit: 0=1 1=10 2=100 3=1000 Einheiten"
PRICES = [Decimal("5.90"), Decimal("0.345"), Decimal("0.042"), Decimal("3.9")]


@pytest.mark.parametrize("legend", [CODES, f"Preisart: B=Listenpreis   {CODES}", CODES.lower()])
def test_legend_of_price_quantities(legend: str) -> None:
    header = "Artikelnr;Bezeichnung;Einheit;Preiseinheit;Preis"
    if legend == CODES.lower():
        header = header.replace("Preiseinheit", "preiseinheit")
    result = read_price_list("\n".join([legend, header, *CODED]) + "\n", "EUR")
    assert [item.price for item in result.items] == PRICES


def test_option_of_price_quantities() -> None:
    text = "\n".join(["Artikelnr;Bezeichnung;Einheit;Preiseinheit;Preis", *CODED]) + "\n"
    with pytest.raises(PriceListError, match="unit_meanings"):
        read_price_list(text, "EUR")
    meanings = {"0": "1", "1": "10", "2": "100", "3": "1000"}
    result = read_price_list(text, "EUR", unit_meanings=meanings)
    assert [item.price for item in result.items] == PRICES


def test_single_digits_that_may_be_codes_are_in_doubt() -> None:
    text = "Artikelnr;Bezeichnung;Preiseinheit;Preis\n" + "\n".join(
        f"A-10{n};Dose {n};{n};3{n},50" for n in (1, 2, 3)
    )
    with pytest.raises(PriceListError) as raised:
        read_price_list(text, "EUR")
    (issue,) = raised.value.issues
    assert (issue.option, issue.candidates) == ("unit_meanings", ("1", "2", "3"))


def test_legend_that_leaves_a_code_out_is_not_used() -> None:
    header = "Artikelnr;Bezeichnung;Einheit;Preiseinheit;Preis"
    lines = [CODES.replace("3=1000 ", ""), header, *CODED]
    with pytest.raises(PriceListError, match="unit_meanings"):
        read_price_list("\n".join(lines) + "\n", "EUR")
