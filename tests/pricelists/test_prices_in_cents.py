"""Prices in hundredths of a currency: by headers, sentences, cells and the option."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.price_tables import details_of

IN_CENTS = [Decimal("5.90"), Decimal("12.45"), Decimal("0.20")]
WHOLE = ("590", "1245", "20")


def read(
    header: str, *cells: str, above: str = "", currency: str = "EUR", **options: Any
) -> ReadResult:
    rows = [f"A-10{n};Lamp {n};{cell}" for n, cell in enumerate(cells)]
    lines = [*([above] if above else []), f"Code;Name;{header}", *rows]
    return read_price_list("\n".join(lines) + "\n", currency, **options)


def prices(result: ReadResult) -> list[Decimal | None]:
    assert not result.rejected
    return [item.price for item in result.items]


def options_in_doubt(header: str, *cells: str, **options: Any) -> set[str]:
    try:
        result = read(header, *cells, **options)
    except PriceListError as error:
        return {issue.option for issue in error.issues}
    assert result.profile.basis is None or not result.profile.basis.in_hundredths
    return set()


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("Preis in Cent", "EUR"),
        ("Price in cents", "USD"),
        ("Cena w groszach", "PLN"),
        ("Pris i öre", "SEK"),
        ("Pris öre", "SEK"),
        ("Pris (öre/st)", "SEK"),
        ("Pris i øre", "NOK"),
        ("Pris øre", "DKK"),
        ("Preis Rappen", "CHF"),
        ("Preis in Rappen/Stk", "CHF"),
        ("Preis ct/Stk", "EUR"),
        ("Price in pence", "GBP"),
        ("Price (pence)", "GBP"),
        ("Prix en centimes", "EUR"),
        ("Precio en céntimos", "EUR"),
        ("Prezzo in centesimi", "EUR"),
        ("Цена, коп.", "RUB"),
        ("Цена в копейках", "RUB"),
        ("Ціна в копійках", "UAH"),
        ("Cena v haléřích", "CZK"),
        ("Price, fillér", "HUF"),
        ("Цена в стотинки", "BGN"),
        ("Fiyat kuruş", "TRY"),
    ],
)
def test_headers_of_prices_in_hundredths(header: str, currency: str) -> None:
    result = read(header, *WHOLE, currency=currency)
    assert prices(result) == IN_CENTS
    assert "in cents" in describe_profile(result.profile)


def test_discount_and_quantity_of_prices_in_cents() -> None:
    result = read("Preis in Cent;PE", "3450;100", "8900;1", "120;1", discount="50")
    assert [item.price for item in result.items] == [
        Decimal("0.1725"),
        Decimal("44.5"),
        Decimal("0.6"),
    ]
    assert details_of(result.items[0]).list_price == Decimal("34.50")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Preis in Cent", ("5,90", "1245", "20,10")),
        ("Preis cent", WHOLE),
        ("Preis ct", WHOLE),
        ("Price (p)", WHOLE),
        ("Preis Rp./Stk", WHOLE),
        ("Pret bani", WHOLE),
    ],
)
def test_doubtful_hundredths_are_a_question(header: str, cells: tuple[str, ...]) -> None:
    with pytest.raises(PriceListError, match="prices_in=hundredths") as error:
        read(header, *cells)
    asked = next(issue for issue in error.value.issues if issue.option == "prices_in")
    assert asked.candidates == ("hundredths", "units")
    whole = [Decimal(cell.replace(",", ".")) for cell in cells]
    settings: dict[str, Any] = {"currency": "EUR"}
    assert prices(read(header, *cells, prices_in="units", **settings)) == whole
    hundredths = [each / 100 for each in whole]
    assert prices(read(header, *cells, prices_in="hundredths", **settings)) == hundredths


@pytest.mark.parametrize("header", ["Preis in T€", "Price in thousands", "Preis in Tsd. EUR"])
def test_thousands_are_a_question(header: str) -> None:
    with pytest.raises(PriceListError, match="prices_in=thousands"):
        read(header, *WHOLE)
    options: dict[str, Any] = {"currency": "EUR"}
    assert prices(read(header, "5.9", prices_in="thousands", **options)) == [Decimal(5900)]
    assert prices(read(header, "5.9", prices_in="units", **options)) == [Decimal("5.9")]


def test_thousands_of_a_sentence_are_not_decided_by_a_quantity() -> None:
    above = "Alle Preise in TEUR je 100 Stück"
    with pytest.raises(PriceListError, match="prices_in=thousands"):
        read("Preis", "5,9", "1,2", "2,0", above=above, price_quantity=100)
    result = read("Preis", "5,9", above=above, price_quantity=100, prices_in="thousands")
    assert prices(result) == [Decimal(59)]


def test_cents_beside_a_list_price_are_in_doubt() -> None:
    mapping = {"price": "Preis in Cent", "list_price": "UVP"}
    cells = ("590;8,90", "1245;20,00", "20;0,30")
    with pytest.raises(PriceListError, match="prices_in"):
        read("Preis in Cent;UVP", *cells, column_mapping=mapping)


def test_a_price_whose_header_names_the_currency_is_no_price_in_cents() -> None:
    mapping = {"price": "Preis in Cent", "list_price": "UVP EUR"}
    result = read("Preis in Cent;UVP EUR", "590;8,90", "1245;20,00", column_mapping=mapping)
    assert prices(result) == IN_CENTS[:2]
    assert details_of(result.items[0]).recommended_price == Decimal("8.90")


@pytest.mark.parametrize(
    ("sentence", "currency"),
    [
        ("Priser i öre per styck exkl. moms.", "SEK"),
        ("Priser i øre ekskl. moms", "DKK"),
        ("Alle Preise in Cent", "EUR"),
        ("Alle Preise in Eurocent", "EUR"),
        ("Alle Preise in Rappen", "CHF"),
        ("Все цены в копейках", "RUB"),
        ("Усі ціни в копійках", "UAH"),
        ("Ceny w groszach", "PLN"),
        ("Ceny v haléřích", "CZK"),
        ("Prezzi in centesimi", "EUR"),
        ("Preços em cêntimos", "EUR"),
        ("Prix en centimes", "EUR"),
        ("Precios en céntimos de euro", "EUR"),
        ("Prices in pence", "GBP"),
        ("Prices in pence per unit, excl. VAT", "GBP"),
    ],
)
def test_sentences_of_prices_in_hundredths(sentence: str, currency: str) -> None:
    result = read("Price", *WHOLE, above=sentence, currency=currency)
    assert prices(result) == IN_CENTS
    with pytest.raises(PriceListError, match="prices_in=hundredths"):
        read("Price", "5.90", "12.45", "0.20", above=sentence, currency=currency)


@pytest.mark.parametrize(
    ("sentence", "code"),
    [("Prices in pence", "GBP"), ("Priser i öre", "SEK"), ("Ceny w groszach", "PLN")],
)
def test_hundredths_name_their_currency(sentence: str, code: str) -> None:
    result = read("Price", *WHOLE, above=sentence, currency="EUR")
    assert {item.currency for item in result.items} == {code}
    with pytest.raises(PriceListError, match=r"currency is .* set it, as in currency="):
        read("Price", *WHOLE, above="Prices in cents", currency="SEK")


@pytest.mark.parametrize(
    "sentence",
    [
        "Mindestmengenzuschlag zum Preis 50 Cent",
        "Preise auf volle Rappen gerundet",
        "Prices plus 5 cents per bottle deposit",
        "Цены округлены до копеек",
        "Prix au cent",
    ],
)
def test_amounts_and_rounding_are_no_hundredths(sentence: str) -> None:
    assert "prices_in" not in options_in_doubt("Price", *WHOLE, above=sentence)


def test_a_price_quantity_does_not_silence_hundredths() -> None:
    above = "Priser i öre per styck exkl. moms om inte annan prisenhet anges."
    for option in ({"price_quantity": 100}, {"price_quantity": 1}):
        with pytest.raises(PriceListError, match="prices_in=hundredths"):
            read("Pris", *WHOLE, above=above, currency="SEK", **option)
    result = read(
        "Pris", *WHOLE, above=above, currency="SEK", price_quantity=100, prices_in="units"
    )
    assert prices(result) == IN_CENTS
    result = read(
        "Pris", *WHOLE, above=above, currency="SEK", price_quantity=100, prices_in="hundredths"
    )
    assert result.items[0].price == Decimal("0.059")


def test_cells_that_name_a_currency_or_hundredths_are_in_it() -> None:
    above = "Priser i öre per styck exkl. moms om inte annan prisenhet anges."
    cells = ("590;", "34,00;kr/1000 st", "3,20;kr/m", "720;öre/st", "12 kr;")
    options: dict[str, Any] = {"column_mapping": {"price_quantity": "Prisenhet"}}
    result = read(
        "Pris;Prisenhet", *cells, above=above, currency="SEK", prices_in="hundredths", **options
    )
    assert prices(result) == list(map(Decimal, ("5.90", "0.034", "3.20", "7.2", "12")))


def test_the_setting_holds_for_every_price_without_a_currency_in_its_header() -> None:
    result = read(
        "Pris;Ord. pris kr;Miljöavgift",
        "1250;14,00;50",
        "720;8,00;0",
        currency="SEK",
        prices_in="hundredths",
        column_mapping={"list_price": "Ord. pris kr", "surcharge": "Miljöavgift"},
    )
    assert prices(result) == [Decimal("13.00"), Decimal("7.20")]
    assert details_of(result.items[0]).recommended_price == Decimal("14.00")
    assert details_of(result.items[0]).surcharge == Decimal("0.50")


def test_tiers_in_hundredths() -> None:
    header, cells = "Price in cents 1+;Price 10+;Price 100+", ("590;560;500", "20;19;18")
    with pytest.raises(PriceListError, match="prices_in"):
        read(header, *cells)
    result = read(header, *cells, prices_in="hundredths")
    tiers = details_of(result.items[0]).price_tiers
    assert [tier.price for tier in tiers or ()] == list(map(Decimal, ("5.90", "5.60", "5.00")))


def test_units_in_hundredths_of_another_currency_are_rejected() -> None:
    cells = ("590;EUR/kg", "120;p/kg", "300;ct/kg", "8;p/u")
    result = read("Price;Unit", *cells)
    assert [item.price for item in result.items] == [Decimal(590), Decimal(3)]
    assert [row.error_type for row in result.rejected] == ["other_currency"] * 2
    assert "unit_meanings" in result.rejected[0].error_message
    assert prices(read("Price;Unit", "590;RUB/kg", "120;p/kg", currency="RUB")) == [590, 120]


@pytest.mark.parametrize("cell", ["CT/10", "ct/10", "GR/12"])
def test_cartons_are_no_cents(cell: str) -> None:
    result = read("Price;Price unit", "590;1", f"120;{cell}", "300;1")
    assert [(row.supplier_sku, row.error_type) for row in result.rejected] == [
        ("A-101", "price_quantity_unknown")
    ]


def test_hundredths_in_header_and_unit_are_counted_once() -> None:
    result = read("Pris i öre;Enhet", "590;öre/st", "34;öre/st", "20;öre/st", currency="SEK")
    assert prices(result) == [Decimal("5.90"), Decimal("0.34"), Decimal("0.20")]


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        *(("Price in kopeks", "RUB"), ("Pris i ore", "SEK"), ("Fiyat kurus", "TRY")),
        *(("Cena v halerich", "CZK"), ("Price in pennies", "GBP")),
    ],
)
def test_hundredths_are_named_without_their_accents_too(header: str, currency: str) -> None:
    assert prices(read(header, *WHOLE, currency=currency))[0] == Decimal("5.90")


def test_other_price_named_by_its_position_is_in_doubt() -> None:
    cells = ("590;8.50", "340;7.50", "200;6.50")
    options = options_in_doubt(
        "Pris öre;Price 2", *cells, currency="SEK", price_columns=["Pris öre", "column D"]
    )
    assert options == {"prices_in"}


def test_prices_per_thousand_pieces_have_an_answer() -> None:
    with pytest.raises(PriceListError) as raised:
        read("Preis", *WHOLE, above="Preise in Tausend Stück")
    assert "price_quantity=1000" in raised.value.issues[0].message
    options: dict[str, Any] = {"price_quantity": 1000, "prices_in": "units"}
    found = prices(read("Preis", *WHOLE, above="Preise in Tausend Stück", **options))
    assert found[0] == Decimal("0.59")


def test_scaled_prices_have_the_limits_of_prices() -> None:
    result = read("Price", "1.2300", "99999999", "12", prices_in="thousands")
    assert [row.error_type for row in result.rejected] == ["price_out_of_range"]
    assert [str(item.price) for item in result.items] == ["1230", "12000"]
    result = read("Price", "0.00001", "120", prices_in="hundredths")
    assert [row.error_type for row in result.rejected] == ["price_too_precise"]


def test_a_header_in_hundredths_contradicts_a_quantity_in_the_currency() -> None:
    mapping = {"price_quantity": "Prisenhet"}
    header, cells = "Pris i öre;Prisenhet", ("590;st", "34;kr/m", "20;st")
    result = read(header, *cells, currency="SEK", column_mapping=mapping)
    assert [row.error_type for row in result.rejected] == ["price_quantity_unknown"]
    assert "unit_meanings" in result.rejected[0].error_message


@pytest.mark.parametrize("header", ["Pris kr", "Pris"])
def test_a_further_table_in_the_currency_itself(header: str) -> None:
    lines = (
        *("Priser i öre per styck exkl. moms;;;", ";;;", "Artnr;Benämning;Pris;Förp."),
        *("A-1;Lamp;12,5;10", "A-2;Bulb;385;10", "A-3;Cable;640;10", ";;;"),
        f"KAMPANJ - priser i kronor per styck exkl. moms;;;\nArtnr;Benämning;Förp.;{header}",
        *("B-1;Torch;10;24,90", "B-2;Fuse;10;34,50", "B-3;Plug;10;39,00"),
    )
    result = read_price_list("\n".join(lines) + "\n", "SEK", prices_in="hundredths")
    found = {item.supplier_sku: item.price for item in result.items}
    assert found["A-2"] == Decimal("3.85")
    assert found.get("B-1") == (Decimal("24.90") if header == "Pris kr" else None)
    if header == "Pris":
        assert "into the header of the price" in result.rejected[0].error_message
