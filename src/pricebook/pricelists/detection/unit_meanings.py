"""What the cells of units and price quantities mean, by a legend or an option.

`Und.: C = cien unidades, M = metro`, `Preiseinheit: 0=1 1=10 2=100 3=1000`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.code_legends import (
    LETTERS,
    MAX_CODE_LENGTH,
    MAX_LENGTH,
    Definition,
    definitions,
    is_code,
    quantity_of,
)
from pricebook.pricelists.detection.column_content import ColumnContent, content_at, display_text
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.notes import Note
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import quote

UNIT_FIELDS: tuple[Field, ...] = ("unit", "price_quantity")
# Columns of other fields hold no codes of quantities.
_CODE_FIELDS: frozenset[Field] = frozenset(
    {"unit", "price_quantity", "pack_size", "min_order_quantity"}
)
_MAX_CODES = 40
_MAX_SOURCE_LENGTH = 160


class UnitMeanings(NamedTuple):
    """The meaning of cells by their text, and the text of the list that states it, if any.

    `notes` are all texts that state it. `column` is one of price quantities that no header names.
    `of_prices` are the cells that are defined as what a price is for.
    """

    of_cells: Mapping[str, str]
    source: str = ""
    notes: frozenset[str] = frozenset()
    column: int | None = None
    of_prices: frozenset[str] = frozenset()

    def cell(self, cell: str) -> str:
        """Return what a cell means, the cell itself if nothing states that."""
        return self.of_cells.get(display_text(cell).strip(), cell)


def read_contents(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    notes: Sequence[Note],
    option: Mapping[str, str] | None,
) -> tuple[TableHeader, Sequence[ColumnContent], UnitMeanings]:
    """Return the contents with the meanings of units that an option or a legend states.

    A column without a field whose codes are all explained is a candidate for the price quantity.
    """
    meanings = _find_meanings(header, contents, notes, option)
    if meanings.column is not None:
        candidates = {
            field: {i: rank for i, rank in columns.items() if i != meanings.column}
            for field, columns in header.candidates.items()
        }
        candidates["price_quantity"] = {meanings.column: 0}
        header = header._replace(candidates=candidates)
    header = _without_packs(header, contents, meanings)
    return header, _with_meanings(header, contents, meanings), meanings


def _without_packs(
    header: TableHeader, contents: Sequence[ColumnContent], meanings: UnitMeanings
) -> TableHeader:
    """Return a header whose columns of what prices are for are no candidates for the pack size."""
    of_prices = {
        index
        for field in UNIT_FIELDS
        for index in header.candidates[field]
        if not meanings.of_prices.isdisjoint(_codes(header, contents, index))
    }
    packs = {i: rank for i, rank in header.candidates["pack_size"].items() if i not in of_prices}
    return header._replace(candidates={**header.candidates, "pack_size": packs})


def _find_meanings(
    header: TableHeader,
    contents: Sequence[ColumnContent],
    notes: Sequence[Note],
    option: Mapping[str, str] | None,
) -> UnitMeanings:
    """Return the meanings of the option, else those of a legend for all codes of a column.

    A legend of numbers names the header of the column before them.
    """
    named = {index for field in UNIT_FIELDS for index in header.candidates[field]}
    columns = {index: codes for index in named if (codes := _codes(header, contents, index))}
    others = {
        index: codes
        for index in _other_columns(header)
        if (codes := _codes(header, contents, index)) and _are_codes(codes)
    }
    if option is not None:
        return UnitMeanings(dict(option), column=_explained_column(option, columns, others))
    for index, codes in columns.items():
        if found := _of_numbers(notes, header.cells[index].strip(), codes):
            return found
    legend = _Legend(notes)
    for codes in columns.values():
        if found := legend.meanings_of(codes):
            return legend.with_source(found)
    for index, codes in others.items():
        if _explains(legend.of_codes, codes):
            return legend.with_source(legend.of_codes)._replace(column=index)
    return UnitMeanings({})


def _explained_column(
    option: Mapping[str, str],
    columns: Mapping[int, Collection[str]],
    others: Mapping[int, Collection[str]],
) -> int | None:
    """Return the column of price quantities that only the option of its codes shows."""
    named = [index for index, codes in columns.items() if not option.keys().isdisjoint(codes)]
    for index in named:
        meanings = [option.get(code, code) for code in columns[index]]
        has_units = 2 * sum(any(map(str.isalpha, each)) for each in meanings) >= len(meanings)
        if not has_units and _explains(option, columns[index]):
            return index
    explained = (index for index, codes in others.items() if _explains(option, codes))
    return None if named else next(explained, None)


class _Legend:
    """The definitions of codes in the texts of a list."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._notes = dict[str, Note]()
        self._found = dict[str, Definition]()
        for note in notes:
            for each in definitions(note.text):
                if each.meaning and is_code(each.code) and each.code not in self._found:
                    self._found[each.code], self._notes[each.code] = each, note
        self.of_codes = {code: each.meaning for code, each in self._found.items()}

    def meanings_of(self, codes: Collection[str]) -> dict[str, str]:
        """Return the meanings of codes that need one; none unless all letters are defined."""
        needed = {code for code in codes if code in LETTERS}
        unknown = {code for code in codes if quantity_of(code) is None}
        if not needed <= self._found.keys() or not any(map(self._changes, needed | set(codes))):
            return {}
        has_unclear = not (needed | unknown).isdisjoint(self._found)
        return {
            code: each.meaning
            for code, each in self._found.items()
            if code in needed
            or quantity_of(code) is None
            or self._replaces(each, has_unclear=has_unclear)
        }

    def with_source(self, meanings: Mapping[str, str]) -> UnitMeanings:
        """Return meanings with the texts that state them."""
        notes = [self._notes[code] for code in meanings]
        texts = frozenset(note.text for note in notes)
        of_prices = frozenset(code for code in meanings if self._found[code].names_price)
        return UnitMeanings(dict(meanings), _source_of(notes[0]), texts, of_prices=of_prices)

    def _changes(self, code: str) -> bool:
        """Return whether a code of a column is defined otherwise than it is read by itself."""
        each = self._found.get(code)
        if each is None:
            return False
        is_clear = code not in LETTERS and quantity_of(code) is not None
        return not is_clear or self._replaces(each, has_unclear=False)

    @staticmethod
    def _replaces(each: Definition, *, has_unclear: bool) -> bool:
        """Return whether a definition counts for a code that is a unit by itself: `CM`.

        `VE = 100 Stück` only counts the pieces of a pack.
        """
        own = quantity_of(each.code)
        is_pack = own is not None and (own.unit or "")[:1] == "X"
        return each.quantity != own and (each.names_price or (has_unclear and not is_pack))


