"""Rows below titles of unknown words are not read by the header above."""

from decimal import Decimal

import pytest

from pricelists.price_lists import ReadResult, read_next_price_list, read_price_list

TABLE = ("Code;Name;Price;Stock", "A-1;Hammer;12,50;4", "A-2;Saw;8,00;5", "A-3;Axe;30,00;6")


def read(*lines: str, **config: object) -> ReadResult:
    return read_price_list("\n".join((*TABLE, *lines)) + "\n", "EUR", **config)


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Kennz;Was;Menge da;Kostet", "B-1;Nail;400;0,05"),  # another order
        ("Ident;Ware;VPE;Satz", "B-1;Nail;100;3,90"),  # packs, then prices
        ("Kodas;Pavadinimas;Likutis;Kaina", "B-1;Vinis;400;0,05"),  # an unknown language
        ("Zone;Region;Freight;Days", "Z-1;North;15,00;2"),  # terms of delivery
        ("Discount group;Text;Percent;From", "R1;Tools;30;100"),  # a legend
        ("Order value;Text;Surcharge;", "below 50;small order;9,50;"),
        ("Nr;Beschr.;Rabatt;Liste", "B-1;Nail;30;0,50"),
    ],
)
@pytest.mark.parametrize("above", [[], [""], ["", "Further articles;;;"]])
def test_rows_below_titles_that_are_not_known_are_rejected(
    above: list[str], header: str, row: str
) -> None:
    result = read(*above, header, row, row.replace("1;", "2;", 1))
    assert codes(result) == ["A-1", "A-2", "A-3"]
    assert len(result.rejected) == 2
    message = result.rejected[0].error_message
    title = header.partition(";")[0]
    assert f'cannot be read: Its titles "{title}", ' in message
    assert "are not known" in message


def test_a_known_header_below_begins_a_table_again() -> None:
    result = read("", "Zone;Region;Freight;Days", "Z-1;North;15,00;2", "", TABLE[0], "B-1;Nut;2;1")
    assert codes(result) == ["A-1", "A-2", "A-3", "B-1"]
    assert [row.row_number for row in result.rejected] == [7]


def test_titles_far_below_are_found() -> None:
    many = [f"C-{number};Screw;{number},50;1" for number in range(1, 600)]
    result = read(*many, "", "Kennz;Was;Menge da;Kostet", "B-1;Nail;400;0,05")
    assert len(result.items) == 602
    assert [row.row_number for row in result.rejected] == [606]


def test_the_next_list_is_read_likewise() -> None:
    lines = "\n".join((*TABLE, "", "Zone;Region;Freight;Days", "Z-1;North;15,00;2"))
    profile = read_price_list(lines, "EUR").profile
    again = read_next_price_list(lines, profile, "EUR")
    assert codes(again) == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    "line",
    [
        "A-9;Glove;ask the shop;many",  # an article, by its code
        "Gloves;leather;on request;none",
        "Screws;zinc plated;;DIN",  # a section title
        "Tools;Tools;Tools;Tools",  # merged cells
        ";Gloves;EUR;pcs",
        "Code;Designation;Price;pcs",
    ],
)
def test_other_texts_between_articles_begin_no_table(line: str) -> None:
    result = read(line, "B-1;Nail;0,05;400")
    assert codes(result)[:4] == ["A-1", "A-2", "A-3", "B-1"]
    assert result.items[-1].price == Decimal("0.05")


def test_titles_in_two_languages_are_one_header() -> None:
    second = "Kodas;Pavadinimas;Kaina;Likutis"
    lines = (TABLE[0], second, *TABLE[1:], "", TABLE[0], second, "B-1;Nail;0,05;400")
    result = read_price_list("\n".join(lines), "EUR")
    assert codes(result) == ["A-1", "A-2", "A-3", "B-1"]
