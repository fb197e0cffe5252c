"""Discounts of groups that are the sections of a list, not a column of it."""

from typing import Any

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.profile_sentence import describe_profile
from pricelists.fact_lists import issue_of, table_of
from pricelists.price_lists import ReadResult, read_price_list
from pricelists.workbooks import workbook_of

HEADER = "Code;Name;Gross price"
LINES = (
    "1  Washbasins;;",
    ";Series Lago;",
    "212.450;Basin 60 cm;412.00",
    "212.455;Basin 80 cm;588.00",
    ";Series Piz;",
    "214.100;Bowl, round;365.00",
    "2  Toilets and bidets;;",
    "231.010;Toilet, wall;489.00",
    "231.020;Toilet, floor;512.00",
    "3  Taps;;",
    "613.120;Mixer;274.00",
)
GROUPS = {"1": "38", "2": "30+5", "3": "0"}
MISSING_TITLE = (
    "The row is below no section title, so that discount_groups has no entry for it: write a title "
    "above it, or name a column of discount groups."
)
MISSING_ENTRY = (
    'The section "3 Taps" has no entry in discount_groups: add it by its title or its number, as '
    'in discount_groups={"3 Taps":"0"} for no discount.'
)


def read(*lines: str, header: str = HEADER, **config: Any) -> ReadResult:
    return read_price_list("\n".join((header, *lines)), "EUR", **config)


def costs(result: ReadResult) -> dict[str, str]:
    return {row.supplier_sku: str(row.price) for row in result.items}


EXPECTED = {
    "212.450": "255.44",
    "212.455": "364.56",
    "214.100": "226.3",
    "231.010": "325.185",
    "231.020": "340.48",
    "613.120": "274.00",
}


@pytest.mark.parametrize(
    "groups",
    [
        GROUPS,
        {"1  Washbasins": "38", "2 Toilets and bidets": "30+5", "3 TAPS": "0"},
        {"Washbasins": "38", "toilets and bidets": "30+5", "Taps": "0"},
        {"1.": "38", "2.": "30+5", "3.": "0"},
    ],
)
def test_groups_are_sections_without_a_column_of_groups(groups: dict[str, str]) -> None:
    result = read(*LINES, discount_groups=groups)
    assert costs(result) == EXPECTED
    assert not result.rejected
    details = result.items[0].details
    assert details is not None
    assert details.list_price is not None
    assert "the discount of the section" in describe_profile(result.profile, 6)


def test_nearest_section_counts() -> None:
    result = read(*LINES, discount_groups={**GROUPS, "Series Piz": "50"})
    assert costs(result)["214.100"] == "182.5"
    assert costs(result)["212.450"] == "255.44"


def test_section_without_an_entry_is_rejected() -> None:
    result = read("000.1;Hook;1.00", *LINES, discount_groups={"1": "38", "2": "30+5"})
    rejected = {row.supplier_sku: (row.error_type, row.error_message) for row in result.rejected}
    assert rejected == {
        "000.1": (
            "discount_group_unknown",
            MISSING_TITLE,
        ),
        "613.120": (
            "discount_group_unknown",
            MISSING_ENTRY,
        ),
    }


def test_number_is_compared_as_a_whole() -> None:
    lines = ("11 Pipes;;", "A-1;Pipe;10.00", "1.1 Hoses;;", "A-2;Hose;10.00", "A-3;Hose;20.00")
    result = read(*lines, discount_groups={"1": "50", "1.1": "20"})
    assert costs(result) == {"A-2": "8", "A-3": "16"}
    assert [row.supplier_sku for row in result.rejected] == ["A-1"]


def test_title_with_a_word_before_its_number_or_a_remark_behind_a_slash() -> None:
    lines = (
        *("Group 10 Valves;;", "A-1;Valve;10.00", "A-4;Valve;30.00"),
        *("Filters / all sizes;;", "A-2;Filter;10.00", "A-3;Filter;20.00"),
    )
    for number in ("10", "Group 10"):
        result = read(*lines, discount_groups={number: "50", "Filters": "20"})
        assert costs(result) == {"A-1": "5", "A-4": "15", "A-2": "8", "A-3": "16"}


def test_two_entries_for_one_title_are_in_doubt() -> None:
    result = read(*LINES, discount_groups={**GROUPS, "Taps": "10"})
    (row,) = result.rejected
    assert row.error_type == "discount_group_unknown"
    assert '"3"' in row.error_message
    assert '"Taps"' in row.error_message


def test_own_discount_of_a_row_comes_before_that_of_its_section() -> None:
    lines = [f"{line};" for line in LINES]
    lines[2] += "10"
    result = read(*lines, header=f"{HEADER};Discount %", discount_groups=GROUPS)
    assert costs(result)["212.450"] == "370.8"
    assert costs(result)["212.455"] == "364.56"


