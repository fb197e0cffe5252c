"""The tables of a sheet that stand below one another, each with a header of its own.

A row that names other columns than the header above it begins a table. Titles directly above its
header are about that table only; other texts between two tables may be about either of them.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.header_continuation import has_numeric_cell
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import (
    MAX_COLUMNS,
    MAX_HEADER_LENGTH,
    mentions_price,
)
from pricebook.pricelists.detection.header_words import field_ranks, names_columns
from pricebook.pricelists.detection.unknown_headers import TableColumns, may_be_titles
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.text import comparison_key

MAX_BLOCKS = 100
# Rows read below the header of each table for content inference.
_SAMPLE_ROWS = 200
_MAX_SAMPLE_CHARACTERS = 16 * 1024 * 1024
_MAX_TEXT_ROWS = 50
_MIN_COLUMNS = 3
_MIN_ARTICLE_CELLS = 2
# Texts before prices, such as currencies, that are known to be in no header.
_MAX_AFFIXES = 1000


class Block(NamedTuple):
    """One table of a sheet with several; rows are 1-based numbers in the sheet.

    Texts from `title_row` to the header are titles of this table, those from `gap_row` on may be
    about the table above instead. The texts below its last article begin in `next_gap_row`, the
    titles of the next table in `next_title_row`; both are 0 in the last table. `header_row` is a
    row of the header, `titles` are its cells, whose words are not known with `is_unknown`; with
    `is_detected`, the header is located as in a sheet with one table. `letterhead` are the records
    above all tables, `records` the first ones of this table, `footer` those below the last table.
    """

    gap_row: int
    title_row: int
    header_row: int
    titles: Sequence[str]
    letterhead: Sequence[Record]
    records: Sequence[Record]
    footer: Sequence[Record] = ()
    next_gap_row: int = 0
    next_title_row: int = 0
    is_detected: bool = False
    is_unknown: bool = False

    @property
    def sample(self) -> list[Record]:
        """The records above the tables and the first ones of this table."""
        return [*self.letterhead, *self.records]


class BlockScan:
    """Finds the tables of a sheet in its records, which are added in their order."""

    def __init__(
        self, header_rows: range, lines: Sequence[Sequence[str]], *, is_detected: bool
    ) -> None:
        """Begin with the first table: the numbers of its header rows, and their cells."""
        self._first_header_row = header_rows.start
        self._is_detected = is_detected
        self._lines = list(lines)
        self._blocks: list[Block] = []
        self._letterhead: list[Record] = []
        self._records: list[Record] = []
        self._texts: deque[Record] = deque(maxlen=_MAX_TEXT_ROWS)
        self._header_end = self._last_titles = header_rows.stop - 1
        self._columns = TableColumns(self._lines)
        self._characters = 0

    @property
    def has_several(self) -> bool:
        """Whether a second table was found."""
        return len(self._blocks) > 1

    def add(self, record: Record) -> None:
        """Add the next record of the sheet."""
        if record[0] <= self._first_header_row:
            self._add_above(record)
        elif not self._may_begin_table(record):
            self._add_below(record)
        elif self._begins_table(record):
            self._begin(record)
        elif self._is_unknown(record):
            self._begin(record, is_unknown=True)
        else:
            self._add_below(record)

    def finish(self) -> list[Block]:
        """Return the tables; the texts below the last article are about all of them."""
        self._end_block(())
        footer = list(self._texts)
        return [
            block._replace(footer=footer if block.next_title_row else ()) for block in self._blocks
        ]

    def _add_above(self, record: Record) -> None:
        if record[0] == self._first_header_row:
            titles = _attached(self._letterhead)
            above = self._letterhead[: len(self._letterhead) - len(titles)]
            title_row = titles[0][0] if titles else record[0]
            block = Block(title_row, title_row, record[0], record[1], above, ())
            self._blocks.append(block._replace(is_detected=self._is_detected))
            self._records = [*titles, record]
        else:
            self._letterhead.append(record)

    def _may_begin_table(self, record: Record) -> bool:
        number, cells, malformed = record
        is_below = number > self._header_end and len(self._blocks) <= MAX_BLOCKS
        return is_below and not malformed and _is_row_of_titles(cells)

    def _begins_table(self, record: Record) -> bool:
        """Return whether a row of titles is a header of other columns than those above."""
        number, cells, _ = record
        if not (names_columns(cells) or _repeats(cells, self._lines)):
            return False
        self._last_titles = number
        if number == self._header_end + 1:
            self._lines.append(cells)
            self._header_end = number
            return False
        return all(_has_other_columns(cells, line) for line in self._lines)

    def _is_unknown(self, record: Record) -> bool:
        """Return whether a row has titles of unknown words; they may continue a known header."""
        number, cells, _ = record
        if number == self._last_titles + 1:
            self._last_titles = number
            return False
        last = self._texts[-1][1] if self._texts else None
        is_separate = last is not None and len(filled_columns(last)) <= 1
        return self._columns.has_titles_of_others(cells, is_separate=is_separate)

    def _begin(self, record: Record, *, is_unknown: bool = False) -> None:
        number, cells, _ = record
        titles = _attached(list(self._texts))
        gap_row = self._texts[0][0] if self._texts else number
        title_row = titles[0][0] if titles else number
        block = self._blocks[-1]
        self._blocks[-1] = block._replace(next_gap_row=gap_row, next_title_row=title_row)
        self._end_block([text for text in self._texts if text[0] < title_row])
        letterhead = self._blocks[0].letterhead
        block = Block(gap_row, title_row, number, cells, letterhead, (), is_unknown=is_unknown)
        self._blocks.append(block)
        self._records = [*self._texts, record]
        self._texts.clear()
        self._lines, self._header_end, self._last_titles = [cells], number, number
        self._columns = TableColumns(self._lines)

    def _end_block(self, texts: Iterable[Record]) -> None:
        last = self._records[-1][0] if self._records else 0
        next_title_row = self._blocks[-1].next_title_row
        own = [each for each in self._records if not next_title_row or each[0] < next_title_row]
        own += [text for text in texts if text[0] > last]
        self._blocks[-1] = self._blocks[-1]._replace(records=own)

    def _add_below(self, record: Record) -> None:
        number, cells, _ = record
        if _is_article(cells):
            self._texts.clear()
            self._columns.add(cells)
        else:
            self._texts.append(record)
        if number - self._header_end <= _SAMPLE_ROWS and self._characters < _MAX_SAMPLE_CHARACTERS:
            self._characters += sum(map(len, cells))
            self._records.append(record)


def find_similar_header(records: Sequence[Record], header: TableHeader) -> Record | None:
    """Return the first row above a header that has most of its titles, None without one."""
    for record in records:
        number, cells, malformed = record
        if number >= header.first_row_number:
            break
        if not malformed and _is_row_of_titles(cells) and _repeats(cells, header.header_rows):
            return record
    return None


class HeaderWatch:
    """Finds a header with other columns among the rows of a table, at little cost per row."""

    def __init__(self, lines: Sequence[Sequence[str]], last_row: int) -> None:
        """Watch the rows below `last_row` for other titles than those of the header rows."""
        self.is_found = False
        self._lines = lines
        self._last_row = last_row
        self._affixes: set[str] = set()

    def look(self, number: int, cells: Sequence[str], price: str) -> None:
        """Look at a row by its price cell; one that is a number is in no header."""
        if self.is_found or not self._lines or number <= self._last_row:
            return
        if price[-1:].isdigit():
            affix = price.rstrip("0123456789.,' \u00a0")
            if affix in self._affixes:
                return
            if len(self._affixes) < _MAX_AFFIXES:
                self._affixes.add(affix)
        is_other = _may_be_header(cells, self._lines) and all(
            _has_other_columns(cells, line) for line in self._lines
        )
        self.is_found = is_other or (may_be_titles(cells, price) and _is_row_of_titles(cells))


def is_named_header(cells: Sequence[str]) -> bool:
    """Return whether a row names a price and a code or a name."""
    return _is_row_of_titles(cells) and names_columns(cells)


def _may_be_header(cells: Sequence[str], lines: Sequence[Sequence[str]]) -> bool:
    return _is_row_of_titles(cells) and (names_columns(cells) or _repeats(cells, lines))


def _is_row_of_titles(cells: Sequence[str]) -> bool:
    """Return whether a row has several short texts and no number."""
    filled = filled_columns(cells)
    return (
        len(filled) >= _MIN_COLUMNS
        and len(cells) <= MAX_COLUMNS
        and all(len(cells[index]) <= MAX_HEADER_LENGTH for index in filled)
        and not has_numeric_cell(cells)
    )


def _repeats(cells: Sequence[str], lines: Sequence[Sequence[str]]) -> bool:
    """Return whether at least half of the texts of a row, and three, are titles of a header."""
    titles = {comparison_key(cell) for line in lines for cell in line}
    texts = [comparison_key(cell) for cell in cells if cell.strip()]
    repeated = sum(text in titles for text in texts)
    return repeated >= max(_MIN_COLUMNS, len(texts) / 2)


def _has_other_columns(cells: Sequence[str], line: Sequence[str]) -> bool:
    """Return whether a header row has another field in a column than an earlier one.

    A title that is left out is none, as on later pages.
    """
    before = [*line, *[""] * (len(cells) - len(line))]
    return any(
        comparison_key(cell) != comparison_key(title)
        and (_names_field(cell) or _names_field(title))
        for cell, title in zip(cells, before, strict=False)
        if cell.strip()
    )


def _names_field(text: str) -> bool:
    return bool(text) and (bool(field_ranks(text, "")) or mentions_price(text))


def _is_article(cells: Sequence[str]) -> bool:
    filled = filled_columns(cells)
    return len(filled) > _MIN_ARTICLE_CELLS or (
        len(filled) == _MIN_ARTICLE_CELLS and has_numeric_cell(cells)
    )


def _attached(records: Sequence[Record]) -> list[Record]:
    """Return the last records behind a blank one, none if no record is blank."""
    last_blank = max(_blank_positions(records), default=None)
    return [] if last_blank is None else list(records[last_blank + 1 :])


def _blank_positions(records: Sequence[Record]) -> Iterator[int]:
    return (index for index, (_, cells, _) in enumerate(records) if not filled_columns(cells))
