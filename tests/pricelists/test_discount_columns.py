"""Several columns of discounts: in doubt, one after another, or proven by the sample."""

from decimal import Decimal

import pytest

from pricelists.fact_lists import columns_of, issue_of, table_of
from pricelists.price_lists import read_price_list
from pricelists.price_tables import details_of

NAMES = ("A-1;Train set;100", "A-2;Scooter;80", "A-3;Tent;60", "A-4;Puzzle;10")
BOTH = {"discount": "Korting 1", "second_discount": "Korting 2"}


def lines(header: str, *cells: str, price: str = "Price") -> list[str]:
    rows = [f"{name};{each}" for name, each in zip(NAMES, cells, strict=False)]
    return [f"Code;Name;{price};{header}", *rows]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("Disc. 1", "Disc. 2"), ("Rabatt1", "Rabatt2"), ("İSK.1 (%)", "İSK.2 (%)")),
        *(("Sc.1", "Sc.2"), ("Rabatt I", "Rabatt II"), ("Rabatt %", "Zusatzrabatt %")),
        *(("Korting", "Extra korting"), ("Скидка", "Доп. скидка"), ("Remise", "2ème remise")),
    ],
)
def test_several_discounts_are_in_doubt(first: str, second: str) -> None:
    listed = lines(f"{first};{second}", "30;5", "20;5", "10;0")
    issue = issue_of(*listed)
    assert (issue.option, issue.candidates) == ("column_mapping.second_discount", (first, second))
    assert f'--column second_discount="{second}" if they do' in issue.message
    table = table_of(*listed, ignored_columns=[second])
    assert columns_of(table)["discount"] == first
    assert "discount" not in table_of(*listed, ignored_columns=[first, second]).columns
    alone = table_of(*lines(first, "30", "20", "10"))
    assert columns_of(alone)["discount"] == first


def test_discounts_of_two_columns_apply_one_after_another() -> None:
    listed = lines("Korting 1;Korting 2", "30;5", "20;", ";10", ";")
    result = read_price_list("\n".join(listed), column_mapping=BOTH)
    assert [item.price for item in result.items] == [
        Decimal(each) for each in ("66.5", "64", "54", "10")
    ]
    assert details_of(result.items[0]).discounts == (Decimal(30), Decimal(5))


def test_second_discount_alone_leaves_the_other_column_as_the_first() -> None:
    listed = lines("Korting 1;Korting 2", "30;5", "20;5", "10;0")
    table = table_of(*listed, column_mapping={"second_discount": "Korting 2"})
    assert columns_of(table)["discount"] == "Korting 1"


def test_second_discount_that_is_not_understood_rejects_the_row() -> None:
    listed = lines("Korting 1;Korting 2", "30;5", "20;actie")
    (row,) = read_price_list("\n".join(listed), column_mapping=BOTH).rejected
    assert row.error_type == "discount_unknown"
    assert '"actie" (column "Korting 2")' in row.error_message


def test_sample_proves_that_all_three_apply() -> None:
    listed = lines(
        "Sc.1;Sc.2;Sc.3;Netto", "50;10;5;42.75", "50;10;0;36.00", "40;10;5;30.78", "40;0;0;6.00"
    )
    table = table_of(*listed, column_mapping={"price": "Price"})
    found = columns_of(table)
    assert [found[field] for field in ("discount", "second_discount", "third_discount")] == [
        *("Sc.1", "Sc.2", "Sc.3")
    ]
    assert table.basis.discount_base == "price"
    net = table_of(*listed, column_mapping={"price": "Netto"})
    assert net.basis.discount_base == "none"


def test_sample_of_one_discount_proves_no_chain() -> None:
    listed = lines("Disc. 1;Disc. 2;Net", "30;5;70.00", "20;5;64.00", "10;5;54.00", "10;5;9.00")
    issue = issue_of(*listed, column_mapping={"price": "Price"})
    assert issue.option == "column_mapping.second_discount"


@pytest.mark.parametrize("header", ["Zusatzrabatt", "Extra korting", "Доп. скидка"])
def test_further_discount_alone_is_in_doubt(header: str) -> None:
    listed = lines(header, "30", "20", "10")
    issue = issue_of(*listed)
    assert (issue.option, issue.candidates) == ("column_mapping.discount", (header,))
    assert "discount" in table_of(*listed, column_mapping={"discount": header}).columns
    assert "discount" not in table_of(*listed, ignored_columns=[header]).columns


def test_more_discounts_than_can_be_read() -> None:
    listed = lines("Sc.1;Sc.2;Sc.3;Sc.4", "50;10;5;1", "40;10;5;1", "40;10;5;1")
    issue = issue_of(*listed)
    assert issue.option == "ignored_columns"
    assert len(issue.candidates) == 4


def test_signs_of_each_column_are_in_doubt() -> None:
    listed = lines("Korting 1;Korting 2", "30;-5", "20;5", "10;5")
    assert issue_of(*listed, column_mapping=BOTH).option == "discount_base"
