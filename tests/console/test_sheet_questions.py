"""Questions of previews of several sheets: which are read, and what holds for all of them."""

from typing import Any

import msgspec
import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.preview_forms import read_answers, read_settings
from pricebook.console.previews.price_list_samples import list_columns
from pricebook.console.previews.questions import Question, list_problems, list_questions
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample

CABLES = SheetSample("Cables", [(1, ["Code", "Type", "Price"]), (2, ["C-1", "NYM", "319.28"])])
LUGS = SheetSample("Lugs", [(1, ["Code", "Name", "Price"]), (2, ["L-1", "Lug", "0.98"])])
NO_NAME = PriceListIssue('Sheet "Cables": No column.', "column_mapping.name", ("Code", "Type"))
OR_WITHOUT = PriceListIssue('Or leave out "Cables".', "sheet_names", ("Lugs",))


def ask_of(issues: list[PriceListIssue], *chosen: str) -> list[Question]:
    result = PreviewResult(issues=tuple(issues), sheets=(CABLES, LUGS))
    return list_questions(result, None, "USD", load_texts(), chosen)


def test_sheets_are_asked_first_and_alone() -> None:
    (question,) = ask_of([NO_NAME, OR_WITHOUT])
    assert [(each.label, each.example) for each in question.sheets] == [
        ("Cables", "C-1 | NYM | 319.28"),
        ("Lugs", "L-1 | Lug | 0.98"),
    ]
    (together,) = question.choices
    patch = msgspec.json.decode(together.patch)
    assert (patch["sheet_names"], "mode" in patch) == (["Cables", "Lugs"], False)


def test_columns_of_one_sheet_are_answered_for_it_only() -> None:
    issue = msgspec.structs.replace(NO_NAME, candidates=("Type",))
    (question,) = ask_of([issue, OR_WITHOUT], "Cables", "Lugs")
    assert question.legend == "Which column has the name? (sheet Cables)"
    patch = msgspec.json.decode(question.choices[0].patch)
    assert patch == {"sheet_settings": {"Cables": {"column_mapping": {"name": "Type"}}}}


def test_typed_value_of_one_sheet_is_for_it_only() -> None:
    (question,) = ask_of([of_currency("Cables", 1)], "Cables", "Lugs")
    ((name, _),) = question.entries
    assert read_answers({f"typed.{name}": "chf"}) == [
        {"sheet_settings": {"Cables": {"currency": "CHF"}}}
    ]


def test_same_question_of_several_sheets_is_asked_once_with_their_names() -> None:
    issues = [
        PriceListIssue(f'Sheet "{name}": In doubt.', "column_mapping.price", ("Price",))
        for name in ("Cables", "Lugs")
    ]
    (question,) = ask_of(issues, "Cables", "Lugs")
    assert question.legend == "Which column has the price? (sheet Cables and Lugs)"
    assert question.details[0] == "In doubt."


def of_currency(sheet: str, row: int, *codes: str) -> PriceListIssue:
    message = f'Sheet "{sheet}": It is EUR by the header and USD by row {row}; set currency=EUR.'
    return PriceListIssue(message, "currency", codes or ("EUR", "USD"))


def test_question_of_several_sheets_with_one_reading_is_put_once() -> None:
    issues = [of_currency("Cables", 1), of_currency("Lugs", 2)]
    (question,) = ask_of(issues, "Cables", "Lugs")
    assert question.legend == "Which currency are the prices in? (sheet Cables and Lugs)"
    assert question.details == [
        "Sheet Cables: It is EUR by the header and USD by row 1.",
        "Sheet Lugs: It is EUR by the header and USD by row 2.",
        "The answer holds for all sheets that are read: Cables and Lugs.",
    ]
    assert [each.label for each in question.choices] == ["EUR", "USD"]
    assert list_problems(issues, [question]) == []


