"""A header that repeats its titles further right: tables side by side, whose columns never mix."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list
from pricelists.workbooks import ods_workbook_of

TITLES = ["PLU", "Artikel", "Einh.", "Preis"]
HEADER = [*TITLES, None, *TITLES]
ROWS: list[list[Any]] = [
    ["4562", "Möhren lose", "kg", 1.2, None, "4011", "Bananen", "kg", 1.8],
    ["4629", "Lauch", "Bund", 0.9, None, "4030", "Kiwi", "Stk", 0.35],
    ["4089", "Radieschen", "Bund", 0.75, None, "4409", "Birnen", "kg", 2.4],
    ["4585", "Sellerie", "kg", 1.1],
]
VEGETABLES = {"4562": "Möhren lose", "4629": "Lauch", "4089": "Radieschen", "4585": "Sellerie"}
FRUIT = {"4011": "Bananen", "4030": "Kiwi", "4409": "Birnen"}


def sheet(*rows: list[Any], header: list[Any] | None = None) -> bytes:
    return ods_workbook_of(Woche48=[*rows, header or HEADER, *ROWS])


def names(result: ReadResult) -> dict[str, str]:
    return {item.supplier_sku: item.name for item in result.items}


@pytest.mark.parametrize("titles", [[], [["Gemüse", None, None, None, None, "Obst"]]])
def test_tables_with_codes_of_the_till_are_one_list(titles: list[list[Any]]) -> None:
    result = read_price_list(sheet(*titles), "EUR")
    assert names(result) == VEGETABLES | FRUIT
    assert result.profile.columns["unit"] == "Einh."
    assert result.profile.characteristic_columns == ()


def test_tables_without_a_column_between() -> None:
    rows = [[*ROWS[n][:4], *ROWS[n][5:]] for n in range(3)]
    result = read_price_list(ods_workbook_of(Woche48=[[*TITLES, *TITLES], *rows]), "EUR")
    assert len(result.items) == 6


def test_tables_of_name_and_price() -> None:
    lines = "Artikel;Preis;;Artikel;Preis\nLauch;0,90;;Kiwi;0,35\nMais;1,10;;Birne;2,40\n"
    result = read_price_list(lines, "EUR", key_columns=["Artikel"])
    assert names(result) == {name: name for name in ("Lauch", "Mais", "Kiwi", "Birne")}


@pytest.mark.parametrize(
    "columns", [("column A", "column B", "column D"), ("column F", "column G", "column I")]
)
def test_columns_named_by_position_are_those_of_each_table(columns: tuple[str, ...]) -> None:
    mapping = dict(zip(("sku", "name", "price"), columns, strict=True))
    result = read_price_list(sheet(), "EUR", column_mapping=mapping)
    assert names(result) == VEGETABLES | FRUIT
    following = read_next_price_list(sheet(), result.profile, "EUR", column_mapping=mapping)
    assert names(following) == names(result)


@pytest.mark.parametrize("columns", [("A", "G", "I"), ("F", "B", "D"), ("A", "B", "I")])
def test_columns_of_different_tables_are_refused(columns: tuple[str, ...]) -> None:
    fields = zip(("sku", "name", "price"), columns, strict=True)
    mapping = {field: f"column {letter}" for field, letter in fields}
    with pytest.raises(PriceListError, match="of different tables") as refused:
        read_price_list(sheet(), "EUR", column_mapping=mapping)
    assert 'sheet "Woche48"' in refused.value.message
    assert f"The columns {' and '.join(sorted(columns))} are" in refused.value.message
    assert "columns A to E" in refused.value.message


def test_previous_list_that_mixed_tables_needs_a_new_layout() -> None:
    single = [[*row, *[None] * (9 - len(row))] for row in ROWS]
    header = ["PLU", "Artikel", "Einh.", "Preis", None, "Code", "Text", "ME", "Kosten"]
    mapping = {"sku": "column A", "name": "column G", "price": "column I"}
    content = ods_workbook_of(Woche48=[header, *single[:3]])
    first = read_price_list(content, "EUR", column_mapping=mapping)
    mixed = msgspec.structs.replace(first.profile, columns=dict(mapping), headers=tuple(["x"] * 9))
    with pytest.raises(PriceListError, match="import with a new layout"):
        read_next_price_list(sheet(), mixed, "EUR")


def test_second_row_of_a_header_belongs_to_each_table() -> None:
    units = [None, None, None, "EUR", None, None, None, None, "EUR"]
    result = read_price_list(ods_workbook_of(Woche48=[HEADER, units, *ROWS]), "USD")
    assert names(result) == VEGETABLES | FRUIT
    assert {item.currency for item in result.items} == {"EUR"}


def test_one_table_is_read_if_the_columns_of_the_other_are_ignored() -> None:
    ignored = [f"column {letter}" for letter in "FGHI"]
    result = read_price_list(sheet(), "EUR", ignored_columns=ignored, characteristic_columns=[])
    assert names(result) == VEGETABLES


@pytest.mark.parametrize(
    "right",
    [
        ["PLU", "Artikel", "Preis"],
        [*TITLES[:3], "Preis netto"],
        ["Nr.", *TITLES[1:]],
        [*TITLES, "Hinweis"],
    ],
)
def test_tables_with_other_titles_are_refused(right: list[str]) -> None:
    content = sheet(header=[*TITLES, None, *right])
    with pytest.raises(PriceListError, match="side by side") as refused:
        read_price_list(content, "EUR")
    assert 'sheet "Woche48"' in refused.value.message
    assert "below one another" in refused.value.message
    by_position = {"sku": "column A", "name": "column G", "price": "column I"}
    with pytest.raises(PriceListError, match="side by side"):
        read_price_list(content, "EUR", column_mapping=by_position)


def test_titles_that_are_repeated_for_other_reasons_are_one_table() -> None:
    lines = ["Code;Item (DE);Item (EN);Price", "A1;Rohr 1 m;Pipe;10.00", "A2;Bogen 90;Elbow;20.00"]
    result = read_price_list("\n".join(lines), "EUR", column_mapping={"name": "Item (EN)"})
    assert [item.price for item in result.items] == [Decimal(10), Decimal(20)]
    lines = ["Code;Name;Price;Code;Colour", "A1;Rohr;10.00;7;red", "A2;Bogen;20.00;8;blue"]
    result = read_price_list("\n".join(lines), "EUR", column_mapping={"sku": "column A"})
    assert names(result) == {"A1": "Rohr", "A2": "Bogen"}


def test_letters_are_those_of_the_first_table_also_beside_an_empty_column() -> None:
    rows = [[None, *row] for row in [HEADER, *ROWS]]
    mapping = {"sku": "column G", "name": "column H", "price": "column J"}
    for options in ({}, {"column_mapping": mapping}):
        result = read_price_list(ods_workbook_of(Woche48=rows), "EUR", **options)
        assert names(result) == VEGETABLES | FRUIT
        assert result.profile.sheets == ("Woche48, columns B to F", "Woche48, columns G to J")


def test_next_list_with_a_column_without_a_title() -> None:
    titles = ["PLU", None, "Preis"]
    rows = [[row[0], row[1], row[3], *(row[5:7] or [None] * 2), *row[8:]] for row in ROWS]
    content = ods_workbook_of(Woche48=[[*titles, *titles], *rows])
    first = read_price_list(content, "EUR")
    assert first.profile.columns["name"] == "column B"
    assert names(first) == VEGETABLES | FRUIT
    assert names(read_next_price_list(content, first.profile, "EUR")) == names(first)


def test_statement_below_one_table_is_refused_with_what_to_do() -> None:
    rows = [HEADER, *ROWS, [], [None] * 5 + ["Preise netto zzgl. 7 % MwSt."]]
    with pytest.raises(PriceListError, match="not one price list") as refused:
        read_price_list(ods_workbook_of(Woche48=rows), "EUR")
    assert "sheet_name" not in refused.value.message
    assert "below one another" in refused.value.message
