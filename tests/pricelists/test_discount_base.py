"""Whether a price includes the discount beside it: by its header or by the sample."""

import pytest

from pricelists.fact_lists import issue_of, table_of

# Discounts of 30, 25 and 15 percent.
ROWS = (
    ("A-1;Train set", "24.90;30;17.43", "45.90"),
    ("A-2;Scooter", "29.70;25;22.28", "54.90"),
    ("A-3;Tent", "37.80;15;32.13", "69.90"),
    ("A-4;Puzzle", "6.90;30;4.83", "12.90"),
)


def rows(*, with_retail: bool = False) -> list[str]:
    return [f"{code};{sums}{';' + retail if with_retail else ''}" for code, sums, retail in ROWS]


@pytest.mark.parametrize(
    "header",
    [
        "Tarif HT;Remise;Prix net HT",
        "Listino;Disc.;Net price",
        "Bruttopreis;Rabatt;Nettopreis €",
        "Base;Скидка;Ваша цена с НДС",
        "Tarifa;Dto.;Precio neto sin IVA",
        "Cena kat. netto;Rabat %;Cena netto",
        "Базова;Знижка;Ціна зі знижкою, грн",
    ],
)
def test_sample_proves_that_the_price_includes_the_discount(header: str) -> None:
    price = header.rsplit(";", maxsplit=1)[-1]
    table = table_of(
        f"Code;Name;{header}", *rows(), column_mapping={"price": price}, currency="EUR"
    )
    assert table.basis.discount_base == "none"
    assert price in table.facts["discount_base"].source


def test_any_column_of_money_may_be_the_base() -> None:
    header = "Référence;Désignation;Tarif HT;Remise;Prix net HT;PVC TTC"
    table = table_of(header, *rows(with_retail=True), currency="EUR")
    assert table.headers[table.columns["list_price"]] == "PVC TTC"
    assert table.basis.discount_base == "none"
    assert "Tarif HT" in table.facts["discount_base"].source


@pytest.mark.parametrize(
    "header", ["Tarif HT;Remise;Montant", "Price;Discount;Amount", "Preis;Rabatt;Betrag"]
)
def test_sample_proves_that_the_discount_is_still_to_be_taken_off(header: str) -> None:
    table = table_of(f"Code;Name;{header}", *rows())
    assert table.headers[table.columns["price"]] == header.split(";", maxsplit=1)[0]
    assert table.basis.discount_base == "price"
    assert header.split(";")[2] in table.facts["discount_base"].source


@pytest.mark.parametrize(
    "price", ["Prix net HT", "Net price, EUR", "Nettopreis €", "Dealer net", "Precio neto sin IVA"]
)
def test_net_price_without_a_base_stays_in_doubt(price: str) -> None:
    lines = [f"{code};{sums.split(';')[0]};{sums.split(';')[1]}" for code, sums, _ in ROWS]
    issue = issue_of(f"Code;Name;{price};Discount", *lines, currency="EUR")
    assert (issue.option, issue.candidates) == ("discount_base", ("price", "none"))


def test_price_with_tax_is_no_base_of_a_price_without() -> None:
    """A tax of 25 percent looks like a discount of 20 percent."""
    lines = ["A;Lamp;80;20;100", "B;Saw;160;20;200", "C;Tape;8;20;10", "D;Rope;4;20;5"]
    table = table_of(
        "Code;Name;Price excl. VAT;Discount;Price incl. VAT", *lines, vat_included="false"
    )
    assert table.basis.discount_base == "price"


def test_small_prices_prove_nothing() -> None:
    """After 10 percent, 0.05 is still 0.05."""
    lines = [f"{code};0.05;10;0.05" for code, *_ in ROWS]
    issue = issue_of("Code;Name;List price;Discount;Price", *lines)
    assert issue.option == "discount_base"
