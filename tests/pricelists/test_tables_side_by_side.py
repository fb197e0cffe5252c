"""Tables side by side in one sheet are read like sheets of their own."""

from decimal import Decimal

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.workbooks import workbook_of

HEADER = "Code;Item;Price;;Code;Item;Price"
ROWS = ("A1;Elbow;10,00;;B1;Elbow zinc;20,00", "A2;Tee;30,00;;;;")


def read(*lines: str, **config: object) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **config)


def prices(result: ReadResult) -> dict[str, Decimal | None]:
    return {item.supplier_sku: item.price for item in result.items}


def test_rows_of_each_side_are_read() -> None:
    result = read("Prices in PLN;;;;;;", "", HEADER, *ROWS)
    assert prices(result) == {"A1": Decimal(10), "A2": Decimal(30), "B1": Decimal(20)}
    assert {item.currency for item in result.items} == {"PLN"}
    assert result.profile.sheets == ("columns A to D", "columns E to G")
    assert [item.row_number for item in result.items] == [4, 5, 9]


def test_discount_of_a_title_is_that_of_its_side() -> None:
    result = read(
        *("", "Black - discount 50 %;;;;Zinc - discount 40 %", HEADER, *ROWS),
        title_discounts="required",
    )
    assert prices(result) == {"A1": Decimal(5), "A2": Decimal(15), "B1": Decimal(12)}


def test_rejected_row_names_its_side() -> None:
    result = read(HEADER, *ROWS, "A3;Cap;1,00;;B3;Cap zinc;soon")
    (rejected,) = result.rejected
    assert rejected.error_message.startswith('Sheet "columns E to G", row 4: ')
    assert rejected.row_data[:3] == ["B3", "Cap zinc", "soon"]


def test_text_about_prices_on_one_side_is_in_doubt() -> None:
    title = "Offers - discount 50 %;;;;;;"
    with pytest.raises(PriceListError, match='row 6 goes on beside "Offers - discount 50 %"'):
        read(HEADER, *ROWS, "", title, "A3;Cap;1,00;;B3;Cap zinc;2,00")
    below = read(HEADER, *ROWS, "", title, HEADER, "A3;Cap;1,00;;B3;Cap zinc;2,00")
    reasons = {row.error_type for row in below.rejected}
    assert (len(below.items), reasons) == (3, {"discount_unknown"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Code;Item;Price;Unit;Stock;;", "row 4 has other titles"),
        ("A9;Cap;1,00;;B9;Cap;2,00;x", "row 4 has a cell in column H, right of them"),
    ],
)
def test_sheet_with_other_rows_is_refused(line: str, reason: str) -> None:
    with pytest.raises(PriceListError, match=reason) as refused:
        read(HEADER, *ROWS, line)
    option = """ignored_columns='["column E","column F","column G"]'"""
    assert option in refused.value.message


@pytest.mark.parametrize("third", ["Code;Item;Price", "Code;Text;Net price"])
def test_tables_beside_an_ignored_one_are_read(third: str) -> None:
    header = f"Code;Item;Price;Code;Item;Price;{third}"
    lines = ["A1;Nut;10,00;B1;Bolt;20,00;C1;Washer;30,00", "A2;Cap;40,00;B2;Pin;50,00;;;60,00"]
    ignored = ["column G", "column H", "column I"]
    result = read(header, *lines, header, lines[1].replace("2;", "3;"), ignored_columns=ignored)
    expected = {"A1": 10, "A2": 40, "A3": 40, "B1": 20, "B2": 50, "B3": 50}
    assert prices(result) == {code: Decimal(price) for code, price in expected.items()}


def test_columns_named_by_position_are_those_of_each_table() -> None:
    mapping = {"sku": "column E", "name": "column F", "price": "column G"}
    result = read(HEADER, *ROWS, column_mapping=mapping)
    assert prices(result) == {"A1": Decimal(10), "A2": Decimal(30), "B1": Decimal(20)}


def test_next_list_is_read_alike() -> None:
    first = read(HEADER, *ROWS)
    text = "\n".join([HEADER, *ROWS]) + "\n"
    assert prices(read_next_price_list(text, first.profile, "EUR")) == prices(first)


