"""Whether a list still is laid out as the supplier's last one, before anything of it is taken in.

What the order says wins; where it says nothing, each field comes from the column from which it came
last, or the list is refused. Reordered and added columns are no change.
"""

import re
from collections.abc import Mapping, Sequence

from pricebook.errors import PriceListError
from pricebook.ingestion.column_names import lettered
from pricebook.ingestion.content import Content, may_become
from pricebook.ingestion.doubts import FIELD_NAMES, label
from pricebook.ingestion.header_words import all_words, ranks_of
from pricebook.ingestion.headers import Header
from pricebook.ingestion.normalise import shown, shown_list
from pricebook.ingestion.schemas import Field, Findings, Kind

_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NEW_LAYOUT = "take the list in with a new layout (--new-layout, new_layout)"
_KIND_NAMES: dict[Kind, str] = {
    "money": "prices",
    "decimals": "decimal numbers",
    "whole": "whole numbers",
    "codes": "codes",
    "barcodes": "barcodes",
    "texts": "texts",
    "words": "words",
}


def with_memory(said: Mapping[Field, str], remembered: Findings | None) -> Mapping[Field, str]:
    """Name the column of every field: as it is said now, else as it was in the last list."""
    return {**remembered.columns, **said} if remembered else said


def had_no_header(remembered: Findings | None) -> bool:
    """Tell whether the supplier's last list came without a header."""
    return remembered is not None and remembered.header_row == 0


def check_header(header: Header, said: Mapping[Field, str], remembered: Findings) -> None:
    """Raise PriceListError if the column of a field is gone or has another header now."""
    if had_no_header(remembered):
        _check_width(header, remembered)
        return
    for field, name in _fields_remembered(said, remembered):
        title = _title_remembered(name, remembered)
        same = [i for i, cell in enumerate(header.cells) if _exact(cell) == _exact(title)]
        place = lettered(name) if title != name else None
        is_there = bool(same) and (place is None or place in same)
        if not is_there and not _may_go(field, header):
            raise _gone(header, field, title)


def without_gone(
    wanted: Mapping[Field, str], header: Header, said: Mapping[Field, str]
) -> Mapping[Field, str]:
    """Forget the category column of earlier lists that a checked list does not have.

    A column that a list lacks leaves in the catalog what is there.
    """
    is_gone = "category" not in said and not header.candidates["category"]
    return {field: name for field, name in wanted.items() if field != "category" or not is_gone}


def check_contents(
    header: Header, columns: Mapping[Field, int], contents: Sequence[Content], remembered: Findings
) -> None:
    """Raise PriceListError if the column of a field holds another kind of thing than it did.

    `columns` are those of the fields that no user named.
    """
    before = _kinds_remembered(remembered)
    now: dict[str, Kind | None] = {
        _key(header, index): content.kind for index, content in enumerate(contents)
    }
    for field, index in columns.items():
        key = _key(header, index)
        was, is_now = before.get(key), now.get(key)
        if field not in remembered.columns or not was or not is_now or was == is_now:
            continue
        swapped = any(now.get(other) == was and kind == is_now for other, kind in before.items())
        if swapped or not may_become(was, is_now):
            raise _other_content(header, field, index, (was, is_now))


def _fields_remembered(said: Mapping[Field, str], remembered: Findings) -> list[tuple[Field, str]]:
    return [(field, name) for field, name in remembered.columns.items() if field not in said]


def _may_go(field: Field, header: Header) -> bool:
    """Tell whether a list may do without the column of a field, and does: none has its place."""
    return field == "category" and not any(
        "category" in ranks_of(cell, "") for cell in header.cells
    )


def _title_remembered(name: str, remembered: Findings) -> str:
    """Tell the header that `column C` had, or the name itself where it is a header."""
    index = lettered(name)
    if name in remembered.headers or index is None or index >= len(remembered.headers):
        return name
    return remembered.headers[index]


def _kinds_remembered(remembered: Findings) -> dict[str, Kind | None]:
    if had_no_header(remembered):
        return {str(index): kind for index, kind in enumerate(remembered.kinds)}
    titles = map(_exact, remembered.headers)
    return dict(zip(titles, remembered.kinds, strict=False))


def _key(header: Header, index: int) -> str:
    """Tell a column from the others from list to list: by its header, else by its place."""
    if not header.lines:
        return str(index)
    return _exact(header.cells[index]) if index < len(header.cells) else ""


def _exact(title: str) -> str:
    """Bring a header to what must stay: all its words, those in brackets too, but not a date."""
    return " ".join(all_words(_DATE.sub(" ", title)))


def _check_width(header: Header, remembered: Findings) -> None:
    if header.lines:
        raise PriceListError(
            f"The last list had no header, this one has {shown_list(header.cells)} in row "
            f"{header.row_number}; set header_row=0 if that is none, or {_NEW_LAYOUT}."
        )
    if len(header.cells) != len(remembered.headers):
        raise PriceListError(
            f"The last list had {len(remembered.headers)} columns without headers, this one has "
            f"{len(header.cells)}, so they may have moved; name them with column_mapping, or "
            f"{_NEW_LAYOUT}."
        )


def _gone(header: Header, field: Field, title: str) -> PriceListError:
    columns = shown_list(header.cells) or "without headers"
    was = f"in the column {shown(title)}" if title else "in a column without a header"
    return PriceListError(
        f"In the last list the {FIELD_NAMES[field]} was {was}, which this list does not have: its "
        f"columns are {columns}; name the column with column_mapping or "
        f'--column {field}="Header", or {_NEW_LAYOUT}.'
    )


def _other_content(
    header: Header, field: Field, index: int, kinds: tuple[Kind, Kind]
) -> PriceListError:
    was, is_now = (_KIND_NAMES[kind] for kind in kinds)
    return PriceListError(
        f"The {FIELD_NAMES[field]} comes from {label(header, index)}, which held {was} in the last "
        f"list and holds {is_now} now; name the right column with column_mapping or "
        f'--column {field}="Header", or {_NEW_LAYOUT}.'
    )
