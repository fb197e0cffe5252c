"""An open price list, and the passes over its rows."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.hidden_rows import hidden_rows
from pricebook.pricelists.open_tables import OpenTable, order_cells, place_rows
from pricebook.pricelists.row_reader import RowReader
from pricebook.pricelists.row_rejection import stored_cells
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.schemas.price_list_rows import PriceListRow
from pricebook.pricelists.schemas.profile import DetectedProfile, NumberProfile
from pricebook.pricelists.struck_rows import struck_rows
from pricebook.pricelists.unread_cells import UnreadCells


class PriceList:
    """An open price list: its detected profile and its rows."""

    def __init__(self, tables: Sequence[OpenTable], profile: DetectedProfile) -> None:
        self.profile = profile
        self._tables = tables
        self._current = tables[0]
        self._row_readers: list[RowReader] = []

    @property
    def rows_total(self) -> int | None:
        """Number of rows of a workbook; None for CSV."""
        last = self._tables[-1]
        return None if last.file.rows_total is None else last.rows_before + last.file.rows_total

    @property
    def unread_cells(self) -> UnreadCells:
        """The cells that the latest pass kept as text because they are not understood."""
        unread = UnreadCells()
        for reader in self._row_readers:
            unread.update(reader.unread_cells)
        return unread

    @property
    def progress(self) -> float:
        """Fraction of the price list that the latest pass has read, 0 to 1."""
        file, rows_before = self._current.file, self._current.rows_before
        if not self.rows_total:
            return file.progress
        return (rows_before + file.progress * (file.rows_total or 0)) / self.rows_total

    def rows(self) -> Iterator[PriceListRow]:
        """Yield one row per record of the file, in order; each call starts a new pass.

        Raises PriceListError if the file has changed since it was opened.
        """
        profile = self.profile
        self._row_readers.clear()
        for opened in self._tables:
            self._current = opened
            with closing(opened.records()) as records:
                rows = self._read_parts(opened, records)
                if profile.sheets or profile.tables:
                    yield from place_rows(rows, opened, profile)
                else:
                    yield from rows

    def _read_parts(self, opened: OpenTable, records: Iterator[Record]) -> Iterator[PriceListRow]:
        """Return the rows of a file, each read by the table that it is in."""
        if not opened.parts:
            reader = self._start_reader(opened, opened.table)
            return map(_row_reading(opened, opened.table, reader), records)
        return chain.from_iterable(self._rows_by_part(opened, records))

    def _rows_by_part(
        self, opened: OpenTable, records: Iterator[Record]
    ) -> Iterator[Iterator[PriceListRow]]:
        parts = opened.parts
        ends = [part.first_row - 1 for part in parts[1:]]
        reader = self._start_reader(opened, opened.table)
        rows_read = 0
        for part, end in zip(parts, [*ends, None], strict=True):
            before = opened.rows_before
            titles = range(part.title_rows.start + before, part.title_rows.stop + before)
            if part.problem is not None:
                reader.reject_below(part.problem, part.header_row + before, titles)
            elif part.table is not None:
                sections = reader.sections
                reader = reader if part is parts[0] else self._start_reader(opened, part.table)
                reader.continue_below(sections, titles)
            read = _row_reading(opened, part.table, reader)
            yield map(read, islice(records, None if end is None else end - rows_read))
            rows_read = end or 0

    def _start_reader(
        self, opened: OpenTable, table: DetectedTable, numbers: NumberProfile | None = None
    ) -> RowReader:
        """Return a reader of the rows of a table, by default in the notation of its sheet."""
        below = table.rows_start_below + opened.rows_before
        profile = self.profile.sheet_profiles.get(opened.file.sheet or "", self.profile)
        reader = RowReader(
            table._replace(rows_start_below=below),
            numbers or profile.numbers,
            opened.request,
            has_typed_cells=opened.file.delimiter is None,
        )
        self._row_readers.append(reader)
        return reader

    def cells(self, row_numbers: Collection[int]) -> dict[int, list[str]]:
        """Return the cells of rows by row number, as a rejected row stores them."""
        return {
            number: order_cells(
                stored_cells(_valid_cells(opened, number, cells)), number, opened, self.profile
            )
            for opened in self._tables
            for number, cells in _read_rows(opened, row_numbers)
        }

    def struck_cells(self, row_numbers: Collection[int]) -> dict[int, list[str]]:
        """Return rows by row number with the cells that are struck out; others are empty."""
        found = dict[int, list[str]]()
        for opened in self._tables:
            struck = opened.file.struck_cells
            for number, cells in _read_rows(opened, row_numbers if struck else ()):
                if columns := set(struck.columns(number - opened.rows_before)):
                    own = [cell if column in columns else "" for column, cell in enumerate(cells)]
                    found[number] = order_cells(stored_cells(own), number, opened, self.profile)
        return found


def _read_rows(opened: OpenTable, row_numbers: Collection[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield those of some rows that a table has, with their cells."""
    own = {number for number in row_numbers if opened.has_row(number)}
    if not own:
        return
    with closing(opened.records()) as records:
        for number, cells, _ in records:
            if number in own:
                yield number, cells
                own.remove(number)
            if not own:
                break


def _row_reading(
    opened: OpenTable, table: DetectedTable | None, reader: RowReader
) -> Callable[[Record], PriceListRow]:
    """Return the function that reads the rows of a table, by the options for those in doubt."""
    read = reader.read
    if struck := struck_rows(opened, table):
        read = partial(struck.read, reader)
    if hidden := hidden_rows(opened):
        read = partial(hidden.read, read, reader)
    return read


def _valid_cells(opened: OpenTable, row_number: int, cells: list[str]) -> list[str]:
    """Return the cells of a row without those that do not count because they are struck out."""
    struck = struck_rows(opened, opened.part_of_row(row_number).table)
    return struck.valid_cells(row_number, cells) if struck else cells
