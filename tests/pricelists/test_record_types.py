"""Exports with a column of record types: only the rows of one type are articles."""

from pricelists.price_lists import read_price_list

HEADER = "Satzart|Artikelnr|Text|Preis|Rabattgr"
ARTICLES = ["A|00-1001|Schalter|5,90|20", "A|00-1002|Dose|8,20|10", "A|00-1003|Rahmen|3,95|20"]
OTHERS = ["R|10|Installationsmaterial||42,5", "R|20|Schalterprogramm||35", "Z|36|Ende||"]


def test_records_of_other_types_are_no_articles() -> None:
    lines = [HEADER, *ARTICLES, *OTHERS]
    result = read_price_list("\n".join(lines) + "\n", "EUR", discount_groups={"10": "0", "20": "0"})
    assert result.outcomes == ["ignored", *["item"] * 3, *["ignored"] * 3]


def test_record_of_another_type_with_a_price_is_rejected() -> None:
    more = [f"A|00-{n}|Leiste {n}|2,50|10" for n in range(2000, 2500)]
    lines = [HEADER, *ARTICLES, *more]
    lines += ["S|00-9000|Set|9,90|10"]
    result = read_price_list("\n".join(lines) + "\n", "EUR", discount_base="none")
    (row,) = result.rejected
    assert row.error_type == "malformed_row"
    assert "another record type" in row.error_message


def test_types_that_both_have_prices_are_articles() -> None:
    lines = [
        "Row type|Code|Name|Price",
        "A|A-1001|Lamp|5.90",
        "B|A-1002|Box|8.20",
        "A|A-1003|Bar|3",
    ]
    assert len(read_price_list("\n".join(lines) + "\n").items) == 3
