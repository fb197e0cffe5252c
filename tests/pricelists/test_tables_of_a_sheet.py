"""Several tables below one another in one sheet: each is read by its own header."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

GROSS = ("Art.nr.;Name;per;Gross;Discount %", "1;Pipe;1;10,00;50", "2;Clamp;100;80,00;50")
NET = ("Art.nr.;Name;Unit;Net price;Note", "7;Basin;pc;84,00;", "8;Tap;pc;31,50;new")


def read(*lines: str, **config: object) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **config)


def prices(result: ReadResult) -> dict[str, Decimal | None]:
    return {item.supplier_sku: item.price for item in result.items}


def test_each_table_is_read_by_its_header() -> None:
    result = read("Prices in EUR;;;;", "", *GROSS, "", "Bath – net prices;;;;", *NET)
    assert prices(result) == {
        "1": Decimal(5),
        "2": Decimal("0.4"),
        "7": Decimal(84),
        "8": Decimal("31.5"),
    }
    assert result.rejected == []
    assert [item.category for item in result.items] == [None, None, *["Bath – net prices"] * 2]
    assert result.items[3].characteristics["Note"] == "new"


def test_profile_has_each_table() -> None:
    profile = read(*GROSS, "", "Bath;;;;", *NET).profile
    first, second = profile.tables
    assert (first.first_row, second.first_row) == (1, 5)
    assert second.profile is not None
    assert second.profile.columns["price"] == "Net price"
    assert profile.columns["price"] == "Gross"
    assert profile.headers == ("Art.nr.", "Name", "per", "Gross", "Discount %", *NET_ONLY)
    sentence = describe_profile(profile, 4)
    assert 'From row 1 on: price from column D "Gross"' in sentence
    assert 'From row 5 on: price from column D "Net price"' in sentence


NET_ONLY = ("Unit", "Net price", "Note")


@pytest.mark.parametrize(
    ("title", "header", "expected"),
    [
        ("Cables", "Code;Name;Price EUR/100 m;Colour", "0.5"),
        ("Pots - price per 1000 pcs", "Code;Item name;Price;Stock", "0.05"),
        ("Tools", "Code;Name;Price EUR/pc;Unit", "50"),
    ],
)
def test_quantity_of_a_table_is_that_of_its_header_or_title(
    title: str, header: str, expected: str
) -> None:
    result = read(
        "Code;Name;Price EUR/100 pcs;Unit", "1;Screw;10,00;pc", "", title, header, "5;X;50,00;pc"
    )
    assert prices(result) == {"1": Decimal("0.1"), "5": Decimal(expected)}


def test_sentence_above_all_tables_is_about_each_without_its_own() -> None:
    result = read(
        "All prices in PLN net of VAT;;;",
        "",
        *("Code;Name;Price;Pack", "1;Screw;10,00;1", ""),
        *("Code;Price;Name;Pack", "2;20,00;Nut;1", ""),
        *("Code;Name;Price incl. VAT;Pack", "3;Saw;30,00;1"),
    )
    assert [item.currency for item in result.items] == ["PLN"] * 3
    included = [item.details and item.details.vat_included for item in result.items]
    assert included == [False, False, True]


def test_currency_of_one_header_is_that_of_a_table_without() -> None:
    result = read("Code;Name;Price USD", "1;Screw;10", "", "Code;Price;Name", "2;20;Nut")
    assert [item.currency for item in result.items] == ["USD", "USD"]


def test_currency_that_two_headers_leave_open_rejects_a_third_table() -> None:
    result = read(
        *("Code;Name;Price USD", "1;Screw;10", "", "Code;Price GBP;Name", "2;20;Nut", ""),
        *("Name;Code;Price", "Bolt;3;30"),
    )
    assert prices(result) == {"1": Decimal(10), "2": Decimal(20)}
    (rejected,) = result.rejected
    assert "set currency" in rejected.error_message


def test_rows_of_a_table_in_doubt_are_rejected_with_the_reason() -> None:
    result = read(*GROSS, "", "Code;Name;Dealer price;Partner price", "5;Saw;10,00;9,00")
    assert set(prices(result)) == {"1", "2"}
    (rejected,) = result.rejected
    assert "The table with the header in row 5 cannot be read" in rejected.error_message
    assert "Dealer price" in rejected.error_message
    assert "not read" in describe_profile(result.profile)


def test_text_between_two_tables_may_be_about_either() -> None:
    result = read(
        *("Code;Name;Price;Stock", "1;Screw;10,00;5", "All prices per 100 pcs;;;"),
        *("", "Name;Code;Price;Stock", "Nut;2;20,00;6"),
        price_quantity=100,
    )
    assert prices(result) == {"1": Decimal("0.1"), "2": Decimal("0.2")}
    with pytest.raises(PriceListError, match="set price_quantity"):
        read(
            *("Code;Name;Price;Stock", "1;Screw;10,00;5", "All prices per 100 pcs;;;"),
            *("", "Name;Code;Price;Stock", "Nut;2;20,00;6"),
        )


def test_option_that_the_header_of_a_table_contradicts_rejects_its_rows() -> None:
    result = read(
        *("Code;Name;Price", "1;Screw;10,00", "", "Code;Name;Price per 1000", "2;Nut;20,00"),
        price_quantity=100,
    )
    assert prices(result) == {"1": Decimal("0.1")}
    assert "price_quantity is 100 for the list and 1000" in result.rejected[0].error_message


def test_chosen_column_is_that_of_the_same_title_beside_its_quantity() -> None:
    lines = (
        *("Code;Name;Price net;Price gross", "1;Pot;10,00;12,30", ""),
        *("Code;Name;Price net per 1000 pcs;Price gross per 1000 pcs", "2;Cup;50,00;61,50", ""),
        *("Name;Code;Dealer", "Tin;3;5,00"),
    )
    result = read(*lines, column_mapping={"price": "Price net"})
    assert prices(result) == {"1": Decimal(10), "2": Decimal("0.05")}
    assert 'has no column "Price net"' in result.rejected[0].error_message


def test_chosen_position_is_that_of_its_title() -> None:
    lines = ("Code;Name;A;B", "1;Pot;10,00;12,30", "", "Name;B;Code;Price", "Cup;50,00;2;7,00")
    result = read(*lines, column_mapping={"price": "column D"}, characteristic_columns=["A"])
    assert prices(result) == {"1": Decimal("12.3"), "2": Decimal(50)}


def test_table_far_below_is_found() -> None:
    rows = [f"{number};Screw;{number},50;1" for number in range(1, 600)]
    result = read(
        *("Code;Name;Price;Pack", *rows, "", "Tools;;;"),
        *("Pack;Code;Name;Price per 100", "1;T-1;Saw;30,00"),
    )
    assert prices(result)["T-1"] == Decimal("0.3")
    assert len(result.items) == 600
    assert result.items[-1].category == "Tools"


def test_next_list_is_compared_table_by_table() -> None:
    lines = [*GROSS, "", "Bath;;;;", *NET]
    first = read(*lines)
    again = read_next_price_list("\n".join(lines), first.profile, "EUR")
    assert prices(again) == prices(first)
    moved = [line.replace("Net price", "Net price per 100") for line in lines]
    result = read_next_price_list("\n".join(moved), first.profile, "EUR")
    assert prices(result)["7"] == Decimal("0.84")


CAMPAIGN = (
    *("Code;Name;Price;Pack", "A-1;Lamp;12.50;10", "A-2;Bulb;38.50;10", ";;;"),
    *("Code;Name;Offer price;Regular price", "B-1;Torch;24.90;34.90", "B-2;Fuse;39.00;52.00"),
)


def test_the_price_of_each_table_may_be_named() -> None:
    text = "\n".join(CAMPAIGN) + "\n"
    refused = read_price_list(text).rejected
    setting = """price_columns='["Price","Offer price"]'"""
    assert all(setting in row.error_message for row in refused)
    assert len(refused) == 2
    result = read_price_list(text, price_columns=["Price", "Offer price"])
    assert [str(item.price) for item in result.items] == ["12.50", "38.50", "24.90", "39.00"]


def test_a_table_without_a_column_of_the_price_is_not_read() -> None:
    result = read_price_list("\n".join(CAMPAIGN) + "\n", price_columns=["Price"])
    assert {row.supplier_sku for row in result.items} == {"A-1", "A-2"}
    assert 'no column "Price"' in result.rejected[0].error_message


def test_the_title_of_a_further_table_states_its_tax() -> None:
    lines = [*CAMPAIGN[:3], "A-3;Cable;9.90;10", ";;;", "Offers, prices excl. VAT;;;"]
    lines += ["Code;Name;Pack;Price", "B-1;Torch;10;24.90", "B-2;Fuse;10;39.00"]
    text = "\n".join(["All prices exclude VAT;;;", ";;;", *lines]) + "\n"
    result = read_price_list(text, "EUR")
    assert not result.rejected
    assert {item.details and item.details.vat_included for item in result.items} == {False}
