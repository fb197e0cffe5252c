"""The header of a table: which rows it is made of, and which fields its words name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricebook.ingestion.column_names import columns_named, lettered
from pricebook.ingestion.content import filled_in
from pricebook.ingestion.header_words import (
    LONGEST_HEADER,
    explains,
    names_another_price,
    ranks_of,
    ranks_of_parts,
    says_price,
)
from pricebook.ingestion.numbers import decimals_shown
from pricebook.ingestion.schemas import Field, Record
from pricebook.ingestion.vocabulary import FIELD_WORDS

MOST_COLUMNS = 1000
_MOST_LINES = 3
_FEWEST_NUMBERED = 3

# Column index to its rank in the vocabulary, 0 the best.
Candidates = dict[int, int]


class Wanted(NamedTuple):
    """Which header the user or the supplier's last list names for a field; the currency."""

    mapping: Mapping[Field, str]
    currency: str


class Header(NamedTuple):
    """Rows read as one header: the 1-based number of the last, their cells as one row.

    `candidates` tells what each column may be, `known` how many fields are named by words, `lines`
    are the rows themselves.
    """

    row_number: int
    cells: Sequence[str]
    candidates: Mapping[Field, Candidates]
    known: int
    lines: tuple[Sequence[str], ...]

    @property
    def heads_a_table(self) -> bool:
        """Tell whether it has what no letterhead has: a price beside an article code or a name."""
        found = self.candidates
        return self.known > 1 and bool(found["price"] and (found["sku"] or found["name"]))


def read_header(rows: Sequence[Record], wanted: Wanted) -> Header:
    """Look up every column; a field that is named by `wanted` may be in that column only."""
    lines = tuple(cells[: MOST_COLUMNS + 1] for _, cells, _ in rows)
    cells, parts = _composed(lines)
    candidates: dict[Field, Candidates] = {field: {} for field in FIELD_WORDS}
    for index, cell in enumerate(cells):
        for field, rank in ranks_of_parts(cell, parts[index], wanted.currency).items():
            candidates[field][index] = rank
    for field, name in wanted.mapping.items():
        candidates[field] = dict.fromkeys(columns_named(cells, name), 0)
    by_letter = {field for field, name in wanted.mapping.items() if lettered(name) is not None}
    known = sum(bool(columns) for field, columns in candidates.items() if field not in by_letter)
    return Header(rows[-1][0], cells, candidates, known, lines)


def no_header(width: int, wanted: Wanted, row_number: int = 0) -> Header:
    """Stand in for the header of a list without one, whose columns have but their letters."""
    return read_header([(row_number, [""] * width, None)], wanted)._replace(lines=())


def first_header(records: Sequence[Record], wanted: Wanted) -> Header | None:
    """Find the first rows that head a table, with the rows above and below that belong to them."""
    for end in range(1, len(records) + 1):
        for first in range(end - 1, max(-1, end - 1 - _MOST_LINES), -1):
            if first < end - 1 and not _may_be_line(records[first]):
                break
            if read_header(records[first:end], wanted).heads_a_table:
                return _whole(records, first, end, wanted)
    return None


def header_around(records: Sequence[Record], index: int, wanted: Wanted) -> Header:
    """Read the header of which the row at an index is a part."""
    return _whole(records, index, index + 1, wanted)


def header_ending_with(records: Sequence[Record], end: int, wanted: Wanted) -> Header:
    """Read the header that ends before an index, with the rows above that belong to it."""
    first = _with_rows_above(records, end - 1, end, wanted)
    return _with_numbered_row(read_header(records[first:end], wanted), records[end:])


def holds_numbers(cells: Sequence[str]) -> bool:
    """Tell whether a row has a cell that is a number, as rows of articles have and headers not."""
    return any(
        any(char.isdigit() for char in cell) and decimals_shown(cell.strip(), "") is not None
        for cell in cells
    )


def _whole(records: Sequence[Record], first: int, end: int, wanted: Wanted) -> Header:
    first = _with_rows_above(records, first, end, wanted)
    return _with_rows_below(records, first, end, wanted)


