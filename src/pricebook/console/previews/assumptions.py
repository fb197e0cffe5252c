"""Questions about a readable price list: what is assumed of it, and of which of its sheets."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from pricebook.console.page_texts import Texts
from pricebook.console.previews.price_list_samples import Samples, first_price, read_as
from pricebook.console.previews.question_choices import (
    Question,
    key_choices,
    make_choice,
    title_discounts_question,
)
from pricebook.console.previews.sheet_questions import name_sheets
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.detection.currencies import currencies_in_text

# The errors of rows whose articles may be on sale, and the options that decide about them.
_IN_DOUBT = {"hidden_row": "hidden_rows", "struck_out": "struck_out"}
_COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "CZK")
# More that one word may mean are of no help.
_MAX_CURRENCIES = 3
Found = Mapping[str, Any]


class _Sheet(NamedTuple):
    """How a sheet is read: the name of its table, of the sheet of its settings, and its profile."""

    table: str
    name: str
    found: Found


def assumption_questions(
    result: PreviewResult, samples: Samples, found: Found, currency: str, t: Texts
) -> Iterator[Question]:
    """Yield what a readable price list leaves open; of sheets that differ, for those it is about.

    Sheets about which the same is assumed have one question.
    """
    writer = _QuestionWriter(samples, found, currency, t)
    if result.ambiguous is not None:
        n = result.row_error_counts.get("price_ambiguous", 1)
        yield writer.of_numbers(samples.price_of(result.ambiguous.cells), n)
    for error_type, option in _IN_DOUBT.items():
        if n := result.row_error_counts.get(error_type):
            yield writer.of_articles(option, n)
    yield from writer.of_sheets(_assumes_currency, writer.of_currency)
    yield from writer.of_sheets(_states_title_discounts, writer.of_titles)
    yield from writer.of_sheets(_proposed_key, writer.of_key)


class _QuestionWriter:
    def __init__(self, samples: Samples, found: Found, currency: str, t: Texts) -> None:
        self._samples = samples
        self._currency = currency
        self._t = t
        self._sheets = list(_sheets_of(found))

    def of_sheets(
        self, assumed: Callable[[Found], Hashable], write: Callable[[Sequence[_Sheet]], Question]
    ) -> Iterator[Question]:
        """Yield a question for each thing that is assumed, with the sheets that it is about."""
        groups: dict[Hashable, list[_Sheet]] = {}
        for sheet in self._sheets:
            if key := assumed(sheet.found):
                groups.setdefault(key, []).append(sheet)
        for sheets in groups.values():
            question = write(sheets)
            if len(sheets) < len(self._sheets):
                names = list(dict.fromkeys(each.name for each in sheets))
                of_sheet = name_sheets(names, self._t)
                legend = self._t("previews.of_sheet", question=question.legend, sheets=of_sheet)
                question = msgspec.structs.replace(question.for_sheets(names), legend=legend)
            yield question

    def of_numbers(self, cell: str, n: int) -> Question:
        """Return the question about the decimal mark, which is one of the whole price list."""
        t = self._t
        return Question(
            legend=t("previews.questions.decimal_separator"),
            details=[t("previews.ambiguous", n=n, cell=cell)],
            choices=[
                make_choice(
                    t(f"previews.answer.decimal_{name}"),
                    {"decimal_separator": mark},
                    read_as(cell, mark, t),
                )
                for name, mark in (("point", "."), ("comma", ","))
            ],
        )

    def of_articles(self, option: str, n: int) -> Question:
        """Return the question whether articles are on sale, which is about those of all sheets."""
        t = self._t
        return Question(
            legend=t(f"previews.questions.{option}"),
            details=[t(f"previews.{option}", n=n)],
            choices=[
                make_choice(t(f"previews.answer.{option}.{each}"), {option: each})
                for each in ("read", "skip")
            ],
            is_needed=False,
        )

    def of_currency(self, _: Sequence[_Sheet]) -> Question:
        """Return the question about the currency, which no sheet states."""
        t = self._t
        codes = dict.fromkeys([self._currency, *self._named_currencies(), *_COMMON_CURRENCIES])
        return Question(
            legend=t("previews.questions.currency"),
            details=[t("previews.no_currency", currency=self._currency)],
            choices=[make_choice(each, {"currency": each}) for each in codes],
            entries=[("currency", t("previews.another_value"))],
            is_needed=False,
        )

    def _named_currencies(self) -> list[str]:
        """Return the currencies of other columns, such as that of a retail price."""
        titles = [column.header for table in self._samples.tables for column in table.columns]
        found = [currencies_in_text(each, self._currency) or () for each in titles]
        return sorted({code for codes in found if len(codes) <= _MAX_CURRENCIES for code in codes})

    def of_titles(self, sheets: Sequence[_Sheet]) -> Question:
        """Return the question whether the discounts of section titles apply."""
        first = sheets[0]
        table = self._samples.table_of([first.table] if first.table else [])
        price = first_price(table, first.found["columns"].get("price", ""))
        facts = {each.name: each.found["price_facts"]["title_discounts"] for each in sheets}
        return title_discounts_question(facts, price, self._t)

    def of_key(self, sheets: Sequence[_Sheet]) -> Question:
        """Return the question what identifies an article beside its code."""
        t, first = self._t, sheets[0]
        table = self._samples.table_of([first.table] if first.table else [])
        proposed: list[str] = list(first.found["proposed_key_columns"])
        choices, others = key_choices(table, proposed, self._currency, t)
        return Question(
            legend=t("previews.questions.key_columns"),
            details=[t("previews.repeated_codes")],
            choices=choices,
            others=others,
            others_label=t("previews.key_with"),
            is_needed=False,
        )


def _sheets_of(found: Found) -> Iterator[_Sheet]:
    """Yield the sheets that differ, in their order in the file, else all as one without a name."""
    profiles: Mapping[str, Found] = found.get("sheet_profiles") or {}
    tables: Sequence[str] = found.get("sheets") or list(profiles)
    names = found.get("whole_sheets") or tables
    for table, name in zip(tables, names, strict=True):
        if table in profiles:
            yield _Sheet(table, name, profiles[table])
    if not profiles:
        yield _Sheet("", "", found)


def _assumes_currency(found: Found) -> bool:
    fact: Found = found.get("price_facts", {}).get("currency", {})
    return fact.get("origin", "assumed") == "assumed" and "currency" not in found.get("columns", {})


def _states_title_discounts(found: Found) -> bool:
    fact: Found = found.get("price_facts", {}).get("title_discounts", {})
    return fact.get("origin") == "sentence"


def _proposed_key(found: Found) -> tuple[str, ...]:
    return tuple(found.get("proposed_key_columns", ()))
