"""A deposit that the prices include and a column states: taken off if that is set."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fact_lists import issue_of
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

ROWS = "A-1;Wasser;6,30;3,30\nA-2;Bier;15,42;3,42\nA-3;Wein;5,05;\nA-4;Saft;8,15;-\n"
INCLUDED = f"Preise inkl. Pfand\nArt.-Nr.;Bezeichnung;Preis;Pfand\n{ROWS}"
TAKEN_OFF = {"deposit": "Pfand"}


def prices(result: ReadResult) -> list[Decimal | None]:
    return [item.price for item in result.items]


@pytest.mark.parametrize(
    ("sentence", "header"),
    [
        ("Preise inkl. Pfand", "Pfand"),
        ("Prices including deposit", "Deposit"),
        ("Prix consigne comprise", "Consigne"),
        ("Prijzen inclusief statiegeld", "Statiegeld"),
    ],
)
def test_included_deposit_with_a_column_is_a_question(sentence: str, header: str) -> None:
    text = f"{sentence}\nCode;Name;Price;{header}\n{ROWS}"
    issue = issue_of(*text.splitlines())
    assert issue.option == "column_mapping.deposit"
    assert issue.candidates == (header,)
    assert sentence in issue.message
    kept = read_price_list(text, ignored_columns=[header])
    assert prices(kept)[0] == Decimal("6.30")
    off = read_price_list(text, column_mapping={"deposit": header})
    assert prices(off) == [3, 12, Decimal("5.05"), Decimal("8.15")]


def test_deposit_is_kept_with_the_item_and_in_the_profile() -> None:
    result = read_price_list(INCLUDED, "EUR", column_mapping=TAKEN_OFF)
    details = result.items[0].details
    assert details is not None
    assert (details.deposit, details.list_price) == (Decimal("3.30"), Decimal("6.30"))
    assert result.items[2].details is None
    assert 'less the deposit of column D "Pfand"' in describe_profile(result.profile)
    following = read_next_price_list(INCLUDED, result.profile, "EUR")
    assert prices(following) == prices(result)


def test_header_of_the_price_includes_the_deposit() -> None:
    text = f"Art.-Nr.;Bezeichnung;Preis inkl. Pfand;Pfand\n{ROWS}"
    with pytest.raises(PriceListError, match='--column deposit="Pfand"'):
        read_price_list(text, "EUR")


def test_deposit_is_for_the_quantity_of_the_price() -> None:
    text = "Art.-Nr.;Bezeichnung;Preis je 100 Stk;Pfand\nA-1;Flasche;20,00;8,00\n"
    assert prices(read_price_list(text, "EUR", column_mapping=TAKEN_OFF)) == [Decimal("0.12")]
    other = text.replace(";Pfand", ";Pfand je Stk")
    with pytest.raises(PriceListError, match="for another quantity"):
        read_price_list(other, "EUR", column_mapping={"deposit": "Pfand je Stk"})


@pytest.mark.parametrize("cell", ["19 %", "ja", "-3,30", "6,30", "7,00", "auf Anfrage"])
def test_deposit_that_is_not_understood_rejects_its_row(cell: str) -> None:
    text = INCLUDED.replace(";3,30", f";{cell}")
    result = read_price_list(text, "EUR", column_mapping=TAKEN_OFF)
    assert [row.supplier_sku for row in result.rejected] == ["A-1"]


def test_discount_beside_a_deposit_is_in_doubt() -> None:
    result = read_price_list(INCLUDED, "EUR", column_mapping=TAKEN_OFF, discount="10")
    assert [row.error_type for row in result.rejected] == ["deposit_unknown"] * 2
    assert [item.supplier_sku for item in result.items] == ["A-3", "A-4"]


def test_deposit_is_added_as_a_surcharge() -> None:
    text = INCLUDED.replace("inkl.", "zzgl.")
    assert prices(read_price_list(text, "EUR"))[0] == Decimal("6.30")
    added = read_price_list(text, "EUR", column_mapping={"surcharge": "Pfand"})
    assert prices(added)[0] == Decimal("9.6")


def test_deposit_on_top_unless_otherwise_stated_is_not_included() -> None:
    sentence = "Alle Preise netto zzgl. 19 % MwSt. und zzgl. Pfand, sofern nicht anders angegeben."
    result = read_price_list(INCLUDED.replace("Preise inkl. Pfand", sentence), "EUR")
    assert prices(result)[0] == Decimal("6.30")
    assert "deposit" not in result.profile.price_facts
