"""Questions of a preview: each has an answer that fits, with an example of the file."""

from typing import Any

import msgspec
import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.price_list_samples import list_unread_choices
from pricebook.console.previews.questions import Question, list_questions
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample

ROWS = SheetSample(None, [(1, ["Code", "A", "B"]), (2, ["X-1", "12.50", "20.00"])])


def question_of(issue: PriceListIssue, sheet: SheetSample = ROWS) -> Question:
    result = PreviewResult(issues=(issue,), sheets=(sheet,))
    (question,) = list_questions(result, None, "USD", load_texts())
    return question


@pytest.mark.parametrize(
    ("issue", "choices"),
    [
        (
            PriceListIssue("A and B match; set one.", "column_mapping.price", ("A", "B")),
            [("Column B: A", {"column_mapping": {"price": "A"}}, "12.50"),
             ("Column C: B", {"column_mapping": {"price": "B"}}, "20.00")],
        ),
        (
            PriceListIssue("In doubt; set it.", "vat_included", ("true", "false")),
            [("The prices include value added tax", {"vat_included": True}, "12.50 with tax"),
             ("The prices are net", {"vat_included": False}, "12.50 plus tax")],
        ),
        (
            PriceListIssue('Is it B; set x or ignored_columns="B".', "column_mapping.unit", ("B",)),
            [("Column C: B", {"column_mapping": {"unit": "B"}}, "20.00"),
             ("No, it is something else", {"ignored_columns": ["B"]}, "")],
        ),
        (
            PriceListIssue("For a pack; set it.", "column_mapping.pack_size"),
            [("The packs are the articles: a price is for one of them", {"price_quantity": 1}, "")],
        ),
        (
            PriceListIssue("Several; set x.", "column_mapping.second_discount", ("A", "B")),
            [("One after another: B: A, then C: B",
              {"column_mapping": {"discount": "A", "second_discount": "B"}}, ""),
             ("Only B: A",
              {"column_mapping": {"discount": "A"}, "ignored_columns": ["B"]}, "12.50"),
             ("Only C: B",
              {"column_mapping": {"discount": "B"}, "ignored_columns": ["A"]}, "20.00"),
             ("None: the prices include them", {"ignored_columns": ["A", "B"]}, "")],
        ),
    ],
)  # fmt: skip
def test_each_refusal_is_a_question_with_examples(
    issue: PriceListIssue, choices: list[tuple[str, dict[str, Any], str]]
) -> None:
    question = question_of(issue)
    found = [(c.label, msgspec.json.decode(c.patch), c.example) for c in question.choices]
    assert found == choices
    assert "set " not in question.detail


def test_question_about_a_column_offers_every_other_column() -> None:
    question = question_of(PriceListIssue("Is it A; set it.", "column_mapping.price", ("A",)))
    others = [(c.label, msgspec.json.decode(c.patch)["column_mapping"]) for c in question.others]
    assert others == [("A: Code, X-1", {"price": "Code"}), ("C: B, 20.00", {"price": "B"})]


def test_examples_have_both_rows_of_the_header_and_are_of_goods() -> None:
    cells = [
        ["Price list 47", "", ""],
        ["Code", "Retail", "Retail"],
        ["", "net", "gross"],
        ["", "BOXES", ""],
        ["X-1", "980,00", "1 205,40"],
    ]
    issue = PriceListIssue("In doubt.", "column_mapping.price", ("column B", "column C", "Code"))
    question = question_of(issue, SheetSample(None, list(enumerate(cells, 1))))
    found = [(each.label, each.example) for each in question.choices]
    assert found == [
        ("Column B: Retail net", "980,00"),
        ("Column C: Retail gross", "1 205,40"),
        ("Column A: Code", "X-1"),
    ]


def test_prices_and_stocks_do_not_tell_articles_apart() -> None:
    cells = [
        ["Code", "Batch", "Price", "Остаток, кг", "Origin"],
        ["X-1", "from 25 kg", "168.5", "1800", "China"],
        ["X-1", "from 500 kg", "156.71", "", "China"],
    ]
    message = 'The article code "Code" repeats, and identifies an article only together with "D".'
    issue = PriceListIssue(message, "key_columns", ("Code", "column D"))
    question = question_of(issue, SheetSample(None, list(enumerate(cells, 1))))
    assert question.detail == 'The article code "Code" repeats.'
    assert [each.patch for each in question.choices] == ['{"key_columns":["Code"]}']
    assert [each.patch for each in question.others] == [
        '{"key_columns":["Code","Batch"]}',
        '{"key_columns":["Code","Origin"]}',
    ]


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


def test_sheets_with_other_columns_need_imports_of_their_own() -> None:
    issue = msgspec.structs.replace(NO_NAME, candidates=("Type",))
    (question,) = ask_of([issue, OR_WITHOUT], "Cables", "Lugs")
    assert "an import of its own" in question.detail
    modes = [msgspec.json.decode(each.patch)["mode"] for each in question.sheets]
    assert modes == ["partial", "partial"]
    assert question.choices == []


def test_same_question_of_several_sheets_is_asked_once_with_their_names() -> None:
    issues = [
        PriceListIssue(f'Sheet "{name}": In doubt.', "column_mapping.price", ("Price",))
        for name in ("Cables", "Lugs")
    ]
    (question,) = ask_of(issues, "Cables", "Lugs")
    assert question.legend == "Which column has the price? (sheet Cables and Lugs)"
    assert question.detail == "In doubt."


def test_layout_that_differs_in_several_ways_is_one_question_before_the_others() -> None:
    issues = tuple(
        PriceListIssue(
            f"The {name} was in B; set it, or new_layout.", f"column_mapping.{name}", ("A",)
        )
        for name in ("sku", "price")
    )
    result = PreviewResult(issues=issues, sheets=(ROWS,))
    first, *others = list_questions(result, None, "USD", load_texts())
    assert [msgspec.json.decode(each.patch) for each in first.choices] == [{"new_layout": True}]
    assert [len(each.choices) for each in others] == [1, 1]
    alone = PreviewResult(issues=issues[:1], sheets=(ROWS,))
    legends = [each.legend for each in list_questions(alone, None, "USD", load_texts())]
    assert legends == [
        "Has the supplier changed the layout of its price lists?",
        "Which column has the article code?",
    ]


def test_choice_that_another_setting_decides_is_a_sentence() -> None:
    config = {"column_mapping": {"price_quantity": "Unit", "price": "Net", "name": "column A"}}
    columns = {"price": "Net", "price_quantity": "Unit", "name": "Name"}
    found: dict[str, Any] = {"headers": ["Name", "Unit", "Net"], "columns": columns}
    assert list_unread_choices(config, found, load_texts()) == []
    found["price_facts"] = {"price_quantity": {"origin": "setting"}}
    found["columns"] = columns | {"price": "Unit"}
    sentences = list_unread_choices(config, found, load_texts())
    assert [each.split(", but")[0] for each in sentences] == [
        "You set Price for to the column Unit",
        "You set Price to the column Net",
    ]