def test_sheets_with_other_values_have_a_question_each() -> None:
    questions = ask_of(
        [of_currency("Cables", 1), of_currency("Lugs", 1, "EUR", "CHF")], "Cables", "Lugs"
    )
    assert [[each.label for each in question.choices] for question in questions] == [
        ["EUR", "USD"],
        ["EUR", "CHF"],
    ]
    patch = msgspec.json.decode(questions[1].choices[1].patch)
    assert patch == {"sheet_settings": {"Lugs": {"currency": "CHF"}}}


def test_columns_in_doubt_are_one_question_if_all_sheets_have_the_same() -> None:
    issues = [
        PriceListIssue(f'Sheet "{name}": Row {row} is in doubt.', "column_mapping.price", found)
        for name, row, found in (("Cables", 3, ("Price",)), ("Lugs", 4, ("Price",)))
    ]
    (question,) = ask_of(issues, "Cables", "Lugs")
    assert [each.label for each in question.choices] == ["Column C: Price"]


def test_sheets_can_be_answered_one_by_one() -> None:
    (question,) = ask_of([of_currency("Cables", 1), of_currency("Lugs", 2)], "Cables", "Lugs")
    assert [each.label for each in question.alone] == ["Cables", "Lugs"]
    patch = msgspec.json.decode(question.alone[0].patch)
    assert (patch["sheet_names"], patch["mode"]) == (["Cables"], "partial")
    (one_sheet,) = ask_of([of_currency("Cables", 1)], "Cables")
    assert one_sheet.alone == []


@pytest.mark.parametrize("sheets", [("Cables",), ("Cables", "Lugs")])
def test_question_of_some_sheets_is_put_beside_others_that_can_be_read(
    sheets: tuple[str, ...],
) -> None:
    """A sheet without a question does not make the others price lists of their own."""
    issues = [of_currency(each, 1) for each in sheets]
    leave_out = PriceListIssue(
        'Or leave out them: set sheet_name="Nuts".', "sheet_names", ("Nuts",)
    )
    (question,) = ask_of([*issues, leave_out], "Cables", "Lugs", "Nuts")
    assert question.legend.startswith("Which currency are the prices in?")
    patch = msgspec.json.decode(question.choices[0].patch)
    assert patch == {"sheet_settings": {each: {"currency": "EUR"} for each in sheets}}
    assert list_problems([*issues, leave_out], [question]) == []


def test_sheets_that_are_lists_of_their_own_have_the_reason() -> None:
    message = (
        'The sheets "Cables", "Lugs" look like price lists of their own (currency EUR on "Cables",'
        ' CHF on "Lugs", unless you set currency); set those to read with sheet_name.'
    )
    issue = PriceListIssue(message, "sheet_names", ("Cables", "Lugs"))
    (question,) = ask_of([issue], "Cables", "Lugs")
    assert 'currency EUR on "Cables"' in question.details[0]
    assert "different names" not in " ".join(question.details)
    assert [each.label for each in question.choices] == ["All 2 sheets together"]


def test_sheets_with_the_same_articles_are_read_one_by_one() -> None:
    message = (
        'The sheets "Cables", "Lugs" look like price lists of their own (the same articles at'
        ' different prices: "A" "1" on "Cables", "2" on "Lugs"); set those to read with sheet_name.'
    )
    issue = PriceListIssue(message, "sheet_names", ("Cables", "Lugs"))
    (question,) = ask_of([issue], "Cables", "Lugs")
    assert "import of its own" in question.details[-1]
    modes = [msgspec.json.decode(each.patch)["mode"] for each in question.sheets]
    assert (modes, question.choices) == (["partial", "partial"], [])


FOUND: dict[str, Any] = {
    "headers": ["Code", "Type", "Price", "Name"],
    "columns": {"sku": "Code"},
    "sheet_profiles": {
        "Cables": {"headers": ["Code", "Type", "Price"], "columns": {"sku": "Code"}},
        "Lugs": {"headers": ["Code", "Name", "Price"], "columns": {"sku": "Code"}},
    },
}


