"""Section titles: the path of nested sections, and articles that are no titles."""

from typing import Any

import pytest

from pricelists.price_lists import csv_text, read_price_list
from pricelists.workbooks import workbook_of

ARTICLE = "A{n};Tyre {n};{n}"


def categories(*lines: str, header: str = "sku;name;price") -> list[str | None]:
    """Return the category of each article of a price list; `-` is a line of an article."""
    numbered = [ARTICLE.format(n=n) if line == "-" else line for n, line in enumerate(lines)]
    return [item.category for item in read_price_list(csv_text(*numbered, header=header)).items]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        # a run nests, a later run of k titles replaces the last k
        (
            ["Tyres;;", "Summer;;", '"15""";;', "-", '"16""";;', "-", "Winter;;", '"15""";;', "-"],
            ['Tyres / Summer / 15"', 'Tyres / Summer / 16"', 'Tyres / Winter / 15"'],
        ),
        # a run that is longer than the path starts it anew
        (
            ["Tyres;;", "Summer;;", "-", "Rims;;", "Alloy;;", "Black;;", "-", "White;;", "-"],
            ["Tyres / Summer", "Rims / Alloy / Black", "Rims / Alloy / White"],
        ),
        # blank rows do not end a run
        (["Tyres;;", ";;", "Summer;;", "-"], ["Tyres / Summer"]),
        # titles with articles directly below the first one do not nest: `Lamps` is sold out
        (["Cables;;", "-", "Lamps;;", "Saws;;", "-", "Files;;", "-"], ["Cables", "Saws", "Files"]),
        # a title further right is below the one on the left
        (
            ["Tyres;;", ";Summer;", "-", ";Winter;", "-", "Rims;;", "-", ";Alloy;", "-"],
            ["Tyres / Summer", "Tyres / Winter", "Rims", "Rims / Alloy"],
        ),
        (
            ["Tyres;;", ";Summer;", ";R15;", "-", ";R16;", "-", "Rims;;", ";Alloy;", "-"],
            ["Tyres / Summer / R15", "Tyres / Summer / R16", "Rims / Alloy"],
        ),
        # numbers
        (
            ["1 Tyres;;", "-", "1.1 Summer;;", "-", "1.2 Winter;;", "-", "2 Rims;;", "-"],
            ["1 Tyres", "1 Tyres / 1.1 Summer", "1 Tyres / 1.2 Winter", "2 Rims"],
        ),
        (
            ["1. Tyres;;", "1.1. Summer;;", "1.1.1. Car;;", "-", "1.2. Winter;;", "-"],
            ["1. Tyres / 1.1. Summer / 1.1.1. Car", "1. Tyres / 1.2. Winter"],
        ),
        # a sentence is no section with sections below it
        (
            ["All prices in USD.;;", "Cables;;", "-", "Lamps;;", "-"],
            ["Cables", "Lamps"],
        ),
        (["Prices of spring;;", "Cables;;", "-"], ["Cables"]),
        # a title that a page repeats is the same section
        (["Cables;;", "-", "Cables;;", "-"], ["Cables", "Cables"]),
    ],
)
def test_category_is_the_path_of_the_section(titles: list[str], expected: list[str]) -> None:
    assert categories(*titles) == expected


def test_indented_title_is_below_the_last_one() -> None:
    rows = [
        ["Code", "Name", "Price"],
        ["Tyres"],
        ["  Summer"],
        ['    15"'],
        ["A1", "Tyre", 1],
        ["  Winter"],
        ["A2", "Tyre", 2],
        ["Rims"],
        ["A3", "Rim", 3],
    ]
    result = read_price_list(workbook_of(Prices=rows))
    assert [item.category for item in result.items] == [
        'Tyres / Summer / 15"',
        "Tyres / Winter",
        "Rims",
    ]


def test_title_merged_over_rows_is_one_title() -> None:
    assert categories("Tyres;;", "Tyres;;", "-") == ["Tyres"]


def test_path_fits_into_a_category() -> None:
    titles = [letter * 60 for letter in "abcde"]
    assert categories(*(f"{title};;" for title in titles), "-") == [" / ".join(titles[1:])]


NAMES = {"column_mapping": {"sku": "name", "name": "name"}}


@pytest.mark.parametrize("config", [NAMES, {"key_columns": ["name"]}])
def test_article_without_price_is_rejected_where_names_serve_as_codes(
    config: dict[str, Any],
) -> None:
    content = csv_text("Lamp;5;red", "Cable;;", "Tape;3;blue", header="name;price;Colour")
    result = read_price_list(content, **config)
    assert [(item.name, item.category) for item in result.items] == [("Lamp", None), ("Tape", None)]
    [row] = result.rejected
    assert (row.error_type, row.supplier_sku) == ("missing_price", "Cable")


@pytest.mark.parametrize(
    "lines",
    [
        ("CABLES;", "Power cable;5", "LAMPS;", "Desk lamp;6"),
        ("Cables:;", "Power cable;5", "Lamps:;", "Desk lamp;6"),
        (";", "Cables;", "Power cable;5", ";", "Lamps;", "Desk lamp;6"),
        ("1. Cables;", "Power cable;5", "2) Lamps;", "Desk lamp;6"),
    ],
)
def test_title_among_names_is_a_title_by_its_look(lines: tuple[str, ...]) -> None:
    result = read_price_list(csv_text(*lines, header="name;price"), key_columns=["name"])
    assert [item.supplier_sku for item in result.items] == ["Power cable", "Desk lamp"]
    assert [str(item.category).strip("12.): ").casefold() for item in result.items] == [
        "cables",
        "lamps",
    ]
    assert not result.rejected


@pytest.mark.parametrize(
    "lines",
    [
        ("CABLE;5", "LAMP;", "TAPE;6"),
        ("Cable:;5", "Lamp:;", "Tape:;6"),
        ("Cable;5", ";", "Tape;6", ";", "Lamp;", ";", "Saw;7"),
    ],
)
def test_look_that_articles_have_distinguishes_no_title(lines: tuple[str, ...]) -> None:
    result = read_price_list(csv_text(*lines, header="name;price"), key_columns=["name"])
    assert [row.error_type for row in result.rejected] == ["missing_price"]
    assert not any(item.category for item in result.items)


def test_title_less_indented_than_the_names_is_a_title() -> None:
    rows = [["Name", "Price"], ["Cables"], ["   Power cable", 5], ["   Plug"], ["   Cord", 6]]
    result = read_price_list(workbook_of(Prices=rows), key_columns=["Name"])
    assert [item.category for item in result.items] == ["Cables", "Cables"]
    assert [row.supplier_sku for row in result.rejected] == ["Plug"]


def test_title_in_another_column_than_the_names_is_a_title() -> None:
    rows = [["No.", "Goods", "Price"], ["Cables"], ["1", "Cord", 5], ["2", "Plug", 6]]
    result = read_price_list(
        workbook_of(Prices=rows), key_columns=["Goods"], column_mapping={"name": "Goods"}
    )
    assert [item.category for item in result.items] == ["Cables", "Cables"]


def test_total_is_no_article_where_names_serve_as_codes() -> None:
    content = csv_text("Lamp;5", "Tape;3", "Total;8", "Итого:;8", header="name;price")
    result = read_price_list(content, key_columns=["name"])
    assert [item.name for item in result.items] == ["Lamp", "Tape"]
    assert not result.rejected
