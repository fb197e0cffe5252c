"""Legends directly above a header and titles directly below it are no parts of the header."""

from decimal import Decimal

import pytest

from pricelists.price_lists import ReadResult, read_price_list

ARTICLES = [f"A-10{n};Lamp type {n};1{n}.50;" for n in range(1, 5)]
HEADER = "Code;Name;Price;Info"
HEADERS = [HEADER, "Nr;Name;Price;Info", "Artikel;Name;Price;Info", "#;Code;Name;Price"]


def read(*lines: str, **options: object) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


@pytest.mark.parametrize(
    ("legend", "mark"),
    [
        *(("*;netto", "*"), (";*;netto", "*"), (";;*;netto", "*"), (";*;net price", "*")),
        *(("N;Nettopreis", "N"), (";(N);netto", "N")),
    ],
)
def test_legend_in_two_cells_above_the_header(legend: str, mark: str) -> None:
    result = read(legend, HEADER, f"A-100;Lamp;10.50;{mark}", *ARTICLES, discount="10")
    assert result.profile.headers == ("Code", "Name", "Price", "Info")
    assert result.profile.basis is not None
    assert result.profile.basis.net_marks == (mark,)
    assert result.items[0].price == Decimal("10.50")
    assert result.items[1].price == Decimal("10.35")


@pytest.mark.parametrize("legend", ["* netto", "*;netto", "N = net price;;"])
def test_legend_below_the_header(legend: str) -> None:
    mark = "*" if "*" in legend else "N"
    result = read(HEADER, legend, f"A-100;Lamp;10.50;{mark}", *ARTICLES, discount="10")
    assert result.profile.headers == ("Code", "Name", "Price", "Info")
    assert result.items[0].price == Decimal("10.50")
    assert result.items[1].category is None
    assert result.outcomes[1] == "ignored"


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("title", ["NETO", "NETTO", ";NETTO;;", "Netto", "NETTOPREISE"])
def test_net_title_below_the_header_marks_the_rows_below_it(header: str, title: str) -> None:
    before = ";" if header.startswith("#") else ""
    articles = [before + line for line in ARTICLES]
    others = [before * title.startswith(";") + "OTHERS", f"{before}B-100;Cable;20.50;"]
    result = read(header, title, *articles, *others, discount="10")
    assert result.profile.headers == tuple(header.split(";"))
    assert {row.error_type for row in result.rejected} == {"discount_unknown"}
    assert len(result.rejected) == len(ARTICLES)
    assert [item.price for item in result.items] == [Decimal("18.45")]


@pytest.mark.parametrize("header", HEADERS[:3])
@pytest.mark.parametrize("title", ["NETO", "NETTO", "Preise ohne MwSt"])
def test_net_title_below_the_header_of_gross_prices(header: str, title: str) -> None:
    result = read(header, title, *ARTICLES, "OTHERS", "B-100;Cable;20.50;", vat_included=True)
    assert {row.error_type for row in result.rejected} == {"vat_unknown"}
    assert [item.supplier_sku for item in result.items] == ["B-100"]


def test_net_below_the_price_belongs_to_the_header() -> None:
    result = read(HEADER, ";;netto;", *ARTICLES)
    assert result.profile.headers[2] == "Price netto"
    assert result.profile.basis is not None
    assert result.profile.basis.vat_included is False


@pytest.mark.parametrize("title", ["*** NETTO ***", "Nettoartikel (N)", "(N) Nettoartikel"])
def test_title_between_articles_with_a_mark_is_no_legend(title: str) -> None:
    marked = [f"A-100;Lamp;10.50;{mark}" for mark in ("***", "N")]
    result = read(HEADER, *marked, *ARTICLES, title, "B-100;Cable;20.50;", discount="10")
    assert [row.supplier_sku for row in result.rejected] == ["B-100"]
