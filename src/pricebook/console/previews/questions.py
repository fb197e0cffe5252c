"""What is in doubt about a price list as questions, with an example of each reading."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pricebook.console.page_texts import Texts
from pricebook.console.previews.assumptions import assumption_questions
from pricebook.console.previews.issue_groups import (
    IssueGroup,
    group_issues,
    plain_sentence,
    sentences_of,
    sheet_of,
)
from pricebook.console.previews.price_list_samples import Samples, first_price
from pricebook.console.previews.question_choices import (
    Choice,
    Question,
    column_choice,
    discount_choices,
    key_choices,
    make_choice,
    other_columns,
    other_settings,
    price_choices,
    proposes_price_columns,
)
from pricebook.console.previews.sheet_questions import (
    common_candidates,
    is_of_sheets,
    name_sheets,
    sheets_alone,
    sheets_question,
)
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult

_KEY_SETTING = re.compile(r'key_columns="([^"]+)"')
_NEW_LAYOUT = "new_layout"  # the option that a message names where the layout has changed
# Options whose answers are shown with a price of the list.
_EXAMPLES = frozenset(
    (
        *("price_quantity", "prices_in", "vat_included", "prices_per_pack", "discount"),
        "net_marks",
    )
)
_REQUIRED = ("price", "sku", "name")


def list_questions(
    result: PreviewResult,
    found: Mapping[str, Any] | None,
    currency: str,
    t: Texts,
    chosen_sheets: Sequence[str] = (),
) -> list[Question]:
    """Return the questions of a refused price list, or what is assumed of a readable one.

    The question which sheets are read comes first and alone.
    """
    writer = _QuestionWriter(result, found, currency, t)
    if not result.issues:
        return list(assumption_questions(result, writer.samples, writer.found, currency, t))
    issues = result.issues
    if sheets := sheets_question(issues, writer.tables, chosen_sheets, t):
        return [sheets]
    changes = [issue for issue in issues if _NEW_LAYOUT in issue.message]
    questions = [writer.of_layout(changes)] if changes else []
    for group in group_issues(issues):
        question = writer.of_group(group, chosen_sheets)
        if question.choices or question.entries or question.others:
            questions.append(question)
    return questions


def list_problems(issues: Sequence[PriceListIssue], questions: Sequence[Question]) -> list[str]:
    """Return the sentences of the issues that no question is about."""
    if any(each.sheets for each in questions):
        return []
    if any(map(sheet_of, issues)):  # the others can be read without these
        issues = [each for each in issues if not is_of_sheets(each)]
    known = {detail for each in questions for detail in each.details}
    others = (each for each in issues if known.isdisjoint(sentences_of(each)))
    return list(dict.fromkeys(plain_sentence(each.message) for each in others))


class _QuestionWriter:
    def __init__(
        self, result: PreviewResult, found: Mapping[str, Any] | None, currency: str, t: Texts
    ) -> None:
        self._result = result
        self.found = found or {}
        self._currency = currency
        self._t = t
        names = [name for each in result.issues for name in (*each.candidates, each.price_column)]
        self.samples = Samples(result.sheets, self.found, list(filter(None, names)))
        self.tables = self.samples.tables
        self._price = ""
        self._read: list[str] = []

    def of_layout(self, changes: Sequence[PriceListIssue]) -> Question:
        """Return the question whether a layout that differs is a new one."""
        detail = self._t("previews.layout_changes", n=len(changes))
        if len(changes) == 1:
            detail = plain_sentence(changes[0].message)
        return Question(
            legend=self._t("previews.questions.new_layout"),
            details=[detail],
            choices=[self._choice(_NEW_LAYOUT, {_NEW_LAYOUT: True})],
        )

    def of_group(self, group: IssueGroup, chosen_sheets: Sequence[str]) -> Question:
        """Return the question of some issues; its answer holds for their sheets."""
        issue, sheets = group.issue, group.sheets
        option, _, field = issue.option.partition(".")
        self._table = self.samples.table_of(sheets)
        self._price = first_price(self._table, issue.price_column)
        self._read = list(sheets)
        read = list(chosen_sheets) if sheets and len(chosen_sheets) > 1 else []
        is_common = len(read) > 1 and set(read) <= set(sheets)
        names = name_sheets(read, self._t)
        scope = [self._t("previews.of_all_sheets", sheets=names)] if is_common else []
        choices, others = self._choices(option, field, issue)
        question = Question(
            legend=self._legend(option, field, issue, sheets),
            details=[*group.sentences, *self._explanation(option), *scope],
            choices=choices,
            others=others,
            others_label=self._others_label(option),
            alone=sheets_alone(read),
            entries=self._entries(option, issue),
        )
        return question.for_sheets(sheets) if read and not is_common else question

    def _legend(self, option: str, field: str, issue: PriceListIssue, sheets: Sequence[str]) -> str:
        t = self._t
        legend = t.get(f"previews.questions.{field or option}") or t("previews.questions.reading")
        if option == "column_mapping" and field not in _REQUIRED:
            label = t.get(f"previews.fields.{field}", field)
            legend = t("previews.questions.column", field=label)
        if issue.option == "column_mapping.pack_size" and not issue.candidates:
            legend = t("previews.questions.packs")
        if field == "second_discount":
            legend = t("previews.questions.second_discount")
        if option == "ignored_columns" and proposes_price_columns(issue.message):
            legend = t("previews.questions.price_columns")
        if sheets:
            legend = t("previews.of_sheet", question=legend, sheets=name_sheets(sheets, t))
        return legend

    def _explanation(self, option: str) -> list[str]:
        """Return what an option means, where its question alone does not show it."""
        return [self._t("previews.marks_detail")] if option == "net_marks" else []

    def _others_label(self, option: str) -> str:
        name = "key_with" if option == "key_columns" else "another_column"
        return self._t(f"previews.{name}")

    def _entries(self, option: str, issue: PriceListIssue) -> list[tuple[str, str]]:
        """Return the options that are typed."""
        t = self._t
        if option == "discount_groups":
            label = t("previews.discount_of")
            return [(f"discount_groups.{each}", f"{label} {each}") for each in issue.candidates]
        if option == "unit_meanings":
            label = t("previews.meaning_of")
            return [(f"unit_meanings.{each}", f"{label} {each}") for each in issue.candidates]
        if option == "net_marks":
            return [(option, t("previews.mark_of"))]
        if option in {"price_quantity", "currency", "vat_rate", "discount"}:
            return [(option, t("previews.another_value"))]
        return []

    def _choices(
        self, option: str, field: str, issue: PriceListIssue
    ) -> tuple[list[Choice], list[Choice]]:
        """Return the answers of a question, and those of its select."""
        if option == "key_columns":
            return key_choices(self._table, issue.candidates, self._currency, self._t)
        if option == "column_mapping" and field:
            if field == "second_discount":
                return list(discount_choices(self._table, issue.candidates, self._t)), []
            others = list(other_columns(self._table, set(issue.candidates), field, self._t))
            return list(self._columns_of_field(field, issue)), others
        writers: dict[str, Callable[[PriceListIssue], Iterator[Choice]]] = {
            "ignored_columns": self._columns_to_ignore,
            "price_columns": self._price_columns,
            "discount_groups": self._included_discounts,
        }
        if option in writers:
            return list(writers[option](issue)), []
        if is_of_sheets(issue) or option == "column_mapping":
            return [], []
        instead = other_settings(option, self._table, issue.message, self._t)
        return [*instead, *self._values(option, issue.candidates)], []

    def _columns_of_field(self, field: str, issue: PriceListIssue) -> Iterator[Choice]:
        offered = common_candidates(issue, self.tables, self._read)
        for each in offered:
            patch = {"column_mapping": {field: each}}
            yield column_choice(self._table, each, patch, self._t)
        if field == "price":
            yield from price_choices(self._table, issue.message, self._t)
        if field == "pack_size":
            yield self._choice("packs_are_articles", {"price_quantity": 1})
        if field == "sku" and (key := _KEY_SETTING.search(issue.message)):
            choices, _ = key_choices(self._table, key[1].split(","), self._currency, self._t)
            yield from choices[:1]
        if field not in _REQUIRED and offered:
            name = "none_of_these" if len(offered) > 1 else "no_such_column"
            name = "deposit_stays" if field == "deposit" else name
            yield self._choice(name, {"ignored_columns": offered})

    def _price_columns(self, issue: PriceListIssue) -> Iterator[Choice]:
        """Yield the columns of a price together, then each of them alone."""
        yield from price_choices(self._table, issue.message, self._t)
        for each in issue.candidates:
            patch = {"column_mapping": {"price": each}}
            yield column_choice(self._table, each, patch, self._t)

    def _columns_to_ignore(self, issue: PriceListIssue) -> Iterator[Choice]:
        yield from price_choices(self._table, issue.message, self._t)
        for each in issue.candidates:
            patch = {"ignored_columns": [each]}
            ignored = column_choice(self._table, each, patch, self._t)
            label = self._t("previews.answer.ignored", column=ignored.label)
            yield Choice(label, ignored.patch, ignored.example)
        if len(issue.candidates) > 1:
            yield self._choice("none_of_these", {"ignored_columns": list(issue.candidates)})
        if "discount_base" in issue.message:
            yield from self._included_discounts(issue)

    def _included_discounts(self, _: PriceListIssue) -> Iterator[Choice]:
        yield self._choice("discount_base.none", {"discount_base": "none"})

    def _values(self, option: str, candidates: Any) -> Iterator[Choice]:
        """Yield choices of an option that is a text, a number or a truth value."""
        values: list[Any] = list(candidates)
        if not values:
            values = {
                "discount_base": ["none", "price"],
                "vat_included": ["false", "true"],
                "prices_per_pack": ["false", "true"],
                "decimal_separator": [".", ","],
                "price_quantity": ["1", "100", "1000"],
            }.get(option, [])
        for value in values:
            label = self._t.get(f"previews.answer.{option}.{value}")
            if not label:
                base = self._t.get(f"previews.answer.{option}") or "{value}"
                label = base.format(value=value)
            yield make_choice(label, {option: _typed(option, value)}, self._example(option, value))

    def _example(self, option: str, value: str) -> str:
        if not self._price or option not in _EXAMPLES:
            return ""
        key = f"previews.example.{option}"
        text = self._t.get(f"{key}.{value}") or self._t.get(key)
        return text.format(price=self._price, value=value, deduction=self._deduction())

    def _deduction(self) -> str:
        """Return the discount that all articles take, as far as one is set."""
        options = self._result.basis.options if self._result.basis else {}
        if discount := options.get("discount"):
            return self._t("previews.example.less", discount=discount)
        return self._t("previews.example.less_its_own")

    def _choice(self, name: str, patch: dict[str, Any], example: str = "") -> Choice:
        return make_choice(self._t(f"previews.answer.{name}"), patch, example)


def _typed(option: str, value: str) -> Any:
    if option in {"vat_included", "prices_per_pack"}:
        return value == "true"
    if option in {"price_quantity", "header_row"}:
        return int(value) if value.isdecimal() else value
    return value
