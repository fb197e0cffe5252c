"""What is in doubt about a price list as questions, with an example of each reading."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pricebook.console.page_texts import Texts
from pricebook.console.previews.price_list_samples import Samples, read_as
from pricebook.console.previews.question_choices import (
    Choice,
    Question,
    column_choice,
    discount_choices,
    key_choices,
    make_choice,
    other_columns,
)
from pricebook.console.previews.sheet_questions import (
    common_candidates,
    is_of_sheets,
    sheet_of,
    sheets_question,
    without_sheet,
)
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult

# A message ends with the settings that decide it, for the command line.
_SETTINGS = re.compile(
    r"[;,:] (?:or )?(?:set|name|correct|write|read|import|if the list has no codes)\b.*", re.DOTALL
)
_KEY_PROPOSAL = ", and identifies an article only together with"
_KEY_SETTING = re.compile(r'key_columns="([^"]+)"')
_NEW_LAYOUT = "new_layout"  # the option that a message names where the layout has changed
_COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "CZK")
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
        return list(writer.of_assumptions())
    issues = result.issues
    if sheets := sheets_question(issues, writer.tables, chosen_sheets, t):
        return [sheets]
    changes = [issue for issue in issues if _NEW_LAYOUT in issue.message]
    questions = [writer.of_layout(changes)] if changes else []
    by_sheets: dict[PriceListIssue, list[str]] = {}
    for issue in issues:
        same = PriceListIssue(without_sheet(issue.message), issue.option, issue.candidates)
        by_sheets.setdefault(same, []).extend(filter(None, [sheet_of(issue)]))
    for issue, sheets in by_sheets.items():
        question = writer.of_issue(issue, sheets)
        if question.choices or question.entries or question.others:
            questions.append(question)
    return questions


def list_problems(issues: Sequence[PriceListIssue], questions: Sequence[Question]) -> list[str]:
    """Return the sentences of the issues that no question is about."""
    if any(each.sheets for each in questions):
        return []
    details = {each.detail for each in questions}
    sentences = {_detail(each): plain_sentence(each.message) for each in issues}
    return list(dict.fromkeys(each for detail, each in sentences.items() if detail not in details))


def _detail(issue: PriceListIssue) -> str:
    return plain_sentence(without_sheet(issue.message).partition(_KEY_PROPOSAL)[0])


def plain_sentence(message: str) -> str:
    """Return the message of a refusal without the settings of the command line."""
    return _SETTINGS.sub("", message).rstrip(" .;,:") + "."


class _QuestionWriter:
    def __init__(
        self, result: PreviewResult, found: Mapping[str, Any] | None, currency: str, t: Texts
    ) -> None:
        self._result = result
        self._found = found or {}
        self._currency = currency
        self._t = t
        names = [name for issue in result.issues for name in issue.candidates]
        self._samples = Samples(result.sheets, self._found, names)
        self.tables = self._samples.tables

    def of_layout(self, changes: Sequence[PriceListIssue]) -> Question:
        """Return the question whether a layout that differs is a new one."""
        detail = self._t("previews.layout_changes", n=len(changes))
        if len(changes) == 1:
            detail = plain_sentence(changes[0].message)
        return Question(
            legend=self._t("previews.questions.new_layout"),
            detail=detail,
            choices=[self._choice(_NEW_LAYOUT, {_NEW_LAYOUT: True})],
        )

    def of_issue(self, issue: PriceListIssue, sheets: Sequence[str]) -> Question:
        """Return the question of an issue; `sheets` are those that it is about, if it names any."""
        option, _, field = issue.option.partition(".")
        self._table = self._samples.table_of(sheets)
        choices, others = self._choices(option, field, issue)
        return Question(
            legend=self._legend(option, field, issue, sheets),
            detail=_detail(issue),
            choices=choices,
            others=others,
            others_label=self._others_label(option),
            entries=self._entries(option, issue),
        )

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
        if sheets:
            legend = t("previews.of_sheet", question=legend, sheets=t("previews.and").join(sheets))
        return legend

    def _others_label(self, option: str) -> str:
        name = "key_with" if option == "key_columns" else "another_column"
        return self._t(f"previews.{name}")

    def _entries(self, option: str, issue: PriceListIssue) -> list[tuple[str, str]]:
        """Return the options that are typed."""
        t = self._t
        if option == "discount_groups":
            label = t("previews.discount_of")
            return [(f"discount_groups.{each}", f"{label} {each}") for each in issue.candidates]
        if option in {"price_quantity", "currency", "vat_rate"}:
            return [(option, t("previews.another_value"))]
        return []

    def of_assumptions(self) -> Iterator[Question]:
        """Yield what a readable price list leaves open."""
        t = self._t
        if self._result.ambiguous is not None:
            cell = self._samples.price_of(self._result.ambiguous.cells)
            choices = [
                self._choice(f"decimal_{name}", {"decimal_separator": mark}, read_as(cell, mark, t))
                for name, mark in (("point", "."), ("comma", ","))
            ]
            n = self._result.row_error_counts.get("price_ambiguous", 1)
            detail = t("previews.ambiguous", n=n, cell=cell)
            legend = t("previews.questions.decimal_separator")
            yield Question(legend=legend, detail=detail, choices=choices)
        facts: Mapping[str, Any] = self._found.get("price_facts", {})
        columns: Mapping[str, str] = self._found.get("columns", {})
        stated = facts.get("currency", {}).get("origin", "assumed")
        if stated == "assumed" and "currency" not in columns:
            codes = list(dict.fromkeys([self._currency, *_COMMON_CURRENCIES]))
            choices = list(self._values("currency", codes))
            detail = t("previews.no_currency", currency=self._currency)
            yield Question(
                legend=t("previews.questions.currency"),
                detail=detail,
                choices=choices,
                entries=[("currency", t("previews.another_value"))],
                is_needed=False,
            )
        proposed: list[str] = list(self._found.get("proposed_key_columns", ()))
        if proposed:
            choices, others = key_choices(self.tables[0], proposed, self._currency, t)
            yield Question(
                legend=t("previews.questions.key_columns"),
                detail=t("previews.repeated_codes"),
                choices=choices,
                others=others,
                others_label=self._others_label("key_columns"),
                is_needed=False,
            )

    def _choices(
        self, option: str, field: str, issue: PriceListIssue
    ) -> tuple[list[Choice], list[Choice]]:
        """Return the answers of a question, and those of its select."""
        if option == "key_columns":
            return key_choices(self._table, issue.candidates, self._currency, self._t)
        if option == "column_mapping" and field:
            if field == "second_discount":
                return list(discount_choices(self._table, issue.candidates, self._t)), []
            known = set(issue.candidates)
            others = list(other_columns(self._table, known, field, self._t))
            return list(self._columns_of_field(field, issue)), others
        writers: dict[str, Callable[[PriceListIssue], Iterator[Choice]]] = {
            "ignored_columns": self._columns_to_ignore,
            "discount_groups": self._included_discounts,
        }
        if option in writers:
            return list(writers[option](issue)), []
        if is_of_sheets(issue) or option == "column_mapping":
            return [], []
        return list(self._values(option, issue.candidates)), []

    def _columns_of_field(self, field: str, issue: PriceListIssue) -> Iterator[Choice]:
        offered = common_candidates(issue, self.tables)
        for each in offered:
            patch = {"column_mapping": {field: each}}
            yield column_choice(self._table, each, patch, self._t)
        if field == "pack_size":
            yield self._choice("packs_are_articles", {"price_quantity": 1})
        if field == "sku" and (key := _KEY_SETTING.search(issue.message)):
            choices, _ = key_choices(self._table, key[1].split(","), self._currency, self._t)
            yield from choices[:1]
        if field not in _REQUIRED and offered:
            name = "none_of_these" if len(offered) > 1 else "no_such_column"
            yield self._choice(name, {"ignored_columns": offered})

    def _columns_to_ignore(self, issue: PriceListIssue) -> Iterator[Choice]:
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
        price = self._samples.price
        if not price:
            return ""
        known = {"price_quantity", "vat_included", "prices_per_pack"}
        key = f"previews.example.{option}" + ("" if option == "price_quantity" else f".{value}")
        text = self._t.get(key) if option in known else ""
        return text.format(price=price, value=value)

    def _choice(self, name: str, patch: dict[str, Any], example: str = "") -> Choice:
        return make_choice(self._t(f"previews.answer.{name}"), patch, example)


def _typed(option: str, value: str) -> Any:
    if option in {"vat_included", "prices_per_pack"}:
        return value == "true"
    if option in {"price_quantity", "header_row"}:
        return int(value) if value.isdecimal() else value
    return value