def test_columns_of_sheets_that_differ_are_set_for_each_sheet() -> None:
    columns = list_columns(PreviewResult(sheets=(CABLES,)), FOUND, {})
    assert [(each.sheet, each.header, each.field) for each in columns] == [
        ("Cables", "Code", "sku"),
        ("Cables", "Type", ""),
        ("Cables", "Price", ""),
        ("Lugs", "Code", "sku"),
        ("Lugs", "Name", ""),
        ("Lugs", "Price", ""),
    ]
    form = {"mode": "", "column.1": "name", "column.4": "name", "column.5": "ignored"}
    _, *patches = read_settings(form, columns)
    assert patches == [
        {"sheet_settings": {"Cables": {"columns": {"Type": "name"}}}},
        {"sheet_settings": {"Lugs": {"columns": {"Name": "name", "Price": None}}}},
    ]


def test_assumed_currency_of_a_sheet_is_answered_for_it_only() -> None:
    stated = {"price_facts": {"currency": {"value": "USD", "origin": "header"}}}
    profiles = {"Cables": FOUND["sheet_profiles"]["Cables"], "Lugs": stated}
    result = PreviewResult(sheets=(CABLES,))
    (question,) = list_questions(result, FOUND | {"sheet_profiles": profiles}, "USD", load_texts())
    assert question.legend.endswith("(sheet Cables)")
    patch = msgspec.json.decode(question.choices[0].patch)
    assert patch == {"sheet_settings": {"Cables": {"currency": "USD"}}}
    (common,) = list_questions(result, FOUND, "USD", load_texts())
    assert msgspec.json.decode(common.choices[0].patch) == {"currency": "USD"}


def of_titles(source: str, value: str) -> dict[str, Any]:
    fact = {"value": value, "origin": "sentence", "source": source}
    facts = {"title_discounts": fact, "currency": {"origin": "header"}}
    return {"headers": ["Code", "Name", "Price"], "columns": {"price": "Price"}} | {
        "price_facts": facts
    }


def test_discounts_of_titles_are_asked_about_the_sheets_that_state_them() -> None:
    """Names of stored profiles are ordered by length; tables side by side have one sheet."""
    stated = {"price_facts": {"currency": {"origin": "header"}}}
    sides = ["Cables, columns A to C", "Cables, columns D to F"]
    found = of_titles("row 3", "40") | {
        "sheets": [*sides, "Lugs"],
        "whole_sheets": ["Cables", "Cables", "Lugs"],
        "sheet_profiles": {
            "Lugs": stated,
            **{name: of_titles('row 3, "Lamps"', "40") for name in sides},
        },
    }
    samples = (LUGS, *(msgspec.structs.replace(CABLES, name=name) for name in sides))
    result = PreviewResult(sheets=samples)
    (question,) = list_questions(result, found, "USD", load_texts())
    assert question.legend.endswith("(sheet Cables)")
    assert "".join(question.details) == (
        'Sheet Cables: Row 3, "Lamps", states a discount. The articles below such titles are left '
        "out until you answer."
    )
    first = question.choices[0]
    assert first.example == "319.28 less 40 %"
    patch = msgspec.json.decode(first.patch)
    assert patch == {"sheet_settings": {"Cables": {"title_discounts": "required"}}}


def test_proposed_key_of_a_sheet_is_asked_about_it_only() -> None:
    stated = {"price_facts": {"currency": {"origin": "header"}}}
    own = stated | {"proposed_key_columns": ["Code", "Type"]}
    found = {"sheets": ["Lugs", "Cables"], "sheet_profiles": {"Lugs": stated, "Cables": own}}
    (question,) = list_questions(PreviewResult(sheets=(LUGS, CABLES)), found, "USD", load_texts())
    assert question.legend.endswith("(sheet Cables)")
    assert "Type" in question.choices[0].label
