"""Questions of a preview: each has an answer that fits, with an example of the file."""

from typing import Any

import msgspec
import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.previews.given_answers import list_given
from pricebook.console.previews.questions import Question, list_questions
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_basis import PreviewBasis
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
            PriceListIssue("In doubt; set it.", "vat_included", ("true", "false"), "A"),
            [("The prices include value added tax", {"vat_included": True}, "12.50 with tax"),
             ("The prices are net", {"vat_included": False}, "12.50 plus tax")],
        ),
        (
            PriceListIssue('For 1000 and 100; set --column price_quantity="B" if the column '
                           "decides, or price_quantity=1000.", "price_quantity", ("1000",), "A"),
            [("As column C: B states it in each row", {"column_mapping": {"price_quantity": "B"}},
              "20.00"),
             ("A price is for 1000", {"price_quantity": 1000}, "12.50 for 1000")],
        ),
        (
            PriceListIssue("With VAT, no rate; set vat_rate=20, or vat_included=false if not.",
                           "vat_rate"),
            [("The prices are net", {"vat_included": False}, "")],
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
    assert "set " not in "".join(question.details)


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
    assert question.details == ['The article code "Code" repeats.']
    assert [each.patch for each in question.choices] == ['{"key_columns":["Code"]}']
    assert [each.patch for each in question.others] == [
        '{"key_columns":["Code","Batch"]}',
        '{"key_columns":["Code","Origin"]}',
    ]


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


def test_discounts_of_titles_are_a_question_about_a_readable_list() -> None:
    source = 'row 2, "Lamps – discount 40 %"'
    fact = {"value": "40", "origin": "sentence", "source": source}
    found = {
        "headers": ["Code", "A", "B"],
        "columns": {"price": "A"},
        "price_facts": {"title_discounts": fact, "currency": {"origin": "header"}},
    }
    result = PreviewResult(sheets=(ROWS,))
    (question,) = list_questions(result, found, "USD", load_texts())
    assert source.removeprefix("row") in question.details[0]
    answers = [(msgspec.json.decode(c.patch), c.example) for c in question.choices]
    assert answers == [
        ({"title_discounts": "required"}, "12.50 less 40 %"),
        ({"title_discounts": "optional"}, "12.50 less 40 %, 12.50 below other titles"),
        ({"discount_base": "none"}, "12.50 as it is"),
    ]
    assert not question.is_needed


def test_articles_without_the_discount_are_a_question_with_their_marks() -> None:
    message = "Row 1 says N = net, and no row has it; set net_marks to their marks."
    issue = PriceListIssue(message, "net_marks", ("none", "N"), "A")
    question = question_of(issue)
    assert [(c.label, msgspec.json.decode(c.patch), c.example) for c in question.choices] == [
        (
            "Not at all: each article takes the discount",
            {"net_marks": "none"},
            "12.50 less its discount in each row",
        ),
        (
            "Rows with N take no discount, the others do",
            {"net_marks": "N"},
            "12.50 in a row with N, 12.50 less its discount in any other",
        ),
    ]
    assert [name for name, _ in question.entries] == ["net_marks"]
    assert "A mark is a sign" in question.details[-1]
    basis = PreviewBasis(options={"discount": "30+5"}, supplier_options={})
    result = PreviewResult(issues=(issue,), sheets=(ROWS,), basis=basis)
    (question,) = list_questions(result, None, "USD", load_texts())
    assert question.choices[0].example == "12.50 less 30+5 % in each row"


def test_example_of_a_value_is_of_the_column_of_the_price() -> None:
    def examples(price_column: str) -> list[str]:
        issue = PriceListIssue("In doubt.", "vat_included", ("true", "false"), price_column)
        return [each.example for each in question_of(issue).choices]

    assert examples("B") == ["20.00 with tax", "20.00 plus tax"]
    assert examples("column B") == ["12.50 with tax", "12.50 plus tax"]
    assert examples("") == ["", ""]  # which column has the price is in doubt itself


def test_columns_of_a_price_are_one_answer_or_each_alone() -> None:
    message = 'Column A has no price; set price_columns=\'["A","B"]\' if these are their prices.'
    question = question_of(PriceListIssue(message, "price_columns", ("A", "B")))
    patches = [msgspec.json.decode(choice.patch) for choice in question.choices]
    assert patches[0] == {"price_columns": ["A", "B"]}
    assert patches[1:] == [{"column_mapping": {"price": each}} for each in ("A", "B")]


def test_promotion_prices_are_read_where_a_row_has_one_or_left_out() -> None:
    message = 'Column B has promotion prices; set price_columns=\'["B","A"]\' or ignored_columns.'
    question = question_of(PriceListIssue(message, "ignored_columns", ("B",)))
    patches = [msgspec.json.decode(choice.patch) for choice in question.choices]
    assert patches == [{"price_columns": ["B", "A"]}, {"ignored_columns": ["B"]}]
    assert question.legend == "Which columns have the price?"


def test_meanings_of_units_are_typed() -> None:
    question = question_of(PriceListIssue("May be codes.", "unit_meanings", ("0", "2")))
    names = [name for name, _ in question.entries]
    assert names == ["unit_meanings.0", "unit_meanings.2"]


def test_discount_in_doubt_is_a_question_with_the_stated_one_none_and_a_field() -> None:
    message = 'Row 2 says "Your discount: 12 %", which leaves the discount in doubt; set it.'
    issue = PriceListIssue(message, "discount", ("12", "0"), price_column="A")
    question = question_of(issue)
    assert question.legend == "Which discount applies?"
    assert [(c.label, msgspec.json.decode(c.patch), c.example) for c in question.choices] == [
        ("12 % is taken off the prices", {"discount": "12"}, "12.50 less 12 %"),
        ("None: the prices include it, or it does not apply", {"discount": "0"}, "12.50 as it is"),
    ]
    assert [name for name, _ in question.entries] == ["discount"]


def test_struck_out_articles_are_a_question() -> None:
    found = {"columns": {"price": "A"}, "price_facts": {"currency": {"origin": "header"}}}
    result = PreviewResult(sheets=(ROWS,), row_error_counts={"struck_out": 1, "struck_cell": 2})
    (question,) = list_questions(result, found, "USD", load_texts())
    assert question.details == [
        "One article is struck out, or its price is; it is left out until you answer."
    ]
    answers = [msgspec.json.decode(each.patch) for each in question.choices]
    assert answers == [{"struck_out": "read"}, {"struck_out": "skip"}]
    (given,) = list_given({"struck_out": "skip"}, load_texts(), new_layout=False)
    assert given.label == question.choices[1].label == "Struck-out articles are left out"


def test_articles_in_hidden_rows_are_a_question() -> None:
    found = {"columns": {"price": "A"}, "price_facts": {"currency": {"origin": "header"}}}
    result = PreviewResult(sheets=(ROWS,), row_error_counts={"hidden_row": 12})
    (question,) = list_questions(result, found, "USD", load_texts())
    assert question.details == [
        "12 articles are in rows that the sheet hides; they are left out until you answer."
    ]
    answers = [msgspec.json.decode(each.patch) for each in question.choices]
    assert answers == [{"hidden_rows": "read"}, {"hidden_rows": "skip"}]
    (given,) = list_given({"hidden_rows": "read"}, load_texts(), new_layout=False)
    assert given.label == question.choices[0].label == "The articles in hidden rows are read"
