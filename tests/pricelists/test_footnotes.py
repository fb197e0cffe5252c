"""Footnotes that state what the prices of marked articles are: `2) price per 100`."""

from typing import Any

import pytest

from pricelists.price_lists import ReadResult, read_price_list

ROWS = ("A-1;Cup white{};64.00", "A-2;Plate 27 cm;38.50", "A-3;Lid{};12.40", "A-4;Bowl;9.20")


def read(legend: str, mark: str, *, below: bool = False, **options: Any) -> ReadResult:
    rows = ["Code;Name;Price", *(row.format(mark) for row in ROWS)]
    lines = [*rows, "", legend] if below else [legend, "", *rows]
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


def prices(result: ReadResult) -> dict[str, str]:
    return {item.supplier_sku: str(item.price) for item in result.items}


OTHERS = {"A-2": "38.50", "A-4": "9.20"}


@pytest.mark.parametrize(
    ("legend", "mark"),
    [
        ("2) price per 100 pcs", " 2)"),
        ("2) Preis je 100 Stück", " 2)"),
        ("1) net weight  2) Preis je 100 Stück", " 2)"),
        ("● Lagerware  2) prisen gælder pr. 100 stk.  3) x", " 2)"),
        ("1) prisen gælder for et sæt à 6 stk.", " 1)"),
        ("* Preis je 100 Stück", "*"),
        ("* price per 100", " *"),
        ("** je 100 Stück", "**"),
        ("¹ prix par 100", "¹"),
        ("¹) prix par 100", " ¹)"),
        ("(1) Preis je 100 Stück", " (1)"),
        ("† цена за 100 шт", " †"),
        ("* precio por 12 uds.", " *"),
        ("* price incl. VAT", " *"),
        ("* price valid from 01.02.2099", " *"),
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_only_marked_articles_are_in_doubt(legend: str, mark: str, *, below: bool) -> None:
    result = read(legend, mark, below=below)
    assert prices(result) == OTHERS
    assert [row.supplier_sku for row in result.rejected] == ["A-1", "A-3"]
    (message,) = {row.error_message for row in result.rejected}
    assert f'"{mark.strip()}"' in message
    assert f'ignored_marks="{mark.strip()}"' in message


@pytest.mark.parametrize("legend", ["2) Preis je 100 Stück", "2) price incl. VAT"])
def test_mark_that_changes_no_price_by_setting(legend: str) -> None:
    result = read(legend, " 2)", ignored_marks="2)")
    assert prices(result) == {"A-1": "64.00", "A-2": "38.50", "A-3": "12.40", "A-4": "9.20"}


@pytest.mark.parametrize(
    ("legend", "mark"),
    [
        ("2) price per 100 pcs", ""),
        ("2) price per 100 pcs", " (M4 x 2)"),
        ("² price per 100 pcs", " 1.5 mm²"),
        ("* price per 100 pcs", ""),
    ],
)
def test_footnote_that_no_article_bears_is_about_the_list(legend: str, mark: str) -> None:
    assert prices(read(legend, mark))["A-2"] == "0.385"


def test_mark_in_a_column_of_its_own() -> None:
    rows = ["Code;Name;Price;Kz", "A-1;Cup;64.00;2)", "A-2;Plate;38.50;", "A-3;Lid;12.40;1)"]
    text = "\n".join(["1) Lagerware  2) Preis je 100 Stück", *rows]) + "\n"
    result = read_price_list(text, "EUR")
    assert prices(result) == {"A-2": "38.50", "A-3": "12.40"}
    assert [row.error_type for row in result.rejected] == ["price_quantity_unknown"]


@pytest.mark.parametrize("legend", ["2) in stock only", "* net price", "* Lieferzeit 2 Wochen"])
def test_footnotes_about_something_else(legend: str) -> None:
    assert len(read(legend, f" {legend.split(maxsplit=1)[0]}").items) == len(ROWS)


def test_footnote_of_another_currency() -> None:
    result = read("2) Preis in USD", " 2)", list_currency="EUR")
    assert prices(result) == OTHERS


@pytest.mark.parametrize(
    ("legend", "mark"),
    [
        ("† discontinued", " †"),
        ("* nicht mehr lieferbar", "*"),
        ("● lagervare   ○ bestillingsvare   † udgået, leveres ikke   1) vejl. pris", " †"),
        ("** no longer available, replaced by the A-9 series", " **"),
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_marked_articles_are_discontinued(legend: str, mark: str, *, below: bool) -> None:
    result = read(legend, mark, below=below)
    assert prices(result) == OTHERS
    assert [row.error_type for row in result.rejected] == ["discontinued", "discontinued"]
    assert f'ignored_marks="{mark.strip()}"' in result.rejected[0].error_message


@pytest.mark.parametrize(
    "legend",
    [
        "* Auslaufartikel, solange Vorrat reicht",
        "* Mindermengenzuschlag: entfällt ab 100 EUR",
        "* Versandkosten (entfällt ab 50 EUR)",
        "* net weight; discontinued models on request",
    ],
)
def test_marked_articles_that_are_sold_are_read(legend: str) -> None:
    assert len(read(legend, " *").items) == len(ROWS)
