"""Headers that are a sum of money for a unit: prices without a word for prices."""

from decimal import Decimal

import pytest

from pricelists.fact_lists import BODY, columns_of, issue_of, plain, table_of, with_column


def currency_of(header: str) -> str:
    by_sign = {"руб": "RUB", "$": "USD", "zł": "PLN", "грн": "UAH"}
    return next((code for sign, code in by_sign.items() if sign in header), "EUR")


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        *(("€/Stk", None), ("EUR/St", None), ("€/Ud.", None), ("zł/szt.", None), ("грн/шт", None)),
        *(("руб./кг", "KGM"), ("$ per lb", "LBR"), ("€/m²", "MTK"), ("EUR pro Meter", "MTR")),
        *(("$/л (кг)", None), ("€/kg oder l", None), ("€/m/Stk", None), ("$ for 1 l", "LTR")),
    ],
)
def test_sum_for_a_unit_is_the_price(header: str, unit: str | None) -> None:
    table = table_of(*plain(header), currency=currency_of(header))
    assert columns_of(table)["price"] == header
    assert (table.basis.price_quantity, table.basis.unit) == (Decimal(1), unit)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Передоплата, $/л (кг)", "Відстрочка до 01.10.2027, $/л (кг)"),
        ("Prepaid, $/pc", "Net 30 days, $/pc"),
        ("Vorkasse €/St", "Rechnung €/St"),
        ("Предоплата, руб/шт", "Отсрочка, руб/шт"),
        ("Comptant €/pce", "60 jours €/pce"),
        ("Contado €/ud", "A 60 días €/ud"),
        ("Przedpłata zł/szt", "Przelew zł/szt"),
    ],
)
@pytest.mark.parametrize("third", ["Ціна за тару", "Price per case", "Preis je Karton"])
def test_prices_of_different_terms_are_a_choice(first: str, second: str, third: str) -> None:
    lines = [f"Code;Name;{first};{second};{third}", *(f"{line};14.10;99.50" for line in BODY)]
    currency = currency_of(first)
    assert issue_of(*lines, currency=currency).candidates[:2] == (first, second)
    table = table_of(*lines, currency=currency, column_mapping={"price": second})
    assert columns_of(table)["price"] == second


@pytest.mark.parametrize(
    "fee", ["Fracht €/St", "Pfand EUR/Stk", "Deposit, $/pc", "KGO zł/szt", "Доставка, руб/шт"]
)
def test_fees_are_no_prices(fee: str) -> None:
    table = table_of(*with_column(fee, "0.40", "0.50", "0.60"))
    assert columns_of(table)["price"] == "Price"


def test_price_of_a_litre_beside_an_unknown_sum_is_a_choice() -> None:
    lines = with_column("€/L", "5.10", "6.20", "7.30", price="Brut")
    assert issue_of(*lines, currency="EUR").candidates == ("Brut", "€/L")
    named = with_column("€/L", "5.10", "6.20", "7.30", price="Prix brut HTVA")
    assert columns_of(table_of(*named, currency="EUR"))["price"] == "Prix brut HTVA"


def test_superscripts_in_a_merged_header() -> None:
    lines = [
        "Ref.;Descripción;Ud.;EMBALAJE;;PRECIOS;;;",
        "Ref.;Descripción;Ud.;;;PALET COMPLETO;;FRACCIÓN;",
        "Ref.;Descripción;Ud.;pz/caja;m²/caja;€/Ud.;€/caja;€/Ud.;€/caja",
        *(
            f"4010{n};Calatrava Perla {n};m²;4;1.44;12.{n};18.{n};14.{n};20.{n}"
            for n in range(1, 5)
        ),
    ]
    issue = issue_of(*lines, currency="EUR")
    assert issue.candidates == ("PRECIOS PALET COMPLETO €/Ud.", "PRECIOS FRACCIÓN €/Ud.")


def test_units_below_a_header_belong_to_it() -> None:
    lines = [
        "Art.-Nr.;Abmessung;PE;Listenpreis (Cu-Basis 150) je PE;Tagespreis je PE",
        ";n x mm²;;EUR;EUR",
        *(f"103{n};{n} x 1,5 grau;100;31.2{n};68.4{n}" for n in range(1, 5)),
    ]
    table = table_of(*lines, currency="EUR")
    assert table.header_row == 2
    assert (
        columns_of(table).items()
        >= {
            "name": "Abmessung n x mm²",
            "price": "Tagespreis je PE EUR",
            "list_price": "Listenpreis (Cu-Basis 150) je PE EUR",
            "price_quantity": "PE",
        }.items()
    )
