"""The sentences about several tables: what all have in common once, then only what differs."""

from typing import Any

from pricebook.pricelists.profile_sentence import Description, describe_profile, describe_tables
from pricelists.price_lists import csv_text, read_price_list
from pricelists.workbooks import workbook_of

PIECES = ["Code", "Name", "Color", "Price EUR"]
HUNDREDS = ["Code", "Name", "Color", "Price EUR per 100"]


def rows(header: list[str], letter: str) -> list[list[Any]]:
    return [
        header,
        *([f"{letter}{n}", f"Article {letter}{n}", "red", n + 0.5] for n in range(1, 5)),
    ]


def described(content: str | bytes, **options: Any) -> list[Description]:
    return describe_tables(read_price_list(content, **options).profile, 12)


def test_tables_of_a_sheet_have_the_same_clauses_once() -> None:
    blocks = [*rows(PIECES, "A"), [], *rows(HUNDREDS, "B"), [], *rows(PIECES, "C")]
    common, pieces, hundreds, read = described(workbook_of(All=blocks))
    assert common == Description(
        "All tables",
        (
            "EUR, VAT not stated",
            'code from A "Code", name from B "Name"',
            'kept as characteristics: "Color"',
        ),
    )
    assert pieces == Description(
        "From row 1 on, from row 13 on", ('price from column D "Price EUR", for one',)
    )
    assert hundreds == Description(
        "From row 7 on", ('price from column D "Price EUR per 100", per 100',)
    )
    assert read == Description("Read", ('12 articles of sheet "All"',))


def test_sheets_that_differ_have_the_same_clauses_once() -> None:
    content = workbook_of(
        Taps=rows(PIECES, "A"), Pipes=rows(HUNDREDS, "B"), Valves=rows(PIECES, "C")
    )
    sheets = ["Taps", "Pipes", "Valves"]
    sentence = describe_profile(read_price_list(content, sheet_names=sheets).profile)
    assert sentence.count('code from A "Code"') == 1
    assert 'Sheet "Taps", sheet "Valves": price from column D "Price EUR", for one. ' in sentence
    assert 'Sheet "Pipes": price from column D "Price EUR per 100", per 100. ' in sentence


def test_one_sentence_above_tables_is_common_whatever_its_row() -> None:
    title = ["Prices without VAT"]
    first, second = [title, *rows(PIECES, "A")], [[None], title, *rows(HUNDREDS, "B")]
    common, *_ = described(workbook_of(Taps=first, Pipes=second), sheet_names=["Taps", "Pipes"])
    assert common.clauses[0] == "EUR, net of VAT"


def test_equal_tables_are_described_as_one() -> None:
    content = workbook_of(All=[*rows(PIECES, "A"), [], *rows(HUNDREDS, "B")])
    assert len(described(content)) == 4
    sheets = workbook_of(Taps=rows(PIECES, "A"), Pipes=rows(PIECES, "B"))
    (only,) = described(sheets)
    assert only.place == ""
    assert only.clauses[-1] == '12 articles of the sheets "Taps" (5 rows) and "Pipes" (5 rows)'


def test_list_of_one_table_is_one_sentence_that_begins_with_the_price() -> None:
    (only,) = described(csv_text("1;Lamp;5.50", header="Code;Name;Price EUR"))
    assert only.sentence.startswith('Price from column C "Price EUR": EUR, VAT not stated; code')
