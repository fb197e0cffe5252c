"""Discounts of section titles that a setting applies to the rows below."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.title_discounts import read_title_discount
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

LIST = """Art.-Nr.;Bezeichnung;Listenpreis;Einheit
Kaufmannsbefestigungen – Rabatt 35 %;;;
A-1;Schraube;100,00;St
A-2;Dübel;10,00;St
Dichtstoffe;;;
B-1;Silikon;20,00;St
FAMIGLIA C sconto 40+5%;;;
C-1;Leiste;50,00;St
"""


def prices(result: ReadResult) -> dict[str, Decimal | None]:
    return {item.supplier_sku: item.price for item in result.items}


@pytest.mark.parametrize("text", [LIST, LIST.replace(";Einheit", "").replace(";St", "")])
def test_discounts_of_titles_apply_until_the_next_title(text: str) -> None:
    result = read_price_list(text, "EUR", title_discounts="required")
    assert prices(result) == {"A-1": 65, "A-2": Decimal("6.5"), "C-1": Decimal("28.5")}
    (row,) = result.rejected
    assert (row.supplier_sku, row.error_type) == ("B-1", "discount_unknown")
    assert result.items[2].details is not None
    assert result.items[2].details.discounts == (40, 5)
    assert result.items[2].details.list_price == 50
    assert "less the discount of the section title (set)" in describe_profile(result.profile)


def test_titles_without_a_discount_mean_none_only_if_that_is_set() -> None:
    result = read_price_list(LIST, "EUR", title_discounts="optional")
    assert prices(result)["B-1"] == Decimal("20.00")
    assert not result.rejected


def test_without_the_setting_rows_below_are_rejected_and_the_list_says_so() -> None:
    result = read_price_list(LIST, "EUR")
    assert [row.supplier_sku for row in result.rejected] == ["A-1", "A-2", "C-1"]
    assert "title_discounts" in result.rejected[0].error_message
    fact = result.profile.price_facts["title_discounts"]
    assert (fact.value, fact.origin) == ("35", "sentence")
    assert fact.source == 'row 2, "Kaufmannsbefestigungen – Rabatt 35 %"'


def test_discount_of_a_row_and_of_its_category() -> None:
    text = (
        "Code;Name;List price;Disc. %;Category\nA-1;Bolt;100.00;;Bolts – discount 35 %\n"
        "A-2;Nut;10.00;20;Bolts – discount 35 %\nA-3;Pin;10.00;;Pins, no discount\n"
        "A-4;Cap;10.00;;Caps\n"
    )
    result = read_price_list(text, title_discounts="required")
    assert prices(result) == {"A-1": 65, "A-2": 8, "A-3": Decimal("10.00")}
    unset = read_price_list(text)
    assert [row.supplier_sku for row in unset.rejected] == ["A-1"]


@pytest.mark.parametrize("setting", ["required", "optional"])
@pytest.mark.parametrize(
    "title",
    [
        *("Befestigung, Rabatt 30 % und 40 %", "Rabatt 3", "Lampen bis zu 40 % Rabatt"),
        *("Lampen - 40 %", "Rabatt 40 % / LED"),
    ],
)
def test_title_that_is_not_understood_rejects_the_rows_below(title: str, setting: str) -> None:
    text = LIST.replace("Dichtstoffe", title)
    result = read_price_list(text, "EUR", title_discounts=setting)
    assert [row.supplier_sku for row in result.rejected] == ["B-1"]


def test_title_below_one_with_a_discount_is_in_doubt() -> None:
    text = LIST.replace("A-1;", "  Schrauben;;;\nA-1;")
    result = read_price_list(text, "EUR", title_discounts="optional")
    assert [row.supplier_sku for row in result.rejected] == ["A-1", "A-2", "B-1"]


def test_discount_of_all_prices_beside_that_of_a_title() -> None:
    result = read_price_list(LIST, "EUR", discount="30")
    assert prices(result) == {"B-1": 14}
    assert "30" in result.rejected[0].error_message
    applied = read_price_list(LIST, "EUR", discount="30", title_discounts="required")
    assert prices(applied) == {
        "A-1": 65,
        "A-2": Decimal("6.5"),
        "B-1": 14,
        "C-1": Decimal("28.5"),
    }


def test_setting_is_remembered_and_other_bases_are_kept() -> None:
    first = read_price_list(LIST, "EUR", title_discounts="optional")
    following = read_next_price_list(LIST, first.profile, "EUR")
    assert prices(following) == prices(first)
    included = read_price_list(LIST, "EUR", discount_base="none", title_discounts="optional")
    assert prices(included)["A-1"] == Decimal("100.00")


@pytest.mark.parametrize(
    ("title", "discounts"),
    [
        ("FAMIGLIA – sconto 40 % + 10 %", (40, 10)),
        ("EL ALETLERİ İskonto: %45+%5", (45, 5)),
        ("Cleaners   Multiplier: List x .42", (58,)),
        ("Werkzeug, Multiplikator 0,55", (45,)),
    ],
)
def test_ways_to_state_the_discount_of_a_title(title: str, discounts: tuple[int, ...]) -> None:
    assert read_title_discount(title).discounts == discounts


@pytest.mark.parametrize(
    "title",
    ["Rabatt A 30 %, B 22 %", "Rabatt 40 %, ab 1000 EUR 45 %", "List x multiplier 1.5"],
)
def test_titles_that_state_no_single_discount_are_unclear(title: str) -> None:
    found = read_title_discount(title)
    assert (found.is_unclear, found.discounts) == (True, ())


TITLES_IN_TWO_CELLS = """Stok Kodu;Ürün Adı;Liste Fiyatı;Birim
;EL ALETLERİ;;İskonto: %45+%5
EA-1;Pense;100,00;Adet
;BOYA;;İskonto: %20
B-1;Fırça;10,00;Adet
"""


def test_title_beside_a_cell_with_its_discount() -> None:
    unset = read_price_list(TITLES_IN_TWO_CELLS, "TRY")
    assert [row.error_type for row in unset.rejected] == ["discount_unknown"] * 2
    result = read_price_list(TITLES_IN_TWO_CELLS, "TRY", title_discounts="required")
    assert prices(result) == {"EA-1": Decimal("52.25"), "B-1": 8}


def test_multiplier_above_the_articles_leaves_the_discount_in_doubt() -> None:
    text = "Tools   Multiplier: List x .55\nItem #;Description;List\nT-1;Mop;10.00\n"
    with pytest.raises(PriceListError, match="leaves the discount in doubt") as raised:
        read_price_list(text)
    (issue,) = raised.value.issues
    assert (issue.option, issue.candidates) == ("discount", ("45", "0"))
    assert read_price_list(text, discount="45").items[0].price == Decimal("5.5")


def test_discount_that_is_not_understood_has_none_as_the_only_reading() -> None:
    text = "Prices less 30 % or 40 %\nCode;Name;Price\nT-1;Mop;10.00\n"
    with pytest.raises(PriceListError) as raised:
        read_price_list(text)
    assert [each.candidates for each in raised.value.issues] == [("0",)]
