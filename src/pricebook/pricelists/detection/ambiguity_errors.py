"""Reasons to refuse a price list for its columns, with the option that resolves each."""

from collections.abc import Iterable, Mapping, Sequence

from pricebook.pricelists.detection.column_content import ColumnContent
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.content_inference import untitled_columns
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    any_column_setting,
    column_setting,
    ignoring,
    setting,
)
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import names_retail
from pricebook.pricelists.schemas.profile import ColumnKind
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import quote, quote_list

FIELD_LABELS: dict[Field, str] = {
    "sku": "article code",
    "name": "name",
    "price": "price",
    "category": "category",
    "currency": "currency",
    "list_price": "list price",
    "next_price": "next price",
    "valid_from": "first day of the price",
    "valid_until": "last day of the promotion",
    "price_quantity": "price quantity",
    "unit": "unit",
    "pack_size": "pack size",
    "pack_price": "price of a pack",
    "min_order_quantity": "least order quantity",
    "discount": "discount",
    "second_discount": "second discount",
    "third_discount": "third discount",
    "discount_group": "discount group",
    "surcharge": "surcharge",
    "deposit": "deposit",
    "vat_rate": "VAT rate",
    "gtin": "GTIN",
    "mpn": "manufacturer's number",
    "brand": "brand",
    "stock": "stock",
    "lead_time": "lead time",
}
KIND_NAMES: dict[ColumnKind, str] = {
    "money": "prices",
    "decimals": "decimal numbers",
    "whole": "whole numbers",
    "codes": "codes",
    "barcodes": "barcodes",
    "texts": "texts",
    "words": "words",
}


def column_label(header: TableHeader, index: int) -> str:
    """Return a quoted header, with its column letter if the header is not unique."""
    text = header.cells[index].strip()
    if not text:
        return f"column {column_letters(index)}" + (" (hidden)" * (index in header.hides))
    letters = f"column {column_letters(index)}"
    if index in header.hides:
        return f"{quote(text)} (hidden {letters})"
    return quote(text) + ("" if is_unique(header, index) else f" ({letters})")


def column_reference(header: TableHeader, index: int) -> str:
    """Return the name by which an option refers to a column: its header, else `column C`."""
    text = " ".join(header.cells[index].split()) if index < len(header.cells) else ""
    return text if text and is_unique(header, index) else f"column {column_letters(index)}"


def is_unique(header: TableHeader, index: int) -> bool:
    """Return whether no other column has the header of a column."""
    text = header.cells[index].strip()
    return sum(cell.strip() == text for cell in header.cells) == 1


def equal_columns_issue(
    header: TableHeader, field: Field, columns: Iterable[int]
) -> DetectionIssue:
    """Return the issue of several columns whose headers match a field equally well."""
    indices = sorted(columns)
    labels = " and ".join(column_label(header, index) for index in indices)
    return _column_issue(
        header,
        field,
        indices,
        f"The columns {labels} match the {FIELD_LABELS[field]} equally well; set one with "
        f"{_mapping_option(header, field, indices)}.",
    )


def several_codes_issue(header: TableHeader, columns: Iterable[int]) -> DetectionIssue:
    """Return the issue of columns of which each may have the supplier's code of an article."""
    indices = sorted(columns)
    labels = " and ".join(column_label(header, index) for index in indices)
    return _column_issue(
        header,
        "sku",
        indices,
        f"The columns {labels} have a code for each article, and one of them may be that of the "
        "manufacturer; set the one by which the supplier names an article with "
        f"{_mapping_option(header, 'sku', indices)}.",
    )


def several_discounts_issue(header: TableHeader, indices: Sequence[int]) -> DetectionIssue:
    """Return the issue of several columns of discounts, which may apply one after another."""
    labels = " and ".join(column_label(header, index) for index in indices)
    references = tuple(column_reference(header, index) for index in indices)
    example = f"as in {ignoring(references[-1])}"
    if len(indices) > len(DISCOUNT_FIELDS):
        return DetectionIssue(
            f"The columns {labels} are several discounts, of which {len(DISCOUNT_FIELDS)} can be "
            "read: write them into one as a chain, such as 30+5, or name in ignored_columns those "
            f"that leave the price as it is, {example}.",
            "ignored_columns",
            references[:20],
        )
    chain = " ".join(
        column_setting(field, reference)
        for field, reference in zip(DISCOUNT_FIELDS, references, strict=False)
    )
    return DetectionIssue(
        f"The columns {labels} are several discounts, which may apply one after another; set "
        f"{chain} if they do, or name in ignored_columns those that leave the price as it is, "
        f"{example}.",
        "column_mapping.second_discount",
        references,
    )