def _codes(header: TableHeader, contents: Sequence[ColumnContent], index: int) -> frozenset[str]:
    """Return the different cells of a column, none if it is ignored or they are too many."""
    cells = content_at(contents, index).cells
    codes = frozenset(text for cell in cells if (text := display_text(cell).strip()))
    return frozenset() if index in header.ignored or len(codes) > _MAX_CODES else codes


def _other_columns(header: TableHeader) -> list[int]:
    """Return the columns that no header names as another field than a quantity or a unit."""
    taken = {
        index
        for field, columns in header.candidates.items()
        if field not in _CODE_FIELDS
        for index in columns
    }
    named = {index for field in UNIT_FIELDS for index in header.candidates[field]}
    excluded = taken | named | header.tiers.keys()
    return [index for index in range(len(header.cells)) if index not in excluded]


def _are_codes(texts: Collection[str]) -> bool:
    return all(len(text) <= MAX_CODE_LENGTH and not text.isdigit() for text in texts)


def _explains(meanings: Mapping[str, str], codes: Collection[str]) -> bool:
    """Return whether all codes are quantities by definitions or by themselves, not all of one."""
    quantities = {code: quantity_of(meanings.get(code, code)) for code in codes}
    are_known = all(quantities.values()) and not meanings.keys().isdisjoint(codes)
    return are_known and any(each.number != 1 for each in quantities.values() if each)


def _source_of(note: Note) -> str:
    return f"row {note.row_number}, {quote(note.text, _MAX_SOURCE_LENGTH)}"


def _of_numbers(notes: Sequence[Note], header: str, codes: frozenset[str]) -> UnitMeanings | None:
    """Return the meanings of numbers that a text states behind the header of their column."""
    if not header or not any(code.isdigit() for code in codes):
        return None
    for note in notes:
        at = note.text[:MAX_LENGTH].find(header)
        if at < 0:
            continue
        found = {each.code: each.meaning for each in definitions(note.text[at:]) if each.meaning}
        if codes <= found.keys():
            return UnitMeanings(found, _source_of(note), frozenset({note.text}))
    return None


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
    """Return the notes without the definitions of codes whose meaning is known."""
    if not meanings.of_cells:
        return list(notes)
    return [note._replace(text=_without_definitions(note.text, meanings)) for note in notes]


def _without_definitions(text: str, meanings: UnitMeanings) -> str:
    return _without(text, [d for d in definitions(text) if d.code in meanings.of_cells])


def _without(text: str, found: Sequence[Definition]) -> str:
    for each in reversed(found):
        text = f"{text[: each.start]} ; {text[each.end :]}"
    return text


def split_undecided(notes: Sequence[Note]) -> tuple[list[Note], list[tuple[Note, str]]]:
    """Return the notes without definitions of price quantities whose code no column has, and these.

    Each of these is a note with the text of its first such definition.
    """
    rest, undecided = list[Note](), list[tuple[Note, str]]()
    for note in notes:
        found = list(filter(_is_of_prices, definitions(note.text)))
        undecided += [(note, note.text[each.start : each.end]) for each in found[:1]]
        rest.append(note._replace(text=_without(note.text, found)) if found else note)
    return rest, undecided


def _is_of_prices(each: Definition) -> bool:
    """Return whether a code is defined as what a price is for: `C = per 100`."""
    quantity = each.quantity
    is_letter = each.code in LETTERS
    is_stated = quantity is not None and quantity.number > 1 and (each.names_price or is_letter)
    return is_stated and is_code(each.code)
