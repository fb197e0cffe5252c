"""Comparison of a price list with the profile of the supplier's previous one.

Options take precedence. Every other field is read from the column of the previous price list, or
the price list is refused. Reordered and added columns are no change.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    KIND_NAMES,
    column_label,
    column_reference,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    are_compatible_kinds,
)
from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    any_column_setting,
    setting,
)
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import (
    split_header_with_brackets,
)
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.price_words import UNIT_PRICE_OR_PACK_WORDS
from pricebook.pricelists.schemas.profile import ColumnKind, DetectedProfile
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.text import comparison_key, quote, quote_list

_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_PACKING_UNITS = frozenset(map(comparison_key, UNIT_PRICE_OR_PACK_WORDS))
_OPTION_FIELDS: frozenset[Field] = frozenset({"currency", "price_quantity", "discount", "vat_rate"})
NEW_LAYOUT_HINT = "import with a new layout (--new-layout, new_layout)"
# A price list may lack these columns: the stored values stay, and no price changes by it.
_OPTIONAL_FIELDS: frozenset[Field] = frozenset(
    (
        *("category", "list_price", "next_price", "valid_from", "gtin", "mpn", "brand", "stock"),
        "lead_time",
    )
)
_SHARING_FIELDS: frozenset[Field] = frozenset({"sku", "name", "gtin"})


def with_previous_mapping(
    configured: Mapping[Field, str],
    previous_profile: DetectedProfile | None,
    ignored: Collection[str] = (),
) -> Mapping[Field, str]:
    """Return the column mapping of the options, completed by the previous profile.

    A column that the options set to another field, or to none, has its previous fields no more.
    The column of upcoming prices is chosen again, since its day may have come; so is `PU`, which
    an earlier release took for the price.
    """
    if previous_profile is None:
        return configured
    price = comparison_key(previous_profile.columns.get("price", ""))
    is_outdated = not previous_profile.price_facts and price in _PACKING_UNITS
    previous: dict[Field, str] = dict(previous_profile.columns)
    previous.pop("next_price", None)
    if is_outdated:
        del previous["price"]
    kept: dict[Field, str] = {
        field: column
        for field, column in previous.items()
        if column not in ignored
        and not any(_takes(other, field) for other, name in configured.items() if name == column)
    }
    return {**kept, **configured}


def _takes(configured: Field, previous: Field) -> bool:
    """Return whether a column of one field cannot be that of the previous field, too."""
    return configured != previous and not {configured, previous} <= _SHARING_FIELDS


def had_no_header(previous_profile: DetectedProfile | None) -> bool:
    """Return whether the previous price list had no header."""
    return previous_profile is not None and previous_profile.header_row == 0


def changed_headers(
    header: TableHeader, configured: ReadConfig, previous_profile: DetectedProfile
) -> Iterator[DetectionIssue]:
    """Yield an issue for each field whose column is missing or has another header."""
    if had_no_header(previous_profile):
        yield from _changed_width(header, previous_profile)
        return
    for field, name in _previous_fields(configured.column_mapping, previous_profile):
        title = previous_title(name, previous_profile)
        wanted = normalized_title(title)
        same = [i for i, cell in enumerate(header.cells) if normalized_title(cell) == wanted]
        named_index = column_index(name) if title != name else None
        is_present = bool(same) and (named_index is None or named_index in same)
        is_decided = is_present or _is_decided(field, configured) or _may_be_missing(field, header)
        if not is_decided:
            yield _missing_column_issue(header, field, title)


def without_missing_columns(
    expected: Mapping[Field, str], header: TableHeader, configured: ReadConfig
) -> Mapping[Field, str]:
    """Return the mapping without previous columns that this price list may and does lack.

    The stored values of such a field stay unchanged.
    """
    return {
        field: name
        for field, name in expected.items()
        if field in configured.column_mapping or header.candidates[field]
    }


def changed_kinds(
    header: TableHeader,
    columns: Mapping[Field, int],
    contents: Sequence[ColumnContent],
    previous_profile: DetectedProfile,
) -> Iterator[DetectionIssue]:
    """Yield an issue for each field whose column has another kind of content than before.

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
            yield _changed_kind_issue(header, field, index, (previous, current))