def competing_columns_issue(
    header: TableHeader, field: Field, columns: Iterable[int]
) -> DetectionIssue:
    """Return the issue of columns that hold the prices of different customers or terms."""
    indices = sorted(columns)
    labels = " and ".join(column_label(header, index) for index in indices)
    return _column_issue(
        header,
        field,
        indices,
        f"The columns {labels} hold prices for different customers or terms; set yours with "
        f"{_mapping_option(header, field, indices)}.",
    )


def uncertain_column_issue(
    header: TableHeader, field: Field, columns: Sequence[int]
) -> DetectionIssue:
    """Return the issue of a field without a header that several columns may contain."""
    *others, last = [column_label(header, index) for index in sorted(columns)]
    labels = f"{', '.join(others)} or {last}" if others else last
    return _column_issue(
        header,
        field,
        sorted(columns),
        f"No header names the {FIELD_LABELS[field]}; by content it may be {labels}; set it with "
        f"{_mapping_option(header, field, columns)}.",
    )


def missing_columns_issue(
    header: TableHeader, missing: Sequence[Field], unassigned: Mapping[int, ColumnContent]
) -> DetectionIssue:
    """Return the issue of fields without a column, with the most likely header row.

    `unassigned` are the columns that may have the first of the fields.
    """
    *others, last = [f"the {FIELD_LABELS[field]}" for field in missing]
    names = f"{', '.join(others)} or {last}" if others else last
    option = any_column_setting(missing[0])
    titled = [index for index, cell in enumerate(header.cells) if cell.strip()]
    untitled = untitled_columns(missing[0], unassigned, header.cells)
    candidates = [*untitled, *titled]
    if untitled:
        option = _mapping_option(header, missing[0], untitled)
    if not header.row_number:
        option = any_column_setting(missing[0], "column A")
        message = (
            f"The price list has no header, and no column is certainly {names} by its content; set "
            f"the column with {option}."
        )
        return _column_issue(header, missing[0], range(len(header.cells)), message)
    if hidden := [index for index, fields in header.hidden.items() if missing[0] in fields]:
        others = [
            index for index, fields in header.hidden.items() if not fields.isdisjoint(missing)
        ]
        labels = " and ".join(column_label(header, index) for index in sorted(others))
        return _column_issue(
            header,
            missing[0],
            dict.fromkeys([*hidden, *candidates]),
            f"No visible column was detected for {names}, and the sheet hides {labels}; set "
            f"{_mapping_option(header, missing[0], hidden)}, or "
            f"{setting('hidden_columns', 'read')} to read all hidden columns.",
        )
    message = (
        f"No column was detected for {names}: the most likely header is row {header.row_number} "
        f"with {quote_list(header.cells) or 'blank cells'}; set the column with {option}."
    )
    return _column_issue(header, missing[0], candidates, message)


def unknown_column_issue(
    header: TableHeader, name: str, option: str, purpose: str = ""
) -> DetectionIssue:
    """Return the issue of an option that names a column which the price list does not have."""
    detail = purpose or f"is set in {option}"
    if not header.header_rows:
        positions = [f"column {column_letters(index)}" for index in range(len(header.cells))]
        return DetectionIssue(
            f"The price list has no header, so it has no column {quote(name)}, which {detail}; "
            f"name its columns by position, from {positions[0]} to {positions[-1]}.",
            option,
            tuple(positions)[:20],
        )
    return DetectionIssue(
        f"Row {header.row_number} has no column {quote(name)}, which {detail}; its columns are "
        f"{quote_list(header.cells) or 'blank'}.",
        option,
        tuple(cell.strip() for cell in header.cells if cell.strip())[:20],
    )


def misread_decisions(header: TableHeader, field: Field, index: int) -> str:
    """Return the settings that decide about a column whose cells do not fit its header."""
    return (
        f"set {ignoring(column_reference(header, index))} if it says nothing about the price, or "
        f"the right column with {column_setting(field)}"
    )


def misread_column_issue(
    header: TableHeader, field: Field, index: int, example: str, decisions: str
) -> DetectionIssue:
    """Return the issue of a column whose header names a field and whose cells do not fit it."""
    return DetectionIssue(
        f"The column {column_label(header, index)} is named like a {FIELD_LABELS[field]}, which "
        f"cells such as {quote(example)} do not say; {decisions}.",
        "ignored_columns",
        (column_reference(header, index),),
    )


def _column_issue(
    header: TableHeader, field: Field, indices: Iterable[int], message: str
) -> DetectionIssue:
    references = tuple(column_reference(header, index) for index in indices)
    return DetectionIssue(message, f"column_mapping.{field}", references[:20])


def _mapping_option(header: TableHeader, field: Field, columns: Iterable[int]) -> str:
    """Return the setting of the first column for a message, retail prices last.

    A column is named by its header if that is unique, else by its letter.
    """
    index = min(columns, key=lambda i: (names_retail(header.cells[i]), i))
    return any_column_setting(field, column_reference(header, index))
