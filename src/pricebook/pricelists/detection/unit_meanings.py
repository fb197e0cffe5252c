"""What the cells of units and price quantities mean, by a legend or an option.

`Und.: C = cien unidades, M = metro`, `Preiseinheit: 0=1 1=10 2=100 3=1000`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

UNIT_FIELDS: tuple[Field, ...] = ("unit", "price_quantity")
# Capital letters that may be a quantity or a unit; a legend decides.
_LETTERS = frozenset({"C", "M", "T", "H", "D", "CEN", "%", "‰"})
_MAX_CODES = 40
_MAX_LENGTH = 1000
_MAX_SOURCE_LENGTH = 160
_ASSIGNMENT = re.compile(r"(?:^|(?<=[\s,;|:(·•]))([^\s=,;|:(]{1,5})\s?[=]\s?")


class UnitMeanings(NamedTuple):
    """The meaning of cells by their text, and the text of the list that states it, if any."""

    of_cells: Mapping[str, str]
    source: str = ""
    note: str = ""

    def cell(self, cell: str) -> str:
        """Return what a cell means, the cell itself if nothing states that."""
        return self.of_cells.get(display_text(cell).strip(), cell)


def read_contents(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    notes: Sequence[Note],
    option: Mapping[str, str] | None,
) -> tuple[Sequence[ColumnContent], UnitMeanings]:
    """Return the contents with the meanings of units that an option or a legend states."""
    meanings = _find_meanings(header, contents, notes, option)
    return _with_meanings(header, contents, meanings), meanings


def _find_meanings(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    notes: Sequence[Note],
    option: Mapping[str, str] | None,
) -> UnitMeanings:
    """Return the meanings of the option, else those of a legend for all codes of a column.

    A legend of numbers names the header of the column before them.
    """
    if option is not None:
        return UnitMeanings(dict(option))
    for field in UNIT_FIELDS:
        for index in header.candidates[field]:
            content = contents[index] if index < len(contents) else ColumnContent()
            codes = {text for cell in content.cells if (text := display_text(cell).strip())}
            if index in header.ignored or not 0 < len(codes) <= _MAX_CODES:
                continue
            for note in notes:
                defined = _defined(note.text[:_MAX_LENGTH], header.cells[index].strip(), codes)
                if defined:
                    text = quote(note.text, _MAX_SOURCE_LENGTH)
                    return UnitMeanings(defined, f"row {note.row_number}, {text}", note.text)
    return UnitMeanings({})


def _with_meanings(
    header: TableHeader, contents: Sequence[ColumnContent], meanings: UnitMeanings
) -> Sequence[ColumnContent]:
    """Return the contents of columns with the meanings of their units."""
    columns = {index for field in UNIT_FIELDS for index in header.candidates[field]}
    if not meanings.of_cells:
        return contents
    return [
        content._replace(cells=[meanings.cell(cell) for cell in content.cells])
        if index in columns
        else content
        for index, content in enumerate(contents)
    ]


def without_meanings(notes: Sequence[Note], meanings: UnitMeanings) -> list[Note]:
    """Return the notes without the definitions of a legend that was read."""
    return [
        note._replace(text=_without_definitions(note.text, meanings))
        if note.text == meanings.note
        else note
        for note in notes
    ]


def _without_definitions(text: str, meanings: UnitMeanings) -> str:
    spans = [span for code, _, span in _assignments(text) if code in meanings.of_cells]
    for start, end in reversed(spans):
        text = f"{text[:start]} ; {text[end:]}"
    return text


def _defined(text: str, header: str, codes: Collection[str]) -> dict[str, str]:
    """Return the meanings of codes that need one; none unless all of these are defined."""
    at = text.find(header) if header else -1
    are_numbers = any(code.isdigit() for code in codes)
    if are_numbers and at < 0:
        return {}
    part = text[at:] if at >= 0 else text
    found = {code: meaning for code, meaning, _ in _assignments(part) if meaning}
    needed = {code for code in codes if are_numbers or code in _LETTERS}
    if not needed <= found.keys():
        return {}
    return (
        {
            code: meaning
            for code, meaning in found.items()
            if code in needed or (are_numbers and code.isdigit()) or parse_unit(code) is None
        }
        if needed
        else {}
    )


def _assignments(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield each code of a legend, its meaning, empty if it is none, and where it stands."""
    for match, following in pairwise([*_ASSIGNMENT.finditer(text), None]):
        if match is None:
            return
        end = following.start() if following else len(text)
        definition = re.split(r"[,;|.·•)](?:\s|$)", text[match.end() : end])[0].strip()
        yield match[1], _meaning(definition), (match.start(), match.end() + len(definition))


def _meaning(definition: str) -> str:
    """Return the part of a definition that is a quantity or a unit, empty without one."""
    words = definition.split()
    for count in range(min(len(words), 4), 0, -1):
        text = " ".join(words[:count])
        if parse_quantity(text, ",") or parse_unit(text):
            return text
    return ""
