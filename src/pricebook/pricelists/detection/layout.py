"""Comparison of a price list with the profile of the supplier's previous one.

Options take precedence. Every other field is read from the column of the previous price list, or
the price list is refused. Reordered and added columns are no change.
"""

import re
from collections.abc import Mapping, Sequence

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.ambiguity_errors import FIELD_LABELS, column_label
from pricebook.pricelists.detection.column_content import ColumnContent, are_compatible_kinds
from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_words import field_ranks, split_header_with_brackets
from pricebook.pricelists.schemas import ColumnKind, DetectedProfile, Field
from pricebook.pricelists.text import quote, quote_list

_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NEW_LAYOUT_HINT = "import with a new layout (--new-layout, new_layout)"
_KIND_NAMES: dict[ColumnKind, str] = {
    "money": "prices",
    "decimals": "decimal numbers",
    "whole": "whole numbers",
    "codes": "codes",
    "barcodes": "barcodes",
    "texts": "texts",
    "words": "words",
}


def with_previous_mapping(
    configured: Mapping[Field, str], previous_profile: DetectedProfile | None
) -> Mapping[Field, str]:
    """Return the column mapping of the options, completed by the previous profile."""
    return {**previous_profile.columns, **configured} if previous_profile else configured


def had_no_header(previous_profile: DetectedProfile | None) -> bool:
    """Return whether the previous price list had no header."""
    return previous_profile is not None and previous_profile.header_row == 0


def check_header_unchanged(
    header: TableHeader, configured: Mapping[Field, str], previous_profile: DetectedProfile
) -> None:
    """Raise PriceListError if the column of a field is missing or has another header."""
    if had_no_header(previous_profile):
        _check_headerless_width(header, previous_profile)
        return
    for field, name in _previous_fields(configured, previous_profile):
        title = _previous_title(name, previous_profile)
        same = [
            i
            for i, cell in enumerate(header.cells)
            if _normalized_title(cell) == _normalized_title(title)
        ]
        named_index = column_index(name) if title != name else None
        is_present = bool(same) and (named_index is None or named_index in same)
        if not is_present and not _may_be_missing(field, header):
            raise _missing_column_error(header, field, title)


def without_missing_category(
    expected: Mapping[Field, str], header: TableHeader, configured: Mapping[Field, str]
) -> Mapping[Field, str]:
    """Return the mapping without a previous category column that this price list lacks.

    The stored categories then stay unchanged.
    """
    is_missing = "category" not in configured and not header.candidates["category"]
    return {
        field: name for field, name in expected.items() if field != "category" or not is_missing
    }


def check_kinds_unchanged(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    previous_profile: DetectedProfile,
) -> None:
    """Raise PriceListError if the content of a field's column has changed its kind.

    `columns` are those of fields that column_mapping does not set.
    """
    previous_kinds = _previous_kinds(previous_profile)
    current_kinds: dict[str, ColumnKind | None] = {
        _column_key(header, index): content.kind for index, content in enumerate(contents)
    }
    for field, index in columns.items():
        key = _column_key(header, index)
        previous, current = previous_kinds.get(key), current_kinds.get(key)
        if (
            field not in previous_profile.columns
            or not previous
            or not current
            or previous == current
        ):
            continue
        swapped = any(
            current_kinds.get(other) == previous and kind == current
            for other, kind in previous_kinds.items()
        )
        if swapped or not are_compatible_kinds(previous, current):
            raise _changed_kind_error(header, field, index, (previous, current))


def _previous_fields(
    configured: Mapping[Field, str], previous_profile: DetectedProfile
) -> list[tuple[Field, str]]:
    return [
        (field, name) for field, name in previous_profile.columns.items() if field not in configured
    ]


def _may_be_missing(field: Field, header: TableHeader) -> bool:
    """Return whether the field is the category and no column has a category header."""
    return field == "category" and not any(
        "category" in field_ranks(cell, "") for cell in header.cells
    )


def _previous_title(name: str, previous_profile: DetectedProfile) -> str:
    """Return the previous header of `column C`, or the name itself if it is a header."""
    index = column_index(name)
    if name in previous_profile.headers or index is None or index >= len(previous_profile.headers):
        return name
    return previous_profile.headers[index]


def _previous_kinds(previous_profile: DetectedProfile) -> dict[str, ColumnKind | None]:
    if had_no_header(previous_profile):
        return {str(index): kind for index, kind in enumerate(previous_profile.kinds)}
    titles = map(_normalized_title, previous_profile.headers)
    return dict(zip(titles, previous_profile.kinds, strict=False))


def _column_key(header: TableHeader, index: int) -> str:
    """Return the key of a column across price lists: its header, else its index."""
    if not header.header_rows:
        return str(index)
    return _normalized_title(header.cells[index]) if index < len(header.cells) else ""


def _normalized_title(title: str) -> str:
    """Return all words of a header, those in brackets too, without dates."""
    return " ".join(split_header_with_brackets(_DATE.sub(" ", title)))


def _check_headerless_width(header: TableHeader, previous_profile: DetectedProfile) -> None:
    if header.header_rows:
        raise PriceListError(
            f"The previous price list had no header, this one has {quote_list(header.cells)} in "
            f"row {header.row_number}; set header_row=0 if that is no header, or "
            f"{_NEW_LAYOUT_HINT}."
        )
    if len(header.cells) != len(previous_profile.headers):
        raise PriceListError(
            f"The previous price list had {len(previous_profile.headers)} columns without headers, "
            f"this one has {len(header.cells)}, so they may have moved; set them with "
            f"column_mapping, or {_NEW_LAYOUT_HINT}."
        )


def _missing_column_error(header: TableHeader, field: Field, title: str) -> PriceListError:
    columns = quote_list(header.cells) or "without headers"
    previous = f"in the column {quote(title)}" if title else "in a column without a header"
    return PriceListError(
        f"In the previous price list the {FIELD_LABELS[field]} was {previous}, which this one does "
        f"not have: its columns are {columns}; set the column with column_mapping or "
        f'--column {field}="Header", or {_NEW_LAYOUT_HINT}.'
    )


def _changed_kind_error(
    header: TableHeader, field: Field, index: int, kinds: tuple[ColumnKind, ColumnKind]
) -> PriceListError:
    previous, current = (_KIND_NAMES[kind] for kind in kinds)
    return PriceListError(
        f"The column {column_label(header, index)} of the {FIELD_LABELS[field]} contained "
        f"{previous} in the previous price list and contains {current} now; set the column with "
        "column_mapping or "
        f'--column {field}="Header", or {_NEW_LAYOUT_HINT}.'
    )
