"""Questions and their answers, each with the options that it sets and an example of the file."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pricebook.console.page_texts import Texts
from pricebook.console.previews.sample_tables import MAX_EXAMPLES, SampleColumn, SampleTable
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, SHEET_OPTIONS

_PRICE_COLUMNS = re.compile(r"price_columns='(\[[^\]]*\])'")
_QUANTITY_COLUMN = re.compile(r'(?:column |column_mapping\.)price_quantity="([^"]+)"')
_TAX = re.compile(r"\bvat_included=(true|false)\b")
# Names of columns that do not identify an article: prices and stocks.
_NO_KEY_FIELDS = frozenset(
    (
        *("price", "list_price", "next_price", "pack_price", "discount", "surcharge", "stock"),
        "deposit",
        *("price_quantity", "min_order_quantity", "lead_time", "currency", "vat_rate"),
    )
)


_SHEETS = "sheet_settings"
_OF_SHEETS = {*SHEET_OPTIONS, "columns"}


def for_sheets(patch: dict[str, Any], sheets: Collection[str]) -> dict[str, Any]:
    """Return a patch whose options hold for some sheets only."""
    own = {name: value for name, value in patch.items() if name in _OF_SHEETS}
    others = {name: value for name, value in patch.items() if name not in _OF_SHEETS}
    return {**others, _SHEETS: dict.fromkeys(sheets, own)} if own else others


def entry_name(option: str, sheets: Collection[str]) -> str:
    """Return the name of the field of a typed option, with the sheets that it is for only."""
    return f"{option}@{msgspec.json.encode(list(sheets)).decode()}"


class Choice(Struct, frozen=True):
    """One answer: its label, the options that it sets as a JSON patch, and an example."""

    label: str
    patch: str
    example: str = ""

    def for_sheets(self, sheets: Collection[str]) -> "Choice":
        """Return the answer for some sheets only."""
        patch = for_sheets(msgspec.json.decode(self.patch, type=dict[str, Any]), sheets)
        return Choice(self.label, msgspec.json.encode(patch).decode(), self.example)


class Question(Struct, frozen=True, kw_only=True):
    """Something that is in doubt; `entries` are options that are typed: name and label.

    `others` are the answers of a select, below the `choices`; of `sheets`, several may be chosen;
    `alone` are sheets that may be read without the others instead of an answer. Without
    `is_needed`, the list is read as in `details` until it is answered.
    """

    legend: str
    details: list[str]
    choices: list[Choice] = []
    others: list[Choice] = []
    others_label: str = ""
    sheets: list[Choice] = []
    alone: list[Choice] = []
    entries: list[tuple[str, str]] = []
    is_needed: bool = True

    def for_sheets(self, sheets: Collection[str]) -> "Question":
        """Return the question with answers for some sheets only."""
        return msgspec.structs.replace(
            self,
            choices=[each.for_sheets(sheets) for each in self.choices],
            others=[each.for_sheets(sheets) for each in self.others],
            entries=[(entry_name(name, sheets), label) for name, label in self.entries],
        )

    @property
    def other_options(self) -> list[tuple[str, str]]:
        """The options of the select: value and label."""
        return _options(self.others)

    @property
    def alone_options(self) -> list[tuple[str, str]]:
        """The options of the select of sheets: value and label."""
        return _options(self.alone)


def _options(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    return [("", "–"), *((each.patch, each.label) for each in choices)]


def make_choice(label: str, patch: Mapping[str, Any], example: str = "") -> Choice:
    """Return an answer with its options as JSON."""
    return Choice(label, msgspec.json.encode(patch).decode(), example)


def column_text(column: SampleColumn | None, reference: str) -> str:
    """Return the letters and the header of a column, else the name that an option uses."""
    return column.label if column else reference.removeprefix("column ")


def column_choice(
    table: SampleTable | None, reference: str, patch: Mapping[str, Any], t: Texts
) -> Choice:
    """Return the answer that is a column, with its first cells."""
    column = table and table.find(reference)
    label = t("previews.answer.column", column=column_text(column, reference))
    return make_choice(label, patch, ", ".join(column.cells[:MAX_EXAMPLES]) if column else "")


def discount_choices(
    table: SampleTable | None, references: Sequence[str], t: Texts
) -> Iterator[Choice]:
    """Yield columns of discounts one after another, each one alone, and none of them."""
    names = [column_text(table and table.find(each), each) for each in references]
    chain = dict(zip(DISCOUNT_FIELDS, references, strict=False))
    label = t("previews.answer.chain", columns=t("previews.and_then").join(names))
    yield make_choice(label, {"column_mapping": chain})
    for each, name in zip(references, names, strict=True):
        others = [other for other in references if other != each]
        patch = {"column_mapping": {"discount": each}, "ignored_columns": others}
        alone = column_choice(table, each, patch, t)
        yield Choice(t("previews.answer.alone", column=name), alone.patch, alone.example)
    ignored = {"ignored_columns": list(references)}
    yield make_choice(t("previews.answer.discounts_included"), ignored)


def proposes_price_columns(message: str) -> bool:
    """Return whether a message proposes columns of which a row has one price."""
    return _PRICE_COLUMNS.search(message) is not None


def price_choices(table: SampleTable | None, message: str, t: Texts) -> Iterator[Choice]:
    """Yield the columns of which a row has one price, if a message proposes them."""
    match = _PRICE_COLUMNS.search(message)
    if match is None:
        return
    references = msgspec.json.decode(match[1], type=list[str])
    names = [column_text(table and table.find(each), each) for each in references]
    label = t("previews.answer.price_columns", columns=t("previews.and_else").join(names))
    yield make_choice(label, {"price_columns": references})


def other_settings(
    option: str, table: SampleTable | None, message: str, t: Texts
) -> Iterator[Choice]:
    """Yield the answers that a message about a value proposes in place of the value.

    What a price is for is decided by its column, or the tax of a rate is not included.
    """
    if option == "price_quantity" and (column := _QUANTITY_COLUMN.search(message)):
        patch = {"column_mapping": {option: column[1]}}
        chosen = column_choice(table, column[1], patch, t)
        name = column_text(table and table.find(column[1]), column[1])
        yield Choice(t("previews.answer.by_column", column=name), chosen.patch, chosen.example)
    if option == "vat_rate" and (tax := _TAX.search(message)):
        label = t(f"previews.answer.vat_included.{tax[1]}")
        yield make_choice(label, {"vat_included": tax[1] == "true"})


def title_discounts_question(
    facts: Mapping[str, Mapping[str, str]], price: str, t: Texts
) -> Question:
    """Return the question whether the discounts of section titles apply, by a fact of each sheet.

    `price` is one of the first sheet.
    """
    readings = (
        ("title_discounts.required", {"title_discounts": "required"}, "title_discount"),
        ("title_discounts.optional", {"title_discounts": "optional"}, "title_discount_else"),
        ("discount_base.none", {"discount_base": "none"}, "no_title_discount"),
    )
    value = next(iter(facts.values()))["value"]
    choices = [
        make_choice(
            t(f"previews.answer.{name}"),
            patch,
            t(f"previews.example.{example}", price=price, value=value) if price else "",
        )
        for name, patch, example in readings
    ]
    return Question(
        legend=t("previews.questions.title_discounts"),
        details=[_title_detail(sheet, fact["source"], t) for sheet, fact in facts.items()],
        choices=choices,
        is_needed=False,
    )


def _title_detail(sheet: str, source: str, t: Texts) -> str:
    detail = t("previews.title_discounts", source=source[:1].upper() + source[1:])
    return t("previews.given_of_sheet", sheet=sheet, answer=detail) if sheet else detail


def other_columns(
    table: SampleTable | None, known: Collection[str], field: str, t: Texts
) -> Iterator[Choice]:
    """Yield each other column as that of a field: letters, header and first cell."""
    for each in table.columns if table else ():
        if each.reference not in known and each.header not in known and (each.cells or each.header):
            patch = {"column_mapping": {field: each.reference}}
            yield make_choice(_other_label(each, t), patch)


def key_choices(
    table: SampleTable | None, references: Sequence[str], currency: str, t: Texts
) -> tuple[list[Choice], list[Choice]]:
    """Return the choices of key columns: those proposed, the code, the code and another one.

    Prices, quantities and stocks are not proposed.
    """
    base, *added = references
    if table is None:
        return [_key(table, [base, *added], t)], []
    columns = {each: table.find(each) for each in added}
    fitting = [each for each in added if (one := columns[each]) and may_be_key(one, currency)]
    choices = [_key(table, [base], t)]
    if fitting == added and added:
        choices.insert(0, _key(table, [base, *added], t))
    own = table.find(base)
    others = [
        make_choice(_other_label(each, t), {"key_columns": [base, each.reference]})
        for each in table.columns
        if each is not own and each.cells and may_be_key(each, currency)
    ]
    return choices, others


def may_be_key(column: SampleColumn, currency: str) -> bool:
    """Return whether a column may be part of the key: no price, quantity, stock or number."""
    fields = field_ranks(column.header, currency).keys()
    words = {field for word in column.header.split() for field in field_ranks(word, currency)}
    numbers = [cell for cell in column.cells if has_numeric_cell([cell])]
    is_numeric = 2 * len(numbers) > len(column.cells)
    names_no_key = not _NO_KEY_FIELDS.isdisjoint(fields) or (
        not fields and not _NO_KEY_FIELDS.isdisjoint(words)
    )
    return not is_numeric and not names_no_key


def _key(table: SampleTable | None, references: Sequence[str], t: Texts) -> Choice:
    columns = [table.find(each) if table else None for each in references]
    names = [column_text(*each) for each in zip(columns, references, strict=True)]
    rows = table.rows[:1] if table else []
    cells = [next(iter(each.cells), "") for each in columns if each] if rows else []
    text = "key_alone" if len(references) == 1 else "key"
    label = t(f"previews.answer.{text}", columns=t("previews.and").join(names))
    return make_choice(label, {"key_columns": list(references)}, " + ".join(filter(None, cells)))


def _other_label(column: SampleColumn, t: Texts) -> str:
    cell = next(iter(column.cells), "")
    return t("previews.other_column", column=column.label, cell=cell[:60] or "–")
