"""Surcharges that are billed separately: the price and its sentence are without them."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fact_lists import issue_of
from pricelists.price_lists import read_next_price_list, read_price_list

ROWS = "V-1;Valve brass 1/2;12.50;2.10\nV-2;Valve brass 3/4;13.75;3.40\nV-3;Elbow brass;9.90;1.15\n"


def content(sentence: str, header: str = "Surcharge") -> str:
    return f"{sentence}\nCode;Name;Price;{header}\n{ROWS}"


@pytest.mark.parametrize(
    ("sentence", "header"),
    [
        ("The brass surcharge is billed separately", "Surcharge"),
        ("Alloy surcharge not included, added at invoice", "Surcharge"),
        ("Metal surcharges are invoiced separately.", "Metal surcharge"),
        ("Der Messingzuschlag wird gesondert berechnet (siehe Rückseite).", "Messingzuschlag"),
        ("Legierungszuschlag wird separat in Rechnung gestellt", "Legierungszuschlag"),
        ("Le supplément laiton est facturé à part.", "Supplément laiton"),
        ("Надбавка за латунь начисляется отдельно", "Надбавка"),
        ("El recargo de latón se factura aparte", "Recargo latón"),
        ("Dopłata za mosiądz naliczana osobno", "Dopłata"),
        ("Příplatek se účtuje zvlášť", "Příplatek"),
        ("Toeslag wordt apart berekend", "Messingtoeslag"),
    ],
)
def test_surcharge_that_is_billed_apart_is_no_part_of_the_cost(sentence: str, header: str) -> None:
    result = read_price_list(content(sentence, header), currency="EUR")
    assert [item.price for item in result.items] == [*map(Decimal, ("12.5", "13.75", "9.9"))]
    assert header in result.profile.characteristic_columns
    text = describe_profile(result.profile)
    assert "without the surcharge that is billed separately (row 1" in text


def test_option_adds_a_surcharge_that_is_billed_apart_also_to_the_next_list() -> None:
    text = content("The brass surcharge is billed separately")
    first = read_price_list(text, column_mapping={"surcharge": "Surcharge"})
    assert first.items[0].price == Decimal("14.6")
    following = read_next_price_list(text, first.profile)
    assert following.items[0].price == Decimal("14.6")


def test_surcharge_added_to_an_earlier_list_is_asked_about_once_it_is_billed_apart() -> None:
    added = read_price_list(content("Prices plus brass surcharge"))
    assert added.items[0].price == Decimal("14.6")
    with pytest.raises(PriceListError) as raised:
        read_next_price_list(content("The brass surcharge is billed separately"), added.profile)
    (issue,) = raised.value.issues
    assert issue.option == "column_mapping.surcharge"
    following = read_next_price_list(
        content("The brass surcharge is billed separately"),
        added.profile,
        ignored_columns=["Surcharge"],
    )
    assert following.items[0].price == Decimal("12.5")


@pytest.mark.parametrize(
    "sentence", ["Surcharge separately", "The surcharge is shown separately", "Price list"]
)
def test_surcharge_that_is_only_apart_is_in_doubt(sentence: str) -> None:
    assert issue_of(*content(sentence).splitlines()).option == "column_mapping.surcharge"


def test_sentences_that_add_and_bill_apart_are_in_doubt() -> None:
    sentence = "Surcharges are added to prices. The brass surcharge is billed separately."
    assert issue_of(*content(sentence).splitlines()).option == "column_mapping.surcharge"


def test_surcharge_without_a_column_that_is_billed_apart_is_shown() -> None:
    text = f"Metallzuschlag wird gesondert berechnet\nCode;Name;Price;Weight\n{ROWS}"
    sentence = describe_profile(read_price_list(text).profile)
    assert "without the surcharge that is billed separately (row 1" in sentence
