"""Rows whose prices with and without tax contradict each other, where the list has both."""

from decimal import Decimal

import pytest

from pricelists.price_lists import ReadResult, read_price_list

HEADER = "Code;Name;Net price;VAT %;Gross price"
ROWS = (
    "A-1;Hammer;10.00;20;12.00",
    "A-2;Saw;7.50;20;9.00",
    "A-3;Book;20.00;5;21.00",
    "A-4;Lamp;4.00;20;4.80",
)


def read(*rows: str, header: str = HEADER, price: str = "Net price") -> ReadResult:
    text = "\n".join([header, *ROWS, *rows]) + "\n"
    return read_price_list(text, "EUR", column_mapping={"price": price})


@pytest.mark.parametrize(
    ("price", "cells"),
    [
        ("Net price", "15.10;20;11.20"),
        ("Net price", "15.10;20;15.86"),
        ("Net price", "15.10;20;151.00"),
        ("Gross price", "15.10;20;11.20"),
    ],
)
def test_row_of_contradicting_prices_is_rejected(price: str, cells: str) -> None:
    result = read(f"A-5;Gel;{cells}", price=price)
    (rejected,) = result.rejected
    net, _, gross = cells.split(";")
    assert rejected.error_type == "price_out_of_range"
    assert f'"{net}"' in rejected.error_message
    assert f'"{gross}"' in rejected.error_message
    assert 'at the VAT rate 20 (column "VAT %")' in rejected.error_message


@pytest.mark.parametrize(
    "cells",
    ["15.10;20;18.12", "15.10;20;18", "0.04;20;0.05", "15.10;20;", "15.10;;18.12", "15.10;20;ask"],
)
def test_rounded_or_missing_prices_are_none(cells: str) -> None:
    result = read(f"A-5;Gel;{cells}")
    assert not result.rejected
    assert str(result.items[-1].price) == cells.split(";", maxsplit=1)[0]


def test_gross_below_net_is_rejected_without_rates() -> None:
    rows = ["A-1;Hammer;10,00;12,00", "A-2;Saw;7,50;9,00", "A-3;Gel;15,10;11,20", "A-4;Oil;8,00;8"]
    text = "\n".join(["Réf;Désignation;Prix HT;Prix TTC", *rows]) + "\n"
    result = read_price_list(text, "EUR", column_mapping={"price": "Prix HT"})
    assert [row.supplier_sku for row in result.rejected] == ["A-3"]
    assert [item.price for item in result.items] == [Decimal("10.00"), Decimal("7.50"), Decimal(8)]