def _previous_fields(
    configured: Mapping[Field, str], previous_profile: DetectedProfile
) -> list[tuple[Field, str]]:
    return [
        (field, name) for field, name in previous_profile.columns.items() if field not in configured
    ]


def _may_be_missing(field: Field, header: TableHeader) -> bool:
    """Return whether no price depends on the field and no other column has a header of it."""
    return field in _OPTIONAL_FIELDS and not any(
        field in field_ranks(cell, "") for cell in header.cells
    )


def _is_decided(field: Field, configured: ReadConfig) -> bool:
    """Return whether an option replaces the column of a field: the currency of the list."""
    return field in _OPTION_FIELDS and getattr(configured, field) is not None


def previous_title(name: str, previous_profile: DetectedProfile) -> str:
    """Return the previous header of `column C`, or the name itself if it is a header.

    Several tables have their position as the header of a column without one.
    """
    headers, index = previous_profile.headers, column_index(name)
    if index is None or index >= len(headers):
        return name
    has_several = bool(previous_profile.sheets or previous_profile.tables)
    if headers[index] == name and has_several:
        return ""
    return name if name in headers else headers[index]


def _previous_kinds(previous_profile: DetectedProfile) -> dict[str, ColumnKind | None]:
    if had_no_header(previous_profile):
        return {str(index): kind for index, kind in enumerate(previous_profile.kinds)}
    titles = map(normalized_title, previous_profile.headers)
    return dict(zip(titles, previous_profile.kinds, strict=False))


def _column_key(header: TableHeader, index: int) -> str:
    """Return the key of a column across price lists: its header, else its index."""
    if not header.header_rows:
        return str(index)
    return normalized_title(header.cells[index]) if index < len(header.cells) else ""


def normalized_title(title: str) -> str:
    """Return all words of a header, those in brackets too, without dates."""
    return " ".join(split_header_with_brackets(_DATE.sub(" ", title)))


def _changed_width(
    header: TableHeader, previous_profile: DetectedProfile
) -> Iterator[DetectionIssue]:
    if header.header_rows:
        yield DetectionIssue(
            f"The previous price list had no header, this one has {quote_list(header.cells)} in "
            f"row {header.row_number}; set {setting('header_row', 0)} if that is no "
            f"header, or {NEW_LAYOUT_HINT}.",
            "header_row",
            ("0",),
        )
    elif len(header.cells) != len(previous_profile.headers):
        yield DetectionIssue(
            f"The previous price list had {len(previous_profile.headers)} columns without headers, "
            f"this one has {len(header.cells)}, so they may have moved; set them with "
            f"column_mapping, or {NEW_LAYOUT_HINT}.",
            "column_mapping",
        )


def _missing_column_issue(header: TableHeader, field: Field, title: str) -> DetectionIssue:
    columns = quote_list(header.cells) or "without headers"
    previous = f"in the column {quote(title)}" if title else "in a column without a header"
    return DetectionIssue(
        f"In the previous price list the {FIELD_LABELS[field]} was {previous}, which this one does "
        f"not have: its columns are {columns}; set the column with "
        f"{any_column_setting(field)}, or {NEW_LAYOUT_HINT}.",
        f"column_mapping.{field}",
        tuple(cell.strip() for cell in header.cells if cell.strip())[:20],
    )


def _changed_kind_issue(
    header: TableHeader, field: Field, index: int, kinds: tuple[ColumnKind, ColumnKind]
) -> DetectionIssue:
    previous, current = (KIND_NAMES[kind] for kind in kinds)
    return DetectionIssue(
        f"The column {column_label(header, index)} of the {FIELD_LABELS[field]} contained "
        f"{previous} in the previous price list and contains {current} now; set the column with "
        f"{any_column_setting(field)}, or {NEW_LAYOUT_HINT}.",
        f"column_mapping.{field}",
        (column_reference(header, index),),
    )