def _with_rows_above(records: Sequence[Record], first: int, end: int, wanted: Wanted) -> int:
    while first and end - first < _MOST_LINES:
        header = read_header(records[first:end], wanted)
        if not _belongs_above(records[first - 1], header, wanted.currency):
            break
        first -= 1
    return first


def _with_rows_below(records: Sequence[Record], first: int, end: int, wanted: Wanted) -> Header:
    header = read_header(records[first:end], wanted)
    while end < len(records) and end - first < _MOST_LINES:
        if not _belongs_below(records[end], header, wanted.currency):
            break
        end += 1
        header = read_header(records[first:end], wanted)
    return _with_numbered_row(header, records[end:])


def _with_numbered_row(header: Header, below: Sequence[Record]) -> Header:
    """Count a row that only numbers the columns, `1 | 2 | 3`, to the header."""
    cells = [cell.strip() for cell in below[0][1] if cell.strip()] if below else []
    if len(cells) < _FEWEST_NUMBERED or cells != [str(n) for n in range(1, len(cells) + 1)]:
        return header
    return header._replace(row_number=below[0][0], lines=(*header.lines, below[0][1]))


def _composed(lines: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Join the rows of a header column by column; a cell merged across heads all it covers."""
    if len(lines) == 1:
        return list(lines[0]), [[cell] for cell in lines[0]]
    width = max(map(len, lines))
    rows = [[*map(str.strip, line), *[""] * (width - len(line))] for line in lines]
    for upper in rows[:-1]:
        for index in range(1, width):
            if not upper[index] and rows[-1][index]:
                upper[index] = upper[index - 1]
    columns: list[tuple[str, ...]] = list(zip(*rows, strict=True))
    parts = [list(dict.fromkeys(filter(None, column))) for column in columns]
    return [" ".join(texts) for texts in parts], parts


def _may_be_line(record: Record) -> bool:
    _, cells, spoiled = record
    return not (spoiled or holds_numbers(cells) or any(len(c) > LONGEST_HEADER for c in cells))


def _belongs_above(upper: Record, header: Header, currency: str) -> bool:
    """Tell whether a row says more about the columns: `Unit` above `price`, `Old` above `price`."""
    pairs = zip(map(str.strip, upper[1]), map(str.strip, header.cells), strict=False)
    return _may_be_line(upper) and any(
        above and below and above != below and _is_known(above, below, currency)
        for above, below in pairs
    )


def _belongs_below(lower: Record, header: Header, currency: str) -> bool:
    """Tell whether a row splits or explains the columns above: `net | gross` below `Price`.

    An article is kept out by its code or name, which stand where a row of a header has nothing new.
    """
    _, cells, spoiled = lower
    titles = [cell.strip() for cell in header.cells]
    titles += [""] * (len(cells) - len(titles))
    new = {
        index: cell
        for index in filled_in(cells[:MOST_COLUMNS])
        if (cell := cells[index].strip()) != titles[index]
    }
    keys = new.keys() & (header.candidates["sku"].keys() | header.candidates["name"].keys())
    if spoiled or any(not _is_known(titles[key], new[key], currency) for key in keys):
        return False
    covering = {index: title for index in new if (title := _covering(titles, index))}
    numbered = [
        cell
        for index, cell in new.items()
        if index not in covering or "price" not in ranks_of(covering[index], currency)
    ]
    if any(map(str.isdigit, "".join(numbered))):
        return False
    explained = all(explains(cell, currency) for cell in new.values())
    return bool(new) and (explained or len(covering) > 1)


def _covering(titles: Sequence[str], index: int) -> str:
    """Tell the title that covers a column and others, as a cell merged across does."""
    if titles[index]:
        return titles[index] if "" in titles[index + 1 : index + 2] else ""
    return next(filter(None, reversed(titles[:index])), "")


def _is_known(above: str, below: str, currency: str) -> bool:
    whole = f"{above} {below}"
    known = ranks_of(whole, currency) or ranks_of(f"{below} {above}", currency)
    return bool(known) or (says_price(whole) and names_another_price(whole))
