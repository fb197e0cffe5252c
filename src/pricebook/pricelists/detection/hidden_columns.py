"""Columns that a sheet hides: none is read by itself where a visible one may be the field.

They may be left-overs of its author, or what prices are for. What a price depends on is a choice.
"""

from collections.abc import Iterator, Mapping, Sequence

from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    column_label,
    column_reference,
)
from pricebook.pricelists.detection.column_content import ColumnContent, content_at
from pricebook.pricelists.detection.column_names import find_columns
from pricebook.pricelists.detection.column_options import ignored_columns, remembered_config
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
    setting,
)
from pricebook.pricelists.detection.fact_cells import is_price_quantity
from pricebook.pricelists.detection.header_row import ExpectedColumns, TableHeader
from pricebook.pricelists.detection.price_words import LIST_PRICE_RANK
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.schemas.read_request import ReadRequest

_REQUIRED: tuple[Field, ...] = ("price", "sku", "name")
# Fields without which a price may be another one.
_OF_PRICE: tuple[Field, ...] = (
    *("price_quantity", "currency", *DISCOUNT_FIELDS, "discount_group", "surcharge"),
    *("deposit", "vat_rate", "unit"),
)


def leave_out_hidden(
    header: TableHeader, expected: ExpectedColumns, request: ReadRequest
) -> TableHeader:
    """Return the header without candidates in hidden columns, unless an option names them."""
    hides = frozenset(index for index in request.hidden_columns if index < len(header.cells))
    header = header._replace(hides=hides)
    if not hides or remembered_config(request).hidden_columns == "read":
        return header
    left_out = hides - _named_columns(header, expected, request)
    fields: dict[int, frozenset[Field]] = {
        index: frozenset(field for field, columns in header.candidates.items() if index in columns)
        for index in left_out
    }
    candidates = {
        field: {index: rank for index, rank in columns.items() if index not in left_out}
        for field, columns in header.candidates.items()
    }
    tiers = {index: each for index, each in header.tiers.items() if index not in left_out}
    return header._replace(
        candidates=candidates, tiers=tiers, ignored=header.ignored | left_out, hidden=fields
    )


def filled_hidden_columns(
    header: TableHeader, contents: Sequence[ColumnContent]
) -> tuple[int, ...]:
    """Return the hidden columns that have a title or cells."""
    return tuple(
        index
        for index in sorted(header.hides)
        if header.cells[index].strip() or content_at(contents, index).filled
    )


def _named_columns(
    header: TableHeader, expected: ExpectedColumns, request: ReadRequest
) -> frozenset[int]:
    """Return the hidden columns that options name; a name that a visible one has, too, is its."""
    config = remembered_config(request)
    names = [*expected.mapping.values(), *(config.price_columns or ())]
    names += config.key_columns or (
        request.previous_profile.key_columns if request.previous_profile else ()
    )
    found = (find_columns(header.cells, name, header.parts) for name in names)
    return frozenset(
        index for columns in found if header.hides.issuperset(columns) for index in columns
    )


def hidden_column_issues(
    request: ReadRequest,
    header: TableHeader,
    contents: Sequence[ColumnContent],
    columns: Mapping[Field, int],
    inferred: Sequence[Field],
) -> list[DetectionIssue]:
    """Return the issues of hidden columns that may be what a price depends on."""
    if not header.hidden or remembered_config(request).hidden_columns is not None:
        return []
    ignored = {
        index
        for name in ignored_columns(request, with_positions=True)
        for index in find_columns(header.cells, name, header.parts)
    }
    hidden = {
        index: fields
        for index, fields in header.hidden.items()
        if index not in ignored and content_at(contents, index).filled
    }
    return [
        *_better_columns(request, header, hidden, columns, inferred),
        *_facts_of_price(header, contents, hidden, columns),
    ]


def _better_columns(
    request: ReadRequest,
    header: TableHeader,
    hidden: Mapping[int, frozenset[Field]],
    columns: Mapping[Field, int],
    inferred: Sequence[Field],
) -> Iterator[DetectionIssue]:
    """Yield issues of hidden columns with a header of a field that a visible one may not be."""
    for field in _REQUIRED:
        visible = columns.get(field)
        others = [index for index, fields in hidden.items() if field in fields]
        is_set = field in request.config.column_mapping or not others
        is_weak = field in inferred or (field == "price" and _is_list_price(header, visible))
        if visible is None or is_set or not is_weak:
            continue
        reason = "by content" if field in inferred else "a list price"
        references = tuple(column_reference(header, index) for index in (*others, visible))
        yield DetectionIssue(
            f"The column {column_label(header, visible)} is the {FIELD_LABELS[field]} {reason}, "
            f"and the sheet hides the column {column_label(header, others[0])}, which is named "
            f"like it; set {column_setting(field, references[0])} or "
            f"{column_setting(field, references[-1])}.",
            f"column_mapping.{field}",
            references,
        )


def _is_list_price(header: TableHeader, index: int | None) -> bool:
    rank = header.candidates["price"].get(index, 0) if index is not None else 0
    return rank >= LIST_PRICE_RANK


def _facts_of_price(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    hidden: Mapping[int, frozenset[Field]],
    columns: Mapping[Field, int],
) -> Iterator[DetectionIssue]:
    """Yield issues of hidden columns with a header of what prices are, if no visible one has it."""
    for index, fields in hidden.items():
        field: Field | None = next((each for each in _OF_PRICE if each in fields), None)
        if field is None or field in columns:
            continue
        if field == "unit" and not is_price_quantity(content_at(contents, index)):
            continue
        reference = column_reference(header, index)
        yield DetectionIssue(
            f"The sheet hides the column {column_label(header, index)}, which is named like a "
            f"{FIELD_LABELS[field]}; set {column_setting(field, reference)} if its cells count, "
            f"or {ignoring(reference)} or {setting('hidden_columns', 'skip')} if they do not.",
            f"column_mapping.{field}",
            (reference,),
        )
