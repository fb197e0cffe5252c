"""Prices of containers beside a column that counts what is in them."""

from decimal import Decimal
from typing import Any

import pytest

from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fact_lists import columns_of, issue_of, issues_of, table_of
from pricelists.price_lists import ReadResult, read_price_list

ROWS = ("B-1;Pansy mixed;12;4.80", "B-2;Daisy white;10;6.90", "B-3;Primrose;12;5.40")


def read(*lines: str, **options: Any) -> ReadResult:
    return read_price_list("\n".join(lines) + "\n", "EUR", **options)


@pytest.mark.parametrize(
    ("count", "price"),
    [
        *(("Plants/tray", "Price tray"), ("Plants per tray", "Price per tray")),
        *(("Godets/plaque", "Prix plaque"), ("Eier/Steige", "Preis Steige")),
        *(("Flaschen je Kasten", "Preis/Kasten"), ("Bouteilles par caisse", "Prix caisse")),
        *(("Rolls/box", "Price per box"), ("Tiles / pallet", "Pallet price")),
        *(("Horquillas/bandeja", "Precio bandeja"), ("Рассада в кассете", "Цена кассета")),
        *(("Банок в коробке", "Цена за коробку"), ("Butelek w skrzynce", "Cena za skrzynkę")),
        *(("Vasi/vassoio", "Prezzo vassoio"), ("Flaskor per kolli", "Pris kolli")),
    ],
)
def test_price_of_a_container_is_divided_by_what_a_column_counts(count: str, price: str) -> None:
    result = read(f"Code;Name;{count};{price}", *ROWS)
    assert [item.price for item in result.items] == list(map(Decimal, ("0.4", "0.69", "0.45")))
    assert "per pack of the size in column C" in describe_profile(result.profile)


@pytest.mark.parametrize(
    "count", ["kg/box", "Weight/box", "Layers/pallet", "Boxes/pallet", "Colour"]
)
def test_other_columns_do_not_count_the_pieces_of_a_box(count: str) -> None:
    issue = issue_of(f"Code;Name;{count};Price per box", *ROWS)
    assert issue.option == "column_mapping.pack_size"


def test_two_columns_that_count_the_same_container_are_in_doubt() -> None:
    rows = ("B-1;Tea;12;120;4.80", "B-2;Mate;10;100;6.90", "B-3;Cocoa;12;144;5.40")
    issues = issues_of("Code;Name;Tins/box;Bags/box;Price per box", *rows)
    assert {issue.option for issue in issues} == {"column_mapping.pack_size"}
    table = table_of(
        "Code;Name;Tins/box;Bags/box;Price per box", *rows, column_mapping={"pack_size": "Tins/box"}
    )
    assert columns_of(table)["pack_size"] == "Tins/box"


def test_price_of_a_tray_without_a_count_is_that_of_the_article() -> None:
    table = table_of("Code;Name;Colour;Price tray", *ROWS)
    assert (table.basis.prices_per_pack, table.basis.unit) == (False, "XPU")


def test_count_beside_the_price_of_a_piece_is_no_divisor() -> None:
    result = read("Code;Name;Plants/tray;Price", *ROWS)
    assert result.items[0].price == Decimal("4.8")
