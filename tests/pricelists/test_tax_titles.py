"""Section titles with another VAT rate or basis than the list: read rightly or rejected."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_config import CatalogVat
from pricelists.fact_lists import issue_of
from pricelists.price_lists import ReadResult, read_price_list, read_request


def list_with(title: str, above: str = "", header: str = "Code;Name;Price") -> str:
    """Return a list with an article above a title, one below it, and one in another section."""
    rows = ["A-1;Screw M4;119.00", title, "B-1;Atlas;107.00", "Magazines", "C-1;Weekly;10.70"]
    return "\n".join([*([above, ""] if above else []), header, *rows, ""])


def read_for(catalog_vat: CatalogVat, text: str, **config: Any) -> ReadResult:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text(text)
        request = read_request(path, "EUR", **config)
        request = msgspec.structs.replace(request, catalog_vat=catalog_vat)
        price_list = open_price_list(request)
        return ReadResult(price_list.profile, list(price_list.rows()))


def prices_of(result: ReadResult) -> dict[str, str]:
    return {item.supplier_sku: str(item.price) for item in result.items}


def rates_of(result: ReadResult) -> list[Decimal | None]:
    return [item.details and item.details.vat_rate for item in result.items]


@pytest.mark.parametrize(
    ("title", "of_magazines"),
    [
        *(("Books (7 % VAT)", "8.991597"), ("Bücher – Steuersatz 7 %", "8.991597")),
        *(("Книги (НДС 7%)", "8.991597"), ("ab hier 7 % MwSt", "10"), ("from here 7 % VAT", "10")),
        *(("à partir d'ici TVA 7 %", "10"), ("далее НДС 7%", "10")),
    ],
)
def test_rows_are_converted_by_the_rate_of_the_title(title: str, of_magazines: str) -> None:
    text = list_with(title, "Alle Preise inkl. 19 % MwSt.")
    assert prices_of(read_for("net", text)) == {"A-1": "100", "B-1": "100", "C-1": of_magazines}
    assert list(prices_of(read_for("gross", text)).values()) == ["119.00", "107.00", "10.70"]


def test_rate_of_a_title_is_kept_where_no_price_depends_on_it() -> None:
    result = read_for("as_listed", list_with("Books (7 % VAT)", "Prices excl. VAT"))
    assert list(prices_of(result).values()) == ["119.00", "107.00", "10.70"]
    assert rates_of(result) == [None, Decimal(7), None]
    assert rates_of(read_for("net", list_with("Books (7 % VAT)", "Prices excl. VAT"))) == [
        None,
        Decimal(7),
        None,
    ]


def test_rate_of_the_row_comes_before_that_of_the_title() -> None:
    lines = ["Prices incl. VAT", "", "Code;Name;Price;VAT %", "A-1;Screw M4;119.00;19"]
    lines += ["Books (7 % VAT)", "B-1;Atlas;105.00;5", "B-2;Globe;107.00;"]
    assert prices_of(read_for("net", "\n".join(lines))) == {
        "A-1": "100",
        "B-1": "100",
        "B-2": "100",
    }


@pytest.mark.parametrize("title", ["Books 7 %, calendars 19 % VAT", "Books, reduced rate of VAT"])
def test_rows_below_a_title_with_an_unclear_rate_are_rejected(title: str) -> None:
    result = read_for("net", list_with(title, "Prices incl. 19 % VAT"))
    assert list(prices_of(result)) == ["A-1", "C-1"]
    assert [row.error_type for row in result.rejected] == ["vat_unknown"]
    assert f'The section "{title}"' in result.rejected[0].error_message
    assert not read_for("net", list_with(title, "Prices excl. VAT")).rejected


@pytest.mark.parametrize(
    ("title", "codes"),
    [("prices below incl. VAT", ["A-1"]), ("Clearance (incl. VAT)", ["A-1", "C-1"])],
)
def test_rows_below_a_title_with_another_basis_are_rejected(title: str, codes: list[str]) -> None:
    result = read_for("net", list_with(title, "All prices excl. VAT"))
    assert list(prices_of(result)) == codes
    assert {row.error_type for row in result.rejected} == {"vat_unknown"}
    assert f'The section "{title}"' in result.rejected[0].error_message


def test_rows_are_converted_by_basis_and_rate_of_the_title() -> None:
    text = list_with("prices below incl. 7 % VAT", "All prices excl. VAT")
    assert prices_of(read_for("net", text)) == {"A-1": "119.00", "B-1": "100", "C-1": "10"}
    result = read_for("as_listed", text)
    assert list(prices_of(result)) == ["A-1"]
    text = list_with("ab hier Preise ohne 7 % MwSt", "All prices incl. 19 % VAT")
    assert prices_of(read_for("gross", text)) == {"A-1": "119.00", "B-1": "114.49", "C-1": "11.449"}


def test_title_with_a_basis_in_a_list_without_one_is_rejected_until_it_is_set() -> None:
    text = list_with("Clearance (incl. VAT)")
    (row,) = read_price_list(text).rejected
    assert (row.supplier_sku, row.error_type) == ("B-1", "vat_unknown")
    assert "set vat_included" in row.error_message
    assert not read_price_list(text, vat_included=True).rejected
    assert len(read_price_list(text, vat_included=False).rejected) == 1
    assert not read_price_list(list_with("Nettoartikel")).rejected


def test_sentence_between_articles_asks_what_holds_for_those_above() -> None:
    lines = list_with("prices below incl. VAT").replace("Magazines", "C-9;Daily;1.20").split("\n")
    issue = issue_of(*lines[:-1])
    assert (issue.option, issue.candidates) == ("vat_included", ("true", "false"))
    result = read_price_list("\n".join(lines), vat_included=False)
    assert [item.supplier_sku for item in result.items] == ["A-1"]


def test_rate_in_a_sentence_between_articles_is_not_that_of_the_list() -> None:
    text = list_with("Preise inkl. 7 % MwSt", "Preise inkl. MwSt")
    result = read_for("net", text, vat_rate="19")
    assert prices_of(result) == {"A-1": "100", "B-1": "100", "C-1": "8.991597"}


def test_rows_with_a_category_are_read_by_the_rate_that_it_states() -> None:
    lines = ["Prices incl. 19 % VAT", "", "Code;Name;Category;Price"]
    lines += ["A-1;Screw;Tools;119.00", "B-1;Atlas;Books (7 % VAT);107.00", "A-2;Nut;Tools;11.90"]
    assert list(prices_of(read_for("net", "\n".join(lines))).values()) == ["100", "100", "10"]


def test_rejected_row_stores_the_title_that_reaches_on_with_its_section() -> None:
    text = list_with("ab hier 7 % MwSt", "Preise inkl. 19 % MwSt.").replace("10.70", "x")
    result = read_for("net", text)
    assert [row.section for row in result.rejected] == ["ab hier 7 % MwSt / Magazines"]
    assert [item.category for item in result.items] == [None, "ab hier 7 % MwSt"]