def test_refusal_names_a_sheet_with_tables_side_by_side_once() -> None:
    sides = [row.split(";") for row in (HEADER, *ROWS)]
    valves = [["Code", "Item", "Net price"], ["C1", "Valve", "7,50"], ["C2", "Tap", "8,50"]]
    with pytest.raises(PriceListError) as refused:
        read_price_list(workbook_of(Fittings=sides, Valves=valves))
    (issue,) = refused.value.issues
    assert issue.candidates == ("Fittings", "Valves")
    assert 'sheet_names="Fittings,Valves"' in issue.message


PAINTS = (
    *("Prices in PLN;;;;;", "", "Product;Colour;750 ml;;4 l;", ";;Code;Price;Code;Price"),
    *("Enamel;white;A1;10,00;A4;38,00", "Lacquer;black;A2;11,00;A5;39,00", "Varnish;;—;—;A6;30,00"),
)


@pytest.mark.parametrize("header", [PAINTS[2:4], ("Product;Colour;Code;Price;Code;Price",)])
def test_columns_left_of_tables_without_a_name_are_those_of_each(header: tuple[str, ...]) -> None:
    result = read(*PAINTS[:2], *header, *PAINTS[4:])
    expected = {"A1": 10, "A2": 11, "A4": 38, "A5": 39, "A6": 30}
    assert prices(result) == {code: Decimal(price) for code, price in expected.items()}
    assert {item.name for item in result.items} == {"Enamel", "Lacquer", "Varnish"}
    assert {item.currency for item in result.items} == {"PLN"}


def test_article_of_a_later_table_only_is_no_title_of_the_first_one() -> None:
    header = "Product;Colour;Code;Price;Code;Price"
    result = read(
        *PAINTS[:2], header, *PAINTS[4:6], "Oil;;;;A8;39,00", "Varnish;;A3;12,00;A6;30,00"
    )
    assert {item.supplier_sku: item.category for item in result.items}["A3"] is None
    assert {item.supplier_sku: item.name for item in result.items}["A8"] == "Oil"


def test_columns_left_of_all_tables_may_be_named_with_those_of_one() -> None:
    mapping = {"name": "column B", "price": "column F"}
    result = read(*PAINTS[:6], column_mapping=mapping)
    assert {item.name for item in result.items} == {"white", "black"}
    assert len(result.items) == 4


def test_a_text_left_of_the_tables_is_about_all() -> None:
    lines = (f";{line}" for line in (HEADER, *ROWS))
    result = read("Prices in PLN;;;;;;;", "", *lines)
    assert {item.currency for item in result.items} == {"PLN"}


def test_names_without_a_title_are_proposed_by_their_position() -> None:
    lines = (";;Code;Price", "Enamel white;x;A1;10,00", "Lacquer black;x;A2;11,00")
    with pytest.raises(PriceListError) as refused:
        read(*lines, "Enamel white;x;A3;12,00", "Enamel white;x;A4;13,00", "Enamel white;x;A5;9,00")
    (issue,) = refused.value.issues
    assert issue.option == "column_mapping.name"
    assert issue.candidates[0] == "column A"
    assert 'name="column A"' in issue.message


def test_a_later_header_below_one_side_begins_a_table_of_it() -> None:
    below = ("Preserves;;;;;;", "Code;Item;;Gross price incl. VAT;;;")
    header = "Code;Item;Unit;Price;Code;Item;Unit;Price"
    rows = ("A1;Elbow;pc;10,00;B1;Elbow zinc;pc;20,00", "A2;Tee;pc;30,00;B2;Tee zinc;pc;40,00")
    lines = ("Prices in PLN without VAT", "", header, *rows, "", *below, "A8;Jam;;12,70;;;")
    result = read(*lines, vat_rate=27)
    assert prices(result) == {
        code: Decimal(price)
        for code, price in {"A1": 10, "A2": 30, "A8": "12.7", "B1": 20, "B2": 40}.items()
    }
    included = {
        item.supplier_sku: item.details and item.details.vat_included for item in result.items
    }
    assert included == {"A1": False, "A2": False, "A8": True, "B1": False, "B2": False}