def test_title_with_a_discount_and_one_without() -> None:
    lines = ("1 Pipes – discount 40 %;;", "A-1;Pipe;10.00", "2 Hoses;;", "A-2;Hose;10.00")
    lines = (*lines, "A-3;Hose;20.00")
    result = read(*lines, title_discounts="required", discount_groups={"2": "20"})
    assert costs(result) == {"A-1": "6", "A-2": "8", "A-3": "16"}
    # without the setting for titles, two sources contradict each other
    result = read(*lines, discount_groups={"1": "30", "2": "20"})
    assert [row.supplier_sku for row in result.rejected] == ["A-1"]


def test_marked_articles_take_no_discount_of_their_section() -> None:
    lines = [line.replace("Bowl, round", "Bowl, round *") for line in LINES]
    said = "* not discountable;;"
    result = read(said, HEADER, *lines, header=";;", discount_groups=GROUPS)
    assert costs(result)["214.100"] == "365.00"
    assert costs(result)["212.450"] == "255.44"


def test_title_discounts_name_the_setting() -> None:
    result = read(*LINES, title_discounts="required")
    assert 'discount_groups={"1 Washbasins":"30"}' in result.rejected[0].error_message


def test_groups_without_sections_are_refused() -> None:
    lines = [line for line in LINES if line.count(";") == 2 and not line.endswith(";")]
    issue = issue_of(HEADER, *lines, discount_groups=GROUPS)
    assert issue.option == "column_mapping.discount_group"
    # a column of categories has sections, too
    rows = [f"{line};Taps" for line in lines]
    assert table_of(f"{HEADER};Category", *rows, discount_groups={"Taps": "20"}).columns


COVER = (
    ("SANIT AG",),
    ("Discounts by section",),
    ("Section", "", "Plumber", "Dealer"),
    ("1", "Washbasins", "25 %", "38 %"),
    ("2", "Toilets and bidets", "22 %", "33 %"),
    ("3", "Taps", "on request", "on request"),
)
ONE_COLUMN = (
    ("Group", "", "Discount"),
    ("1", "Washbasins", "38 %"),
    ("2", "Toilets and bidets", "33 %"),
    ("3", "Taps", "0 %"),
)


def refused(cover: tuple[tuple[str, ...], ...], **config: Any) -> PriceListError:
    cells = [line.split(";") for line in (HEADER, *LINES)]
    book = workbook_of(Cover=[list(row) for row in cover], Prices=cells)
    with pytest.raises(PriceListError) as raised:
        read_price_list(book, "EUR", **config)
    return raised.value


@pytest.mark.parametrize("options", [{}, {"title_discounts": "required"}])
def test_table_of_an_unread_sheet_fills_the_question(options: dict[str, Any]) -> None:
    (issue,) = refused(ONE_COLUMN, **options).issues
    assert (issue.option, issue.candidates) == ("discount_groups", ("1", "2", "3"))
    assert 'discount_groups={"1":"38","2":"33","3":"0"} by the sheet "Cover"' in issue.message


def test_table_with_the_discounts_of_several_customers() -> None:
    (issue,) = refused(COVER).issues
    assert issue.option == "discount_groups"
    for text in (
        'discount_groups={"1":"25","2":"22"} by the sheet "Cover: Plumber"',
        'discount_groups={"1":"38","2":"33"} by the sheet "Cover: Dealer"',
    ):
        assert text in issue.message


def test_marks_that_an_unread_sheet_explains_are_a_question() -> None:
    cover = (*ONE_COLUMN, ("",), ("Articles marked with * are net prices, without discount.",))
    lines = [line.replace("Bowl, round", "Bowl, round *") for line in (HEADER, *LINES)]
    cells = [line.split(";") for line in lines]
    book = workbook_of(Cover=[list(row) for row in cover], Prices=cells)
    options: dict[str, Any] = {"discount_groups": GROUPS, "vat_included": False}
    with pytest.raises(PriceListError) as raised:
        read_price_list(book, "EUR", **options)
    (issue,) = raised.value.issues
    assert (issue.option, issue.candidates) == ("net_marks", ("none", "*"))
    assert '"Cover" says "Articles marked with * are net prices' in issue.message
    found = costs(read_price_list(book, "EUR", **options, net_marks="*"))
    assert (found["214.100"], found["212.450"]) == ("365.00", "255.44")
    assert costs(read_price_list(book, "EUR", **options, net_marks="none"))["214.100"] == "226.3"


def test_equal_names_of_groups_with_different_discounts_are_in_doubt() -> None:
    result = read(*LINES, discount_groups={**GROUPS, "1.": "20"}, vat_included=False)
    rejected = {row.supplier_sku: row.error_type for row in result.rejected}
    assert rejected == dict.fromkeys(("212.450", "212.455", "214.100"), "discount_group_unknown")
