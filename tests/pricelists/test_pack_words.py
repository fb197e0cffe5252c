"""Packs in words, `zgrz. 12 szt.`: they state the size of a pack, never what a price is for."""

from decimal import Decimal

import pytest

from pricebook.pricelists.facts.quantities import parse_pack, parse_quantity
from pricelists.price_lists import read_price_list

PACKS = [
    ("Ring 100 m", 100),
    ("zgrz. 12 szt.", 12),
    ("zgrzewka 6 szt", 6),
    ("уп. (100 шт)", 100),
    ("уп (100 шт.)", 100),
    ("12 x 0,7 l Gl", 12),
    ("6 x 1,5 l PET", 6),
    ("kart. 24 szt", 24),
    ("Ktn 6 Fl", 6),
    ("Ktn. 12 Fl.", 12),
    ("Kasten 20 Gl", 20),
    ("24 x 0,33 l", 24),
]


@pytest.mark.parametrize(("cell", "size"), PACKS)
def test_pack_in_words(cell: str, size: int) -> None:
    pack = parse_pack(cell, ",")
    assert pack is not None
    assert pack.number == size
    assert parse_quantity(cell, ",") is None


@pytest.mark.parametrize(
    "cell", ["6 Fl", "Fl", "Kabel 3 x 1,5 m", "Ktn 6 Xy", "уп. (100 шт", "Schalter 10 A", "Gl 6"]
)
def test_other_texts_are_no_pack_in_words(cell: str) -> None:
    assert parse_pack(cell, ",") is None


@pytest.mark.parametrize(("cell", "size"), PACKS)
@pytest.mark.parametrize("header", ["VPE", "Einheit"])
def test_price_stays_that_of_the_article(cell: str, size: int, header: str) -> None:
    rows = "".join(f"A-{n};Artikel {n};{n}2,50;{cell}\n" for n in range(1, 5))
    result = read_price_list(f"Art.-Nr.;Bezeichnung;Preis;{header}\n{rows}", "EUR")
    assert [item.price for item in result.items] == [Decimal(f"{n}2.50") for n in range(1, 5)]
    details = result.items[0].details
    assert details is not None
    assert (details.pack_size, details.price_quantity) == (size, None)


def test_pack_of_the_unit_is_no_order_quantity() -> None:
    text = (
        "Код;Наименование;Цена от 1 шт;Цена от 10 шт;Ед.;Мин. заказ\n"
        "A-1;Болт;12,50;11,20;уп. (100 шт);2 уп\nA-2;Гайка;2,50;2,20;уп. (100 шт);\n"
    )
    result = read_price_list(text, "EUR")
    assert [(row.supplier_sku, row.error_type) for row in result.rejected] == [
        ("A-1", "tier_unknown")
    ]
    assert result.items[0].price == Decimal("2.50")
