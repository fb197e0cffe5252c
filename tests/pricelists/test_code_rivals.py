"""Two columns that may both have the supplier's code of an article are a choice."""

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import csv_text, read_next_price_list, read_price_list

CODES = (("A-1", "1001"), ("A-2", "1002"), ("A-3", "1003"))


def content(header: str, *codes: tuple[str, str]) -> str:
    lines = (f"{one};{other};Hammer {one};12.50" for one, other in codes or CODES)
    return csv_text(*lines, header=f"{header};Name;Price")


@pytest.mark.parametrize(
    "header",
    [
        *("Артикул;Код", "Код;Артикул", "SKU;Code", "Art.-Nr.;Code", "Code article;Code"),
        *("Part number;Order code", "Code;Article", "Symbol;Kod", "SKU;NB SKU", "Ref;Article no"),
    ],
)
def test_two_columns_of_codes_are_refused_with_the_option(header: str) -> None:
    with pytest.raises(PriceListError) as raised:
        read_price_list(content(header))
    (issue,) = raised.value.issues
    first, second = header.split(";")
    assert (issue.option, issue.candidates) == ("column_mapping.sku", (first, second))
    assert f'--column sku="{first}"' in issue.message
    read_price_list(content(header), column_mapping={"sku": first})
    result = read_price_list(content(header), column_mapping={"sku": second})
    assert [item.supplier_sku for item in result.items] == ["1001", "1002", "1003"]
    again = read_next_price_list(content(header), result.profile)
    assert [item.supplier_sku for item in again.items] == ["1001", "1002", "1003"]


@pytest.mark.parametrize(
    "header",
    [
        *("SKU;GTIN", "SKU;MPN", "Art.-Nr.;Hersteller-Nr.", "Code;HAN", "SKU;Model No", "SKU;ID"),
        *("Артикул;Штрихкод", "Артикул;Код производителя", "Code;EAN", "Article no;Colour"),
    ],
)
def test_the_code_of_a_manufacturer_is_no_doubt(header: str) -> None:
    result = read_price_list(content(header))
    assert [item.supplier_sku for item in result.items] == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    "codes",
    [
        [("A-1", "A-1"), ("A-2", "A-2"), ("A-3", "A-3")],  # the same codes
        [("A-1", "1"), ("A-2", "2"), ("A-3", "3")],  # row numbers
        [("A-1", "7"), ("A-2", "7"), ("A-3", "7"), ("A-4", "8")],  # groups
        [("A-1", ""), ("A-2", ""), ("A-3", "1003")],  # few
        [("A-1", "red paint"), ("A-2", "green paint"), ("A-3", "blue paint")],  # texts
        [("A-1", "1001")],  # one article shows nothing
    ],
)
def test_a_column_without_a_code_of_each_article_is_no_doubt(codes: list[tuple[str, str]]) -> None:
    result = read_price_list(content("Артикул;Код", *codes))
    assert [item.supplier_sku for item in result.items] == [code for code, _ in codes]


def test_key_columns_settle_the_code() -> None:
    result = read_price_list(content("Артикул;Код"), key_columns=["Код"])
    assert [item.supplier_sku for item in result.items] == ["1001", "1002", "1003"]
