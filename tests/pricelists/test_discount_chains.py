"""Chains of discounts without a percent sign: in section titles, sentences and columns."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.title_discounts import TitleDiscount, read_title_discount
from pricelists.price_lists import ReadResult, read_price_list

TITLES = [
    "CHIAVI - SCONTO 50+5",
    "Chiavi sconto 50/5",
    "Chiavi (Sc. 50+5)",
    "Chiavi: 50 + 5 di sconto",
    "Schlüssel – Rabatt 50+5",
    "KEYS – DISCOUNT: 50+5",
    "Keys less 50+5",
    "Clés – remise 50 + 5",
    "Clés – Rem. 50+5",
    "Llaves dto. 50+5",
    "Klucze – rabat 50+5",
    "Ключи – скидка 50+5",
    "Ключі – знижка 50+5",
    "Sleutels – korting 50/5",
    "Klíče – sleva 50+5",
    "Chei – reducere 50+5",
    "CHIAVI 50+5",
    "Chiavi (50+5)",
    "CHIAVI - 50+5",
]


def with_title(title: str, **options: object) -> ReadResult:
    text = (
        "Codice;Descrizione;Prezzo EUR\nPINZE;;\nB-1;Pinza;10,00\n"
        f"{title};;\nA-1;Chiave;100,00\nA-2;Rondella;12,00\n"
    )
    return read_price_list(text, "EUR", **options)


@pytest.mark.parametrize("title", TITLES)
def test_chain_in_a_title_is_in_doubt_and_applied_by_the_setting(title: str) -> None:
    result = with_title(title)
    assert [item.supplier_sku for item in result.items] == ["B-1"]
    assert {row.error_type for row in result.rejected} == {"discount_unknown"}
    assert "title_discounts" in result.rejected[0].error_message
    assert result.profile.price_facts["title_discounts"].value == "50+5"
    applied = with_title(title, title_discounts="optional")
    assert [item.price for item in applied.items] == [10, Decimal("47.5"), Decimal("5.7")]


@pytest.mark.parametrize(
    ("title", "discounts"),
    [
        ("CHIAVI - SCONTO 50", (50,)),
        ("Schlüssel, Rabatt: 35", (35,)),
        ("Clés (Rem. 40)", (40,)),
        ("CHIAVI -50%", (50,)),
        ("Ключи −30 %", (30,)),
        ("Sconto 40+10+5", (40, 10, 5)),
        ("Sconto 40/10/10", (40, 10, 10)),
        ("Sconto 50%+5", (50, 5)),
    ],
)
def test_discount_of_a_title_without_a_sign(title: str, discounts: tuple[int, ...]) -> None:
    assert read_title_discount(title) == TitleDiscount(tuple(map(Decimal, discounts)))


@pytest.mark.parametrize(
    "title",
    [
        *("Kabel 3+1", "Batterien 12+2", "Viti 4x50", "Alkohol – 70 %", "Cotton 100 %"),
        *("Frequenz minus 50/60 Hz", "Discs 125+150 mm", "Rabattgruppe 12", "Serie 50+5 Watt"),
    ],
)
def test_titles_of_other_numbers_state_no_discount(title: str) -> None:
    assert not read_title_discount(title).discounts
    assert len(with_title(title).items) == 3


@pytest.mark.parametrize(
    "title", ["Schlüssel – Rabatt 2", "Keys – 30 % or 40 % discount", "Sconto 50+5 – IVA 22 %"]
)
def test_discounts_of_titles_that_are_not_understood_are_in_doubt(title: str) -> None:
    assert read_title_discount(title).is_unclear
    result = with_title(title)
    assert len(result.rejected) == 2
    assert [item.supplier_sku for item in result.items] == ["B-1"]


def test_chain_in_a_category_is_in_doubt() -> None:
    text = (
        "Codice;Descrizione;Prezzo EUR;Categoria\nA-1;Chiave;100,00;Chiavi - sconto 50+5\n"
        "B-1;Pinza;10,00;Pinze\n"
    )
    result = read_price_list(text, "EUR")
    assert [item.supplier_sku for item in result.items] == ["B-1"]
    assert result.rejected[0].error_type == "discount_unknown"


@pytest.mark.parametrize(
    "sentence",
    [
        *("Sconto riservato: 50+5", "Ihr Rabatt 40+10", "Votre remise : 40+10+5"),
        *("Your discount: 40/10", "Su descuento 50+5", "Ваша скидка 30+5", "Ihr Rabatt: 35"),
        *("Sconto 50+5 su tutti gli articoli", "Twój rabat: 40+5", "Ваша знижка: 40+5"),
    ],
)
def test_chain_in_a_sentence_is_in_doubt(sentence: str) -> None:
    text = f"{sentence};;\n\nCodice;Descrizione;Prezzo EUR\nA-1;Chiave;100,00\nB-1;Pinza;10,50\n"
    with pytest.raises(PriceListError) as raised:
        read_price_list(text, "EUR")
    assert [issue.option for issue in raised.value.issues] == ["discount"]
    assert len(raised.value.issues[0].candidates) == 2


HEADERS = [
    *("Sc.", "Sc", "SC %", "Sc.%", "Sct.", "Sconto", "Sconti", "Sconto %", "Sc. base", "Rabatt"),
    *("Rabatt %", "Rab.", "Rabatte", "Rem.", "Rem. %", "Remise", "Remises", "Disc.", "Disc. %"),
    *("Discounts", "Dto.", "Dto. %", "Dtos.", "Dcto.", "Desc.", "Descuentos", "Korting", "Kort."),
    *("Korting %", "Скидка", "Скидка, %", "Скид.", "Знижка", "Знижка %", "Rabat", "Upust", "Sleva"),
    *("Desconto", "Reducere", "İskonto", "Отстъпка", "Rabatt i %", "% Sconto", "% Rem."),
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("price", ["Prezzo EUR", "Listino EUR"])
def test_column_of_chains_is_one_of_discounts(header: str, price: str) -> None:
    text = (
        f"Codice;Descrizione;{price};{header}\nA-1;Chiave;100,00;40+10\nA-2;Rondella;10,00;50\n"
        "A-3;Pinza;12,50;NETTO\nA-4;Sega;20,00;40%+10%\nA-5;Lima;20,00;40/10\n"
        "A-6;Filo;3,00;net\nA-7;Filo fino;3,50;N\nA-8;Punta;20,00;40+10+5\n"
    )
    result = read_price_list(text, "EUR")
    prices = ["54", "5", "12.5", "10.8", "10.8", "3", "3.5", "10.26"]
    assert [item.price for item in result.items] == list(map(Decimal, prices))


@pytest.mark.parametrize("header", ["Condizioni", "Off.", "Xyz", ""])
def test_column_of_chains_below_another_header_is_in_doubt(header: str) -> None:
    text = (
        f"Codice;Descrizione;Prezzo EUR;{header}\nA-1;Chiave;100,00;40+10\n"
        "A-2;Rondella;10,00;50\nA-3;Pinza;12,50;NETTO\n"
    )
    with pytest.raises(PriceListError) as raised:
        read_price_list(text, "EUR")
    assert raised.value.issues[0].option == "column_mapping.discount"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Sc.", ("100", "200", "500")),  # pieces in a box
        ("Poli", ("3+N", "1+N", "4+1")),
        ("Leitungen", ("2+1", "3+1", "4+1")),
        ("Batteria", ("12+2", "", "")),
        ("Gewinde", ("M4", "M5", "M6")),
    ],
)
def test_other_numbers_are_no_discounts(header: str, cells: tuple[str, ...]) -> None:
    rows = [f"A-{i};Chiave {i};1{i}0,50;{cell}" for i, cell in enumerate(cells)]
    result = read_price_list("\n".join([f"Codice;Descrizione;Prezzo EUR;{header}", *rows]), "EUR")
    assert [item.price for item in result.items] == [Decimal(f"1{i}0.50") for i in range(3)]


def test_numbers_below_an_abbreviation_are_in_doubt() -> None:
    rows = "A-1;Chiave;100,00;40\nA-2;Rondella;10,00;50\nA-3;Pinza;12,50;30\n"
    with pytest.raises(PriceListError) as raised:
        read_price_list(f"Codice;Descrizione;Prezzo EUR;Sc.\n{rows}", "EUR")
    assert [issue.option for issue in raised.value.issues] == ["column_mapping.discount"]


def test_letters_of_groups_are_no_net_prices() -> None:
    rows = "A-1;Chiave;100,00;N\nA-2;Rondella;10,00;N\nA-3;Pinza;12,50;A\n"
    with pytest.raises(PriceListError, match="discount_groups"):
        read_price_list(f"Codice;Descrizione;Prezzo EUR;Rabatt\n{rows}", "EUR")
